"""A delegate's own page: the whole programme, and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.assignments.book import open_book
from chalicelib.assignments.spans import timetable_of
from chalicelib.assignments.tasks import Book, Task
from chalicelib.core.errors import Refusal
from chalicelib.core.model import (
    SELF_GROUP,
    Approver,
    Cohort,
    CohortDates,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Milestone,
    Programme,
    Wave,
    WaveState,
)
from chalicelib.core.schedule import Session, of_milestone
from chalicelib.core.working_days import survey_opens_at
from chalicelib.jobs.commit import commit
from chalicelib.links.ends import end_after, end_of_programme_links
from chalicelib.links.kinds import ANSWER, HUB, NOMINATE
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.milestones.rater_progress import Progress, progress
from chalicelib.results.answer_counts import counted_from
from chalicelib.store import attendance, audit_events, cohorts, meetings, programmes, workshops
from chalicelib.store.areas import Area
from chalicelib.store.attendance import Attendance
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.debriefs import Debrief, from_rows
from chalicelib.store.delegate_record import load_record
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.impact_surveys import ImpactSurvey, surveys_from
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.store.reports import StoredReport
from chalicelib.waves.manager_then import name_manager_then
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role
from chalicelib.web.timeline import HubView


class HubRefused(Refusal):
    """Something a delegate cannot do, or not yet."""

    title = "Not yet"


class StepUnknown(HubRefused):
    """The delegate's programme has no such milestone."""


class Hub(Struct, frozen=True):
    """Everything the page shows. Of the raters, only totals: never who."""

    token: str
    delegate: Delegate
    programme: Programme
    wave: DelegateWave
    nomination: Nomination
    own: Invitation | None  # the delegate's own questionnaire
    raters: tuple[Progress, ...]
    report: StoredReport | None  # the latest that is released
    debrief: Debrief | None
    areas: tuple[Area, ...]
    book: Book
    sessions: tuple[Session, ...]  # of the cohort's workshops
    impact: ImpactSurvey | None
    attendance: Mapping[str, Attendance]  # by session
    cohort: Cohort | None  # None if it is not found
    rows: tuple[Row, ...]  # of the delegate's partition
    impact_at: datetime | None  # when the delegate is asked about results
    meeting: Meeting = Meeting(MeetingKind.DEBRIEF)
    is_to_meet: bool = False  # the report is made, and not released
    areas_open_at: datetime | None = None  # set while the delegate's new address waits: then `areas` is empty

    @property
    def manager_then(self) -> str:
        """Return who answered as the line manager in the report, if it is another one today; else empty."""
        return name_manager_then(self.rows, self.report.wave, self.delegate) if self.report else ""

    @property
    def dates(self) -> CohortDates | None:
        return self.cohort.dates if self.cohort else None

    @property
    def live_areas(self) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.is_live)

    @property
    def ends_at(self) -> datetime:
        """Return when the link expires."""
        if self.dates is None:
            return end_after([self.wave.closes_at], self.programme.organisation.timezone)
        return end_of_programme_links(self.programme, self.dates, [self.wave.closes_at])

    @property
    def approver(self) -> str:
        """Return who is approving the list of raters now; empty if no one is."""
        names = {Approver.COACH: self.delegate.coach.name, Approver.MANAGER: self.delegate.manager.name}
        approver = self.programme.raters_approved_by if self.nomination.approval is Approval.ASKED else None
        return names[approver] if approver else ""

    @property
    def counted_from(self) -> int:
        """Return how many raters must be counted together for a count to be shown."""
        return counted_from(self.programme.threshold)

    def days_of(self, milestone: Milestone) -> int:
        """Return how many days of a workshop take place, or are meant to while it has no dates."""
        return len(of_milestone(self.sessions, milestone.id)) or milestone.days

    def tasks(self, milestone: Milestone) -> tuple[Task, ...]:
        return self.book.of_milestone(milestone.id)

    @property
    def reader(self) -> Reader:
        """Return the reader to sign in for the report; the rest of the hub opens by its link alone."""
        about = {"cohort": self.delegate.cohort_id, "delegate": self.delegate.id}
        home = f"/hub/{self.token}/report"
        return readers.reader(
            Role.DELEGATE, self.token, self.delegate.person, home, self.programme, about, self.ends_at
        )

    @property
    def is_open(self) -> bool:
        return self.wave.state is WaveState.OPEN

    @property
    def may_choose(self) -> bool:
        """Return whether raters can be chosen now."""
        return self.wave.state in (WaveState.PLANNED, WaveState.OPEN)

    def view(self, now: datetime) -> HubView:
        """Return what other layers read to add their lines to the timeline."""
        return HubView(
            token=self.token,
            delegate=self.delegate,
            programme=self.programme,
            cohort=self.cohort,
            wave=self.wave,
            rows=self.rows,
            sessions=self.sessions,
            now=now,
            is_held=self.areas_open_at is not None,
        )

    @property
    def is_own_answer_sent(self) -> bool:
        return self.own is not None and self.own.state is InvitationState.ANSWERED

    @property
    def answer_url(self) -> str:
        return ANSWER.url(self.own) if self.own else ""

    @property
    def nominate_url(self) -> str:
        return NOMINATE.url(self.delegate)


