"""Administrators remind of the impact survey and give more time for it, and learn of no rater who answered."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from chalicelib.admin import survey_acts
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.cli.parser import parser
from chalicelib.core.model import Wave, WaveState
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, impact_surveys, jobs
from chalicelib.store.cohorts import SurveyStage
from tests.faults import scene
from tests.impact.test_result import OPENS, open_survey, opened, own_parts, send
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

__all__ = ["opened", "visitor"]

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
PLANNED_LAST = date(2027, 6, 28)
LATER = date(2027, 7, 9)
EVERYONE = {"dana delegate", "mara manager", "p0", "p1", "p2", "p3"}


@pytest.fixture
def admin(opened, clock):
    """Two days after the opening, so that no email of the opening is of the same day."""
    drain(clock.advance(days=2))
    return let_in(opened, clock)


def let_in(visitor, clock):
    visitor.cookies.clear()
    return visitor.let_in_administrator(clock.now())


def addresses(sent) -> list[str]:
    return sorted(address for email in sent for address in email.addresses)


def body(email) -> str:
    return email.message.get_body(("plain",)).get_content()


def of(*names: str) -> list[str]:
    return sorted(people.person(name).email for name in names)


def act(admin, name: str, typed: dict[str, str] | None = None, scope: str = "") -> None:
    url = f"{COHORT}/{scope or f'delegate/{people.dana()}'}/{name}"
    admin.open(url).post(url, typed)


def give_time(admin) -> None:
    act(admin, "survey-extend", {"last_day": f"{LATER}", "confirmed": f"{LATER}"})


def survey(role: str = "delegate") -> impact_surveys.ImpactSurvey:
    surveys = impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    return next(survey for survey in surveys if survey.role == role)


@pytest.mark.parametrize("scope", ["", "all"])
def test_a_reminder_goes_to_delegate_manager_and_raters(admin, clock, scope):
    before = len(sent_emails())
    act(admin, "survey-remind", scope=scope)
    drain(clock.now())
    assert "survey-remind" in admin.messages
    assert addresses(sent_emails()[before:]) == of(*EVERYONE)


def command(capsys, *words: str) -> dict:
    args = parser().parse_args(["cohort", *words, "--json"])
    assert args.run(args) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("scope", [(), ("--delegate", people.person("dana delegate").email)])
def test_the_command_line_reminds_of_the_survey_and_gives_more_time(admin, clock, capsys, scope):
    before = len(sent_emails())
    said = command(capsys, "remind", people.COHORT, "--survey", *scope)
    drain(clock.now())
    assert said["delegates"] == of("dana delegate")
    assert addresses(sent_emails()[before:]) == of(*EVERYONE)
    assert command(capsys, "remind", people.COHORT, "--survey", *scope)["already"] == of("dana delegate")

    command(capsys, "close", people.COHORT, "--survey", "--extend", f"{LATER}", *scope)
    assert {survey().extensions, survey("manager").extensions} == {1}
    assert delegates.find_with_wave(people.dana(), Wave.PULSE)[1].closes_at == survey().closes_at


def test_the_command_shows_more_time_before_it_gives_it(admin, clock, capsys):
    said = command(capsys, "close", people.COHORT, "--survey", "--extend", f"{LATER}", "--dry-run")

    assert (said["dry_run"], said["delegates"], survey().extensions) == (True, of("dana delegate"), 0)


def test_the_command_line_says_that_nothing_is_open_and_closes_no_survey(admin, clock, capsys):
    assert command(capsys, "remind", people.COHORT)["delegates"] == []  # the questionnaire has closed
    with pytest.raises(CloseRefused, match="last day"):
        command(capsys, "close", people.COHORT, "--survey")
    with pytest.raises(CloseRefused, match="no delegate"):
        command(capsys, "remind", people.COHORT, "--survey", "--delegate", "other@example.org")
    drain(clock.to(survey().closes_at + timedelta(minutes=1)))
    assert command(capsys, "remind", people.COHORT, "--survey")["delegates"] == []


def test_who_has_answered_or_was_reminded_today_gets_none(admin, clock):
    send(admin, "mara manager", {"effect": {"effect": "Some."}})
    answered = people.link("p1", "answer")
    admin.open(answered).post(f"{answered}/pulse", {"1": "6", "2": "5"})
    assert admin.shows == "collect/thanks"
    let_in(admin, clock)
    before = len(sent_emails())
    for _ in range(2):
        act(admin, "survey-remind")
        drain(clock.now())
    reminded = addresses(sent_emails()[before:])
    assert not {people.person(name).email for name in ("mara manager", "p1")} & set(reminded)
    assert len(reminded) == len(set(reminded))


def test_an_answer_stops_a_reminder_that_was_ordered_before(admin, clock):
    survey_acts.remind_surveyed(people.dana(), clock.now(), "ada")
    send(admin, "dana delegate", own_parts())
    before = len(sent_emails())
    drain(clock.now())
    assert people.person("dana delegate").email not in addresses(sent_emails()[before:])


def test_a_late_repeat_of_the_reminder_reaches_no_one_twice(admin, clock):
    survey_acts.remind_surveyed(people.dana(), clock.now(), "ada")
    drain(clock.now())
    before = len(sent_emails())
    (job,) = [queued for queued in map(jobs.find, [f"remind_survey#{people.dana()}#{clock.now().date()}"]) if queued]
    survey_acts.send_survey_reminders(job, clock.advance(minutes=30))
    drain(clock.now())
    assert not sent_emails()[before:]


def test_more_time_moves_surveys_raters_and_the_close(admin, clock):
    before = len(sent_emails())
    give_time(admin)
    drain(clock.now())

    assert "survey-extend" in admin.messages
    assert addresses(sent_emails()[before:]) == of(*EVERYONE)
    assert all("9 July 2027" in body(email) for email in sent_emails()[before:])
    _, pulse = delegates.find_with_wave(people.dana(), Wave.PULSE)
    assert pulse.closes_at == survey().closes_at == survey("manager").closes_at
    drain(clock.to(survey().closes_at - timedelta(minutes=1)))
    assert cohorts.list_lines(people.COHORT)[0].survey is SurveyStage.OPEN
    drain(clock.to(survey().closes_at + timedelta(minutes=1)))
    assert cohorts.list_lines(people.COHORT)[0].survey is SurveyStage.CLOSED
    assert delegates.find_with_wave(people.dana(), Wave.PULSE)[1].state is WaveState.CLOSED


@pytest.mark.parametrize("scope", ["", "all"])
def test_more_time_for_the_survey_is_shown_before_it_is_given(admin, clock, scope):
    send(admin, "mara manager", {"effect": {"effect": "Some."}})
    let_in(admin, clock)
    act(admin, "survey-extend", {"last_day": f"{LATER}"}, scope)

    assert (admin.shows, survey().extensions) == ("admin/more-time", 0)
    assert "From Monday 28 June 2027 to Friday 9 July 2027, 11 days more" in admin.page
    emailed = admin.page.partition("<ul data-emails>")[2].partition("</ul>")[0]
    assert ("1 delegate" in emailed, "line manager" in emailed) == (True, False)
    admin.post(admin.url, {"confirmed": f"{LATER}"})
    assert survey().extensions == 1


def test_no_reminder_names_the_former_last_day(admin, clock):
    give_time(admin)
    drain(clock.now())
    before = len(sent_emails())
    while clock.now() < survey().closes_at - timedelta(hours=12):
        drain(clock.advance(hours=12))
    later = [
        email for email in sent_emails()[before:] if "Six months on" in email.subject or "One minute" in email.subject
    ]
    assert later
    assert all("28 June" not in body(email) for email in later)


def test_the_same_day_again_changes_nothing(admin, clock):
    for _ in range(2):
        give_time(admin)
        assert admin.status == 200
    assert survey().extensions == 1
    trail = [row["act"] for row in audit_events.of_cohort(people.COHORT)]
    assert sum("to 2027-07-09 (no reason given)" in line for line in trail) == 1


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (PLANNED_LAST - timedelta(days=1), "after the present one"),
        (PLANNED_LAST + timedelta(days=90), "open for 90 days at most"),
    ],
)
def test_a_day_that_does_not_fit_is_refused_at_the_field(admin, clock, last, said):
    act(admin, "survey-extend", {"last_day": f"{last}"})
    assert said in admin.page
    assert survey().extensions == 0


def test_a_closed_survey_is_refused(admin, clock):
    drain(clock.to(survey().closes_at + timedelta(minutes=1)))
    for run in (
        lambda: survey_acts.remind_surveyed(people.dana(), clock.now(), "ada"),
        lambda: survey_acts.extend_survey(people.dana(), LATER, clock.now(), "ada"),
    ):
        with pytest.raises(CloseRefused, match="No impact survey"):
            run()


def test_more_time_that_crossed_with_an_answer_is_refused_whole(admin, clock):
    """The survey is sent between the read and the write: the emails to who has not answered would be wrong."""
    asked = survey_acts._load(people.dana(), clock.now())
    send(admin, "dana delegate", own_parts())
    with pytest.raises(impact_surveys.SurveyChanged):
        people.write(impact_surveys.extend(asked.surveys[0], survey().closes_at + timedelta(days=1)))


def test_the_page_counts_who_signs(admin, clock):
    send(admin, "dana delegate", own_parts())
    page = let_in(admin, clock).open(COHORT).page
    assert '<span>Delegates</span> <progress value="1" max="1"' in page
    assert '<span>Line managers</span> <progress value="0" max="1"' in page
    assert 'data-message="raters-by-the-day"' in page


@pytest.mark.parametrize("has_areas", [True, False])
def test_a_preview_names_raters_only_if_some_are_asked(visitor, clock, has_areas):
    """Without an area there is nothing to ask them about."""
    if has_areas:
        open_survey(clock, peers=4)
    else:
        people.opened(clock, chosen=people.raters(4, 0))
        drain(clock.to(OPENS))
        drain(clock.advance(minutes=1))
    url = f"{COHORT}/delegate/{people.dana()}/survey-extend"
    let_in(visitor, clock).open(url).post(url, {"last_day": f"{LATER}"})
    assert visitor.shows == "admin/more-time"
    emailed = visitor.page.partition("data-emails")[2].partition("</ul>")[0]
    assert emailed.count("<li>") == 1 + has_areas, "those who sign, and the raters"


def test_an_extension_has_a_job_of_its_own(admin, clock):
    survey_acts.extend_survey(people.dana(), LATER, clock.now(), "ada")
    closing = [job for job in jobs.waiting(clock.now() + timedelta(days=90)) if job.kind == JobKind.IMPACT_CLOSE.id]
    assert {job.due_at for job in closing} >= {survey().closes_at}
    assert scene.asked(Wave.PULSE)
