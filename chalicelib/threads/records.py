"""Read the rows of every thread of a cohort's delegates, in a few calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.core.model import Cohort, Programme, Wave
from chalicelib.core.schedule import Session, held
from chalicelib.store import (
    areas,
    assignments,
    attendance,
    debriefs,
    delegates,
    impact_surveys,
    meetings,
    openings,
    reports,
)
from chalicelib.store.areas import Area
from chalicelib.store.assignments import WorkLine
from chalicelib.store.attendance import Attendance
from chalicelib.store.cohorts import DelegateLine, FeedbackState, SurveyStage
from chalicelib.store.debriefs import Debrief
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.impact_surveys import ImpactSurvey, Role
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import Key, batched, get_many
from chalicelib.store.unreadable import read_one


class Record(Struct, frozen=True):
    """The rows of one delegate, each of one thread.

    report, debrief, areas  of the latest wave that has a report
    has_opened              whether the coach of today has opened this very report
    marks                   attendance by session
    work                    by assignment
    survey                  the delegate's own
    approval                the status of the list of raters, while the questionnaire waits for it
    """

    line: DelegateLine
    report: StoredReport | None = None
    has_opened: bool = False
    debrief: Debrief | None = None
    meeting: Meeting = Meeting(MeetingKind.DEBRIEF)
    review: Meeting = Meeting(MeetingKind.REVIEW)
    marks: Mapping[str, Attendance] = field(default_factory=dict)
    work: Mapping[str, WorkLine] = field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    survey: ImpactSurvey | None = None
    approval: Approval = Approval.NOT_ASKED

    @property
    def wave(self) -> Wave:
        return self.report.wave if self.report else Wave.BASELINE


class Records(Struct, frozen=True):
    """A cohort's delegates and its sessions."""

    cohort: Cohort
    programme: Programme
    sessions: tuple[Session, ...]
    delegates: tuple[Record, ...]


def load_records(
    cohort: Cohort, programme: Programme, sessions: Sequence[Session], lines: Sequence[DelegateLine]
) -> Records:
    """Return the records of these delegates.

    One query for the work of the cohort, and one call for each hundred rows of delegates: those that their line says
    may exist, at most six of each, one for each session, and then their areas.
    """
    lines = list(lines)
    keys = [key for line in lines for key in _keys(line, approves=programme.raters_approved_by is not None)]
    rows = _read(keys)
    marks = _marks([line.delegate_id for line in lines], sessions)
    work = _work(cohort.id)
    records = [_record(line, rows, marks.get(line.delegate_id, {}), work.get(line.delegate_id, {})) for line in lines]
    stored = _read([key for record in records for key in _area_keys(record)])
    return Records(cohort, programme, tuple(sessions), tuple(_with_areas(record, stored) for record in records))


def load_meetings(cohort: Cohort, programme: Programme, lines: Sequence[DelegateLine]) -> Records:
    """Return the records of these delegates with their debriefs and reviews alone, for which someone may wait."""
    rows = _read([key for line in lines for key in _meeting_keys(line)])
    return Records(cohort, programme, (), tuple(_record(line, rows, {}, {}) for line in lines))


def _meeting_keys(line: DelegateLine) -> Iterator[Key]:
    who, wave = line.delegate_id, line.wave_with_report
    if wave and line.may_wait_for_release:
        yield from (reports.key(who, wave), debriefs.key(who, wave), meetings.key(who, MeetingKind.DEBRIEF))
    if line.survey is SurveyStage.CLOSED:
        yield from (impact_surveys.key(who, Role.DELEGATE), meetings.key(who, MeetingKind.REVIEW))


def _keys(line: DelegateLine, *, approves: bool = False) -> Iterator[Key]:
    """Yield the rows that may exist at this point of the delegate's year; none about someone who is gone.

    approves   whether someone approves lists of raters: then a list that is not sent may wait for them
    """
    who, wave = line.delegate_id, line.wave_with_report
    if line.withdrawn:
        return
    if approves and _is_choosing(line):
        yield delegates.nomination_key(who, line.wave)
    if wave:
        yield from (reports.key(who, wave), debriefs.key(who, wave), openings.key(who, wave, line.coach_id))
        yield meetings.key(who, MeetingKind.DEBRIEF)
    if line.survey:
        yield from (impact_surveys.key(who, Role.DELEGATE), meetings.key(who, MeetingKind.REVIEW))


def _is_choosing(line: DelegateLine) -> bool:
    return line.feedback is FeedbackState.COLLECTING and not line.nominated


def _read(keys: Sequence[Key]) -> dict[Key, Row]:
    rows = {at: row for batch in batched(keys) for at, row in get_many(batch).items()}
    return {at: row for at, row in rows.items() if isinstance(at, Key)}


def _marks(delegate_ids: Sequence[str], sessions: Sequence[Session]) -> dict[str, dict[str, Attendance]]:
    by_delegate: dict[str, dict[str, Attendance]] = {}
    attendances = attendance.find_many(delegate_ids, [session.id for session in held(sessions)])
    for (delegate_id, session), mark in attendances.items():
        by_delegate.setdefault(delegate_id, {})[session] = mark
    return by_delegate


def _work(cohort_id: str) -> dict[str, dict[str, WorkLine]]:
    by_delegate: dict[str, dict[str, WorkLine]] = {}
    for line in assignments.lines_of(cohort_id):
        by_delegate.setdefault(line.delegate_id, {})[line.assignment] = line
    return by_delegate


def _record(
    line: DelegateLine, rows: Mapping[Key, Row], marks: Mapping[str, Attendance], work: Mapping[str, WorkLine]
) -> Record:
    who, wave = line.delegate_id, line.wave_with_report
    report = read_one(StoredReport, rows.get(reports.key(who, wave))) if wave else None
    chosen = read_one(Nomination, rows.get(delegates.nomination_key(who, line.wave)))
    debrief_key = debriefs.key(who, report.wave if report else Wave.BASELINE)
    met = {kind: read_one(Meeting, rows.get(meetings.key(who, kind))) or Meeting(kind) for kind in MeetingKind}
    return Record(
        line=line,
        report=report,
        approval=chosen.approval if chosen else Approval.NOT_ASKED,
        has_opened=report is not None and _has_opened(line, report, rows),
        debrief=read_one(Debrief, rows.get(debrief_key)),
        meeting=met[MeetingKind.DEBRIEF],
        review=met[MeetingKind.REVIEW],
        marks=marks,
        work=work,
        survey=read_one(ImpactSurvey, rows.get(impact_surveys.key(who, Role.DELEGATE))),
    )


def _has_opened(line: DelegateLine, report: StoredReport, rows: Mapping[Key, Row]) -> bool:
    opened = rows.get(openings.key(line.delegate_id, report.wave, line.coach_id))
    return opened is not None and opened.get("checksum") == report.checksum


def _area_keys(record: Record) -> list[Key]:
    named = record.debrief.areas if record.debrief else ()
    return [areas.key(record.line.delegate_id, record.wave, area_id) for area_id in named]


def _with_areas(record: Record, rows: Mapping[Key, Row]) -> Record:
    own = [rows[key] for key in _area_keys(record) if read_one(Area, rows.get(key))]
    return replace(record, areas=areas.from_rows(own, record.wave))
