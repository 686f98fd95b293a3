"""What may be wrong with a rater's address or name though nothing forbids it; the delegate decides. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from chalicelib.core.model import MANAGER_GROUP, Delegate, RaterEntry
from chalicelib.nominate.pasted_list import name_from

BUSY_FROM = 10  # requests a rater has already: one more is above what people answer with care
WIDELY_USED = ("nhs.net", "gmail.com", "hotmail.com", "hotmail.co.uk", "outlook.com", "icloud.com")
NO_MAILBOXES = "nhs.uk"  # trusts have theirs at trust.nhs.uk, staff at nhs.net


class Surroundings(Struct, frozen=True):
    """What a rater is held against."""

    delegate: Delegate
    raters: tuple[RaterEntry, ...]  # the whole list
    domains: Collection[str]  # of the cohort's addresses, which are surely right
    requests: Mapping[str, int]  # address -> how many have asked this rater, for answers due at about the same time


def find_address_warnings(rater: RaterEntry, around: Surroundings) -> tuple[str, ...]:
    """Sentences for the delegate about one rater; empty if there is no doubt."""
    return (*_of_the_address(rater, around), *_of_the_person(rater, around))


def _of_the_address(rater: RaterEntry, around: Surroundings) -> Iterator[str]:
    email, domain = rater.person.email, domain_of(rater.person.email)
    own = {domain_of(one.email) for one in (around.delegate.person, around.delegate.manager, around.delegate.coach)}
    if meant := meant_domain(domain, {*around.domains, *own}):
        yield f"Is {email} right? Did you mean {email.removesuffix(domain)}{meant}?"
    if email == around.delegate.coach.email:
        yield "This is your coach, who reads your report and need not be asked."
    if email == around.delegate.manager.email and rater.group != MANAGER_GROUP:
        yield "This is your line manager, whose answers are shown on their own."


def _of_the_person(rater: RaterEntry, around: Surroundings) -> Iterator[str]:
    name, email = rater.person.name, rater.person.email
    if any(other.person.name.casefold() == name.casefold() and other.person.email != email for other in around.raters):
        yield f"{name} is on your list with another address too. Is it the same person?"
    if name == name_from(email) and " " not in name:
        yield f"Is “{name}” the right name? It was taken from the address, and the mail greets them by it."
    if around.requests.get(email, 0) >= BUSY_FROM:
        yield f"{BUSY_FROM} or more colleagues have asked this person already. Is there somebody with more time?"


def meant_domain(domain: str, known: Collection[str]) -> str | None:
    """The well-known domain that this one is a slip away from; None if it is known itself, or like none."""
    if domain == NO_MAILBOXES:
        return "nhs.net"
    if domain in known or domain in WIDELY_USED:
        return None
    stem, _, ending = domain.rpartition("nhs.")
    other_ending = f"{stem}nhs.{'net' if ending == 'uk' else 'uk'}"
    candidates = [*sorted(known), *sorted(WIDELY_USED)]
    return next((one for one in candidates if one == other_ending or is_one_typo_apart(domain, one)), None)


def is_one_typo_apart(one: str, other: str) -> bool:
    """True if one letter was left out, doubled, mistaken, or swapped with its neighbour."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    start = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]
