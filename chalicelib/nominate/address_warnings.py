"""Warn about likely mistakes in an address or name; the delegate and the approver decide. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from chalicelib.core.formatting import join_words
from chalicelib.core.model import MANAGER_GROUP, Delegate, Person, Programme, RaterEntry
from chalicelib.nominate.email_domains import domain_of, is_private, meant_domain
from chalicelib.nominate.pasted_list import name_from
from chalicelib.nominate.same_person import Directory, Likeness, likeness
from chalicelib.results.layout import layout

BUSY_FROM = 10  # requests a rater has already: one more is more than people answer with care


class WarningKind(StrEnum):
    """The kinds of warning, in the words of the summary above a list."""

    DELEGATE = "May be the delegate"
    SAME_PERSON = "May be on the list twice"
    PRIVATE = "Private email address"
    DOMAIN = "Address may be mistyped"
    PART = "Has another part in the programme"
    NAME = "Name may be wrong"
    BUSY = "Has been asked by many"


class RaterWarning(Struct, frozen=True):
    """One sentence next to a rater."""

    kind: WarningKind
    text: str


class Surroundings(Struct, frozen=True, dict=True):
    """What a rater is compared with."""

    delegate: Delegate
    raters: tuple[RaterEntry, ...]  # the whole list
    domains: Collection[str]  # of the cohort's addresses, which are known to be right
    requests: Mapping[str, int]  # address -> how many have asked this rater, for answers due at about the same time

    @cached_property
    def directory(self) -> Directory:
        staff = (self.delegate.manager, self.delegate.coach)
        return Directory((*staff, *(rater.person for rater in self.raters)))

    @property
    def has_own_domain(self) -> bool:
        """Return whether the organisation's people use a domain of their own."""
        return not all(is_private(person.email) for person in (self.delegate.person, self.delegate.manager))


SAME = {
    Likeness.MAILBOX: "Emails to {email} reach the same mailbox as emails to {other}.",
    Likeness.LOCAL_PART: "The part before the @ is the same as for {other}.",
    Likeness.NAME: "The name is the same as for {other}.",
}


def find_rater_warnings(rater: RaterEntry, around: Surroundings) -> tuple[RaterWarning, ...]:
    """Return sentences for the delegate and the approver about one rater; empty if there is no doubt."""
    return (*_of_identity(rater, around), *_of_the_address(rater, around), *_of_the_person(rater, around))


def _of_identity(rater: RaterEntry, around: Surroundings) -> Iterator[RaterWarning]:
    delegate, person = around.delegate.person, rater.person
    if alike := likeness(person, delegate):
        words = SAME[alike].format(email=person.email, other=_named(delegate))
        yield RaterWarning(WarningKind.DELEGATE, f"{words} Is this {delegate.name}?")
    elif similar := around.directory.find_alike(person):
        words = SAME[similar[0]].format(email=person.email, other=_named(similar[1]))
        yield RaterWarning(WarningKind.SAME_PERSON, f"{words} Is it the same person?")


def _named(person: Person) -> str:
    return f"{person.name} ({person.email})"


def _of_the_address(rater: RaterEntry, around: Surroundings) -> Iterator[RaterWarning]:
    email, domain = rater.person.email, domain_of(rater.person.email)
    own = {
        domain_of(known_person.email)
        for known_person in (around.delegate.person, around.delegate.manager, around.delegate.coach)
    }
    if likely_domain := meant_domain(domain, {*around.domains, *own}):
        text = f"Is {email} right? Perhaps it is {email.removesuffix(domain)}{likely_domain}."
        yield RaterWarning(WarningKind.DOMAIN, text)
    if around.has_own_domain and is_private(email):
        text = f"Anyone can open a mailbox at {domain}. A work address shows better who answers."
        yield RaterWarning(WarningKind.PRIVATE, text)


def _of_the_person(rater: RaterEntry, around: Surroundings) -> Iterator[RaterWarning]:
    name, email, delegate = rater.person.name, rater.person.email, around.delegate
    if email == delegate.coach.email:
        text = f"This is the coach of {delegate.person.name}, who reads the report and need not be asked."
        yield RaterWarning(WarningKind.PART, text)
    if email == delegate.manager.email and rater.group != MANAGER_GROUP:
        text = f"This is the line manager of {delegate.person.name}, whose answers are shown on their own."
        yield RaterWarning(WarningKind.PART, text)
    if name == name_from(email) and " " not in name:
        text = f"Is “{name}” the right name? It was taken from the address, and the email greets them by it."
        yield RaterWarning(WarningKind.NAME, text)
    if around.requests.get(email, 0) >= BUSY_FROM:
        text = f"{BUSY_FROM} or more colleagues have asked this person already. Does someone else have more time?"
        yield RaterWarning(WarningKind.BUSY, text)


class GroupWarning(Struct, frozen=True):
    """Groups that are shown together and have exactly the minimum number of people."""

    title: str
    size: int
    by_competency: bool = False  # whether competencies alone are shown of so few
    by_behaviour: bool = False  # whether it is the minimum for single behaviours; competencies need fewer

    @property
    def text(self) -> str:
        what = "gave on average to each competency" if self.by_competency else "gave"
        smallest = "for single behaviours" if self.by_behaviour else "to be shown together"
        with_fewer = (
            "single behaviours are left out" if self.by_behaviour else "their answers are not shown on their own"
        )
        return (
            f"Exactly {self.size} people, the minimum {smallest}. Each person’s answers weigh as much as they can here."
            f" If the other {self.size - 1} put their answers together, they can work out what the last one {what}."
            f" If one of them does not answer, {with_fewer}."
        )


def find_group_warnings(programme: Programme, raters: Iterable[RaterEntry]) -> tuple[GroupWarning, ...]:
    chosen = Counter(rater.group for rater in raters)
    blocks, by_competency = layout(programme, chosen), bool(programme.behaviours_from)
    cells = [cell for block in blocks for cell in block.cells if cell.n == programme.threshold]
    full = [block for block in blocks if block.shows_behaviours and block.n == programme.behaviours_from]
    return (
        *(GroupWarning(_titles(programme, cell.groups), cell.n, by_competency) for cell in cells),
        *(GroupWarning(_titles(programme, block.groups), block.n, by_behaviour=True) for block in full),
    )


def _titles(programme: Programme, groups: Iterable[str]) -> str:
    return join_words([programme.group(group).title for group in groups])


class SummaryLine(Struct, frozen=True):
    """One kind of warning, and its raters."""

    kind: WarningKind
    raters: tuple[RaterEntry, ...]


def summarise(warned: Sequence[tuple[RaterEntry, tuple[RaterWarning, ...]]]) -> tuple[SummaryLine, ...]:
    """Return one line for each kind of warning that some rater has, in the order of WarningKind."""
    by_kind: dict[WarningKind, list[RaterEntry]] = {kind: [] for kind in WarningKind}
    for rater, warnings in warned:
        for warning in warnings:
            by_kind[warning.kind].append(rater)
    return tuple(SummaryLine(kind, tuple(raters)) for kind, raters in by_kind.items() if raters)
