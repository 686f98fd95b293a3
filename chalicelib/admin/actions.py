"""Acts of an administrator on a delegate or a whole cohort: what a page says before, and what the act does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from chalicelib.admin import close_or_extend, remind, reopen_survey, withdraw_delegate
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.delegate_status import ShownLine
from chalicelib.admin.remind import ChaseRefused
from chalicelib.core.calendar import local_moment
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.store.cohorts import DelegateLine, DelegateStatus

Fields = Mapping[str, str]


class ActUnknown(Refusal):
    """An address that no page of ours links to."""

    status = 404
    title = "There is no such page"

    def __init__(self) -> None:
        super().__init__("Open the cohort again and use its buttons.")


class NotNow(Refusal):
    """An act that does not fit the delegate's status."""

    title = "That cannot be done now"


class DateRefused(Refusal):
    """An invalid last day."""

    title = "Nothing was changed"


class Scope(Struct, frozen=True):
    """One delegate of a cohort, or all of them."""

    board: Dashboard
    one: ShownLine | None

    @property
    def lines(self) -> Sequence[ShownLine]:
        return [self.one] if self.one else self.board.lines

    @property
    def name(self) -> str:
        return self.one.line.name if self.one else self.board.cohort.title

    @property
    def path(self) -> str:
        base = f"/admin/cohort/{self.board.cohort.id}"
        return f"{base}/delegate/{self.one.line.delegate_id}" if self.one else base

    def at(self, *stages: DelegateStatus) -> list[ShownLine]:
        return [shown for shown in self.lines if shown.line.stage in stages and not shown.line.withdrawn]


Run = Callable[[Scope, Fields, datetime, str], None]


class Act(Struct, frozen=True):
    """One act.

    stages  where a delegate must be; None: anywhere, but once
    effect  sentences of the confirmation page, given the scope and the moment
    of_all  the link's text on the cohort's page; empty for an act with a button there, or for single delegates only
    """

    id: str
    title: str
    button: str
    stages: tuple[DelegateStatus, ...] | None
    effect: Callable[[Scope, datetime], Sequence[str]]
    run: Run
    done: str
    asks_for_date: bool = False
    danger: bool = False
    for_all: bool = True
    of_all: str = ""
    of_line: Callable[[DelegateLine], bool] | None = None  # the scope, if the status does not decide it

    def fits(self, scope: Scope) -> bool:
        if scope.one is None and not self.for_all:
            return False
        if self.of_line:
            return any(self.of_line(shown.line) for shown in scope.lines if not shown.line.withdrawn)
        if self.stages is None:
            return any(not shown.line.withdrawn for shown in scope.lines)
        return bool(scope.at(*self.stages))


def find(act_id: str, scope: Scope) -> Act:
    """Find the act. Raises ActUnknown or NotNow."""
    act = ACTS.get(act_id)
    if act is None:
        raise ActUnknown
    if not act.fits(scope):
        raise NotNow(f"{act.title}: this does not fit where {scope.name} is now.")
    return act


def list_actions(scope: Scope) -> list[Act]:
    return [act for act in ACTS.values() if act.fits(scope)]


# --- remind ---------------------------------------------------------------------------------------------


