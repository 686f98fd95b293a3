"""Check the dates of a cohort's sessions: what is impossible, and what is probably a mistake. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from chalicelib.core.formatting import day, plural
from chalicelib.core.model import Programme
from chalicelib.core.schedule import SessionPlan

MAX_SESSIONS = 30  # of a cohort: one act changes all of them in one transaction
MIN_LENGTH, MAX_LENGTH = timedelta(minutes=15), timedelta(hours=12)

IsWorking = Callable[[date], bool]
Finding = tuple[int, str, str]  # position of the session, its field, what is wrong


def find_faults(plans: Sequence[SessionPlan], programme: Programme, facilitators: Sequence[str]) -> Iterator[Finding]:
    """Find what makes a plan impossible, in words that continue "The session ..."."""
    milestones = {step.id for step in programme.milestones}
    for place, plan in enumerate(plans):
        if plan.milestone not in milestones:
            yield place, "milestone", f"names no workshop of the programme; allowed: {', '.join(sorted(milestones))}"
        yield from ((place, field, why) for field, why in _faults_of_one(plan, facilitators))
        for earlier in plans[:place]:
            if plan.overlaps(earlier):
                yield place, "start", f"overlaps another one of the cohort: {earlier.when}"
    if len(plans) > MAX_SESSIONS:
        yield MAX_SESSIONS, "date", f"is one too many: a cohort has at most {MAX_SESSIONS} sessions"


def _faults_of_one(plan: SessionPlan, facilitators: Sequence[str]) -> Iterator[tuple[str, str]]:
    if plan.length <= timedelta(0):
        yield "end", f"ends at {plan.end:%H:%M}, which is not after its start at {plan.start:%H:%M} on the same day"
    elif not MIN_LENGTH <= plan.length <= MAX_LENGTH:
        yield "end", f"lasts {_hours(plan.length)}; allowed: 15 minutes to 12 hours"
    if not plan.place and not plan.link:
        yield "place", "has neither a place nor a link: give one of them, so that people know where to go"
    if plan.link and not plan.link.startswith(("https://", "http://")):
        yield "link", "has a link that does not begin with https://"
    if plan.by and plan.by not in facilitators:
        allowed = ", ".join(facilitators) or "none: add the facilitator to the cohort first"
        yield "by", f'is by "{plan.by}", who is no facilitator of the cohort; allowed: {allowed}'


def _hours(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    parts = [plural(hours, "hour", "hours")] if hours else []
    return " and ".join([*parts, plural(rest, "minute", "minutes")] if rest else parts)


def find_warnings(
    plans: Sequence[SessionPlan], programme: Programme, closes: date, is_working: IsWorking
) -> Iterator[Finding]:
    """Find what is possible and probably a mistake."""
    order = {step.id: place for place, step in enumerate(programme.milestones)}
    known = [(place, plan) for place, plan in enumerate(plans) if plan.milestone in order]
    for place, plan in known:
        if not is_working(plan.date):
            yield place, "date", f"is on {day(plan.date)}, which is not a working day"
        if plan.date <= closes:
            yield (
                place,
                "date",
                f"is on {day(plan.date)}, before reports can be released: answers close on {closes}",
            )
        later = [each for _, each in known if order[each.milestone] < order[plan.milestone] and each.date > plan.date]
        if later:
            yield place, "date", f"is on {day(plan.date)}, before a session of an earlier workshop: {later[0].when}"
    yield from _other_numbers(known, programme)


def _other_numbers(known: Sequence[tuple[int, SessionPlan]], programme: Programme) -> Iterator[Finding]:
    for step in programme.milestones:
        own = [place for place, plan in known if plan.milestone == step.id]
        wanted = step.sessions or step.days
        if own and len(own) != wanted:
            counted = plural(len(own), "session", "sessions")
            yield (
                own[0],
                "milestone",
                f"is of {step.title}, which has {counted} here and {wanted} in the programme",
            )
