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
from chalicelib.core.schedule import held
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
from chalicelib.people.loaded import LoadedDelegate, find
from chalicelib.people.planned import ActRefused, Asking, Planned, Recipient, plan, recipients
from chalicelib.people.standing import PAUSE, RETURN, STANDING
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs, pauses, waiting_emails, workshops
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


def plan_pause(loaded: LoadedDelegate, until: date, reason: Reason, asking: Asking) -> Planned:
    """Plan a pause. Raises ActRefused for a delegate who is not active, or for an impossible day of return."""
    loaded.refuse_unless(PAUSE)
    today = local_date(asking.now, loaded.days.zone)
    _check_until(until, today)
    pause = Pause(today, until, reason.value)
    after = replace(
        loaded.delegate,
        pause=pause,
        survey_days=loaded.delegate.survey_days + (until - today).days,
    )
    texts = _pause_emails(loaded, after, until, asking.now)
    return plan(
        f"Pause {loaded.name} until {day(until)}",
        _pause_effects(loaded, until),
        _recipients(loaded, ("delegate", "coach", "line manager"), "that the part is paused, and until when"),
        _pause_writes(loaded, after, pause, texts, asking),
        [] if loaded.days.is_working(until) else [f"{day(until)} is not a working day. Is that right?"],
    )


def _check_until(until: date, today: date) -> None:
    if until <= today:
        raise ActRefused(FieldError("until", f"The day of the return must be after today, {day(today)}."))
    if (until - today).days > MAX_PAUSE_DAYS:
        raise ActRefused(
            FieldError("until", f"A pause may last {MAX_PAUSE_DAYS} days. After that, record that they left.")
        )


def _pause_effects(loaded: LoadedDelegate, until: date) -> list[str]:
    return [
        f"Until {day(until)} no email about {loaded.name} goes out, and no one is asked about them.",
        _questionnaire(loaded, until),
        "Future sessions and meetings are removed from the calendars.",
        "The impact survey opens later by the length of the pause. One that is open closes later.",
    ]


def _questionnaire(loaded: LoadedDelegate, until: date) -> str:
    wave = loaded.baseline
    if wave.state is not WaveState.PLANNED or local_date(wave.opens_at, loaded.days.zone) >= until:
        return "A questionnaire that is open stays open: raters who have their link may answer until it closes."
    opens, last = local_day(wave.opens_at, loaded.days.zone), last_day(wave.closes_at, loaded.days.zone)
    return f"Their questionnaire opens on {opens}, last day {last}. Give more time once they are back."


def _pause_emails(loaded: LoadedDelegate, after: Delegate, until: date, now: datetime) -> list[Email]:
    kinds = (written.PAUSED, written.COACH_PAUSED, written.MANAGER_PAUSED)
    return _to_each(loaded, after, kinds, now, until=day(until))


def _pause_writes(
    loaded: LoadedDelegate, after: Delegate, pause: Pause, texts: Sequence[Email], asking: Asking
) -> Iterator[Write]:
    back_at = loaded.days.morning(pause.until)
    job = JobKind.RETURN.job(after.id, stamp(asking.now), due_at=back_at, delegate=after.id, cohort=loaded.cohort.id)
    yield delegates.change(loaded.delegate, after, ["pause", "survey_days"])
    yield cohorts.change_line(after, put={"paused_until": pause.until.isoformat()})
    yield pauses.begin(after.id, back_at)
    yield jobs.add(job)
    yield from end_meetings(loaded, asking.now, start_again=True, checked=False)
    yield from cancel_reminders(loaded)
    yield from move_survey(loaded, after)
    yield from extend_open_survey(loaded, pause, asking.now)
    yield from send_calendar(loaded, f"paused.{stamp(asking.now)}", asking.now)
    yield from emails.add_all(texts)
    after_words = f"paused from {day(pause.since)} until {day(pause.until)}"
    event = _audit(loaded, asking, "active", after_words, f"{pause.reason}; {asking.reason}")
    yield _outlive(loaded, asking, event, Standing.PAUSED, until=pause.until.isoformat())


# --- return -------------------------------------------------------------------------------------------


