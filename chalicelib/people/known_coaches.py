"""The coaches of cohorts: a form may choose one of them instead of typing a name and an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.core.addresses import clean_address
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import join_words, name_sort_key
from chalicelib.core.model import Cohort, Person
from chalicelib.people.planned import ActRefused
from chalicelib.store import cohorts
from chalicelib.store.catalogue import CohortEntry

MAX_COHORTS = 20  # whose coaches one form offers: each is a query
KNOWN = "coach_known"  # the field of the choice: an address; empty if another coach is typed
GONE = "This coach has no delegate in the cohort. Choose another one, or type the name and address."
BOTH = "You chose a coach from the list and typed another address. Choose “Someone else” to use what you typed."


def list_coaches(cohort_id: str) -> list[Person]:
    """Return the coaches by name. One query."""
    people = {line.coach.email: line.coach for line in cohorts.list_lines(cohort_id) if not line.withdrawn}
    return sorted((person for person in people.values() if not person.is_erased), key=_by_name)


def list_options(of: Sequence[Cohort | CohortEntry]) -> list[tuple[str, str]]:
    """Return address and label of the coaches of some cohorts, by name. One query for each, of the first few alone.

    If there are several cohorts, a label says of which ones.
    """
    people: dict[str, Person] = {}
    titles: dict[str, list[str]] = {}
    for cohort in of[:MAX_COHORTS]:
        for person in list_coaches(cohort.id):
            people.setdefault(person.email, person)
            titles.setdefault(person.email, []).append(cohort.title)
    where = {email: f" ({join_words(theirs)})" if len(of) > 1 else "" for email, theirs in titles.items()}
    chosen = sorted(people.values(), key=_by_name)
    return [(person.email, f"{person.name}, {person.email}{where[person.email]}") for person in chosen]


def _by_name(person: Person) -> tuple[tuple[str, str], str]:
    return name_sort_key(person.name), person.email


def use_known(cohort_id: str, typed: Mapping[str, str], began_with: str = "") -> dict[str, str]:
    """Return what was typed, with the name and address of the coach who was chosen. Raises ActRefused.

    began_with   the address in the form before anything is typed; that of a coach of the cohort needs no naming
    """
    wanted, other = typed.get(KNOWN, ""), clean_address(typed.get("coach_email", ""))
    if not wanted:
        return dict(typed)
    people = {person.email: person for person in list_coaches(cohort_id)}
    if wanted not in people:
        raise ActRefused(FieldError(KNOWN, GONE))
    if other and other not in {*people, began_with}:
        raise ActRefused(FieldError(KNOWN, BOTH))
    return {**typed, "coach_name": people[wanted].name, "coach_email": wanted}
