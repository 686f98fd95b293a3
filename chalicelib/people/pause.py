"""Pause a delegate for a time, and bring them back: by an administrator, or on the day that was set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec.structs import replace

from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import day, last_day, local_date, local_day, plural
from chalicelib.core.labelled_enum import LabelledEnum
from chalicelib.core.model import Delegate, Pause, Standing, WaveState
from chalicelib.core.state_machine import By
from chalicelib.emails.kinds import EmailKind, To
from chalicelib.jobs.kinds import JobKind
from chalicelib.people import emails as written
from chalicelib.people.ahead import (
    cancel_reminders,
    end_meetings,
    extend_open_survey,
    list_missed,
    move_survey,
    restart_meetings,
    send_calendar,
)
from chalicelib.people.found import Found, find
from chalicelib.people.planned import ActRefused, Asking, Planned, Recipient, plan, recipients
from chalicelib.people.standing import PAUSE, RETURN, STANDING
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs, pauses, waiting_emails
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.store.withdrawals import What, outlive

MAX_PAUSE_DAYS = 366
SYSTEM = "the date of the return"


class Reason(LabelledEnum):
    """Why someone is paused. Health and family are no one's business here: they are “leave”."""

    LEAVE = "leave", "Leave from work, of any kind"
    SECONDMENT = "secondment", "Secondment to another role"
    WORKLOAD = "workload", "Pressure of work"
    OTHER = "other", "Another reason"


# --- pause --------------------------------------------------------------------------------------------


def plan_pause(found: Found, until: date, reason: Reason, asking: Asking) -> Planned:
    """Raises ActRefused for a delegate who is not active, or for an impossible day of return."""
    found.refuse_unless(PAUSE)
    today = local_date(asking.now, found.days.zone)
    _check_until(until, today)
    pause = Pause(today, until, reason.value)
    after = replace(
        found.delegate,
        pause=pause,
        survey_days=found.delegate.survey_days + (until - today).days,
    )
    texts = _pause_emails(found, after, until, asking.now)
    return plan(
        f"Pause {found.name} until {day(until)}",
        _pause_effects(found, until),
        _recipients(found, ("delegate", "coach", "line manager"), "that the part is paused, and until when"),
        _pause_writes(found, after, pause, texts, asking),
        [] if found.days.is_working(until) else [f"{day(until)} is not a working day. Is that right?"],
    )


def _check_until(until: date, today: date) -> None:
    if until <= today:
        raise ActRefused(FieldError("until", f"The day of the return must be after today, {day(today)}."))
    if (until - today).days > MAX_PAUSE_DAYS:
        raise ActRefused(
            FieldError("until", f"A pause may last {MAX_PAUSE_DAYS} days. After that, record that they left.")
        )


def _pause_effects(found: Found, until: date) -> list[str]:
    return [
        f"Until {day(until)} no email about {found.name} goes out, and no one is asked about them.",
        _questionnaire(found, until),
        "Sessions and meetings ahead are taken out of the calendars.",
        "The impact survey opens later by the length of the pause. One that is open closes later.",
    ]


def _questionnaire(found: Found, until: date) -> str:
    wave = found.baseline
    if wave.state is not WaveState.PLANNED or local_date(wave.opens_at, found.days.zone) >= until:
        return "A questionnaire that is open stays open: raters who have their link may answer until it closes."
    opens, last = local_day(wave.opens_at, found.days.zone), last_day(wave.closes_at, found.days.zone)
    return f"Their questionnaire opens on {opens}, last day {last}. No one is asked in the pause: give more time then."


def _pause_emails(found: Found, after: Delegate, until: date, now: datetime) -> list[Email]:
    kinds = (written.PAUSED, written.COACH_PAUSED, written.MANAGER_PAUSED)
    return _to_each(found, after, kinds, now, until=day(until))


def _pause_writes(
    found: Found, after: Delegate, pause: Pause, texts: Sequence[Email], asking: Asking
) -> Iterator[Write]:
    back_at = found.days.morning(pause.until)
    job = JobKind.RETURN.job(after.id, stamp(asking.now), due_at=back_at, delegate=after.id, cohort=found.cohort.id)
    yield delegates.change(found.delegate, after, ["pause", "survey_days"])
    yield cohorts.change_line(after, put={"paused_until": pause.until.isoformat()})
    yield pauses.begin(after.id, back_at)
    yield jobs.add(job)
    yield from end_meetings(found, asking.now, start_again=True, checked=False)
    yield from cancel_reminders(found)
    yield from move_survey(found, after)
    yield from extend_open_survey(found, pause, asking.now)
    yield from send_calendar(found, f"paused.{stamp(asking.now)}", asking.now)
    yield from emails.add_all(texts)
    after_words = f"paused from {day(pause.since)} until {day(pause.until)}"
    event = _audit(found, asking, "active", after_words, f"{pause.reason}; {asking.reason}")
    yield _outlive(found, asking, event, Standing.PAUSED, until=pause.until.isoformat())


