"""The coach records the debrief and releases the report: once, and then nothing about it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib import mailed_links, wording
from chalicelib.debrief.areas import DebriefForm, read_debrief
from chalicelib.debrief.caseload import Case, NoReportYet
from chalicelib.errors import Refusal
from chalicelib.ids import coach_id
from chalicelib.jobs.commit import commit
from chalicelib.mail.queue import queued
from chalicelib.mail.words import common_words
from chalicelib.store import audits, cohorts, debriefs, mails, reports
from chalicelib.store.cohorts import Stage
from chalicelib.store.debriefs import Area, Debrief
from chalicelib.store.expressions import equals, present
from chalicelib.store.mails import Mail
from chalicelib.store.reports import ReportState
from chalicelib.store.table import ConditionFailed, check, transact


class ReleasedAlready(Refusal):
    """A report is released once and frozen; what was agreed in the debrief with it."""

    status = 409
    title = "This report has been released"

    def __init__(self, when: str) -> None:
        super().__init__(
            f"It was released{when}. A report is released once and does not change any more; "
            "nor do the development areas that went with it."
        )


class DebriefMissing(Refusal):
    """A delegate reads the report after a conversation about it, not before."""

    title = "Please record the debrief first"

    def __init__(self) -> None:
        super().__init__("Record the date of the debrief and two or three development areas. Then release the report.")


def record_debrief(case: Case, fields: Mapping[str, str], now: datetime) -> DebriefForm:
    """Keep date and areas, if the form is sound; else its faults, and nothing is changed.

    Raises NoReportYet or ReleasedAlready.
    """
    if case.report is None:
        raise NoReportYet
    if case.is_released:
        raise released_already(case)
    zone = ZoneInfo(case.programme.organisation.timezone)
    form = read_debrief(fields, case.report.made_at.astimezone(zone).date(), now.astimezone(zone).date())
    if form.faults or form.held_on is None:
        return form
    areas = [Area(**typed) for typed in form.areas]
    debrief = Debrief(form.held_on, tuple(area.id for area in areas))
    not_released = check(reports.key(case.delegate.id, case.wave), [equals("state", ReportState.READY)])
    agreed = {"debriefed_on": form.held_on.isoformat()}
    on_the_caseload = cohorts.change_line(case.delegate, put=agreed, wave=case.wave)
    try:
        transact([not_released, on_the_caseload, *debriefs.save(case.delegate.id, case.wave, debrief, areas)])
    except ConditionFailed:
        raise released_already(case) from None
    return form


def release(case: Case, now: datetime) -> None:
    """Give the delegate access, and tell them. Raises NoReportYet, DebriefMissing or ReleasedAlready."""
    report, delegate = case.report, case.delegate
    if report is None:
        raise NoReportYet
    if report.state is ReportState.RELEASED:
        raise released_already(case)
    if case.debrief is None:
        raise DebriefMissing
    writes = [
        reports.release(report, now),
        check(debriefs.key(delegate.id, case.wave), [present("pk")]),
        cohorts.change_line(delegate, put={"stage": Stage.RELEASED}, wave=case.wave),
        mails.add(_released_mail(case, now)),
        audits.add(delegate.cohort_id, "released report", f"coach {_coach(case)}", delegate.id, now),
    ]
    try:
        commit(writes, now)
    except ConditionFailed:
        raise released_already(case) from None


def released_already(case: Case) -> ReleasedAlready:
    report = reports.find(case.delegate.id, case.wave)
    if report is None or not report.released_at:
        return ReleasedAlready("")
    when = datetime.fromisoformat(report.released_at)
    return ReleasedAlready(f" on {wording.local_day(when, case.programme.organisation.timezone)}")


def _released_mail(case: Case, now: datetime) -> Mail:
    delegate = case.delegate
    return queued(
        "debrief/released",
        delegate.id,
        case.wave.value,
        to=delegate.person,
        due_at=now,
        words=common_words(case.programme)
        | {"name": delegate.person.name, "delegate": delegate.person.name, "coach": delegate.coach.name},
        links={"hub": mailed_links.hub(delegate)},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def _coach(case: Case) -> str:
    return coach_id(case.delegate.cohort_id, case.delegate.coach.email)
