"""Show a coach the delegates they debrief, and each report before anyone else sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.errors import Refusal
from chalicelib.core.ids import coach_id, coach_ids
from chalicelib.core.model import Cohort, Delegate, Person, Programme, Wave
from chalicelib.core.schedule import Session
from chalicelib.debrief.debrief_form import MOST_AREAS
from chalicelib.jobs.commit import commit
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import COACH
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import (
    audit_events,
    coach_comments,
    cohorts,
    meetings,
    openings,
    programmes,
    pulse_rounds,
    record_drafts,
    ticks,
    workshops,
)
from chalicelib.store.areas import Area
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.coach_comments import CoachComment
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.debriefs import CoachNotes, Debrief, HandOver, from_rows, hand_overs_from, notes_from
from chalicelib.store.delegate_record import load_record
from chalicelib.store.impact_surveys import ImpactSurvey, surveys_from
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.store.openings import Opening
from chalicelib.store.pulse_rounds import Round
from chalicelib.store.record_drafts import RecordDraft
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.threads.describe import describe_all
from chalicelib.threads.model import DelegateThreads
from chalicelib.threads.records import load_records
from chalicelib.waves.manager_then import name_manager_then
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role

MAX_RETRIES = 5  # another window may save between our read and our write


class CaseBusy(Refusal):
    """Other windows kept saving the same thing."""

    status = 409
    title = "Not saved"

    def __init__(self) -> None:
        super().__init__("This page is open in another window that saved at the same time. Please save again.")


class NoReportYet(Refusal):
    """The questionnaire is still open, or the report is being made."""

    status = 404
    title = "There is no report yet"

    def __init__(self) -> None:
        super().__init__("You get an email as soon as it is ready.")


class Caseload(Struct, frozen=True):
    token: str
    cohort: Cohort
    programme: Programme
    lines: tuple[DelegateLine, ...]  # of their delegates; at least one
    sessions: tuple[Session, ...]  # of the cohort's workshops
    ends_at: datetime  # of the link

    @property
    def reader(self) -> Reader:
        return coach_reader(self.token, self.cohort.id, self.lines[0].coach, self.programme, self.ends_at)

    def threads(self, now: datetime) -> tuple[DelegateThreads, ...]:
        """Describe every thread of their delegates. See threads/records.py for the calls."""
        return describe_all(load_records(self.cohort, self.programme, self.sessions, self.lines), now)


class Case(Struct, frozen=True):
    """One delegate, as their coach sees them."""

    token: str
    delegate: Delegate
    cohort: Cohort
    programme: Programme
    wave: Wave  # the follow-up once its report is made
    report: StoredReport | None
    earlier: StoredReport | None  # of the baseline, if there is a follow-up
    debrief: Debrief | None
    areas: tuple[Area, ...]  # as recorded in the debrief of this wave
    coach_comments: tuple[CoachComment, ...]  # comments that raters keep for the coach: not in the report
    impact: tuple[ImpactSurvey, ...]
    rows: tuple[Row, ...]
    notes: CoachNotes | None  # the coach's own notes
    left: tuple[HandOver, ...]  # notes from coaches before them
    own_left: HandOver | None  # their own note for the next coach
    ends_at: datetime  # of the link
    ticks: tuple[str, ...] = ()  # ids of behaviours that this coach ticked in the report
    draft: RecordDraft | None = None  # what this coach typed into the record and has not recorded
    has_opened: bool = False  # whether this coach has opened this report
    carried: tuple[Area, ...] = ()  # live areas of the first 360, until the debrief of the follow-up is recorded

    @property
    def manager_then(self) -> str:
        """Return who answered as the line manager, if the delegate has another one today; else empty."""
        return name_manager_then(self.rows, self.wave, self.delegate)

    @property
    def coach_id(self) -> str:
        return coach_id(self.delegate.cohort_id, self.delegate.coach.email)

    @property
    def meeting(self) -> Meeting:
        return meetings.from_rows(self.rows, MeetingKind.DEBRIEF)

    @property
    def rounds(self) -> tuple[Round, ...]:
        return pulse_rounds.from_rows(self.rows)

    @property
    def is_released(self) -> bool:
        return self.report is not None and self.report.state is ReportState.RELEASED

    @property
    def reader(self) -> Reader:
        coach, about = self.delegate.coach, {"delegate": self.delegate.id}
        reader = coach_reader(self.token, self.delegate.cohort_id, coach, self.programme, self.ends_at)
        return replace(reader, about={**reader.about, **about})


def coach_reader(token: str, cohort_id: str, coach: Person, programme: Programme, ends_at: datetime) -> Reader:
    return readers.reader(Role.COACH, token, coach, f"/coach/{token}", programme, {"cohort": cohort_id}, ends_at)


def open_caseload(token: str) -> Caseload:
    """Open a caseload in one query. Raises LinkUnknown or LinkRevoked."""
    link = COACH.open(token)
    cohort_id, coach, *version = link.parts
    rows = list(cohorts.rows(cohort_id))
    opened = caseload_of(rows, coach, link.token)
    if opened is None:
        raise LinkUnknown
    _refuse_revoked(opened.cohort, opened.lines[0].coach, version)
    return opened


def caseload_of(rows: Sequence[Row], coach: str, token: str = "") -> Caseload | None:
    """Read a coach's caseload from a cohort's rows; None if they have no delegate in it.

    coach  the id in their link
    token  of their link; empty: the one that is valid now
    """
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        return None
    lines = [line for line in cohorts.lines_from(rows) if _is_with(line, cohort.id, coach)]
    if not lines:
        return None
    person = lines[0].coach
    token = token or COACH.token(cohort.id, person, cohorts.coach_link(cohort, person))
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    closes = [datetime.fromisoformat(line.closes_at) for line in lines if line.closes_at]
    ends_at = end_of_programme_links(programme, cohort.dates, closes)
    return Caseload(token, cohort, programme, tuple(lines), workshops.sessions_from(rows), ends_at)


def _is_with(line: DelegateLine, cohort_id: str, coach: str) -> bool:
    return coach in coach_ids(cohort_id, line.coach.email) and not line.moved_to


def open_case(token: str, delegate_id: str) -> Case:
    """Open one delegate in two calls. Raises LinkUnknown for a delegate who is not this coach's, or LinkRevoked."""
    link = COACH.open(token)
    cohort_id, coach, *version = link.parts
    record = load_record(delegate_id)
    rows, delegate = tuple(record.rows), record.find_delegate()
    if delegate is None or delegate.cohort_id != cohort_id or coach not in coach_ids(cohort_id, delegate.coach.email):
        raise LinkUnknown
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise LinkUnknown
    _refuse_revoked(cohort, delegate.coach, version)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    closes = [wave.closes_at for wave in record.waves]
    first, again = (record.find_report(wave) for wave in (Wave.BASELINE, Wave.FOLLOWUP))
    wave, report, earlier = (Wave.FOLLOWUP, again, first) if again else (Wave.BASELINE, first, None)
    comments = tuple(coach_comments.from_rows(rows, wave)) if report else ()
    debrief, areas = from_rows(rows, wave)
    me = coach_id(cohort_id, delegate.coach.email)  # links from before ids were keyed have another id
    return Case(
        token=link.token,
        delegate=delegate,
        programme=programme,
        wave=wave,
        report=report,
        earlier=earlier,
        debrief=debrief,
        areas=areas,
        coach_comments=comments,
        impact=surveys_from(rows),
        rows=rows,
        notes=_notes(rows, delegate),
        left=tuple(note for note in hand_overs_from(rows) if note.coach != me and note.text),
        own_left=next((note for note in hand_overs_from(rows) if note.coach == me), None),
        ends_at=end_of_programme_links(programme, cohort.dates, closes),
        ticks=ticks.from_rows(rows, wave, me),
        draft=record_drafts.from_rows(rows, wave.value, me),
        cohort=cohort,
        has_opened=report is not None and openings.opened_checksum(rows, wave, me) == report.checksum,
        carried=_carried(rows) if wave is Wave.FOLLOWUP and debrief is None else (),
    )


