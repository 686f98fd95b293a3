"""The mail that has arrived: who got what, and the links in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from infra.local import outbox
from infra.local.outbox import Accepted


class EmailNotFound(Exception):
    """A person looks for an email that they never got."""


@dataclass(frozen=True, eq=False)
class Letter:
    """One mail, and what it is about: the id of its row says what caused it."""

    accepted: Accepted

    @cached_property
    def id(self) -> str:
        return self.accepted.row

    @property
    def template(self) -> str:
        return self.id.split("#")[0]

    @property
    def to(self) -> str:
        return self.accepted.addresses[0]

    @cached_property
    def subject(self) -> str:
        return str(self.accepted.message["Subject"])

    @cached_property
    def sent_at(self) -> datetime:
        found = self.accepted.sent_at
        if found is None:
            raise ValueError(f"a mail to {self.to} has no date")
        return found

    def link(self, verb: str) -> str:
        """Raises NoSuchMail if the mail has no such link."""
        for link in self.accepted.links:
            if f"/{verb}/" in urlsplit(link).path:
                return link
        raise EmailNotFound(f"no link to {verb} in “{self.subject}”")


class Mailbox:
    """Hold everyone's emails, read from the outbox as they arrive."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._unseen = 0  # place of the first that `look` has yet to give
        self._by_reader: defaultdict[tuple[str, str], list[Letter]] = defaultdict(list)

    def look(self) -> list[Letter]:
        """What is new since the last look."""
        self._fetch()
        fresh, self._unseen = self.letters[self._unseen :], len(self.letters)
        return fresh

    def _fetch(self) -> None:
        fresh = [Letter(mail) for mail in outbox.accepted(len(self.letters))]
        self.letters += fresh
        for letter in fresh:
            self._by_reader[letter.to, letter.template].append(letter)

    def all(self, reader: str, template: str) -> Iterator[Letter]:
        self._fetch()
        return iter(self._by_reader[reader, template])

    def last(self, reader: str, template: str, about: str = "") -> Letter:
        """The reader's last mail of the kind whose subject has the words. Raises NoSuchMail."""
        found = [letter for letter in self.all(reader, template) if about in letter.subject]
        if not found:
            raise EmailNotFound(f"{reader} has no mail {template} about {about or 'anything'}")
        return found[-1]
