"""The coaches of a cohort: a form may choose one of them instead of typing a name and an address."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.core.addresses import clean_address
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import name_sort_key
from chalicelib.core.model import Person
from chalicelib.people.planned import ActRefused
from chalicelib.store import cohorts

KNOWN = "coach_known"  # the field of the choice: an address; empty if another coach is typed
GONE = "This coach has no delegate in the cohort any more. Choose another one, or type the name and address."
BOTH = "You chose a coach from the list and typed another address. Choose “Someone else” to use what you typed."


def list_coaches(cohort_id: str) -> list[Person]:
    """Return the coaches by name. One query."""
    people = {line.coach.email: line.coach for line in cohorts.list_lines(cohort_id) if not line.withdrawn}
    known = [person for person in people.values() if not person.is_erased]
    return sorted(known, key=lambda person: (name_sort_key(person.name), person.email))


def use_known(cohort_id: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, with the name and address of the coach who was chosen. Raises ActRefused.

    If the address field holds that of another coach of the cohort, the form began with it.
    """
    wanted, other = typed.get(KNOWN, ""), clean_address(typed.get("coach_email", ""))
    if not wanted:
        return dict(typed)
    people = {person.email: person for person in list_coaches(cohort_id)}
    if wanted not in people:
        raise ActRefused(FieldError(KNOWN, GONE))
    if other and other not in people:
        raise ActRefused(FieldError(KNOWN, BOTH))
    return {**typed, "coach_name": people[wanted].name, "coach_email": wanted}
