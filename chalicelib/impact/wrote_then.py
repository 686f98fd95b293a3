"""What a delegate wrote between workshops, shown above the questions of the impact survey about the same things.

Only the delegate's own survey shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.areas.openings import areas_wave
from chalicelib.assignments.answers_shown import show_answers
from chalicelib.assignments.coach_view import book_of
from chalicelib.assignments.form import AREAS, fields_of
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.thread import WorkState
from chalicelib.core.formatting import local_day
from chalicelib.core.impact_background import Background, EarlierMeasure
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.forms.impact_options import LEVELS
from chalicelib.store import areas, delegates
from chalicelib.store.areas import Progress, progress_from
from chalicelib.store.marshal import Row

PUT_INTO_PRACTICE, PROPOSAL = "implemented", "proposal"
NOTES = 4  # latest notes on an area that are shown
NO_NOTE = "You have no note of this."
KEPT = {"name": "name", "unit": "unit", "better": "direction", "value": "baseline", "source": "source"}


Lines = Mapping[str, list[str]]  # question -> what was written then


def find_wrote_then(delegate: Delegate, programme: Programme, background: Background, now: datetime) -> Lines:
    """Return what was written, from the delegate's submissions and notes. Three calls."""
    rows = tuple(delegates.load_rows(delegate.id))
    book = book_of(delegate, programme, rows)
    lines = _work(book, now) | _practice(book, now) | _areas(book, rows) | _proposal(book, now)
    for number, measure in enumerate(background.measures, start=1):
        lines[f"measure.{number}.name"] = [_in_words(measure)]
    for sign in background.signs:
        lines[f"sign.{sign.assignment}"] = [f"You expected it by {sign.by}."] if sign.by else []
    return {name: said for name, said in lines.items() if said}


def _then(task: Task) -> str:
    day = local_day(task.latest.at, task.zone) if task.latest else ""
    return f"You wrote on {day}:"


def _submitted(book: Book) -> list[Task]:
    return [task for task in book.tasks if task.latest is not None]


# --- measures -------------------------------------------------------------------------------------------------


def fill_measures(measures: Sequence[EarlierMeasure]) -> dict[str, str]:
    """Return the text to fill in for each measure. The survey asks only for today's figure."""
    return {
        f"measure.{number}.{into}": getattr(measure, part)
        for number, measure in enumerate(measures, start=1)
        for part, into in KEPT.items()
        if getattr(measure, part)
    }


def _in_words(measure: EarlierMeasure) -> str:
    value = f"{measure.value} {measure.unit}" if measure.value else "without a figure"
    more = [measure.period, f"target {measure.target}" if measure.target else ""]
    return ", ".join(filter(None, [f"{measure.said} {measure.name}: {value}", *more])) + "."


# --- ideas, assignments, areas ---------------------------------------------------------------------------------


def _work(book: Book, now: datetime) -> dict[str, list[str]]:
    return {f"work.{task.milestone.id}.{task.id}": [_handed_in(task, now)] for task in book.tasks}


def _handed_in(task: Task, now: datetime) -> str:
    if task.latest:
        return f"You submitted this on {local_day(task.latest.at, task.zone)}."
    is_waived = task.work is not None and task.work.state == WorkState.WAIVED
    return "You did not have to do this." if is_waived else NO_NOTE


def _practice(book: Book, now: datetime) -> dict[str, list[str]]:
    """Return the actions that were started, from the form with the id `action`."""
    task = book.find("action")
    if task is None or task.latest is None:
        return {}
    wanted = [field for field in fields_of(task.assignment) if field.id in ("action", "state", "happened")]
    answers = show_answers(wanted, task.latest.values, book.context(task, now))
    return {
        PUT_INTO_PRACTICE: [
            _then(task),
            *(f"{answer.label} {' '.join(answer.lines)}" for answer in answers if answer.lines),
        ]
    }


def _proposal(book: Book, now: datetime) -> dict[str, list[str]]:
    """Return what the Board decided, as the facilitator noted it in the form with the id `board`."""
    task = book.find("board")
    if task is None or task.part is None or task.part.submitted_at is None:
        return {}
    wanted = [field for field in task.assignment.by_facilitator if field.id in ("decision", "decided_on", "terms")]
    answers = show_answers(wanted, task.part.values, book.context(task, now))
    return {
        PROPOSAL: [
            f"{answer.label}: {' '.join(answer.lines)}. Has it changed?" for answer in answers[:1] if answer.lines
        ]
    }


def _areas(book: Book, rows: Sequence[Row]) -> dict[str, list[str]]:
    zone, wave = book.programme.organisation.timezone, areas_wave(rows)
    worked = _worked_on(book)
    return {
        f"level.{area.id}": [
            *([f"You worked on it in: {', '.join(worked[area.id])}."] if area.id in worked else []),
            *(_note_in_words(note, zone) for note in reversed(progress_from(rows, wave, area.id)[:NOTES])),
        ]
        for area in areas.from_rows(rows, wave)
    }


def _note_in_words(note: Progress, zone: str) -> str:
    level = dict(LEVELS).get(note.level, "")
    said = ": ".join(filter(None, [level, note.line]))
    who = "You noted" if note.by == By.DELEGATE else f"{note.name} noted"
    return f"{who} on {local_day(note.at, zone)}: {said}"


def _worked_on(book: Book) -> dict[str, list[str]]:
    worked: dict[str, list[str]] = {}
    for task in _submitted(book):
        for area in task.latest.values.get(AREAS, ()) if task.latest else ():
            worked.setdefault(area, []).append(f"“{task.assignment.title}”")
    return worked
