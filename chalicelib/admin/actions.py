"""Acts of an administrator on a delegate or a whole cohort: what a page says before, and what the act does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from chalicelib.admin import close_or_extend, more_time, remind, reopen_survey, survey_acts
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.delegate_status import DelegateStatus
from chalicelib.admin.more_time import MoreTime
from chalicelib.admin.remind import ChaseRefused
from chalicelib.core.calendar import local_moment
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import plural
from chalicelib.store.cohorts import DelegateLine, FeedbackState

Fields = Mapping[str, str]


class FeedbackActUnknown(Refusal):
    """An address that no page of ours links to."""

    status = 404
    title = "There is no such page"

    def __init__(self) -> None:
        super().__init__("Open the cohort again and use its buttons.")


class NotNow(Refusal):
    """An act that does not fit the delegate's status."""

    title = "That cannot be done now"


class SomeRefused(CloseRefused):
    """An act that was done for some delegates, and refused for others."""

    title = "It was not done for everyone"


class DateRefused(Refusal):
    """An invalid last day."""

    title = "Nothing was changed"


class Scope(Struct, frozen=True):
    """One delegate of a cohort, those who were ticked, or all of them."""

    board: Dashboard
    one: DelegateStatus | None
    ticked: tuple[DelegateStatus, ...] | None = None

    @property
    def lines(self) -> Sequence[DelegateStatus]:
        if self.ticked is not None:
            return self.ticked
        return [self.one] if self.one else self.board.lines

    @property
    def name(self) -> str:
        if self.ticked is not None:
            return plural(len(self.ticked), "delegate", "delegates")
        return self.one.line.name if self.one else self.board.cohort.title

    def form_url(self, act_id: str) -> str:
        """Return where the form of an act goes."""
        if self.ticked is not None:
            return f"{self.path}/chosen"
        return f"{self.path}/{act_id}" if self.one else f"{self.path}/all/{act_id}"

    @property
    def path(self) -> str:
        base = f"/admin/cohort/{self.board.cohort.id}"
        return f"{base}/delegate/{self.one.line.delegate_id}" if self.one else base

    def each(self) -> list[Scope]:
        return [Scope(self.board, delegate) for delegate in self.lines]

    def at(self, *stages: FeedbackState) -> list[DelegateStatus]:
        lines = [
            delegate for delegate in self.lines if delegate.line.feedback in stages and not delegate.line.withdrawn
        ]
        return [delegate for delegate in lines if not delegate.line.without_key]


Run = Callable[[Scope, Fields, datetime, str], None]


class FeedbackAct(Struct, frozen=True):
    """One act.

    stages  where a delegate must be; None: anywhere, but once
    effect  sentences of the confirmation page, given the scope and the moment
    of_all  the link's text on the cohort's page; empty for an act with a button there, or for single delegates only
    """

    id: str
    title: str
    button: str
    stages: tuple[FeedbackState, ...] | None
    effect: Callable[[Scope, datetime], Sequence[str]]
    run: Run
    done: str
    plan: Callable[[Scope, date, str, datetime], MoreTime] | None = None  # of an act that asks for a last day
    danger: bool = False
    for_all: bool = True
    of_all: str = ""
    of_line: Callable[[DelegateLine], bool] | None = None  # the scope, if the status does not decide it
    of_ticked: str = ""  # the button below a list of ticked delegates; empty for none

    @property
    def asks_for_date(self) -> bool:
        return self.plan is not None

    @property
    def asks_for_reason(self) -> bool:
        """Return whether it changes a date or cannot be undone, so that the audit trail keeps a reason."""
        return self.asks_for_date or self.danger

    def fits(self, scope: Scope) -> bool:
        if scope.one is None and not self.for_all:
            return False
        if self.of_line:
            return any(self.of_line(delegate.line) for delegate in scope.lines if not delegate.line.withdrawn)
        if self.stages is None:
            return any(not delegate.line.withdrawn for delegate in scope.lines)
        return bool(scope.at(*self.stages))


