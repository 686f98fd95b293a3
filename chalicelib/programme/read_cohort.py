"""Read the cohort file: YAML becomes checked dates, facilitators and sessions, or every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time

import msgspec
from msgspec import Struct

from chalicelib.core.addresses import check_address, check_name, clean_address, clean_name
from chalicelib.core.calendar import check_dates
from chalicelib.core.errors import FileError
from chalicelib.core.file_errors import FaultList
from chalicelib.core.model import CohortDates, Facilitator, Person, Programme
from chalicelib.core.schedule import SessionPlan
from chalicelib.core.schedule_checks import find_faults, find_warnings
from chalicelib.core.working_days import working_days
from chalicelib.programme import yaml_reader
from chalicelib.programme.cohort_schema import CohortShape, SessionShape
from chalicelib.programme.read_programme import decoded
from chalicelib.programme.yaml_paths import Outline, Path, path_text


class CohortFile(Struct, frozen=True):
    """What a cohort file says. `warnings` are possible and probably mistakes; each names its line."""

    cohort_id: str
    dates: CohortDates
    facilitators: tuple[Facilitator, ...]
    sessions: tuple[SessionPlan, ...]
    warnings: tuple[FileError, ...]


def read_cohort(text: str | bytes, file: str, cohort_id: str, programme: Programme) -> CohortFile:
    """Read and check a cohort file. Raises FileInvalid with every fault's line and key.

    cohort_id   the id that the file must name; empty: any
    """
    faults = FaultList(file)
    outline = Outline(faults)
    plain = yaml_reader.read(outline, yaml_reader.compose(decoded(text, faults), faults), CohortShape)
    faults.refuse_if_any()
    shape = msgspec.convert(plain, CohortShape)
    _check_cohort(outline, shape, cohort_id)
    facilitators = tuple(_facilitators(outline, shape))
    plans = [(path, _plan(path, session)) for path, session in _sessions(shape)]
    sessions = [plan for _, plan in plans]
    for place, field, why in find_faults(sessions, programme, [facilitator.id for facilitator in facilitators]):
        _report(outline, plans, place, field, f"{why}")
    dates = _dates(outline, shape, sessions)
    faults.refuse_if_any()
    days = working_days(programme.organisation, dates.closed)
    cautions = find_warnings(sessions, programme, dates.closes, days.is_working)
    warnings = [
        FileError(file, outline.line(_path(plans, place, field)), path_text(_path(plans, place, field)), why)
        for place, field, why in cautions
    ]
    return CohortFile(shape.cohort, dates, facilitators, tuple(sessions), tuple(warnings))


def _check_cohort(outline: Outline, shape: CohortShape, cohort_id: str) -> None:
    if cohort_id and shape.cohort != cohort_id:
        outline.fault(("cohort",), f'is "{shape.cohort}", and this cohort is {cohort_id}: use the same id in both')


def _facilitators(outline: Outline, shape: CohortShape) -> Iterator[Facilitator]:
    seen: dict[str, Path] = {}
    for place, facilitator in enumerate(shape.facilitators):
        path: Path = ("facilitators", place)
        person = Person(clean_name(facilitator.name), clean_address(facilitator.email))
        if fault := check_name(person.name):
            outline.fault((*path, "name"), fault)
        if fault := check_address(person.email):
            outline.fault((*path, "email"), fault)
        for key, value in (("id", facilitator.id), ("email", person.email)):
            if value in seen:
                outline.fault((*path, key), f'"{value}" is already on line {outline.line(seen[value])}')
            seen[value] = (*path, key)
        yield Facilitator(facilitator.id, person)


def _sessions(shape: CohortShape) -> Iterator[tuple[Path, SessionShape]]:
    for milestone, sessions in shape.sessions.items():
        for place, session in enumerate(sessions):
            yield ("sessions", milestone, place), session


def _plan(path: Path, shape: SessionShape) -> SessionPlan:
    return SessionPlan(
        milestone=str(path[1]),
        date=shape.date,
        start=time.fromisoformat(shape.start),
        end=time.fromisoformat(shape.end),
        place=shape.place or "",
        link=shape.link or "",
        by=shape.by or "",
    )


Plans = Sequence[tuple[Path, SessionPlan]]


def _path(plans: Plans, place: int, field: str) -> Path:
    path = plans[place][0]
    return path[:2] if field == "milestone" else (*path, field)


def _report(outline: Outline, plans: Plans, place: int, field: str, why: str) -> None:
    outline.fault(_path(plans, min(place, len(plans) - 1), field), why)


def _dates(outline: Outline, shape: CohortShape, sessions: Sequence[SessionPlan]) -> CohortDates:
    """Return the dates; the programme ends with its last session."""
    ends = max((plan.date for plan in sessions), default=shape.ends)
    if sessions and shape.ends:
        outline.fault(("ends",), "is given, and the programme ends with its last session: leave the key out")
    if ends is None:
        outline.fault(("ends",), "is missing: without sessions, give the last day of the programme")
    dates = CohortDates(shape.opens, shape.closes, ends or shape.closes, closed=tuple(sorted(shape.closed)))
    for message in check_dates(dates) if ends else ():
        outline.fault(("sessions",) if message.startswith("The programme ends") else ("closes",), message)
    return dates
