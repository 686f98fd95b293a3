"""On the day on which the survey opens, each reader gets one email: about all delegates, with all else of that day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.admin.address_change import change_address
from chalicelib.admin.survey_acts import extend_survey
from chalicelib.areas.emails import monthly_email
from chalicelib.core.formatting import day, local_date
from chalicelib.core.model import Wave
from chalicelib.core.working_days import BEFORE_EMAILS, survey_job_at, survey_opens_at
from chalicelib.jobs.kinds import JobKind
from chalicelib.people.planned import perform
from chalicelib.programme.move_dates import Moved, move, plan
from chalicelib.store import cohorts, debriefs, delegates, emails, impact_surveys, jobs, reports
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.reports import ReportState, StoredReport
from tests.mornings.calendar import DANA, MARA
from tests.people import scene
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

OPENS = survey_opens_at(people.programme(), people.DATES)


def items_of(address: str, count: int) -> list[set[str]]:
    """Return the kinds in each email to a reader but the first `count`."""
    sent_list = [emails.find(email.row) for email in sent_emails(address)[count:]]
    return [{item.partition("#")[0] for item in (sent_email.items or (sent_email.id,))} for sent_email in sent_list]


@pytest.fixture
def day_before(aws, clock):
    people.load(clock.now(), ("dana delegate", "dora delegate"))
    drain(clock.now())
    for days in (30, 10, 2, 1):
        drain(clock.to(OPENS - timedelta(days=days)))
    return clock


def open_survey(clock) -> None:
    for moment in (OPENS - BEFORE_EMAILS, OPENS, OPENS + timedelta(minutes=1), OPENS + timedelta(minutes=2)):
        drain(clock.to(moment))


def test_a_line_manager_of_two_gets_one_email(day_before):
    before = len(sent_emails(MARA))

    open_survey(day_before)

    (email,) = sent_emails(MARA)[before:]
    sent_email = emails.find(email.row)
    assert [item.partition("#")[0] for item in sent_email.items] == ["impact/manager"] * 2
    assert email.sent_at == OPENS
    assert len([url for url in set(email.links) if "/impact/" in url]) == 2


def test_the_survey_goes_out_with_what_else_is_for_that_morning(day_before):
    dana, before = delegates.find(people.dana()), len(sent_emails(DANA))
    people.write(*emails.add(monthly_email(people.programme(), dana, 2, OPENS, OPENS + timedelta(days=9))))

    open_survey(day_before)

    assert items_of(DANA, before) == [{"impact/delegate", "areas/monthly"}]


def test_the_survey_asks_about_the_areas_of_a_follow_up_that_was_released_before(day_before):
    """One area went on with its id, one was replaced; the areas of the first 360 are not asked about again."""
    agreed = Debrief(people.DATES.closes, ())
    first = [Area("aaaaaaaa", "Asks more"), Area("bbbbbbbb", "Delegates")]
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, agreed, first))
    again = [Area("aaaaaaaa", "Asks more, and waits"), Area("dddddddd", "Plans ahead")]
    people.write(*debriefs.save(people.dana(), Wave.FOLLOWUP, agreed, again))
    now, released = day_before.now(), ReportState.RELEASED
    people.write(reports.add(StoredReport(people.dana(), Wave.FOLLOWUP, "c", "f", "h", "p", now, released)))
    open_survey(day_before)
    surveys = impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    assert {area.id: area.text for survey in surveys for area in survey.areas} == {
        "aaaaaaaa": "Asks more, and waits",
        "dddddddd": "Plans ahead",
    }


def test_nothing_goes_out_before_the_morning(day_before):
    before = len(sent_emails())

    drain(day_before.to(OPENS - BEFORE_EMAILS))

    assert sent_emails()[before:] == []
    (survey, _) = impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    assert survey.opened_at == OPENS


def test_a_job_that_runs_late_opens_and_writes_at_once(day_before):
    before = len(sent_emails(MARA))
    late = OPENS + timedelta(hours=3)

    drain(day_before.to(late))
    drain(day_before.to(late + timedelta(minutes=1)))

    assert [items for items in items_of(MARA, before) if "impact/manager" in items] == [{"impact/manager"}]
    (survey, _) = impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    assert survey.opened_at == late


def test_more_time_before_the_morning_makes_one_email_with_the_last_day(day_before):
    clock = day_before
    drain(clock.to(OPENS - BEFORE_EMAILS))
    before = {address: len(sent_emails(address)) for address in (DANA, MARA)}
    (survey, _) = impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    later = local_date(survey.closes_at, "Europe/London") + timedelta(days=7)
    extend_survey(people.dana(), later, clock.advance(minutes=1), "ada")

    drain(clock.now())
    for moment in (OPENS, OPENS + timedelta(minutes=1), OPENS + timedelta(minutes=2)):
        drain(clock.to(moment))

    assert items_of(DANA, before[DANA]) == [{"impact/delegate"}]
    assert sent_emails(DANA)[-1].sent_at == OPENS
    assert day(later) in sent_emails(DANA)[-1].part("plain")
    assert [item for items in items_of(MARA, before[MARA]) for item in items] == ["impact/manager"] * len(
        items_of(MARA, before[MARA])
    )


def test_a_pause_before_the_morning_keeps_the_survey_for_the_return_as_one_email(day_before):
    clock = day_before
    drain(clock.to(OPENS - BEFORE_EMAILS))
    before = len(sent_emails(DANA))
    back = OPENS + timedelta(days=14)
    scene.change(clock, "pause", until=f"{back:%Y-%m-%d}", reason="leave")
    for moment in (OPENS, back, back + timedelta(minutes=2)):
        drain(clock.to(moment))

    about_survey = [kind for kinds in items_of(DANA, before) for kind in kinds if kind.startswith("impact/")]
    assert about_survey == ["impact/delegate"]


def test_another_manager_before_the_morning_is_asked_on_it(day_before):
    clock = day_before
    drain(clock.to(OPENS - BEFORE_EMAILS))
    perform(scene.plan(clock, "manager", "x", **scene.NEW_MANAGER), clock.advance(minutes=1))
    for moment in (clock.now(), OPENS, OPENS + timedelta(minutes=1)):
        drain(clock.to(moment))

    (asked,) = [email for email in sent_emails(scene.NORA) if email.row.startswith("impact/manager")]
    assert asked.sent_at == OPENS


def test_a_new_address_after_more_time_gets_the_last_day_that_counts(day_before):
    clock = day_before
    open_survey(clock)
    (survey, _) = impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    later = local_date(survey.closes_at, "Europe/London") + timedelta(days=7)
    extend_survey(people.dana(), later, clock.advance(hours=2), "ada")
    drain(clock.to(survey.closes_at + timedelta(hours=10)))
    change_address(people.COHORT, MARA, "mara@example.net", clock.now(), "ada")
    drain(clock.now())
    drain(clock.advance(days=2))

    asked = [email for email in sent_emails("mara@example.net") if email.row.startswith("impact/manager")]
    assert [day(later) in email.part("plain") for email in asked] == [True]


def test_a_survey_that_is_moved_keeps_its_morning(day_before):
    """The job runs before its morning: that is not a change of the date."""
    cohort = cohorts.find(people.COHORT)
    later = (OPENS + timedelta(days=10)).date()
    move(plan(people.COHORT, Moved.SURVEY, later, day_before.now()), "The hall is taken.", "ada", day_before.now())
    drain(day_before.now())

    moved = cohorts.find(people.COHORT).dates
    assert moved != cohort.dates
    assert jobs.find(JobKind.IMPACT.job_id(people.dana())).due_at == survey_job_at(people.programme(), moved)
