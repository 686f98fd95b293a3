"""Describe a delegate's status for the dashboard: in words, sorted by need, with counts that single out no one.

Counts of answers are those of the morning, in steps: see results/answer_counts.py. Nothing here depends on who has
answered since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.clock import moment
from chalicelib.core.formatting import day, name_sort_key, plural
from chalicelib.core.model import AnswerCount, Programme
from chalicelib.results.answer_counts import others, title_of
from chalicelib.store.cohorts import DelegateLine, FeedbackState, KeyLoss, SurveyStage
from chalicelib.store.emails import Bounce

SOON_DAYS = 5  # before the deadline: then few answers are mentioned


class Count(Struct, frozen=True):
    """Raters of one group, or of several combined."""

    title: str
    words: str
    answered: int  # at least
    invited: int


class Filter(StrEnum):
    ALL = "all"
    DECISION = "decision"
    WAITING = "waiting"
    COACH = "coach"
    DONE = "done"


class StatusLine(Struct, frozen=True):
    """A status in words. `kind` is the colour: bad only if the administrator must decide."""

    rank: int  # lowest first
    kind: str
    words: str
    filter: Filter


class DelegateStatus(Struct, frozen=True):
    line: DelegateLine
    status: StatusLine
    counts: tuple[Count, ...]
    hidden: bool  # some raters are not counted: too few, or asked since this morning
    may_remind: bool
    bounces: tuple[Bounce, ...]

    @property
    def answered(self) -> int:
        return sum(count.answered for count in self.counts)

    @property
    def invited(self) -> int:
        return sum(count.invited for count in self.counts)


def counts(programme: Programme, parts: Iterable[AnswerCount]) -> tuple[Count, ...]:
    return tuple(Count(title_of(programme, part), part.words, part.answered, part.invited) for part in parts)


def describe_status(programme: Programme, line: DelegateLine, bounces: Sequence[Bounce], now: datetime) -> StatusLine:
    """Describe one status in plain words: what is needed, and who needs it."""
    if line.withdrawn:
        return StatusLine(9, "", "In another cohort" if line.moved_to else "Has left", Filter.DONE)
    if line.paused_until:
        return StatusLine(6, "", f"Paused until {day(date.fromisoformat(line.paused_until))}", Filter.WAITING)
    if line.feedback is FeedbackState.HELD:
        return _held(line)
    if bounces:
        return _not_arrived(bounces)
    if missing := _say_missing(line):
        return StatusLine(1, "bad", missing, Filter.DECISION)
    if line.feedback is FeedbackState.COLLECTING:
        return _collecting(programme, line, now)
    if line.feedback is FeedbackState.RELEASED and line.survey:
        return SURVEY_STATUS[line.survey]
    return FEEDBACK_STATUS[line.feedback]


def _say_missing(line: DelegateLine) -> str:
    """Say what only an administrator can make good; empty if nothing is missing."""
    if line.coach.is_erased and line.survey is not SurveyStage.CLOSED:
        return "The coach was erased: name another"
    return "Survey answers cannot be counted: ask again" if line.left_out else ""


def _held(line: DelegateLine) -> StatusLine:
    if line.without_key:
        return LOST_KEY_STATUS[line.without_key]
    why = "Not all answers are counted" if line.counts_hidden else "Too few answers"
    return StatusLine(0, "bad", f"{why}: give more time or close", Filter.DECISION)


def _not_arrived(bounces: Sequence[Bounce]) -> StatusLine:
    if lost := sum(bounce.is_lost for bounce in bounces):
        return StatusLine(1, "bad", f"{plural(lost, 'address does', 'addresses do')} not work", Filter.DECISION)
    soft = sum(not bounce.is_refused for bounce in bounces)
    words = f"{plural(soft, 'email', 'emails')} did not arrive" if soft else "Some emails were rejected"
    return StatusLine(2, "warn", words, Filter.DECISION)


LOST_KEY_STATUS = {
    KeyLoss.UNSETTLED: StatusLine(0, "bad", "A restore has lost the answers: settle this", Filter.DECISION),
    KeyLoss.LOST: StatusLine(8, "", "Answers lost in a restore: no report", Filter.DONE),
}
FEEDBACK_STATUS = {
    FeedbackState.PLANNED: StatusLine(6, "", "Not open yet", Filter.WAITING),
    FeedbackState.SCORING: StatusLine(5, "", "The report is being made", Filter.COACH),
    FeedbackState.REPORT_READY: StatusLine(4, "", "Report with the coach", Filter.COACH),
    FeedbackState.RELEASED: StatusLine(8, "good", "Report released", Filter.DONE),
}
SURVEY_STATUS = {
    SurveyStage.OPEN: StatusLine(7, "", "Impact survey open", Filter.WAITING),
    SurveyStage.CLOSED: StatusLine(8, "good", "Complete", Filter.DONE),
}


def _collecting(programme: Programme, line: DelegateLine, now: datetime) -> StatusLine:
    if not line.nominated:
        return StatusLine(2, "warn", "No raters asked yet", Filter.WAITING)
    days = (moment(line.closes_at) - now).days if line.closes_at else SOON_DAYS + 1
    came = sum(part.answered for part in others(line.visible_counts))
    if days <= SOON_DAYS and came < programme.minimum_responses:
        left = plural(days, "day", "days") if days > 0 else "hours"
        return StatusLine(3, "warn", f"Few answers counted, {left} left", Filter.WAITING)
    return StatusLine(5, "", "Collecting answers", Filter.WAITING)


def describe_delegates(
    programme: Programme, lines: Iterable[DelegateLine], bounces: Iterable[Bounce], now: datetime
) -> list[DelegateStatus]:
    """Sort by need, then by name."""
    by_delegate: dict[str, list[Bounce]] = {}
    for bounce in bounces:
        by_delegate.setdefault(bounce.delegate, []).append(bounce)
    delegates = [
        _describe(programme, line, latest_per_address(by_delegate.get(line.delegate_id, [])), now) for line in lines
    ]
    return sorted(delegates, key=lambda delegate: (delegate.status.rank, name_sort_key(delegate.line.name)))


def _describe(programme: Programme, line: DelegateLine, bounces: tuple[Bounce, ...], now: datetime) -> DelegateStatus:
    asked = sum(count.invited for count in line.groups.values())
    bounces = bounces if is_emailed(line) else ()
    return DelegateStatus(
        line=line,
        status=describe_status(programme, line, bounces, now),
        counts=counts(programme, line.visible_counts),
        hidden=asked > sum(part.invited for part in line.visible_counts),
        may_remind=line.feedback is FeedbackState.COLLECTING and not line.withdrawn,
        bounces=bounces,
    )


def is_emailed(line: DelegateLine) -> bool:
    """Return whether people are asked something about a delegate: only then does an email that failed need a repair."""
    is_asked = line.feedback in (FeedbackState.PLANNED, FeedbackState.COLLECTING) and not line.withdrawn
    return is_asked or line.is_surveyed


def latest_per_address(bounces: Iterable[Bounce]) -> tuple[Bounce, ...]:
    """Keep the latest bounce of each address: an invitation and its reminders bounce one after the other.

    A suppressed address stays suppressed, even if a later bounce has another cause.
    """
    newest = {bounce.email: bounce for bounce in sorted(bounces, key=lambda bounce: (bounce.is_lost, bounce.at))}
    return tuple(newest.values())


def filtered(lines: Iterable[DelegateStatus]) -> Mapping[str, int]:
    counts = Counter(delegate.status.filter.value for delegate in lines)
    return {
        Filter.ALL.value: sum(counts.values()),
        **{choice.value: counts[choice.value] for choice in list(Filter)[1:]},
    }
