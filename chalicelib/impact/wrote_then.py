"""What a delegate wrote between workshops, shown above the questions of the impact survey that come back to it.

Only the delegate's own survey shows it. Measures begin with what was written then: asked is only where they are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from chalicelib.assignments.answers_shown import show_answers
from chalicelib.assignments.coach_view import book_of
from chalicelib.assignments.form import AREAS, fields_of
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.thread import WorkState
from chalicelib.core.form_model import Measures
from chalicelib.core.formatting import local_day
from chalicelib.core.model import Delegate, Programme
from chalicelib.forms.impact_questions import MEASURES
from chalicelib.store import delegates

PUT_INTO_PRACTICE, PROPOSAL = "implemented", "proposal"
NO_NOTE = "You have no note of this."
KEPT = {"name": "name", "unit": "unit", "better": "direction", "value": "baseline", "source": "source"}


class WroteThen(Struct, frozen=True):
    """lines: question -> what was written then; filled: question -> text that it begins with."""

    lines: Mapping[str, list[str]] = field(default_factory=dict)
    filled: Mapping[str, str] = field(default_factory=dict)


def find_wrote_then(delegate: Delegate, programme: Programme, now: datetime) -> WroteThen:
    """Return what was written, from the delegate's submissions. Three calls."""
    book = book_of(delegate, programme, tuple(delegates.load_rows(delegate.id)))
    lines = _work(book, now) | _practice(book, now) | _areas(book) | _proposal(book, now)
    measured = _measures(book)
    for number, (task, row) in enumerate(measured, start=1):
        lines[f"measure.{number}.name"] = [f"{_then(task)} {_in_words(row)}"]
    return WroteThen({name: said for name, said in lines.items() if said}, _filled(measured))


def _then(task: Task) -> str:
    day = local_day(task.latest.at, task.zone) if task.latest else ""
    return f"You wrote on {day}:"


def _submitted(book: Book) -> list[Task]:
    return [task for task in book.tasks if task.latest is not None]


# --- measures -------------------------------------------------------------------------------------------------


def _measures(book: Book) -> list[tuple[Task, Mapping[str, Any]]]:
    found = [
        (task, row)
        for task in _submitted(book)
        for one in task.form.fields
        if isinstance(one.type, Measures) and task.latest
        for row in task.latest.values.get(one.id, ())
    ]
    return found[:MEASURES]


def _filled(measured: Iterable[tuple[Task, Mapping[str, Any]]]) -> dict[str, str]:
    return {
        f"measure.{number}.{into}": row[cell]
        for number, (_, row) in enumerate(measured, start=1)
        for cell, into in KEPT.items()
        if cell in row
    }


def _in_words(row: Mapping[str, Any]) -> str:
    value = f"{row['value']} {row['unit']}" if "value" in row else "without a figure"
    more = [row.get("period", ""), f"target {row['target']}" if "target" in row else ""]
    return ", ".join(filter(None, [f"{row['name']}: {value}", *more])) + "."


# --- ideas, assignments, areas ---------------------------------------------------------------------------------


def _work(book: Book, now: datetime) -> dict[str, list[str]]:
    return {f"work.{task.milestone.id}.{task.id}": [_handed_in(task, now)] for task in book.tasks}


def _handed_in(task: Task, now: datetime) -> str:
    if task.latest:
        return f"You submitted this on {local_day(task.latest.at, task.zone)}."
    is_waived = task.work is not None and task.work.state == WorkState.WAIVED
    return "You did not have to do this." if is_waived else NO_NOTE


def _practice(book: Book, now: datetime) -> dict[str, list[str]]:
    """What was set in motion, as the form of the id `action` asks it."""
    task = book.find("action")
    if task is None or task.latest is None:
        return {}
    wanted = [one for one in fields_of(task.assignment) if one.id in ("action", "state", "happened")]
    shown = show_answers(wanted, task.latest.values, book.context(task, now))
    return {PUT_INTO_PRACTICE: [_then(task), *(f"{one.label} {' '.join(one.lines)}" for one in shown if one.lines)]}


def _proposal(book: Book, now: datetime) -> dict[str, list[str]]:
    """What the Board decided, as the facilitator noted it in the form of the id `board`."""
    task = book.find("board")
    if task is None or task.part is None or task.part.submitted_at is None:
        return {}
    wanted = [one for one in task.assignment.by_facilitator if one.id in ("decision", "decided_on", "terms")]
    shown = show_answers(wanted, task.part.values, book.context(task, now))
    return {PROPOSAL: [f"{one.label}: {' '.join(one.lines)}. Has it changed?" for one in shown[:1] if one.lines]}


def _areas(book: Book) -> dict[str, list[str]]:
    worked: dict[str, list[str]] = {}
    for task in _submitted(book):
        for area in task.latest.values.get(AREAS, ()) if task.latest else ():
            worked.setdefault(area, []).append(f"“{task.assignment.title}”")
    return {f"level.{area}": [f"You worked on it in: {', '.join(titles)}."] for area, titles in worked.items()}
