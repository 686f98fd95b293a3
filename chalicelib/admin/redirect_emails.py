"""Redirect emails that wait for a person whose address changes: the new reader and the links they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import Person
from chalicelib.emails.kinds import find_kind
from chalicelib.links import kinds
from chalicelib.links.link_kind import AfterChange
from chalicelib.store import emails
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.marshal import read
from chalicelib.store.table import Key, Write, batched, get_many


class Change(Struct, frozen=True):
    """A change of address. `name` is the person's new name; empty: unchanged."""

    cohort: str
    old: str
    new: str
    name: str
    bounced: str = ""  # "yes" if the old address accepts no email: then no one has read anything there

    def has(self, person: Person) -> bool:
        return person.email == self.old

    def of(self, person: Person) -> Person:
        return Person(self.name or person.name, self.new) if self.has(person) else person


class Waiting(Struct, frozen=True):
    """Emails about one delegate that were not handed over; `stopped` ones were cancelled and may be revived."""

    live: tuple[Email, ...]
    stopped: tuple[Email, ...] = ()

    def redirect(self, change: Change, after: AfterChange, is_made_anew: Callable[[Email], bool]) -> Iterator[Write]:
        """Change reader and links of every email that needs it."""
        for mail in self.live:
            if is_made_anew(mail):
                yield emails.cancel(mail.id)
            else:
                yield from redirect(mail, change, after, revive=False)


def redirect(mail: Email, change: Change, after: AfterChange, *, revive: bool) -> Iterator[Write]:
    to = change.of(mail.to)
    remade = {name: kinds.remake(link, replace(after, reader=to)) for name, link in mail.links.items()}
    shown = find_kind(mail.template).links
    if to != mail.to or any(remade[name] != mail.links[name] for name in shown):
        yield emails.redirect(mail, to, remade, revive=revive)


def find_waiting(live: Iterable[Email], known: Iterable[str]) -> Waiting:
    """Find waiting emails.

    `live` from the index of due rows; `known` ids from the delegate's rows, cancelled ones too.
    """
    keys: list[Key] = [emails.key(mail_id) for mail_id in dict.fromkeys(known)]
    rows = [row for batch in batched(keys) for row in get_many(batch).values() if row["state"] == EmailState.QUEUED]
    found = {mail.id: mail for mail in live} | {row["id"]: read(Email, row) for row in rows if "cancelled" not in row}
    stopped = tuple(read(Email, row) for row in rows if "cancelled" in row and "outdated" not in row)
    gone = {row["id"] for row in rows if "cancelled" in row}
    return Waiting(tuple(mail for mail in found.values() if mail.id not in gone), stopped)
