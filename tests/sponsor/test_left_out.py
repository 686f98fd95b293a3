"""One delegate's broken row never stops a job over their cohort: it is left out and reported, and can be fixed."""

from __future__ import annotations

import pytest

from chalicelib.admin import remind
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.delegate_status import Filter
from chalicelib.core.ids import delegate_id
from chalicelib.store import audit_events, cohorts, delegates, impact_surveys, jobs, objects, summaries
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.impact_surveys import Role
from chalicelib.store.table import put, update
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

NAMES = ("ann one", "bob two", "cat three", "dan four", "eve five", "fay six")
SURVEY_OPENS = people.OPENING.replace(year=2027, month=5, day=31)
SURVEY_CLOSED = people.OPENING.replace(year=2027, month=6, day=29)
VALID = {"relevance": "4", "money": "1000", "share": "50", "confidence": "50", "basis": "own"}
CONSOLE = f"{BASE_URL}/admin/cohort/{people.COHORT}"


def id_of(name: str) -> str:
    return delegate_id(people.COHORT, people.person(name).email)


def stored(name: str, role: Role, **changes: object):
    return update(
        impact_surveys.key(id_of(name), role), put={"edition": 1, **changes}, refusal=impact_surveys.SurveyMissing
    )


@pytest.fixture
def answered(visitor, clock):
    """Everyone sent sound answers; an earlier version took away the basis of one sum afterwards."""
    people.load(clock.now(), names=NAMES)
    drain(clock.now())
    drain(clock.to(SURVEY_OPENS))
    drain(clock.advance(minutes=1))
    invalid = {name: value for name, value in VALID.items() if name != "basis"}
    for name in NAMES:
        answers = invalid if name == "fay six" else VALID
        people.write(
            stored(name, Role.DELEGATE, sent=True, answers=answers),
            stored(name, Role.MANAGER, sent=True, answers={"share": "40"}),
            cohorts.change_line(delegates.find(id_of(name)), put=cohorts.set_feedback(FeedbackState.RELEASED)),
        )
    return visitor


def summary() -> str:
    (stored,) = summaries.of_cohort(people.COHORT)
    return objects.load(stored.html).decode()


def wait(clock, days: int) -> None:
    for _ in range(days):
        drain(clock.advance(days=1))


def is_made() -> bool:
    return bool(list(summaries.of_cohort(people.COHORT)))


def decisions(clock) -> list[str]:
    lines = load_dashboard(people.COHORT, clock.now()).lines
    return [
        f"{delegate.line.name}: {delegate.status.words}"
        for delegate in lines
        if delegate.status.filter is Filter.DECISION
    ]


def test_answers_that_cannot_be_counted_are_shown_to_the_administrator_and_fixed(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, days=9)
    assert not is_made()
    assert jobs.failed() == []
    why = "Please say where the sum in money comes from."
    assert decisions(clock) == ["Fay Six: Survey answers cannot be counted: ask again"]
    emailed = [
        row["about"]
        for row in audit_events.of_cohort(people.COHORT)
        if row["act"].startswith("left out of the summary")
    ]
    assert emailed == [id_of("fay six")], "emailed once, not every day"

    page = f"{CONSOLE}/delegate/{id_of('fay six')}/survey"
    entry = audit_events.add(people.COHORT, AuditEvent.LEFT_OUT, "summary", id_of("fay six"), clock.now())
    by_an_earlier_version = put({**entry.row, "act": f"left out of the summary: {why}"})
    people.write(by_an_earlier_version, cohorts.change_line(delegates.find(id_of("fay six")), put={"left_out": why}))
    for path in ("", f"/delegate/{id_of('fay six')}", "/trail", "/progress"):
        reader = answered.let_in_administrator(clock.now()).open(f"{CONSOLE}{path}")
        assert reader.status == 200
        assert "where the sum" not in reader.page, "what is wrong is for the person who answered"
        answered.cookies.clear()
    admin = answered.let_in_administrator(clock.now())
    nonce = admin.open(page).nonce
    for _ in range(2):
        admin.post(page, nonce=nonce)
    drain(clock.now())
    assert decisions(clock) == []
    asked = [email for email in sent_emails(people.person("fay six").email) if email.row.startswith("impact/reminder")]
    assert len([email for email in asked if email.sent_at.date() == clock.now().date()]) == 1

    link = people.link("fay six", "impact")
    answered.open(f"{link}/part/worth")
    assert why in answered.page
    answered.post(f"{link}/part/worth", VALID)
    wait(clock, days=26)
    assert "£6,000" in summary()
    assert "contradicts itself" not in summary()
    assert jobs.failed() == []


def test_the_sponsor_does_not_wait_for_ever_and_the_page_says_who_many_are_left_out(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, days=26)
    assert "£5,000" in summary()
    assert "What 1 delegate sent contradicts itself" in summary()
    assert jobs.failed() == []


def test_a_row_that_cannot_be_read_at_all_is_left_out_too(answered, clock):
    people.write(stored("fay six", Role.DELEGATE, areas="broken"))
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, days=26)
    assert "£5,000" in summary()
    assert [job.kind for job in jobs.failed()] == ["retention"]  # nothing is deleted while a row cannot be read


def test_a_chase_of_the_whole_cohort_reminds_the_others_and_then_fails_in_sight(visitor, clock):
    people.opened(clock, names=NAMES)
    day = clock.advance(days=1).date()
    people.write(update(delegates.key(id_of("fay six")), put={"person": "broken"}, refusal=delegates.DelegateChanged))
    before = len(sent_emails())
    remind.remind_cohort(people.COHORT, day, clock.now(), "test")
    for _ in range(12):
        drain(clock.advance(hours=3))
    assert sum(email.row.startswith("nominate/reminder") for email in sent_emails()[before:]) == len(NAMES) - 1
    reminded = [line.name for line in cohorts.list_lines(people.COHORT) if line.reminded_on == f"{day}"]
    assert len(reminded) == len(NAMES) - 1
    assert [job.kind for job in jobs.failed()] == ["chase_all"]
