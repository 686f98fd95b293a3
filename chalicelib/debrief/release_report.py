"""Record the debrief and release the report: once, and then it no longer changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec.structs import replace

from chalicelib.areas.emails import prompt_email
from chalicelib.areas.form import TypedArea, to_area
from chalicelib.areas.plan.jobs import plan_job
from chalicelib.core import formatting
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.ids import coach_id, derive
from chalicelib.core.model import Wave
from chalicelib.core.working_days import working_days
from chalicelib.debrief.caseload import Case, NoReportYet
from chalicelib.debrief.debrief_form import DebriefForm, read_debrief
from chalicelib.debrief.emails import released_email
from chalicelib.jobs.commit import commit
from chalicelib.meetings.effects import hold
from chalicelib.meetings.emails import agreed_email
from chalicelib.store import audit_events, cohorts, debriefs, delegates, emails, record_drafts, reports
from chalicelib.store.areas import Area
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.debriefs import Debrief, DebriefChanged
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.emails import EmailExists
from chalicelib.store.meetings import MeetingChanged, MeetingKind
from chalicelib.store.reports import ReportChanged, ReportState, StoredReport
from chalicelib.store.table import Write


class ReleasedAlready(Refusal):
    """A report is released only once, together with what was agreed in the debrief."""

    status = 409
    title = "This report has been released"

    def __init__(self, when: str) -> None:
        super().__init__(
            f"It was released{when}. After that, the report no longer changes, and its debrief is not recorded again. "
            "Development areas are revised on their own page."
        )


class DebriefMissing(Refusal):
    """The report cannot be released, because no debrief is recorded."""

    title = "Please record the debrief first"

    def __init__(self) -> None:
        super().__init__("Record the date of the debrief and two or three development areas. Then release the report.")


class ReportUnopened(Refusal):
    """The coach has not opened the report. A new coach must open it too."""

    title = "Open the report first"

    def __init__(self) -> None:
        super().__init__("Open the report and read it. Then release it.")


class ReleaseRefused(Refusal):
    """Something changed since the coach read the page."""

    status = 409
    title = "The report was not released"


HAS_LEFT = "This delegate has left the programme. Ask the programme team whether to release the report."
OTHER_COACH = "The programme team changed this delegate’s coach. Ask them if that was a mistake."


def record_debrief(case: Case, fields: Mapping[str, str], now: datetime) -> DebriefForm:
    """Keep date and areas if the form is valid; otherwise return its faults and change nothing.

    Raises NoReportYet or ReleasedAlready.
    """
    if case.report is None:
        raise NoReportYet
    refuse_released(case)
    zone = case.programme.organisation.timezone
    items = [item.id for item in case.programme.items]
    form = read_debrief(fields, items, local_date(case.report.made_at, zone), local_date(now, zone))
    if form.faults or form.held_on is None:
        return form
    areas = [_area(case, typed, now) for typed in form.areas]
    debrief = Debrief(form.held_on, tuple(area.id for area in areas))
    not_released = reports.still_ready(case.delegate.id, case.wave)
    agreed = {"debriefed_on": form.held_on.isoformat()}
    on_the_caseload = cohorts.change_line(case.delegate, put=agreed, wave=case.wave)
    try:
        commit(
            [
                not_released,
                on_the_caseload,
                *_emails(case, form.held_on, now),
                *debriefs.save(case.delegate.id, case.wave, debrief, areas, case.areas, case.debrief),
                *(hold(case.delegate.id, case.meeting, now) if case.wave is Wave.BASELINE else []),
                record_drafts.forget(case.delegate.id, case.wave.value, case.coach_id),
            ],
            now,
        )
    except ReportChanged:
        raise released_already(case) from None
    except (DebriefChanged, MeetingChanged, EmailExists):
        raise ReleaseRefused("The debrief or its meeting was changed in another window. Look at it again.") from None
    return form


def _emails(case: Case, held_on: date, now: datetime) -> list[Write]:
    """Email the delegate once that the agreed areas can be read. A later change of the record sends nothing."""
    if case.debrief:
        return []
    morning = working_days(case.programme.organisation, case.cohort.dates.closed).next_morning(now)
    wave = case.wave.value
    return emails.add(agreed_email(case.programme, case.delegate, wave, MeetingKind.DEBRIEF, held_on, morning))


def refuse_released(case: Case) -> None:
    """Refuse to change a debrief whose report was released. Raises ReleasedAlready."""
    if case.is_released:
        raise released_already(case)


def _area(case: Case, typed: TypedArea, now: datetime) -> Area:
    """Keep the id of an area that was recorded before, and of one of the first 360 that goes on in the follow-up.

    A new one gets the page's random id, so that a second press stores it once.
    """
    before = next((area for area in case.areas if area.number == typed.number), None)
    if before:
        return to_area(typed, before.id, before)
    carried = next((area for area in case.carried if area.number == typed.number), None)
    if carried and _goes_on(carried, typed):
        area = to_area(typed, carried.id, carried)
        return replace(area, approved=carried.approved if area.others_text == carried.others_text else "")
    is_fresh = len(typed.id) > 1 and typed.id not in {area.id for area in case.areas}
    made = derive(8, "area", case.delegate.id, case.wave.value, str(typed.number), now.isoformat())
    return to_area(typed, typed.id if is_fresh else made)


def _goes_on(before: Area, typed: TypedArea) -> bool:
    """Return whether what was typed over an area is the same area: in the same words, or about the same behaviours."""
    return typed.parts["behaviour"] == before.behaviour or bool(set(typed.items) & set(before.items))


def release(case: Case, now: datetime) -> None:
    """Give the delegate access, and email them.

    Raises NoReportYet, ReportUnopened, DebriefMissing, ReleasedAlready or ReleaseRefused; then nothing was changed.
    """
    report, debrief = _ready_to_release(case)
    delegate = case.delegate
    writes = [
        reports.release(report, now),
        debriefs.still_agreed(delegate.id, case.wave, debrief),
        delegates.still_coached(delegate),
        cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.RELEASED), wave=case.wave),
        *emails.add(released_email(case.programme, delegate, case.wave, now)),
        plan_job(delegate.id, case.wave.value, "released", now=now),
        *emails.add(prompt_email(case.programme, case.cohort, delegate, case.wave.value, now)),
        audit_events.add(delegate.cohort_id, AuditEvent.RELEASED_REPORT, f"coach {_coach(case)}", delegate.id, now),
    ]
    try:
        commit(writes, now)
    except ReportChanged:
        raise _of_report(case) from None
    except DebriefChanged:
        raise ReleaseRefused("The debrief was changed in another window. Read it again, then release.") from None
    except DelegateChanged:
        raise _of_delegate(case) from None


def _ready_to_release(case: Case) -> tuple[StoredReport, Debrief]:
    if case.report is None:
        raise NoReportYet
    if case.report.state is ReportState.RELEASED:
        raise released_already(case)
    if case.delegate.withdrawn:
        raise ReleaseRefused(HAS_LEFT)
    if not case.has_opened:
        raise ReportUnopened
    if case.debrief is None:
        raise DebriefMissing
    return case.report, case.debrief


def _of_report(case: Case) -> Refusal:
    report = reports.find(case.delegate.id, case.wave)
    if report is not None and report.state is ReportState.RELEASED:
        return released_already(case)
    return ReleaseRefused("This is not the report that you read. Open it again, then release it.")


def _of_delegate(case: Case) -> ReleaseRefused:
    delegate = delegates.find(case.delegate.id)
    return ReleaseRefused(HAS_LEFT if delegate is None or delegate.withdrawn else OTHER_COACH)


def released_already(case: Case) -> ReleasedAlready:
    report = reports.find(case.delegate.id, case.wave)
    if report is None or not report.released_at:
        return ReleasedAlready("")
    when = datetime.fromisoformat(report.released_at)
    return ReleasedAlready(f" on {formatting.local_day(when, case.programme.organisation.timezone)}")


def _coach(case: Case) -> str:
    return coach_id(case.delegate.cohort_id, case.delegate.coach.email)