def plan_return(loaded: LoadedDelegate, asking: Asking, by: By = By.ADMINISTRATOR) -> Planned:
    """Plan a return. Raises ActRefused for a delegate who is not paused."""
    loaded.refuse_unless(RETURN, by)
    pause = loaded.delegate.pause
    if pause is None:
        raise ActRefused(FieldError("", f"{loaded.name} is not paused."))
    today = local_date(asking.now, loaded.days.zone)
    missed = list_missed(loaded, pause.since, today)
    shift = (today - pause.until).days
    after = replace(loaded.delegate, pause=None, survey_days=max(0, loaded.delegate.survey_days + shift))
    kinds = (written.RETURNED, written.COACH_RETURNED)
    texts = _to_each(loaded, after, kinds, asking.now, missed="; ".join(missed))
    is_away_again = any(each.starts_at > asking.now for each in held(workshops.list_sessions(loaded.cohort.id)))
    return plan(
        f"Bring back {loaded.name}",
        [
            f"Emails about {loaded.name} go out again. Reminders that came too late are dropped.",
            "Future sessions come to the calendar as new entries. A meeting that was cancelled waits for new times.",
            f"They missed: {'; '.join(missed)}. The facilitator sets how to catch up." if missed else "",
            _survey_after(after.survey_days),
        ],
        (
            *_recipients(loaded, ("delegate", "coach"), "that the delegate is back, and what was missed"),
            *(_recipients(loaded, ("line manager",), "the days of future workshops") if is_away_again else ()),
        ),
        _return_writes(loaded, after, pause, texts, asking),
    )


def _survey_after(days: int) -> str:
    later = f"later than for others, by {plural(days, 'day', 'days')}" if days else "on the same day as for others"
    return f"The impact survey opens {later}."


def _return_writes(
    loaded: LoadedDelegate, after: Delegate, pause: Pause, texts: Sequence[Email], asking: Asking
) -> Iterator[Write]:
    yield delegates.change(loaded.delegate, after, ["pause", "survey_days"])
    yield cohorts.change_line(after, put={"paused_until": ""})
    yield pauses.end(after.id)
    yield jobs.add(JobKind.RELEASE_EMAILS.job(after.id, stamp(asking.now), due_at=asking.now, delegate=after.id))
    yield from restart_meetings(loaded, asking.now)
    yield from move_survey(loaded, after)
    yield from send_calendar(loaded, f"returned.{stamp(asking.now)}", asking.now)
    yield from emails.add_all(texts)
    event = _audit(loaded, asking, f"paused until {day(pause.until)}", "active", asking.reason)
    yield _outlive(loaded, asking, event, Standing.ACTIVE)


def return_when_due(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: bring them back on the day that was set, unless that was done, or they left, or it was changed."""
    loaded = find(job.about["cohort"], job.about["delegate"])
    pause = loaded.delegate.pause
    if pause is None or not STANDING.allows(loaded.standing, RETURN, By.SYSTEM):
        return []
    if local_date(now, loaded.days.zone) < pause.until:
        return []  # another pause has begun since
    return plan_return(loaded, Asking(SYSTEM, now), By.SYSTEM).writes


def release_emails(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job after an early return: what had to wait for the day of the return goes out now."""
    waiting = waiting_emails.list_waiting(job.about["delegate"])
    return [emails.hasten(email, now) for email in waiting if email.reason == pauses.REASON and email.due_at > now]


# --- shared -------------------------------------------------------------------------------------------


def _to_each(
    loaded: LoadedDelegate, after: Delegate, kinds: Sequence[EmailKind], now: datetime, **words: str
) -> list[Email]:
    """Write to the reader of each kind."""
    readers = {To.DELEGATE: after.person, To.COACH: after.coach, To.MANAGER: after.manager}
    due_at = loaded.days.soon(now)
    return [
        written.about_delegate(kind, loaded.programme, after, readers[kind.to], due_at, stamp(now), **words)
        for kind in kinds
        if not readers[kind.to].is_erased
    ]


def _recipients(loaded: LoadedDelegate, roles: Sequence[str], what: str) -> tuple[Recipient, ...]:
    people = {
        "delegate": loaded.delegate.person,
        "coach": loaded.delegate.coach,
        "line manager": loaded.delegate.manager,
    }
    return recipients(*((role, people[role], what) for role in roles))


def _audit(loaded: LoadedDelegate, asking: Asking, before: str, after: str, why: str) -> Write:
    words = {"before": before, "after": after, "why": why}
    return audit_events.add(
        loaded.cohort.id, AuditEvent.CHANGED_STANDING, asking.by, loaded.delegate.id, asking.now, **words
    )


def _outlive(loaded: LoadedDelegate, asking: Asking, event: Write, standing: Standing, until: str = "") -> Write:
    about = {"cohort": loaded.cohort.id, "delegate": loaded.delegate.id, "standing": standing.value, "until": until}
    return outlive(event, What.STANDING, asking.now, **about)
