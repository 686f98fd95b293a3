"""Remind of an open impact survey, or give more time for it: delegate, line manager, and raters of the one minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin.close_or_extend import CloseRefused, read_reason
from chalicelib.admin.remind import send_reminders
from chalicelib.core.calendar import MAX_OPEN_DAYS, local_moment
from chalicelib.core.clock import stamp
from chalicelib.core.formatting import last_date, last_day, local_date
from chalicelib.core.model import Delegate, DelegateWave, Programme, Wave, WaveState
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, emails, impact_surveys, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import LineMissing
from chalicelib.store.delegate_record import load_record
from chalicelib.store.delegates import WaveChanged
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.impact_surveys import ImpactSurvey, SurveyChanged
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.emails import about_surveys
from chalicelib.waves.suppression import list_suppressed
from chalicelib.waves.survey_thread import ASKED, EXTEND, SURVEY, state_of
from chalicelib.waves.surveys import reminders

CHANGED = "Something else changed just now. Check the page, then try again."


class Asked(Struct, frozen=True):
    """Everything that is asked about one delegate six months on, and is open."""

    programme: Programme
    delegate: Delegate
    surveys: tuple[ImpactSurvey, ...]
    pulse: DelegateWave | None  # of the raters
    days: WorkingDays

    @property
    def unsent(self) -> list[ImpactSurvey]:
        return [survey for survey in self.surveys if state_of(survey) in ASKED]

    @property
    def closes_at(self) -> datetime:
        return closing_of(self.surveys)


# --- the acts -------------------------------------------------------------------------------------------


def remind_surveyed(delegate_id: str, now: datetime, by: str) -> bool:
    """Remind everyone who has not answered about this delegate. Pressing twice succeeds.

    Returns whether reminders go out now: False if they did today. Raises CloseRefused.
    """
    asked = _find_open(delegate_id, now)
    day = local_date(now, asked.days.zone)
    job = JobKind.REMIND_SURVEY.job(delegate_id, f"{day}", due_at=now, delegate=delegate_id, at=stamp(now))
    line = cohorts.change_line(asked.delegate, put={"reminded_on": f"{day}"})
    entry = audit_events.add(asked.delegate.cohort_id, AuditEvent.REMINDED_SURVEY, by, delegate_id, now)
    try:
        commit([jobs.add(job), line, entry], now)
    except JobExists:
        return False
    return True


def extend_survey(
    delegate_id: str, new_last_day: date, now: datetime, by: str, *, why: str = "", dry_run: bool = False
) -> date:
    """Accept answers until the end of that local day, and email who has not answered.

    The same last day again succeeds and changes nothing. Returns the last day of before. Raises CloseRefused.
    """
    asked = _find_open(delegate_id, now)
    closes_at = local_moment(new_last_day + timedelta(days=1), 0, asked.days.zone)
    if closes_at == asked.closes_at:
        return new_last_day
    refuse_day(asked.surveys, asked.days.zone, closes_at, now)
    before = last_date(asked.closes_at, asked.days.zone)
    words = {"before": f"{before}", "after": f"{new_last_day}", "why": read_reason(why)}
    if dry_run:
        return before
    entry = audit_events.add(asked.delegate.cohort_id, AuditEvent.EXTENDED_SURVEY, by, delegate_id, now, **words)
    try:
        commit([*_extension_writes(asked, closes_at, now), entry], now)
    except (SurveyChanged, WaveChanged, LineMissing, JobExists, EmailExists):
        raise CloseRefused(f"{asked.delegate.person.name}: {CHANGED}") from None
    return before


def closing_of(surveys: Sequence[ImpactSurvey]) -> datetime:
    return max(survey.closes_at for survey in surveys)


def refuse_day(surveys: Sequence[ImpactSurvey], zone: str, closes_at: datetime, now: datetime) -> None:
    """Refuse a last day that the open surveys about a delegate cannot get. Raises CloseRefused."""
    if closes_at <= max(now, closing_of(surveys)):
        present = last_day(closing_of(surveys), zone)
        raise CloseRefused(f"The last day must be after today and after the present one ({present}).")
    if closes_at > surveys[0].opened_at + timedelta(days=MAX_OPEN_DAYS):
        raise CloseRefused(f"An impact survey is open for {MAX_OPEN_DAYS} days at most. Give an earlier last day.")


def _extended(survey: ImpactSurvey, closes_at: datetime) -> ImpactSurvey:
    return replace(survey, closes_at=closes_at, extensions=survey.extensions + 1)


def _extension_writes(asked: Asked, closes_at: datetime, now: datetime) -> Iterator[Write]:
    yield from give_time(asked, closes_at, now, announced_at=now)
    yield cohorts.change_line(asked.delegate, put={"reminded_on": f"{local_date(now, asked.days.zone)}"})
    yield from _give_raters_time(asked, closes_at, now)


def give_time(asked: Asked, closes_at: datetime, now: datetime, *, announced_at: datetime) -> Iterator[Write]:
    """Close the surveys of the delegate and the line manager later, and email who has not answered.

    A survey that is stored and opens later this morning has its first email made again: it names the last day.

    announced_at   when they are emailed; reminders follow
    """
    delegate = asked.delegate
    yield from (impact_surveys.extend(survey, closes_at) for survey in asked.surveys)
    subject = (delegate.id, f"{closes_at:%Y-%m-%d}")
    yield jobs.add(JobKind.IMPACT_CLOSE.job(*subject, due_at=closes_at, delegate=delegate.id))
    lost = list_suppressed(delegate.cohort_id)
    for before in asked.unsent:
        survey = _extended(before, closes_at)
        yield from cancel_by(CancelledBy.ANSWER, delegate.id, survey.role.value)
        is_ahead = now < before.opened_at
        if is_ahead:
            yield emails.cancel(about_surveys.first_email(asked.programme, delegate, before).id)
            announced = about_surveys.first_email(asked.programme, delegate, survey)
        else:
            announced = about_surveys.reminder_email(asked.programme, delegate, survey, announced_at)
        new = [announced, *reminders(asked.programme, delegate, survey, asked.days, announced_at)]
        yield from emails.add_all(new, stopped=announced.to.email in lost)


def _give_raters_time(asked: Asked, closes_at: datetime, now: datetime) -> Iterator[Write]:
    wave = asked.pulse
    if wave is None:
        return
    later = replace(wave, closes_at=closes_at, extensions=wave.extensions + 1)
    about = {"delegate": wave.delegate_id, "wave": wave.wave.value, "extension": str(later.extensions)}
    subject = (wave.delegate_id, wave.wave.value, str(later.extensions))
    yield delegates.change_as_read(wave, {"closes_at": closes_at, "extensions": later.extensions})
    yield jobs.add(lifecycle.close_job(later))
    yield jobs.add(JobKind.TELL_EXTENDED.job(*subject, due_at=now, at=stamp(now), **about))


# --- the job --------------------------------------------------------------------------------------------


def send_survey_reminders(job: Job, now: datetime) -> Sequence[Write]:
    """Remind each person in a transaction of their own; skip who answers meanwhile, or was emailed that day."""
    asked_at = datetime.fromisoformat(job.about["at"])
    asked = _load(job.about["delegate"], now)
    lost = list_suppressed(asked.delegate.cohort_id)
    for survey in asked.unsent:
        if local_date(survey.opened_at, asked.days.zone) == local_date(asked_at, asked.days.zone):
            continue
        email = about_surveys.reminder_email(asked.programme, asked.delegate, survey, asked_at)
        if email.to.email not in lost:
            _send(survey, email, now)
    if asked.pulse:
        send_reminders(asked.delegate, asked.pulse, now, since=asked_at)
    return []


def _send(survey: ImpactSurvey, email: Email, now: datetime) -> None:
    try:
        commit([impact_surveys.still_asks(survey), *emails.add(email)], now)
    except (SurveyChanged, EmailExists):
        return


# --- what is open ---------------------------------------------------------------------------------------


def _find_open(delegate_id: str, now: datetime) -> Asked:
    asked = _load(delegate_id, now)
    if not asked.surveys or asked.delegate.withdrawn:
        raise CloseRefused(f"No impact survey about {asked.delegate.person.name} is open.")
    return asked


def open_among(surveys: Iterable[ImpactSurvey], now: datetime) -> tuple[ImpactSurvey, ...]:
    """Return the surveys that are open and may get more time."""
    return tuple(
        survey
        for survey in surveys
        if SURVEY.allows(state_of(survey), EXTEND, By.ADMINISTRATOR) and survey.closes_at > now
    )


def _load(delegate_id: str, now: datetime) -> Asked:
    record = load_record(delegate_id)
    delegate = record.find_delegate()
    if delegate is None:
        raise CloseRefused("This delegate is no longer in the cohort.")
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    pulse, first = record.find_wave(Wave.PULSE), record.wave(Wave.BASELINE)
    is_open = pulse is not None and pulse.state is WaveState.OPEN and pulse.closes_at > now
    return Asked(
        programme=programme,
        delegate=delegate,
        surveys=open_among(impact_surveys.surveys_from(record.rows), now),
        pulse=pulse if is_open else None,
        days=working_days(programme.organisation, first.closed),
    )
