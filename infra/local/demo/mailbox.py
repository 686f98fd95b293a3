"""The email that has arrived: who got what, and the links in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from chalicelib.emails import digest
from chalicelib.emails.compose import context
from chalicelib.emails.render import render
from chalicelib.links.kinds import compose_url
from chalicelib.links.link_kind import LinkKind
from chalicelib.store import digests, emails
from chalicelib.store.emails import Email
from infra.local import outbox
from infra.local.outbox import Accepted


class EmailNotFound(Exception):
    """A person looks for an email that they never got."""


@dataclass(frozen=True, eq=False)
class Letter:
    """One email, or one item of a digest, and what it is about: the id of its row says what caused it."""

    accepted: Accepted
    item: Email | None = None  # of a digest

    @cached_property
    def id(self) -> str:
        return self.item.id if self.item else self.accepted.row

    @property
    def template(self) -> str:
        return self.id.split("#")[0]

    @property
    def to(self) -> str:
        return self.accepted.addresses[0]

    @cached_property
    def subject(self) -> str:
        return render(self.item.template, context(self.item)).subject if self.item else self.accepted.subject

    @cached_property
    def sent_at(self) -> datetime:
        moment = self.accepted.sent_at
        if moment is None:
            raise ValueError(f"an email to {self.to} has no date")
        return moment

    def link(self, kind: LinkKind[Any]) -> str:
        """Find a link. Raises EmailNotFound if the email has no such link."""
        links = map(compose_url, self.item.links.values()) if self.item else self.accepted.links
        for link in links:
            if f"/{kind.verb}/" in urlsplit(link).path:
                return link
        raise EmailNotFound(f"no link to {kind.verb} in “{self.subject}”")

    def home(self, kind: LinkKind[Any]) -> str:
        """Return the address of the reader's own page: the link without what comes after the token."""
        before, _, after = self.link(kind).partition(f"/{kind.verb}/")
        return f"{before}/{kind.verb}/{after.split('/')[0].partition('#')[0]}"


def _letters_of(email: Accepted) -> list[Letter]:
    """Take a digest apart: people read each item as if it had come by itself."""
    row = emails.find(email.row) if email.row.startswith(digest.NAME) else None
    if row is None:
        return [Letter(email)]
    return [Letter(email, item) for item in digests.items_of(row)]


class Mailbox:
    """Hold everyone's emails, read from the outbox as they arrive."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._read = 0  # emails of the outbox
        self._unseen = 0  # place of the first that `look` has yet to give
        self._by_reader: defaultdict[tuple[str, str], list[Letter]] = defaultdict(list)

    def look(self) -> list[Letter]:
        """Return what is new since the last look."""
        self._fetch()
        fresh, self._unseen = self.letters[self._unseen :], len(self.letters)
        return fresh

    def count_emails(self) -> int:
        """Return the number of emails that were delivered: the items of a digest came in one."""
        return len({letter.accepted.id for letter in self.letters})

    def _fetch(self) -> None:
        accepted = outbox.accepted(self._read)
        self._read += len(accepted)
        fresh = [letter for email in accepted for letter in _letters_of(email)]
        self.letters += fresh
        for letter in fresh:
            self._by_reader[letter.to, letter.template].append(letter)

    def all(self, reader: str, template: str) -> Iterator[Letter]:
        self._fetch()
        return iter(self._by_reader[reader, template])

    def last(self, reader: str, template: str, about: str = "") -> Letter:
        """Find the reader's last email of the kind whose subject has the words. Raises EmailNotFound."""
        letters = [letter for letter in self.all(reader, template) if about in letter.subject]
        if not letters:
            raise EmailNotFound(f"{reader} has no email {template} about {about or 'anything'}")
        return letters[-1]
