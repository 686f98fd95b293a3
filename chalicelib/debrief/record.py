"""Keep what a coach types into the record of a debrief, before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.areas.form import MAX_ITEMS, as_fields, item_field
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import day, day_and_time
from chalicelib.debrief.agenda import Plan, Point, make_agenda
from chalicelib.debrief.behaviours import Behaviour, list_behaviours
from chalicelib.debrief.caseload import Case
from chalicelib.debrief.debrief_form import NUMBERS, field_names
from chalicelib.meetings import recording
from chalicelib.results.facts import Facts, read_facts
from chalicelib.store import objects

USE = "use"  # the field of the buttons next to behaviours: `<item>`, or `<item>@<number of the area>`


def load_facts(case: Case) -> Facts | None:
    """Read the figures of the coach's report. One call; None without a report."""
    return read_facts(objects.load(case.report.facts)) if case.report else None


def list_for(case: Case, facts: Facts | None = None) -> list[Behaviour]:
    """List the behaviours of the coach's report to choose from; none without a report."""
    facts = facts or load_facts(case)
    return list_behaviours(case.programme, facts, case.ticks) if facts else []


def agenda_for(case: Case, facts: Facts | None) -> list[Point]:
    """Return the agenda of the debrief; empty without a report."""
    if facts is None:
        return []
    zone, booked = case.programme.organisation.timezone, case.meeting.booked
    dates = [f"Debrief: {day_and_time(booked.starts, zone)}"] if booked else []
    dates.append(f"End of the programme: {day(case.cohort.dates.ends)}")
    typed = stored_fields(case)
    areas = [typed[f"behaviour-{number}"] for number in NUMBERS if f"behaviour-{number}" in typed]
    return make_agenda(case.programme, facts, Plan(areas, case.delegate.manager.name, dates))


def stored_fields(case: Case) -> dict[str, str]:
    """Return the form's fields as last typed, recorded or not."""
    if case.draft is not None:
        return dict(case.draft.typed)
    fields = {name: text for area in case.areas or case.carried for name, text in as_fields(area, area.number).items()}
    return fields | ({"held_on": case.debrief.held_on.isoformat()} if case.debrief else {})


def merge_typed(case: Case, posted: Mapping[str, str]) -> dict[str, str]:
    """Return the form's fields. An older page does not undo newer changes."""
    return recording.merge_typed(stored_fields(case), posted, field_names([item.id for item in case.programme.items]))


def save_draft(case: Case, typed: Mapping[str, str], now: datetime) -> None:
    """Keep what was typed. Raises recording.SavedElsewhere."""
    if typed != stored_fields(case):
        recording.save_draft(case.delegate.id, case.wave.value, case.coach_id, case.draft, typed, now)


def use_behaviour(
    case: Case, typed: Mapping[str, str], wanted: str
) -> tuple[Mapping[str, str], tuple[FieldError, ...]]:
    """Return the form's fields with a behaviour added to the named area, or else to the first free one.

    wanted  the value of the button that was pressed; empty if none was
    """
    item_id, _, asked = wanted.partition("@")
    behaviour = (
        next((behaviour for behaviour in list_for(case) if behaviour.item.id == item_id), None) if item_id else None
    )
    if behaviour is None:
        return typed, ()
    free = [number for number in NUMBERS if not typed.get(f"behaviour-{number}")]
    number = int(asked) if asked in map(str, NUMBERS) else free[0] if free else 0
    if not number:
        return typed, (FieldError(f"behaviour-{NUMBERS[-1]}", "All areas are filled in. Clear one first."),)
    chosen = [item for item in case.programme.items if typed.get(item_field(number, item.id))]
    if len(chosen) >= MAX_ITEMS and behaviour.item not in chosen:
        fault = f"Area {number}: at most {MAX_ITEMS} behaviours. Clear one first."
        return typed, (FieldError(f"why_no_item-{number}", fault),)
    area = {f"behaviour-{number}": behaviour.item.self_wording, f"evidence-{number}": behaviour.figures}
    added = {name: text for name, text in area.items() if not typed.get(name)}
    return {**typed, **added, item_field(number, item_id): "on"}, ()
