"""Emails that wait for someone whose address changes: who reads them from now on, and which links they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from chalicelib.core.ids import inbox_key
from chalicelib.core.model import Delegate, Invitation, Person, Programme
from chalicelib.emails import kinds
from chalicelib.links import parts as mailed_links
from chalicelib.store import emails
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.impact_surveys import Role
from chalicelib.store.marshal import read
from chalicelib.store.table import Key, Write, batched, get_many
from chalicelib.waves import lifecycle

Link = tuple[str, ...]
Links = Mapping[str, Link]


class Change(Struct, frozen=True):
    """`name` is what the person is called from now on; empty: as before."""

    cohort: str
    old: str
    new: str
    name: str
    bounced: str = ""  # "yes" if the old address is known to take no email: then no one has read anything there

    def has(self, person: Person) -> bool:
        return person.email == self.old

    def of(self, person: Person) -> Person:
        return Person(self.name or person.name, self.new) if self.has(person) else person


class NewLinks(Struct, frozen=True):
    """What links about a delegate hold once a change is made."""

    programme: Programme
    delegate: Delegate
    invitations: Mapping[str, Invitation]  # by id
    surveys: Mapping[Role, int]  # link versions

    @property
    def approver(self) -> Person | None:
        return lifecycle.approver_of(self.programme, self.delegate)

    def remake(self, link: Link, reader: Person) -> Link:
        """The same link as it must be now; one that nothing has changed is returned as it is."""
        verb, *parts = link
        if verb in ("answer", "decline"):
            found = self.invitations.get(parts[2])
            return (verb, *mailed_links.answer(found)[1:]) if found else link
        if verb == "approve":
            return mailed_links.approve(self.delegate, self.approver) if self.approver else link
        if verb == "impact":
            return (*link[:-1], str(self.surveys.get(Role(parts[1]), parts[-1])))
        plain = {"hub": mailed_links.hub, "nominate": mailed_links.nominate, "coach": mailed_links.coach}
        if verb in plain:
            return plain[verb](self.delegate)
        return ("inbox", inbox_key(self.delegate.id, reader.email)) if verb == "inbox" else link


class Waiting(Struct, frozen=True):
    """Emails about one delegate that were not handed over; `stopped` are those that were cancelled."""

    live: tuple[Email, ...]
    stopped: tuple[Email, ...] = ()

    def redirect(self, change: Change, links: NewLinks, is_made_anew: Callable[[Email], bool]) -> Iterator[Write]:
        """Whatever goes to another reader, or leads to a link that is another one now."""
        for mail in self.live:
            if is_made_anew(mail):
                yield emails.cancel(mail.id)
            else:
                yield from redirect(mail, change, links, revive=False)


def redirect(mail: Email, change: Change, links: NewLinks, *, revive: bool) -> Iterator[Write]:
    to = change.of(mail.to)
    remade = {name: links.remake(link, to) for name, link in mail.links.items()}
    shown = kinds.LINKS[mail.template]
    if to != mail.to or any(remade[name] != mail.links[name] for name in shown):
        yield emails.redirect(mail, to, remade, revive=revive)


def find_waiting(live: Iterable[Email], known: Iterable[str]) -> Waiting:
    """`live` from the index of what is due; `known` ids that a delegate's rows name, cancelled ones too."""
    keys: list[Key] = [emails.key(mail_id) for mail_id in dict.fromkeys(known)]
    rows = [row for batch in batched(keys) for row in get_many(batch).values() if row["state"] == EmailState.QUEUED]
    found = {mail.id: mail for mail in live} | {row["id"]: read(Email, row) for row in rows if "cancelled" not in row}
    stopped = tuple(read(Email, row) for row in rows if "cancelled" in row)
    gone = {mail.id for mail in stopped}
    return Waiting(tuple(mail for mail in found.values() if mail.id not in gone), stopped)
