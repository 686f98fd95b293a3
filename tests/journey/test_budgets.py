"""AWS calls of what happens most often, counted as they are made by a warm function."""

from datetime import datetime

from chalicelib.core.model import Wave
from chalicelib.emails import send
from chalicelib.jobs import run
from chalicelib.jobs.kinds import JobKind
from chalicelib.store.due import list_due
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain

FIRST_REMINDER = datetime.fromisoformat("2026-09-25T08:00:00Z")  # of the example, 09:00 in London


def test_a_questionnaire_page_is_one_call_and_so_is_saving_it(visitor, clock):
    people.opened(clock, chosen=people.raters())
    link = people.link("p0", "answer")
    page = f"{link}/page/c-{people.programme().competencies[0].id}"
    visitor.open(page)
    with count_calls() as opening:
        visitor.open(page)
    item = people.programme().competencies[0].items[0].id
    with count_calls() as saving:
        visitor.client.post(
            page.removeprefix(people_base(link)),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=f"form={visitor.nonce}&{item}=4".encode(),
        )
    assert (opening.total(), saving.total()) == (1, 1)


def test_sending_answers_is_three_calls(visitor, clock):
    people.opened(clock, chosen=people.raters())
    link = people.link("p0", "answer")
    people.answer_all(visitor, link)
    visitor.open(f"{link}/review")
    with count_calls() as calls:
        visitor.client.post(
            f"{link}/send".removeprefix(people_base(link)),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=f"form={visitor.nonce}".encode(),
        )
    assert calls.total() <= 3  # the questionnaire, the emails that wait for this rater, the transaction


def test_every_reminder_is_four_calls(visitor, clock):
    people.opened(clock, chosen=people.raters())
    clock.to(FIRST_REMINDER)
    emails = [row["pk"].removeprefix("MAIL#") for row in list_due(clock.now()) if row["kind"] == "mail"]
    assert {email.split("#")[0] for email in emails} >= {"collect/reminder", "collect/self_reminder"}
    for email in emails:
        with count_calls() as calls:
            assert send.send(email, "attempt", clock.now())
        assert calls.total() == 4  # one finds what else its reader gets that day


def test_a_report_is_at_most_six_calls(visitor, clock):
    people.opened(clock, chosen=people.raters())
    for rater in people.raters():
        link = people.link(rater.person.name.lower(), "answer")
        people.send(people.answer_all(visitor, link), link)
    clock.to(people.CLOSE)
    report = JobKind.REPORT.job(people.dana(), Wave.BASELINE, due_at=clock.now())
    (close,) = [row["pk"] for row in list_due(clock.now()) if row["kind"] == "close"]
    from chalicelib.jobs.kinds import HANDLERS

    run.run_job(close.removeprefix("JOB#"), HANDLERS, "attempt", clock.now())
    (cohort,) = [row["pk"] for row in list_due(clock.now()) if row["kind"] == "cohort_figures"]
    run.run_job(cohort.removeprefix("JOB#"), HANDLERS, "attempt", clock.now())
    with count_calls() as calls:
        assert run.run_job(report.id, HANDLERS, "attempt", clock.now())
    assert calls.total() <= 6
    drain(clock.now())


def people_base(link: str) -> str:
    """Scheme, host and stage of a link: the test client wants the path alone."""
    return link[: link.index("/answer/")]