def _carried(rows: Sequence[Row]) -> tuple[Area, ...]:
    """Return the live areas of the first 360 in the order of the form. A review date that has passed is left out."""
    live = [area for area in from_rows(rows, Wave.BASELINE)[1] if area.is_live][:MOST_AREAS]
    return tuple(replace(area, place=place, review_by=None) for place, area in enumerate(live, start=1))


def _refuse_revoked(cohort: Cohort, coach: Person, version: Sequence[str]) -> None:
    """Refuse a link that was revoked.

    version  empty in links of earlier emails, which work until a link is revoked
    """
    if (version or ["1"]) != [str(cohorts.coach_link(cohort, coach))]:
        raise LinkRevoked


def _notes(rows: Iterable[Row], delegate: Delegate) -> CoachNotes | None:
    """Return the coach's own notes.

    Unsigned notes of an earlier version are theirs unless the trail names another coach.
    """
    now, before = coach_ids(delegate.cohort_id, delegate.coach.email)
    notes = notes_from(rows, now)
    if notes is None or notes.coach:
        return notes
    last_coach_id = audit_events.last_coach(delegate.cohort_id, delegate.id, notes.at)
    return notes if last_coach_id in ("", now, before) else None


def open_report(case: Case, kind: str, now: datetime) -> StoredReport:
    """Return a report, and record that this coach has opened it. Raises NoReportYet.

    kind   pdf or html; pdf-earlier for the baseline, if there is a follow-up
    """
    report = case.earlier if kind.endswith("-earlier") else case.report
    if report is None:
        raise NoReportYet
    delegate, by = case.delegate, f"coach {case.coach_id}"
    opening = Opening(report.checksum, now)
    commit(
        [
            audit_events.add(
                delegate.cohort_id, AuditEvent.OPENED_REPORT, by, delegate.id, now, format=audit_events.FORMATS[kind]
            ),
            openings.save(delegate.id, report.wave, case.coach_id, opening),
        ],
        now,
    )
    return report
