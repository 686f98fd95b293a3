"""Read the record of the six-month review: an outcome for each area, and one next step with a date. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from chalicelib.areas.form import MAX_AHEAD, MAX_AREA_CHARS, read_day
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import day
from chalicelib.store.areas import Area
from chalicelib.store.reviews import AreaOutcome, Outcome

MAX_ALSO_CHARS = 2000  # characters
OUTCOMES = {
    Outcome.KEPT: "It continues as it is",
    Outcome.CHANGED: "It continues with new words",
    Outcome.DONE: "It is done",
    Outcome.GIVEN_UP: "We drop it",
}
PARTS = ("outcome", "words", "step", "step_by", "why")  # the fields of an area: `<part>-<id>`
GOES_ON = (Outcome.KEPT, Outcome.CHANGED)


class ReviewForm(Struct, frozen=True):
    """What was typed, as far as it is valid, and what is wrong with the rest."""

    held_on: date | None
    outcomes: tuple[AreaOutcome, ...]
    also: str
    faults: tuple[FieldError, ...]


def field_names(areas: Sequence[Area]) -> list[str]:
    return ["held_on", "also", *(f"{part}-{area.id}" for area in areas for part in PARTS)]


def read_review(fields: Mapping[str, str], areas: Sequence[Area], earliest: date, today: date) -> ReviewForm:
    """Read the form and collect all faults. The review was held between the close of the survey and today."""
    held_on = read_day(fields.get("held_on", ""))
    faults = [] if held_on and earliest <= held_on <= today else [_held_on_fault(held_on, earliest)]
    outcomes = []
    for area in areas:
        outcome, wrong = _read_outcome(fields, area, today)
        faults += wrong
        outcomes += [outcome] if outcome else []
    also = fields.get("also", "")
    if len(also) > MAX_ALSO_CHARS:
        faults.append(FieldError("also", f"Please shorten this to {MAX_ALSO_CHARS} characters; it has {len(also)}."))
    if not areas and not also:
        faults.append(FieldError("also", "Please write what you agreed."))
    return ReviewForm(held_on, tuple(outcomes), also, tuple(faults))


def _held_on_fault(held_on: date | None, earliest: date) -> FieldError:
    if held_on is None:
        return FieldError("held_on", "Please give the date of the review.")
    return FieldError(
        "held_on", f"The date must be between {day(earliest)} and today. Record the review after it has taken place."
    )


def _read_outcome(fields: Mapping[str, str], area: Area, today: date) -> tuple[AreaOutcome | None, list[FieldError]]:
    typed = {part: fields.get(f"{part}-{area.id}", "") for part in PARTS}
    if typed["outcome"] not in list(Outcome):
        return None, [FieldError(f"outcome-{area.id}", f"Please choose what happens to “{area.behaviour}”.")]
    outcome = Outcome(typed["outcome"])
    faults = [*_missing(typed, outcome, area), *_too_long(typed, area)]
    if outcome not in GOES_ON:
        why = typed["why"] if outcome is Outcome.GIVEN_UP else ""
        return AreaOutcome(area.id, outcome, area.behaviour, why=why), faults
    step_by = read_day(typed["step_by"])
    if step_by is None or not today <= step_by <= today + MAX_AHEAD:
        last = day(today + MAX_AHEAD)
        faults.append(
            FieldError(f"step_by-{area.id}", f"Please give the date of the next step, between today and {last}.")
        )
    words = typed["words"] if outcome is Outcome.CHANGED else area.behaviour
    return AreaOutcome(area.id, outcome, words, typed["step"], step_by), faults


def _missing(typed: Mapping[str, str], outcome: Outcome, area: Area) -> list[FieldError]:
    needed = {
        Outcome.KEPT: {"step": "Please write the next step."},
        Outcome.CHANGED: {"words": "Please write the new words.", "step": "Please write the next step."},
        Outcome.DONE: {},
        Outcome.GIVEN_UP: {"why": "Please give the reason in one line."},
    }[outcome]
    return [FieldError(f"{part}-{area.id}", message) for part, message in needed.items() if not typed[part]]


def _too_long(typed: Mapping[str, str], area: Area) -> list[FieldError]:
    message = f"Please shorten this to {MAX_AREA_CHARS} characters."
    return [FieldError(f"{part}-{area.id}", message) for part in PARTS if len(typed[part]) > MAX_AREA_CHARS]