def _chase(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    if scope.one:
        remind.remind_delegate(scope.one.line.delegate_id, now, by)
    elif scope.at(DelegateStatus.COLLECTING):
        remind.remind_cohort(scope.board.cohort.id, date.fromisoformat(scope.board.today), now, by)
    else:
        raise ChaseRefused("No questionnaire of this cohort is open.")


# --- extend, close, publish -------------------------------------------------------------------------------


def _extend(scope: Scope, fields: Fields, now: datetime, by: str) -> None:
    try:
        last = date.fromisoformat(fields.get("last_day", "").strip())
    except ValueError:
        raise DateRefused("Give the new last day as a date.") from None
    cohort, zone = scope.board.cohort.id, scope.board.programme.organisation.timezone
    closes_at = stamp(local_moment(last + timedelta(days=1), 0, zone))

    def extend(shown: ShownLine) -> None:
        done = shown.line.stage is DelegateStatus.COLLECTING and shown.line.closes_at == closes_at
        if not done:  # otherwise pressed twice, or begun before
            close_or_extend.extend(cohort, shown.line.email, last, now, by)

    _each(scope, EXTENDABLE, extend)


def _close(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    cohort = scope.board.cohort.id
    _each(
        scope, (DelegateStatus.COLLECTING,), lambda shown: close_or_extend.close_now(cohort, shown.line.email, now, by)
    )


def _publish(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    cohort = scope.board.cohort.id
    _each(
        scope,
        (DelegateStatus.HELD,),
        lambda shown: close_or_extend.publish_with_few_answers(cohort, shown.line.email, now, by),
    )


def _each(scope: Scope, stages: tuple[DelegateStatus, ...], act: Callable[[ShownLine], None]) -> None:
    """Act on each delegate; report those that cannot be changed after all others are done."""
    refused = []
    for shown in scope.at(*stages):
        try:
            act(shown)
        except CloseRefused as refusal:
            refused.append(f"{shown.line.name}: {refusal}" if len(scope.lines) > 1 else str(refusal))
    if refused:
        raise CloseRefused(" ".join(refused))


EXTENDABLE = (DelegateStatus.COLLECTING, DelegateStatus.HELD)


def _withdraw(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    for shown in scope.lines:
        withdraw_delegate.withdraw(shown.line.delegate_id, now, by)


def _ask_again(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    for shown in scope.lines:
        reopen_survey.ask_again(shown.line.delegate_id, now, by)


def _said(*sentences: str) -> Callable[[Scope, datetime], Sequence[str]]:
    return lambda scope, now: sentences


ACTS = {
    act.id: act
    for act in (
        Act(
            "chase",
            "Remind raters who have not answered",
            "Send reminders",
            (DelegateStatus.COLLECTING,),
            _said(
                "An email goes out at once to everyone who has not answered or declined and was sent none today.",
                "Addresses that do not work are left out. You do not see who or how many the others are: "
                "that would reveal who has answered.",
            ),
            _chase,
            "The reminders are being sent.",
        ),
        Act(
            "extend",
            "Give more time",
            "Give more time",
            EXTENDABLE,
            _said(
                "Answers are accepted until midnight of the new last day.",
                "Everyone who has not answered gets an email at once, and a reminder before the new last day.",
            ),
            _extend,
            "The deadline is extended. Raters who have not answered were emailed.",
            asks_for_date=True,
            of_all="Give all more time",
        ),
        Act(
            "close",
            "Close the questionnaire now",
            "Close now",
            (DelegateStatus.COLLECTING,),
            _said(
                "No answer can be given or changed any more. Raters get no email.",
                "If there are enough answers, the report is made and the coach is notified. If not, you decide again.",
                "If answers were destroyed, or an address was corrected, only those count that the page shows.",
            ),
            _close,
            "The questionnaire is being closed.",
            danger=True,
            of_all="Close all now",
        ),
        Act(
            "publish",
            "Make the report with few answers",
            "Close and make the report",
            (DelegateStatus.HELD,),
            _said(
                "The questionnaire is closed for good, and the report shows what may be shown: "
                "groups that are too small are left out.",
                "You cannot undo this, and no later answer can be added.",
            ),
            _publish,
            "The report is being made.",
            danger=True,
            for_all=False,
        ),
        Act(
            "survey",
            "Ask again for survey answers that cannot be counted",
            "Open the survey again",
            None,
            _said(
                f"The survey opens again for {reopen_survey.DAYS_TO_MEND} days, for the people who sent the answers. "
                "All answers are kept. An email with the link goes out at once.",
                "The sponsor’s summary waits until then. Answers that still cannot be counted are left out.",
            ),
            _ask_again,
            "The survey is open again.",
            for_all=False,
            of_line=lambda line: bool(line.left_out),
        ),
        Act(
            "withdraw",
            "Withdraw from the programme",
            "Withdraw the delegate",
            None,
            _said(
                "No one is asked about this delegate any more, and their raters’ links stop working.",
                "Answers that were not closed yet are destroyed. A report that was made stays with the delegate.",
                "You cannot undo this.",
            ),
            _withdraw,
            "The delegate is withdrawn.",
            danger=True,
            for_all=False,
        ),
    )
}
