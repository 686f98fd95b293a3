"""A catch handles the refusal it means, and no other: a row that is missing is an error, not "changed" or "done"."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.admin import close_or_extend, remind, resend_link
from chalicelib.collect import decline, submit_answers
from chalicelib.core.model import Wave
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import list_cancelled_by
from chalicelib.impact import answer_survey
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.links import signing
from chalicelib.nominate import rater_list, submit_list
from chalicelib.nominate.seen_list import write_seen
from chalicelib.store import cohorts, emails, impact_surveys, invitations, jobs
from chalicelib.store.cohorts import LineMissing
from chalicelib.store.emails import EmailMissing
from chalicelib.store.impact_surveys import Role
from chalicelib.store.jobs import JobState
from chalicelib.store.table import delete
from tests.faults import scene
from tests.support import people
from tests.support.clock import MONDAY, Clock
from tests.support.drain import drain

NOW = scene.at(MONDAY) + timedelta(hours=1)
BY = "ada@example.org"
DANA = people.person("dana delegate").email


@pytest.fixture(autouse=True)
def system_clock(aws):
    yield
    chalicelib.core.clock.use(None)


def lose_the_line() -> None:
    people.write(delete(cohorts.line_key(people.COHORT, people.dana())))


ACTS = {
    "submit": lambda: submit_answers.submit(scene.link_of(scene.invitation("p0")), NOW),
    "decline": lambda: decline.decline(scene.link_of(scene.invitation("p0")), "no_time", NOW),
    "chase": lambda: remind.remind_delegate(people.dana(), NOW, BY),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_delegate_without_a_line_is_an_error_and_no_refusal(act):
    scene.open_wave()
    lose_the_line()

    with pytest.raises(LineMissing):
        act()


def test_extending_and_closing_a_delegate_without_a_line_is_an_error(monkeypatch):
    """The line goes between the read and the write."""
    scene.open_wave()
    true_find = close_or_extend._find

    def find_and_lose(*args):
        before = true_find(*args)
        lose_the_line()
        return before

    monkeypatch.setattr(close_or_extend, "_find", find_and_lose)
    with pytest.raises(LineMissing):
        close_or_extend.extend(people.COHORT, DANA, date(2026, 10, 9), NOW, BY)


def test_a_reminder_that_is_missing_does_not_pass_for_an_answer_that_changed():
    scene.open_wave()
    people.write(delete(emails.key(people.reminders_of(scene.invitation("p0"))[0])))

    with pytest.raises(EmailMissing):
        submit_answers.submit(scene.link_of(scene.invitation("p0")), NOW)


def test_an_impact_survey_whose_reminder_is_missing_is_not_called_busy():
    scene.open_wave()
    due = jobs.find(f"impact#{people.dana()}").due_at
    scene.run_job(f"impact#{people.dana()}", due)
    survey = next(
        stored
        for stored in impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
        if stored.role is Role.MANAGER
    )
    people.write(delete(emails.key(list_cancelled_by(CancelledBy.ANSWER, people.dana(), "manager")[0])))
    token = signing.token("impact", people.dana(), Role.MANAGER.value, str(survey.link_version))

    form = answer_survey.open_form(token, due)
    with pytest.raises(EmailMissing):
        answer_survey._keep(form, replace(form.survey, sent=True), due)


def test_a_list_whose_delegate_has_no_line_did_not_change_in_another_window():
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    people.opened(clock)
    lose_the_line()
    choice = rater_list.open_choice(people.link("dana delegate", "nominate").rsplit("/", 1)[1], clock.now())

    with pytest.raises(LineMissing):
        submit_list.submit_list(choice, clock.now(), fewer=True, seen=write_seen(choice.unsent))


def test_a_job_that_invites_fails_at_once_when_a_row_is_missing():
    clock = Clock()
    people.load(clock.now(), chosen=people.raters(4, 0))
    drain(clock.now())
    scene.run_job(f"open#{people.dana()}#baseline", people.OPENING)
    lose_the_line()
    (job,) = [job.id for job in jobs.waiting(people.OPENING) if job.kind == "invite"]

    assert not run.run_job(job, HANDLERS, "attempt", people.OPENING)

    assert jobs.find(job).state is JobState.FAILED
    assert "LineMissing" in jobs.find(job).error
    assert len(list(invitations.of_delegate(people.dana(), Wave.BASELINE))) == 1, "no invitation is half made"


def test_a_link_that_was_sent_today_is_not_sent_again():
    scene.open_wave()

    assert resend_link.resend_link(people.COHORT, people.person("p0").email, NOW, BY)
    assert not resend_link.resend_link(people.COHORT, people.person("p0").email, NOW, BY)