def find(act_id: str, scope: Scope) -> FeedbackAct:
    """Find the act. Raises FeedbackActUnknown or NotNow."""
    act = ACTS.get(act_id)
    if act is None:
        raise FeedbackActUnknown
    if not act.fits(scope):
        raise NotNow(f"{act.title}: not possible at this point for {scope.name}.")
    return act


def list_actions(scope: Scope) -> list[FeedbackAct]:
    return [act for act in ACTS.values() if act.fits(scope)]


# --- remind ---------------------------------------------------------------------------------------------


def _chase(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    if scope.one:
        remind.remind_delegate(scope.one.line.delegate_id, now, by)
    elif scope.at(FeedbackState.COLLECTING):
        remind.remind_cohort(scope.board.cohort.id, date.fromisoformat(scope.board.today), now, by)
    else:
        raise ChaseRefused("No questionnaire of this cohort is open.")


# --- extend, close, publish -------------------------------------------------------------------------------


def read_last_day(fields: Fields) -> date:
    """Read the day that acts ask for. Raises DateRefused."""
    try:
        return date.fromisoformat(fields.get("last_day", "").strip())
    except ValueError:
        raise DateRefused("Give the new last day as a date.") from None


def plan_day(act: FeedbackAct, scope: Scope, fields: Fields, now: datetime) -> MoreTime | None:
    """Say what the day that was typed would do; None for an act without a day, or a day that was confirmed.

    Raises DateRefused or CloseRefused; NotNow for a day that everyone has already.
    """
    if not act.plan or fields.get("confirmed") == fields.get("last_day"):
        return None
    planned = act.plan(scope, read_last_day(fields), fields.get("why", ""), now)
    if planned.changes_nothing:
        raise NotNow(f"{scope.name}: that is the last day already.")
    return planned


def _plan_extension(scope: Scope, last: date, why: str, now: datetime) -> MoreTime:
    return more_time.plan_questionnaires(scope.board, scope.at(*EXTENDABLE), last, why, now)


def _plan_survey_extension(scope: Scope, last: date, why: str, now: datetime) -> MoreTime:
    return more_time.plan_surveys(scope.board, _surveyed(scope), last, why, now)


def _extend(scope: Scope, fields: Fields, now: datetime, by: str) -> None:
    last = read_last_day(fields)
    cohort, zone = scope.board.cohort.id, scope.board.programme.organisation.timezone
    closes_at = stamp(local_moment(last + timedelta(days=1), 0, zone))

    def extend(delegate: DelegateStatus) -> None:
        done = delegate.line.feedback is FeedbackState.COLLECTING and delegate.line.closes_at == closes_at
        if not done:  # otherwise pressed twice, or begun before
            close_or_extend.extend(cohort, delegate.line.email, last, now, by, why=fields.get("why", ""))

    _each(scope, EXTENDABLE, extend)


def _close(scope: Scope, fields: Fields, now: datetime, by: str) -> None:
    cohort = scope.board.cohort.id
    _each(
        scope,
        (FeedbackState.COLLECTING,),
        lambda delegate: close_or_extend.close_now(cohort, delegate.line.email, now, by, why=fields.get("why", "")),
    )


def _publish(scope: Scope, fields: Fields, now: datetime, by: str) -> None:
    cohort = scope.board.cohort.id
    _each(
        scope,
        (FeedbackState.HELD,),
        lambda delegate: close_or_extend.publish_with_few_answers(
            cohort, delegate.line.email, now, by, why=fields.get("why", "")
        ),
    )


def _each(scope: Scope, stages: tuple[FeedbackState, ...], act: Callable[[DelegateStatus], None]) -> None:
    _act_on(scope, scope.at(*stages), act)


def _act_on(scope: Scope, chosen: Sequence[DelegateStatus], act: Callable[[DelegateStatus], object]) -> None:
    """Act on each delegate. Raises SomeRefused or CloseRefused with those who cannot be changed, after all others."""
    refused = []
    for delegate in chosen:
        try:
            act(delegate)
        except CloseRefused as refusal:
            refused.append(f"{delegate.line.name}: {refusal}" if len(scope.lines) > 1 else str(refusal))
    if refused:
        raise (SomeRefused if len(refused) < len(chosen) else CloseRefused)(" ".join(refused))


EXTENDABLE = (FeedbackState.COLLECTING, FeedbackState.HELD)


def _remind_surveyed(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    _act_on(scope, _surveyed(scope), lambda delegate: survey_acts.remind_surveyed(delegate.line.delegate_id, now, by))


def _extend_survey(scope: Scope, fields: Fields, now: datetime, by: str) -> None:
    last = read_last_day(fields)
    why = fields.get("why", "")

    def extend(delegate: DelegateStatus) -> None:
        survey_acts.extend_survey(delegate.line.delegate_id, last, now, by, why=why)

    _act_on(scope, _surveyed(scope), extend)


def _surveyed(scope: Scope) -> list[DelegateStatus]:
    return [delegate for delegate in scope.lines if delegate.line.is_surveyed]


def _ask_again(scope: Scope, _: Fields, now: datetime, by: str) -> None:
    for delegate in scope.lines:
        reopen_survey.ask_again(delegate.line.delegate_id, now, by)


def _said(*sentences: str) -> Callable[[Scope, datetime], Sequence[str]]:
    return lambda scope, now: sentences


ACTS = {
    act.id: act
    for act in (
        FeedbackAct(
            "chase",
            "Remind raters who have not answered",
            "Send reminders",
            (FeedbackState.COLLECTING,),
            _said(
                "An email goes out at once to everyone who has not answered or declined and was sent none today.",
                "Addresses that do not work are left out. You do not see who or how many the others are: "
                "that would reveal who has answered.",
            ),
            _chase,
            "The reminders are being sent.",
            of_ticked="Remind their raters",
        ),
        FeedbackAct(
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
            plan=_plan_extension,
            of_all="Give everyone more time",
            of_ticked="Give more time",
        ),
        FeedbackAct(
            "close",
            "Close the questionnaire now",
            "Close now",
            (FeedbackState.COLLECTING,),
            _said(
                "After that, no one can give or change an answer. Raters get no email.",
                "If there are enough answers, the report is made and the coach is notified. If not, you decide again.",
                "If answers were destroyed, or an address was corrected, only those count that the page shows.",
            ),
            _close,
            "The questionnaire is being closed.",
            danger=True,
            of_all="Close all now",
        ),
        FeedbackAct(
            "publish",
            "Make the report with few answers",
            "Close and make the report",
            (FeedbackState.HELD,),
            _said(
                "The questionnaire is closed for good, and the report shows what may be shown: "
                "groups that are too small are left out.",
                "You cannot undo this, and no later answer can be added.",
                "On the next working morning the coach is notified that the report is ready, and the delegate that "
                "the 360 has closed.",
            ),
            _publish,
            "The report is being made.",
            danger=True,
            for_all=False,
        ),
        FeedbackAct(
            "survey-remind",
            "Remind who has not answered the six-month survey",
            "Send reminders",
            None,
            _said(
                "An email goes out at once to each delegate, line manager and rater who has not answered or declined "
                "and was sent none today.",
                "Delegates and line managers sign the survey. Of raters you see a count made each morning, and never "
                "who has answered.",
            ),
            _remind_surveyed,
            "The reminders are being sent.",
            of_all="Remind everyone of the survey",
            of_line=lambda line: line.is_surveyed,
            of_ticked="Remind of the survey",
        ),
        FeedbackAct(
            "survey-extend",
            "Give more time for the six-month survey",
            "Give more time",
            None,
            _said(
                "Delegate, line manager and raters can answer until midnight of the new last day.",
                "Everyone who has not answered gets an email at once, and a reminder before the new last day.",
                "The results, and the sponsor’s figures, come after the new last day.",
            ),
            _extend_survey,
            "The survey is extended. Everyone who has not answered is emailed.",
            plan=_plan_survey_extension,
            of_all="Give everyone more time for the survey",
            of_line=lambda line: line.is_surveyed,
            of_ticked="More time for the survey",
        ),
        FeedbackAct(
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
    )
}
