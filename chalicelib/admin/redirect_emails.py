"""Redirect emails that wait for a person whose address changes: the new reader and the links they need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import Person
from chalicelib.emails.kinds import find_kind
from chalicelib.links import kinds
from chalicelib.links.link_kind import AfterChange, Link
from chalicelib.store import emails, waiting_emails
from chalicelib.store.emails import Email
from chalicelib.store.table import Write


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
    """Emails about one delegate that were not handed over; a bounce has suppressed some."""

    live: tuple[Email, ...]
    suppressed: tuple[Email, ...] = ()

    def redirect(self, change: Change, after: AfterChange, is_made_anew: Callable[[Email], bool]) -> Iterator[Write]:
        """Change reader and links of every email that needs it."""
        for email in self.live:
            if is_made_anew(email):
                yield emails.cancel(email.id)
            else:
                yield from redirect(email, change, after, revive=False)

    def drop(self, ids: Collection[str]) -> tuple[Waiting, list[Write]]:
        """Return the other emails, and the writes that cancel those with these ids, so that no retry sends them."""
        live, suppressed = (
            tuple(email for email in some if email.id not in ids) for some in (self.live, self.suppressed)
        )
        return Waiting(live, suppressed), [emails.cancel(email.id) for email in waiting_emails.find_unsettled(ids)]


def redirect(email: Email, change: Change, after: AfterChange, *, revive: bool) -> Iterator[Write]:
    to = change.of(email.to)
    remade = remake_all(email, replace(after, reader=to))
    links = find_kind(email.template).links
    if to != email.to or any(remade[name] != email.links[name] for name in links):
        yield from emails.redirect(email, to, remade, revive=revive)


def remake_all(email: Email, after: AfterChange) -> dict[str, Link]:
    """Return the links of an email as they must be after a change."""
    return {name: kinds.remake(link, after) for name, link in email.links.items()}


def find_waiting(owner: str) -> Waiting:
    """Find the emails about a delegate or cohort that were not handed over, of every wave. One query."""
    live, suppressed = waiting_emails.list_queued(owner)
    return Waiting(tuple(live), tuple(suppressed))