def open_hub(token: str) -> Hub:
    """Open a hub in two calls: the delegate's rows, and the cohort's dates. Raises LinkUnknown or LinkRevoked."""
    link = HUB.open(token)
    delegate_id, version = link.parts
    record = load_record(delegate_id)
    rows, delegate = record.rows, record.find_delegate()
    if delegate is None:
        raise LinkUnknown
    if str(delegate.link_version) != version:
        raise LinkRevoked
    wave = record.latest_wave
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    sessions = workshops.list_readable(delegate.cohort_id)
    cohort, line = cohorts.find_with_readable_line(delegate.cohort_id, delegate.id, wave)
    report = record.find_released_report()
    debrief, areas = from_rows(rows, report.wave) if report else (None, ())
    return Hub(
        token=link.token,
        delegate=delegate,
        programme=programme,
        wave=record.wave(wave),
        nomination=record.find_nomination(wave) or Nomination(delegate.id, wave),  # forgotten after a time
        own=next((invitation for invitation in record.invitations(wave) if invitation.group == SELF_GROUP), None),
        raters=progress(programme, line.visible_counts) if line else (),
        report=report,
        debrief=debrief,
        areas=areas,
        attendance=attendance.from_rows(rows),
        book=open_book(programme, cohort, rows, timetable_of(sessions, rows)),
        sessions=sessions,
        meeting=meetings.from_rows(rows, MeetingKind.DEBRIEF),
        is_to_meet=report is None and record.has_report(Wave.BASELINE),
        impact=next((survey for survey in surveys_from(rows) if survey.role == "delegate"), None),
        cohort=cohort,
        rows=tuple(rows),
        impact_at=survey_opens_at(programme, cohort.dates) if cohort else None,
    )


def open_report(hub: Hub, kind: str, now: datetime) -> StoredReport:
    """Return the released report, and record in the audit trail that it is opened. Raises HubRefused."""
    if hub.report is None:
        raise HubRefused("Your coach releases your report after the debrief. You get an email then.")
    delegate = hub.delegate
    commit(
        [
            audit_events.add(
                delegate.cohort_id,
                AuditEvent.OPENED_REPORT,
                "delegate",
                delegate.id,
                now,
                format=audit_events.FORMATS[kind],
            )
        ],
        now,
    )
    return hub.report


def find_milestone(hub: Hub, milestone_id: str) -> Milestone:
    """Find a milestone. Raises StepUnknown if the programme does not have it."""
    milestone = next((step for step in hub.programme.milestones if step.id == milestone_id), None)
    if milestone is None:
        raise StepUnknown("This step is not part of your programme.")
    return milestone
