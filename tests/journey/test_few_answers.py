"""The deadline passes with too few answers: nothing is lost, the administrator is notified once, and decides."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from chalicelib.admin import close_or_extend, more_time
from chalicelib.admin.cohort_status import load_cohort_status
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.delegate_status import Filter
from chalicelib.collect.close_wave import has_too_few_answers
from chalicelib.collect.submit_answers import submit
from chalicelib.core.formatting import day, day_and_time
from chalicelib.core.model import Invitation, InvitationState, Wave, WaveState
from chalicelib.debrief.caseload import open_case, open_caseload
from chalicelib.programme import move_dates
from chalicelib.results.facts import Facts, read_facts
from chalicelib.store import cohorts, delegates, jobs, objects, reports
from chalicelib.store.cohorts import FeedbackState, SurveyStage
from infra.local.account import ADMINISTRATOR
from tests.faults import scene
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

DANA = people.person("dana delegate").email


@pytest.mark.parametrize(
    ("answered", "few"),
    [
        pytest.param({"peer": 4, "manager": 1}, False, id="enough"),
        pytest.param({"peer": 4, "self": 1}, True, id="the-delegate-does-not-count"),
        pytest.param({"peer": 3, "manager": 1}, True, id="four-answers"),
        pytest.param({"peer": 2, "direct_report": 1, "other": 1, "manager": 1}, False, id="enough-if-merged"),
        pytest.param({}, True, id="none"),
    ],
)
def test_a_report_wants_five_answers_and_four_of_them_anonymous(answered, few):
    asked = [
        Invitation(f"{group}{n}", "d", Wave.BASELINE, group, people.person(f"{group}{n}"), state)
        for group, many in {**answered, "peer": 8}.items()
        for n in range(many)
        for state in [InvitationState.ANSWERED if n < answered.get(group, 0) else InvitationState.INVITED]
    ]

    assert has_too_few_answers(people.programme(), asked) == few


@pytest.fixture
def held(visitor, clock) -> None:
    """Two of six peers have answered by the deadline."""
    people.opened(clock, chosen=people.raters(6, 0))
    for name in ("p0", "p1"):
        answer(name, "5", clock)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    assert state() is WaveState.HELD


def answer(name: str, rating: str, clock) -> None:
    answer_link = scene.link_of(scene.invitation(name))
    scene.fill_in(answer_link, rating, clock.now())
    submit(answer_link, clock.now())


def state() -> WaveState:
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state


def facts() -> Facts:
    return read_facts(objects.load(reports.find(people.dana(), Wave.BASELINE).facts))


def emails(part: str) -> Counter[str]:
    """Reader -> emails of one kind."""
    return Counter(email.addresses[0] for email in sent_emails() if email.row.startswith(part))


def test_the_administrator_is_notified_once_and_raters_that_it_may_be_extended(visitor, clock, held):
    drain(clock.advance(days=3))

    assert emails("report/too_few#") == {ADMINISTRATOR: 1}
    visitor.open(people.link("p4", "answer"))
    assert (visitor.status, "questionnaire-closed" in visitor.messages) == (410, True)
    assert reports.find(people.dana(), Wave.BASELINE) is None


def test_with_more_time_who_has_not_answered_gets_a_notice_and_every_answer_counts(visitor, clock, held):
    close_or_extend.extend(people.COHORT, DANA, people.DATES.closes + timedelta(days=14), clock.advance(days=1))
    drain(clock.now())
    assert state() is WaveState.OPEN
    silent = ("p2", "p3", "p4", "p5", "mara manager")
    assert emails("collect/extended#") == {people.person(name).email: 1 for name in silent}

    for name in ("p2", "p3", "p4", "mara manager"):
        answer(name, "3", clock)
    drain(clock.to(people.CLOSE + timedelta(days=14)))
    drain(clock.advance(hours=2))
    assert {(cell.cell, cell.n) for cell in facts().cells} == {("manager", 1), ("peer", 5)}
    assert {s.display for s in facts().statistics if (s.about, s.cell) == ("item", "peer")} == {"3.8"}
    assert jobs.failed() == []


def test_with_more_time_the_delegate_learns_the_newest_last_day_on_the_next_working_morning(visitor, clock, held):
    closes = people.DATES.closes
    for days in (14, 21):
        close_or_extend.extend(people.COHORT, DANA, closes + timedelta(days=days), clock.advance(minutes=5))
    drain(clock.now())
    assert emails("admin/more_time#") == {}
    drain(clock.advance(days=3))

    (email,) = [email for email in sent_emails(DANA) if "admin/more_time" in email.row]
    assert day(closes + timedelta(days=21)) in " ".join(email.message["Subject"].split())


def test_with_more_time_to_the_end_of_a_weekend_the_delegate_is_notified_before_it_is_over(visitor, clock, held):
    """The next working morning would come after it."""
    sunday = people.DATES.closes + timedelta(days=2)
    board = load_dashboard(people.COHORT, clock.now())
    planned = more_time.plan_questionnaires(board, board.lines, sunday, "", clock.now())
    close_or_extend.extend(people.COHORT, DANA, sunday, clock.now())
    drain(clock.now())
    assert (emails("admin/more_time#"), "at once" in planned.emails[0]) == ({DANA: 1}, True)


def test_the_preview_of_more_time_names_the_morning_on_which_the_delegate_is_notified(visitor, clock, held):
    later = people.DATES.closes + timedelta(days=14)
    board = load_dashboard(people.COHORT, clock.now())
    planned = more_time.plan_questionnaires(board, board.lines, later, "", clock.now())
    close_or_extend.extend(people.COHORT, DANA, later, clock.now())
    drain(clock.now())
    monday = datetime.fromisoformat("2026-10-05T08:00:00Z")
    drain(clock.to(monday))

    assert emails("admin/more_time#") == {DANA: 1}
    assert f"on {day_and_time(monday, 'Europe/London')}" in planned.emails[0]


@pytest.mark.parametrize("answers", [2, 6])
def test_with_more_time_and_then_a_close_the_delegate_learns_of_no_later_last_day(visitor, clock, answers):
    people.opened(clock, chosen=people.raters(6, 0))
    for place in range(answers):
        answer(f"p{place}", "4", clock)
    close_or_extend.extend(people.COHORT, DANA, people.DATES.closes + timedelta(days=14), clock.advance(hours=8))
    close_or_extend.close_now(people.COHORT, DANA, clock.advance(minutes=5))
    drain(clock.now())
    assert state() is (WaveState.CLOSED if answers == 6 else WaveState.HELD)
    drain(clock.advance(days=3))
    assert emails("admin/more_time#") == {}


def test_with_more_time_a_delegate_who_chose_no_one_is_asked_to_choose(visitor, clock):
    people.opened(clock)
    drain(clock.to(people.CLOSE))
    before = emails("nominate/reminder#")[DANA]
    close_or_extend.extend(people.COHORT, DANA, people.DATES.closes + timedelta(days=14), clock.advance(days=1))
    drain(clock.now())

    assert emails("nominate/reminder#")[DANA] == before + 1
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "P0 <p0@example.org>"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    drain(clock.advance(days=2))  # from a Sunday to the next working morning
    assert emails("collect/invitation#")[people.person("p0").email] == 1


def test_closed_all_the_same_the_report_shows_what_may_be_shown(visitor, clock, held):
    close_or_extend.publish_with_few_answers(people.COHORT, DANA, clock.advance(days=1))
    drain(clock.now())
    drain(clock.advance(hours=2))
    drain(clock.advance(days=3))  # the next working morning

    assert state() is WaveState.CLOSED
    assert facts().too_few
    assert facts().statistics == ()
    assert emails("report/ready#") == {people.person("cleo coach").email: 1}
    assert jobs.failed() == []


def test_a_decision_that_comes_late_leaves_the_coach_a_year_to_release_the_report(visitor, clock, held):
    late = clock.to(people.CLOSE.replace(year=2028))
    token = people.coach_url().rsplit("/", 1)[1]
    assert open_caseload(token).ends_at < late

    close_or_extend.publish_with_few_answers(people.COHORT, DANA, late)

    assert open_caseload(token).ends_at > late.replace(year=2029) - timedelta(days=1)
    assert open_case(token, people.dana()).ends_at == open_caseload(token).ends_at


# --- other threads go on --------------------------------------------------------------------------------


SURVEY_OPENS = people.OPENING.replace(year=2027, month=5, day=31, hour=9)
SURVEY_CLOSES = SURVEY_OPENS.replace(month=7, day=1)


def shown(clock):
    board = load_dashboard(people.COHORT, clock.now())
    return board.lines[0].status.filter, {figure.name: figure.number for figure in board.figures}["reports"]


@pytest.mark.parametrize("until", [SURVEY_OPENS, SURVEY_CLOSES], ids=["open", "closed"])
def test_a_decision_stays_in_sight_and_can_be_taken_when_the_impact_survey_opens_and_closes(
    visitor, clock, held, until
):
    drain(clock.to(SURVEY_OPENS))
    drain(clock.to(until))
    (line,) = cohorts.list_lines(people.COHORT)
    assert line.survey is (SurveyStage.OPEN if until == SURVEY_OPENS else SurveyStage.CLOSED)
    assert line.feedback is FeedbackState.HELD
    assert not line.has_closed
    assert shown(clock) == (Filter.DECISION, "0 of 1")

    console = f"{BASE_URL}/admin/cohort/{people.COHORT}/delegate/{people.dana()}/publish"
    visitor.let_in_administrator(clock.now()).open(console).post(console)
    drain(clock.now())
    drain(clock.advance(hours=2))
    assert state() is WaveState.CLOSED
    assert facts().too_few
    assert shown(clock) == (Filter.COACH, "1 of 1")
    assert jobs.failed() == []


def test_a_report_that_is_made_while_the_impact_survey_is_open_is_printed_and_shown_as_made(visitor, clock, held):
    """The survey opens between the close and the printing of the report."""
    close_or_extend.publish_with_few_answers(people.COHORT, DANA, clock.advance(days=1))
    people.write(cohorts.change_line(delegates.find(people.dana()), put={"survey": SurveyStage.OPEN}))
    drain(clock.now())
    drain(clock.advance(hours=2))

    assert shown(clock) == (Filter.COACH, "1 of 1")


@pytest.mark.parametrize(("stage", "survey"), cohorts.OLD_STAGES.items())
def test_a_row_of_an_earlier_version_that_holds_the_surveys_stage_is_still_read(visitor, clock, stage, survey):
    people.opened(clock)
    people.write(cohorts.change_line(delegates.find(people.dana()), put={"stage": stage}))
    lines = cohorts.list_lines(people.COHORT)
    assert [(line.feedback, line.survey) for line in lines] == [(FeedbackState.RELEASED, survey)]
    assert load_cohort_status(people.COHORT).lines[0].stage == stage


def test_the_survey_never_changes_the_word_for_a_questionnaire_that_is_open(visitor, clock):
    people.opened(clock)
    people.write(cohorts.change_line(delegates.find(people.dana()), put={"survey": SurveyStage.OPEN}))
    assert load_cohort_status(people.COHORT).lines[0].stage == FeedbackState.COLLECTING


def test_a_last_day_that_moves_for_the_cohort_leaves_no_notice_of_too_few_answers(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    clock.to(clock.now().replace(hour=19, minute=0))  # after the hours of a working day
    close_or_extend.close_now(people.COHORT, DANA, clock.now())
    drain(clock.now())
    drain(clock.advance(hours=1))
    assert state() is WaveState.HELD
    assert emails("report/too_few#") == {}

    later = people.DATES.closes + timedelta(days=7)
    move_dates.move(move_dates.plan(people.COHORT, move_dates.Moved.CLOSES, later, clock.now()), "", "a", clock.now())
    drain(clock.now())
    assert state() is WaveState.OPEN
    drain(clock.advance(days=4))
    assert emails("report/too_few#") == {}