# --- return -------------------------------------------------------------------------------------------


def plan_return(found: Found, asking: Asking, by: By = By.ADMINISTRATOR) -> Planned:
    """Raises ActRefused for a delegate who is not paused."""
    found.refuse_unless(RETURN, by)
    pause = found.delegate.pause
    if pause is None:
        raise ActRefused(FieldError("", f"{found.name} is not paused."))
    today = local_date(asking.now, found.days.zone)
    missed = list_missed(found, pause.since, today)
    shift = (today - pause.until).days
    after = replace(found.delegate, pause=None, survey_days=max(0, found.delegate.survey_days + shift))
    kinds = (written.RETURNED, written.COACH_RETURNED)
    texts = _to_each(found, after, kinds, asking.now, missed="; ".join(missed))
    return plan(
        f"Bring back {found.name}",
        [
            f"Emails about {found.name} go out again. Reminders that came too late are dropped.",
            "Sessions ahead come to the calendar as new entries. A meeting that was cancelled waits for new times.",
            f"They missed: {'; '.join(missed)}. The facilitator sets how to catch up." if missed else "",
            f"The impact survey opens later than for others, by {plural(after.survey_days, 'day', 'days')}.",
        ],
        _recipients(found, ("delegate", "coach"), "that the part goes on, and what was missed"),
        _return_writes(found, after, pause, texts, asking),
    )


def _return_writes(
    found: Found, after: Delegate, pause: Pause, texts: Sequence[Email], asking: Asking
) -> Iterator[Write]:
    yield delegates.change(found.delegate, after, ["pause", "survey_days"])
    yield cohorts.change_line(after, put={"paused_until": ""})
    yield pauses.end(after.id)
    yield jobs.add(JobKind.RELEASE_EMAILS.job(after.id, stamp(asking.now), due_at=asking.now, delegate=after.id))
    yield from restart_meetings(found, asking.now)
    yield from move_survey(found, after)
    yield from send_calendar(found, f"returned.{stamp(asking.now)}", asking.now)
    yield from emails.add_all(texts)
    event = _audit(found, asking, f"paused until {day(pause.until)}", "active", asking.reason)
    yield _outlive(found, asking, event, Standing.ACTIVE)


def return_when_due(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: bring them back on the day that was set, unless that was done, or they left, or it was changed."""
    found = find(job.about["cohort"], job.about["delegate"])
    pause = found.delegate.pause
    if pause is None or not STANDING.allows(found.standing, RETURN, By.SYSTEM):
        return []
    if local_date(now, found.days.zone) < pause.until:
        return []  # another pause has begun since
    return plan_return(found, Asking(SYSTEM, now), By.SYSTEM).writes


def release_emails(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job after an early return: what had to wait for the day of the return goes out now."""
    waiting = waiting_emails.list_waiting(job.about["delegate"])
    return [emails.hasten(email, now) for email in waiting if email.reason == pauses.REASON and email.due_at > now]


# --- shared -------------------------------------------------------------------------------------------


def _to_each(found: Found, after: Delegate, kinds: Sequence[EmailKind], now: datetime, **words: str) -> list[Email]:
    """Write to the reader of each kind."""
    readers = {To.DELEGATE: after.person, To.COACH: after.coach, To.MANAGER: after.manager}
    due_at = found.days.soon(now)
    return [
        written.about_delegate(kind, found.programme, after, readers[kind.to], due_at, stamp(now), **words)
        for kind in kinds
        if not readers[kind.to].is_erased
    ]


def _recipients(found: Found, roles: Sequence[str], what: str) -> tuple[Recipient, ...]:
    people = {"delegate": found.delegate.person, "coach": found.delegate.coach, "line manager": found.delegate.manager}
    return recipients(*((role, people[role], what) for role in roles))


def _audit(found: Found, asking: Asking, before: str, after: str, why: str) -> Write:
    words = {"before": before, "after": after, "why": why}
    return audit_events.add(
        found.cohort.id, AuditEvent.CHANGED_STANDING, asking.by, found.delegate.id, asking.now, **words
    )


def _outlive(found: Found, asking: Asking, event: Write, standing: Standing, until: str = "") -> Write:
    about = {"cohort": found.cohort.id, "delegate": found.delegate.id, "standing": standing.value, "until": until}
    return outlive(event, What.STANDING, asking.now, **about)
