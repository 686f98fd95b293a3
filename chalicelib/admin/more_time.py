"""Say what more time would do, before it is given: whose last day moves, by how many days, and who is emailed.

Who has not answered a questionnaire is never said: that would reveal who has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from msgspec import Struct

from chalicelib.admin import close_or_extend, survey_acts
from chalicelib.admin.close_or_extend import CloseRefused, find_closing
from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.delegate_status import DelegateStatus
from chalicelib.admin.emails import more_time_email_due
from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import day, join_words, last_date, plural, say_when
from chalicelib.core.model import SELF_GROUP, Delegate, Programme, Wave, WaveState
from chalicelib.core.working_days import working_days
from chalicelib.store import delegates, impact_surveys
from chalicelib.store.cohorts import DelegateLine, FeedbackState, GroupCount
from chalicelib.store.delegates import Approval
from chalicelib.store.impact_surveys import Role
from chalicelib.waves.waiting_lists import WaitingLists, find_approvers

MANY_DAYS = 28  # more than these may be a slip of the month
NAMED = 10  # of more delegates, a line counts the rest
DAMAGED = "A record is damaged. Ask the operator of the service to repair it."


class Move(Struct, frozen=True):
    """Delegates whose last day moves by the same number of days."""

    before: date
    after: date
    names: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.after - self.before).days

    @property
    def words(self) -> str:
        named = [*self.names[:NAMED]]
        named += [f"{len(self.names) - NAMED} more"] if len(self.names) > NAMED else []
        more = plural(self.days, "day", "days")
        return f"From {day(self.before)} to {day(self.after)}, {more} more: {join_words(named)}"


class MoreTime(Struct, frozen=True):
    """What a new last day would do.

    emails     who is emailed, and what the email says
    as_it_is   names of those whose last day it is already
    refused    who cannot get this day, and why
    questions  what may be a slip
    """

    moves: tuple[Move, ...]
    emails: tuple[str, ...]
    as_it_is: tuple[str, ...]
    refused: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def changes_nothing(self) -> bool:
        return not self.moves and not self.refused


class _Outcomes(Struct):
    """Delegates by what the new last day does. moved: with the last day of now; refused: with the reason."""

    moved: list[tuple[DelegateLine, date]]
    as_it_is: list[DelegateLine]
    refused: list[tuple[DelegateLine, str]]

    def sort_out(self, line: DelegateLine, closes_at: datetime, zone: str, check: Callable[[], object]) -> bool:
        """Add a delegate to those who are refused or moved. Returns whether they are moved."""
        try:
            check()
        except CloseRefused as refusal:
            self.refused.append((line, str(refusal)))
            return False
        self.moved.append((line, last_date(closes_at, zone)))
        return True

    @property
    def refusals(self) -> list[str]:
        return [f"{line.name}: {why}" for line, why in self.refused]


def plan_questionnaires(
    board: Dashboard, chosen: Sequence[DelegateStatus], last: date, why: str, now: datetime
) -> MoreTime:
    """Plan more time for questionnaires. A call for each hundred. Raises CloseRefused if no one can get this day."""
    close_or_extend.read_reason(why)
    zone = board.programme.organisation.timezone
    lines = [delegate.line for delegate in chosen]
    waves = delegates.find_waves([delegates.wave_key(line.delegate_id, line.wave) for line in lines])
    outcomes = _Outcomes([], [], [])
    for line in lines:
        wave = waves.get(delegates.wave_key(line.delegate_id, line.wave))
        if wave is None:
            outcomes.refused.append((line, DAMAGED))
        elif line.feedback is FeedbackState.COLLECTING and last_date(wave.closes_at, zone) == last:
            outcomes.as_it_is.append(line)
        else:
            outcomes.sort_out(line, wave.closes_at, zone, partial(find_closing, wave, board.programme, last, now))
    days = working_days(board.programme.organisation, board.cohort.dates.closed)
    end = local_moment(last + timedelta(days=1), 0, zone)
    due_at = more_time_email_due(days, end, now)
    soon = days.soon(now)
    when = say_when(due_at, now, zone), say_when(soon if soon < end else now, now, zone)
    moved = [line for line, _ in outcomes.moved]
    return _plan(board, outcomes, last, _emails_of_questionnaires(board.programme, moved, last, when))


def plan_surveys(board: Dashboard, chosen: Sequence[DelegateStatus], last: date, why: str, now: datetime) -> MoreTime:
    """As `plan_questionnaires`, for the six-month survey."""
    close_or_extend.read_reason(why)
    zone = board.programme.organisation.timezone
    closes_at = local_moment(last + timedelta(days=1), 0, zone)
    lines = [delegate.line for delegate in chosen]
    stored = impact_surveys.of_delegates(line.delegate_id for line in lines)
    outcomes = _Outcomes([], [], [])
    unsent: list[Role] = []
    for line in lines:
        asked = survey_acts.open_among(stored.get(line.delegate_id, ()), now)
        if not asked:
            outcomes.refused.append((line, DAMAGED))
        elif survey_acts.closing_of(asked) == closes_at:
            outcomes.as_it_is.append(line)
        elif outcomes.sort_out(
            line,
            survey_acts.closing_of(asked),
            zone,
            partial(survey_acts.refuse_day, asked, zone, closes_at, now),
        ):
            unsent += [survey.role for survey in asked if not survey.sent]
    moved = [line.delegate_id for line, _ in outcomes.moved]
    return _plan(board, outcomes, last, _emails_of_surveys(unsent, last, asks_raters=_asks_raters(moved, now)))


def _asks_raters(delegate_ids: Sequence[str], now: datetime) -> bool:
    """Return whether raters of one of the delegates are asked. A call for each hundred."""
    waves = delegates.find_waves([delegates.wave_key(delegate_id, Wave.PULSE) for delegate_id in delegate_ids])
    return any(wave.state is WaveState.OPEN and wave.closes_at > now for wave in waves.values())


def _emails_of_questionnaires(
    programme: Programme, lines: Sequence[DelegateLine], last: date, when: tuple[str, str]
) -> tuple[str, ...]:
    """Say who is emailed.

    when   the delegates are notified of the day, and who approves their lists
    """
    raters = sum(line.invited - line.groups.get(SELF_GROUP, GroupCount()).invited for line in lines)
    approves = programme.raters_approved_by is not None  # then additions to a list that was sent may wait too
    choosing, asked = _find_lists(programme, [line for line in lines if approves or not line.nominated])
    who = plural(len(lines), "delegate", "delegates")
    emails = [f"{who}: {when[0]}, that the last day is {day(last)}"] if lines else []
    if raters:
        of = f"Of {plural(raters, 'rater who was', 'raters who were')} asked"
        emails.append(
            f"{of}, those who have not answered or declined: {_say(last)}. "
            "You do not see who they are: that would reveal who has answered"
        )
    if choosing:
        who = plural(choosing, "delegate who has", "delegates who have")
        emails.append(f"{who} not chosen raters yet: at once, that the last day is {day(last)}")
    if asked.words:
        emails.append(f"{asked.words}: {when[1]}, that the last day is {day(last)}")
    return tuple(emails)


def _say(last: date) -> str:
    return f"at once, that the last day is {day(last)}, and a reminder before it"


def _find_lists(programme: Programme, lines: Sequence[DelegateLine]) -> tuple[int, WaitingLists]:
    """Count delegates who are asked to choose raters again, and find who approves lists that wait."""
    choosing, asked = 0, list[Delegate]()
    for wave in {line.wave for line in lines}:
        ids = [line.delegate_id for line in lines if line.wave is wave]
        people, lists = delegates.list_readable_with_nominations(ids, wave)
        waiting = {chosen.delegate_id for chosen in lists if chosen.approval is Approval.ASKED}
        sent = {chosen.delegate_id for chosen in lists if chosen.sent_raters}
        choosing += len(people.keys() - waiting - sent)
        asked += [people[delegate_id] for delegate_id in people.keys() & waiting]
    return choosing, find_approvers(programme, asked)


def _emails_of_surveys(unsent: Sequence[Role], last: date, *, asks_raters: bool) -> tuple[str, ...]:
    """Say who is emailed. Those who sign the survey know that it shows whether they answered, so they are counted."""
    named = {Role.DELEGATE: ("delegate", "delegates"), Role.MANAGER: ("line manager", "line managers")}
    counted = [plural(unsent.count(role), *words) for role, words in named.items() if role in unsent]
    have = "has" if len(unsent) == 1 else "have"
    return (
        *([f"{join_words(counted)} who {have} not sent the survey: {_say(last)}"] if counted else []),
        *([f"Raters of the one minute who have not answered or declined: {_say(last)}"] if asks_raters else []),
    )


def _plan(board: Dashboard, outcomes: _Outcomes, last: date, emails: tuple[str, ...]) -> MoreTime:
    """Refuse a day that moves no one and is wrong for some. Raises CloseRefused."""
    if outcomes.refused and not outcomes.moved:
        alone = len(outcomes.refused) == 1 and not outcomes.as_it_is
        raise CloseRefused(outcomes.refused[0][1] if alone else " ".join(outcomes.refusals))
    names: dict[date, list[str]] = {}
    for line, before in outcomes.moved:
        names.setdefault(before, []).append(line.name)
    moves = tuple(Move(before, last, tuple(people)) for before, people in sorted(names.items()))
    days = working_days(board.programme.organisation, board.cohort.dates.closed)
    questions = [] if days.is_working(last) else [f"{day(last)} is not a working day. Is that right?"]
    most = max((move.days for move in moves), default=0)
    questions += [f"That is {most} days later. Is the month right?"] if most > MANY_DAYS else []
    as_it_is = tuple(line.name for line in outcomes.as_it_is)
    return MoreTime(moves, emails, as_it_is, tuple(outcomes.refusals), tuple(questions))
