"""Collect the workshops that a delegate had and what they wrote before the impact survey. Pure.

This decides what the survey asks. Forms are found by the ids of the example programme. If a programme has no such
forms, the survey asks the same questions, and no field is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from chalicelib.assignments.spans import timetable_of
from chalicelib.assignments.table_fields import ROW
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.thread import WorkState
from chalicelib.assignments.timing import Timetable
from chalicelib.core.form_model import FormField, Measures, Rows, Scale
from chalicelib.core.formatting import day, local_day
from chalicelib.core.impact_background import Background, EarlierMeasure, Sign, Stakeholder
from chalicelib.core.model import Wave
from chalicelib.core.schedule import Session
from chalicelib.forms.impact_options import MEASURES
from chalicelib.store.debriefs import from_rows
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row

SIGN, SIGN_BY = "sign", "sign_by"  # ids of fields: the first sign of a vision, and its day
PLAN, REVIEW = "plan", "review"  # ids of fields: stakeholders as planned, and at their review
DONE = "done"
MAX_STAKEHOLDERS = 6


class _Table(Struct, frozen=True):
    """The submitted rows of a field."""

    kind: Any = None
    rows: Sequence[Mapping[str, Any]] = ()

    @property
    def stances(self) -> tuple[tuple[str, str], ...]:
        """Return the id and words of each stance that a stakeholder can have; empty if the form does not ask."""
        columns = self.kind.columns if isinstance(self.kind, Rows) else ()
        scales = (column.type for column in columns if column.id in ("stance", "now"))
        options = next((scale.options for scale in scales if isinstance(scale, Scale)), ())
        return tuple((option.id, option.label) for option in options)


NO_TABLE = _Table()


def collect_background(book: Book, sessions: Sequence[Session], rows: Sequence[Row]) -> Background:
    """Collect what the delegate did and wrote before the survey.

    rows  of the delegate's partition
    """
    plan, review = _table(book, PLAN), _table(book, REVIEW)
    timetable = timetable_of(sessions, rows)
    return Background(
        measures=tuple(_measures(book))[:MEASURES],
        signs=tuple(_signs(book)),
        stakeholders=_stakeholders(plan, review),
        stances=plan.stances or review.stances,
        steps=len(plan.rows),
        steps_done=sum(row.get("done") == DONE for row in plan.rows),
        missed=tuple(milestone.id for milestone in book.programme.milestones if _is_missed(milestone.id, timetable)),
        waived=tuple(task.id for task in book.tasks if task.work and task.work.state == WorkState.WAIVED),
        has_report=_has_report(rows),
        has_debrief=from_rows(rows)[0] is not None,
    )


def submitted(book: Book) -> Iterator[tuple[Task, FormField, Any]]:
    """Yield each answer of each submission, with its field."""
    for task in book.tasks:
        for field in task.form.fields if task.latest else ():
            if task.latest and field.id in task.latest.values:
                yield task, field, task.latest.values[field.id]


def _is_missed(milestone: str, timetable: Timetable) -> bool:
    """Return whether the delegate missed a workshop, because they were absent or it never took place."""
    span = timetable.find(milestone)
    return timetable.lacks_date(milestone) if span is None else not span.had


def _has_report(rows: Sequence[Row]) -> bool:
    report = DelegateRecord(rows).find_report(Wave.BASELINE)
    return report is not None and report.is_released


def _measures(book: Book) -> Iterator[EarlierMeasure]:
    parts = ("name", "unit", "better", "value", "period", "source", "target")
    for task, field, value in submitted(book):
        for row in value if isinstance(field.type, Measures) else ():
            if "name" in row:
                yield EarlierMeasure(**{part: row.get(part, "") for part in parts}, said=said_on(task))


def said_on(task: Task) -> str:
    return f"You wrote on {local_day(task.latest.at, task.zone)}:" if task.latest else ""


def _signs(book: Book) -> Iterator[Sign]:
    for task, field, value in submitted(book):
        if field.id == SIGN and task.latest:
            by = task.latest.values.get(SIGN_BY, "")
            yield Sign(task.id, value, day(date.fromisoformat(by)) if by else "")


def _table(book: Book, field: str) -> _Table:
    tables = (_Table(form_field.type, value) for _, form_field, value in submitted(book) if form_field.id == field)
    return next((table for table in tables if isinstance(table.kind, Rows)), NO_TABLE)


def _stakeholders(plan: _Table, review: _Table) -> tuple[Stakeholder, ...]:
    """List the stakeholders. A row of the review has the id of the row in the plan that it was copied from."""
    first = {row[ROW]: row for row in plan.rows}
    later = {row[ROW]: row for row in review.rows}
    people = [(row_id, later.get(row_id, {}), first.get(row_id, {})) for row_id in (*later, *(first.keys() - later))]
    named = [(row_id, now, then, now.get("who") or then.get("who")) for row_id, now, then in people]
    words = dict(plan.stances or review.stances)
    return tuple(
        Stakeholder(row_id, who, words.get(then.get("stance", ""), ""), words.get(now.get("now", ""), ""))
        for row_id, now, then, who in named
        if who
    )[:MAX_STAKEHOLDERS]
