"""Show administrators every cohort, and one list of what needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from chalicelib.admin.cohort_list import Wanted
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.dashboard import Dashboard, load_dashboard
from chalicelib.admin.delegate_status import Filter
from chalicelib.admin.failures import list_failures
from chalicelib.admin.late_registers import list_late_registers
from chalicelib.admin.overdue import list_overdue
from chalicelib.core.formatting import day, local_date, plural
from chalicelib.core.model import AnswerCount
from chalicelib.core.working_days import survey_opens_at
from chalicelib.jobs.each import each
from chalicelib.store import catalogue, stories
from chalicelib.store.catalogue import CohortEntry
from chalicelib.store.cohorts import DelegateLine, FeedbackState, KeyLoss, SurveyStage
from chalicelib.store.stories import StoryState
from chalicelib.web.paging import Part, cut

COHORTS = 40  # of a page: each is one query
SHOWN_NEEDS = 20


class Help(Struct, frozen=True):
    """A link to an act that may settle a need. path: below /admin."""

    label: str
    path: str


class Need(Struct, frozen=True):
    """One thing that an administrator is to do.

    who          a person's name; empty if it is about no one
    path         of the page, below /admin
    was_emailed  whether an email has named it, so that it alone causes no other
    """

    cohort: str
    who: str
    what: str
    path: str
    help: Help | None = None
    was_emailed: bool = False


def failed_work(count: int) -> Need:
    return Need("", "", f"{plural(count, 'piece of work', 'pieces of work')} failed", "/work")


class CohortLine(Struct, frozen=True):
    """One cohort in the list."""

    entry: CohortEntry
    words: str  # where it is in the year
    answered: int = 0  # as counted this morning
    invited: int = 0  # 0: no questionnaire is open
    delegates: int = 0
    needs: tuple[Need, ...] = ()

    @property
    def count(self) -> AnswerCount:
        return AnswerCount((), self.invited, self.answered)


class Home(Struct, frozen=True):
    part: Part[CohortLine]
    wanted: Wanted
    programmes: Mapping[str, str]  # titles by id, of the cohorts that the administrator may see
    clients: Mapping[str, str]  # organisations by id of the programme
    has_any: bool
    failed: int  # jobs, of all cohorts

    @property
    def needs(self) -> Sequence[Need]:
        """Return what needs an administrator in the cohorts of this page, and failed work of all."""
        needs = [need for line in self.part.lines for need in line.needs]
        return [failed_work(self.failed), *needs] if self.failed else needs

    @property
    def shown_needs(self) -> Sequence[Need]:
        return self.needs[:SHOWN_NEEDS]


def load_home(given: frozenset[str] | None, wanted: Wanted, page: str, now: datetime) -> Home:
    """Load one page of cohorts: two queries, one for each running cohort on the page, and its stories after its survey.

    given   ids of the programmes that the administrator may see; None: all. Failed work is shown to who sees all
    """
    register = catalogue.everything()
    entries = [entry for entry in register.cohorts if given is None or entry.programme_id in given]
    titles = {programme_entry.id: programme_entry.title for programme_entry in register.programmes}
    organisations = {
        programme_entry.id: programme_entry.organisation for programme_entry in reversed(register.programmes)
    }
    clients = {entry.programme_id: organisations.get(entry.programme_id, "") for entry in entries}
    programmes = {entry.programme_id: titles.get(entry.programme_id, entry.programme_id) for entry in entries}
    failed = len(list_failures()) if given is None else 0
    part = cut(wanted.choose(entries, now.date()), page, COHORTS)
    lines = [_describe(entry, now, sees_work=given is None) for entry in part.lines]
    return Home(Part(lines, part.number, part.of, part.found), wanted, programmes, clients, bool(entries), failed)


def list_needs(now: datetime) -> dict[CohortEntry, tuple[Need, ...]]:
    """Return what needs an administrator in each cohort that is not finished. A query for each.

    A cohort that cannot be read is left out, and costs the others nothing.
    """
    running = {entry.id: entry for entry in catalogue.everything().cohorts if not entry.is_finished(now.date())}
    needs_by_id, _ = each(running, lambda cohort_id: _needs_of(running[cohort_id], now), "needs")
    return {running[cohort_id]: needs for cohort_id, needs in needs_by_id.items()}


def _needs_of(entry: CohortEntry, now: datetime) -> tuple[Need, ...]:
    board = find_board(entry, now)
    return tuple(_list_needs(board, now, sees_work=False)) if board else ()


def find_board(entry: CohortEntry, now: datetime) -> Dashboard | None:
    """Load a cohort. None once all its rows are deleted, because its time is over. Raises CohortUnknown before that."""
    try:
        return load_dashboard(entry.id, now)
    except CohortUnknown:
        if entry.is_past(now.date()):
            return None
        raise


def _describe(entry: CohortEntry, now: datetime, *, sees_work: bool) -> CohortLine:
    board = None if entry.is_finished(now.date()) else find_board(entry, now)
    if board is None:
        return CohortLine(entry, f"Ended {day(entry.dates.ends)}")
    answered, invited = _answers(board)
    return CohortLine(
        entry=entry,
        words=_say_where(board, now),
        answered=answered,
        invited=invited,
        delegates=sum(not delegate.line.withdrawn for delegate in board.lines),
        needs=tuple(_list_needs(board, now, sees_work=sees_work)),
    )


def _answers(board: Dashboard) -> tuple[int, int]:
    """Count the answers and the raters of questionnaires that are open, as of this morning."""
    lines = [delegate for delegate in board.lines if _is_open(delegate.line) and not delegate.line.withdrawn]
    return sum(delegate.answered for delegate in lines), sum(delegate.invited for delegate in lines)


def _is_open(line: DelegateLine) -> bool:
    return line.feedback is not FeedbackState.PLANNED and not line.has_closed


def _say_where(board: Dashboard, now: datetime) -> str:
    """Say where a cohort is in its year: what most of its delegates wait for."""
    dates, today = board.cohort.dates, local_date(now, board.programme.organisation.timezone)
    lines = [delegate.line for delegate in board.lines if not delegate.line.withdrawn]
    if today < dates.opens or all(line.feedback is FeedbackState.PLANNED for line in lines):
        return f"Opens {day(dates.opens)}"
    if any(line.feedback is FeedbackState.COLLECTING for line in lines) and today <= dates.closes:
        return f"Collecting answers until {day(dates.closes)}: {_days_left(dates.closes, today)}"
    if board.followup and board.followup_runs and today <= board.followup.closes:
        return f"Follow-up until {day(board.followup.closes)}: {_days_left(board.followup.closes, today)}"
    if any(line.is_surveyed for line in lines):
        return "Six-month survey open"
    if any(line.survey is SurveyStage.CLOSED for line in lines):
        return "Six-month survey closed"
    released = sum(line.feedback is FeedbackState.RELEASED for line in lines)
    expected = sum(line.without_key is not KeyLoss.LOST for line in lines)
    if released < expected and any(line.feedback.has_report for line in lines):
        return f"Debriefs: {released} of {plural(expected, 'report', 'reports')} released"
    if today <= dates.ends:
        return f"Programme until {day(dates.ends)}"
    return f"Ended {day(dates.ends)}, six-month survey {_survey_day(board)}"


def _days_left(last: date, today: date) -> str:
    return f"{plural((last - today).days, 'day', 'days')} left" if last > today else "the last day"


def _survey_day(board: Dashboard) -> str:
    opens_at = survey_opens_at(board.programme, board.cohort.dates)
    return f"from {day(local_date(opens_at, board.programme.organisation.timezone))}"


def _list_needs(board: Dashboard, now: datetime, *, sees_work: bool) -> Iterator[Need]:
    title, home = board.cohort.title, f"/cohort/{board.cohort.id}"
    for delegate in board.lines:
        if delegate.status.filter is Filter.DECISION:
            yield Need(title, delegate.line.name, delegate.status.words, f"{home}/delegate/{delegate.line.delegate_id}")
    for hold in board.held:
        if hold.is_confirmable:
            yield Need(title, hold.person.name, "A new address waits to be confirmed", f"{home}/confirm?hold={hold.id}")
    yield from _overdue(board, now)
    yield from _registers(board, now)
    yield from _without_date(board, now)
    yield from _stories(board)
    yield from _emails(board, sees_work=sees_work)


def _overdue(board: Dashboard, now: datetime) -> Iterator[Need]:
    """Name what a coach is late with, and offer to send them their link: no one else can record a debrief."""
    home = f"/cohort/{board.cohort.id}"
    for late in list_overdue(board, now):
        who = late.line.delegate_id
        remind = Help("Remind the coach: send their link", f"{home}/link?delegate={who}&to=coach")
        yield Need(board.cohort.title, late.line.name, late.what, f"{home}/delegate/{who}", remind, late.was_emailed)


def _registers(board: Dashboard, now: datetime) -> Iterator[Need]:
    """Name what is not recorded of workshops, and lead to the register."""
    home = f"/cohort/{board.cohort.id}"
    for late in list_late_registers(board, now):
        yield Need(board.cohort.title, "", late.what, f"{home}/register/{late.session}", was_emailed=late.was_emailed)


def _emails(board: Dashboard, *, sees_work: bool) -> Iterator[Need]:
    title = board.cohort.title
    for bounce in board.bounces:
        if not bounce.is_refused:
            yield Need(title, bounce.name, "An email did not arrive", f"/cohort/{board.cohort.id}")
    if board.has_refused_emails and sees_work:
        yield Need(title, "", "The email service rejected some emails", "/work")


def _stories(board: Dashboard) -> Iterator[Need]:
    """Count the stories that wait to be checked: an edition uses those that are. Read once a survey has closed."""
    closed = [delegate.line.delegate_id for delegate in board.lines if delegate.line.survey is SurveyStage.CLOSED]
    approved = [story for story in stories.of_delegates(closed) if story.state is StoryState.APPROVED]
    if waiting := sum(story.cohort_id == board.cohort.id for story in approved):
        what = f"{plural(waiting, 'story waits', 'stories wait')} to be checked"
        yield Need(board.cohort.title, "", what, f"/cohort/{board.cohort.id}/stories")


def _without_date(board: Dashboard, now: datetime) -> Iterator[Need]:
    """Name the workshops that lost their date, as long as they may still take place before the survey."""
    if now < survey_opens_at(board.programme, board.cohort.dates):
        for step in board.lost_date:
            yield Need(board.cohort.title, "", f"{step.title} has no date", f"/cohort/{board.cohort.id}/dates")
