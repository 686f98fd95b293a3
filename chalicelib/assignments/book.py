"""Collect all work of a delegate from stored rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.assignments.tasks import Area, Book, Task
from chalicelib.assignments.timing import NO_TIMETABLE, Timetable, days_of
from chalicelib.core.model import Cohort, Programme, Wave
from chalicelib.core.working_days import survey_opens_at
from chalicelib.store import assignments, debriefs
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row

PARTS = ("behaviour", "first_step", "support", "who_will_notice")


def open_book(
    programme: Programme, cohort: Cohort | None, rows: Sequence[Row], timetable: Timetable = NO_TIMETABLE
) -> Book:
    """Return all work of a delegate.

    rows   of the delegate's partition
    """
    works, submissions = assignments.works_from(rows), assignments.submissions_from(rows)
    parts, areas, zone = assignments.parts_from(rows), areas_from(rows), programme.organisation.timezone
    final_at = _final_at(programme, cohort) if cohort else None
    tasks = tuple(
        Task(
            milestone=milestone,
            assignment=assignment,
            days=days_of(assignment, milestone.id, timetable, zone),
            zone=zone,
            final_at=final_at,
            areas=areas,
            work=works.get(assignment.id),
            submissions=tuple(submissions.get(assignment.id, ())),
            part=parts.get(assignment.id),
        )
        for milestone in programme.milestones
        for assignment in milestone.assignments
    )
    return Book(programme, tasks, areas)


def areas_from(rows: Sequence[Row]) -> tuple[Area, ...]:
    """Return the development areas that a form may name; none before the release of the report that they are from."""
    report = DelegateRecord(rows).find_report(Wave.BASELINE)
    if report is None or not report.is_released:
        return ()
    return tuple(
        Area(area.id, {part: getattr(area, part) for part in PARTS}, area.is_live) for area in debriefs.areas_from(rows)
    )


def _final_at(programme: Programme, cohort: Cohort) -> datetime:
    return survey_opens_at(programme, cohort.dates) + timedelta(days=programme.impact.open_days)
