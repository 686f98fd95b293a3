"""Administrators dismiss what they know, search the audit trail, and take both lists away as CSV files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from chalicelib.admin.close_or_extend import close_now, publish_with_few_answers
from chalicelib.core.ids import derive
from chalicelib.core.reasons import MAX_REASON_CHARS
from chalicelib.store import audit_events, cohorts
from chalicelib.store.emails import EmailState, find, settle
from chalicelib.store.table import transact
from chalicelib.threads.model import Thread
from chalicelib.waves.suppression import list_suppressed
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"


@pytest.fixture
def admin(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    drain(clock.advance(days=1))
    return visitor.let_in_administrator(clock.now())


def bounce(name: str, clock) -> str:
    """Bounce the newest email to someone. Return the bounce's name in an address."""
    email = find(sent_emails(people.person(name).email)[-1].row)
    assert email
    transact(settle(email, EmailState.BOUNCED, "m", "no such mailbox", clock.now()))
    return derive(12, email.id)


def dismiss(admin, name: str):
    return admin.open(COHORT).post(f"{COHORT}/dismiss", {"bounce": name})


def lost_addresses(number: int) -> str:
    """Return the figure of addresses that do not work, as the cohort's page shows it."""
    return f'data-figure="lost-addresses"><b>{number}</b>'


def trail() -> list[str]:
    return [row["act"] for row in audit_events.of_cohort(people.COHORT)]


def test_a_dismissed_bounce_is_gone_from_page_and_figures_and_has_an_audit_line(admin, clock):
    name = bounce("p0", clock)
    delegate = f"{COHORT}/delegate/{people.dana()}"
    assert "p0@example.org" in admin.open(delegate).page
    assert lost_addresses(1) in admin.open(COHORT).page
    dismiss(admin, name)
    assert "dismissed" in admin.messages
    assert lost_addresses(0) in admin.page
    assert "p0@example.org" not in admin.open(delegate).page
    assert trail().count("dismissed that an email to [who] did not arrive") == 1


def test_the_address_stays_suppressed(admin, clock):
    dismiss(admin, bounce("p0", clock))
    assert people.person("p0").email in list_suppressed(people.COHORT)


def test_it_is_back_when_the_address_bounces_again(admin, clock):
    dismiss(admin, bounce("p0", clock))
    clock.advance(hours=1)
    bounce("p0", clock)
    assert "p0@example.org" in admin.open(f"{COHORT}/delegate/{people.dana()}").page


def test_pressing_twice_or_an_unknown_name_changes_nothing(admin, clock):
    name = bounce("p0", clock)
    for row_name in (name, name, "none"):
        assert dismiss(admin, row_name).status == 200
    assert trail().count("dismissed that an email to [who] did not arrive") == 1


def test_the_figure_of_addresses_agrees_with_who_waits(admin, clock):
    """A bounce of a questionnaire that has closed asks for no repair, so neither the figure nor the list has it."""
    bounce("p0", clock)
    drain(clock.to(people.CLOSE + timedelta(minutes=5)))
    page = admin.let_in_administrator(clock.now()).open(COHORT).page
    assert ('data-task="repair"' in page) == (lost_addresses(1) in page)


def act(admin, clock) -> None:
    url = f"{COHORT}/delegate/{people.dana()}/extend"
    admin.open(url).post(url, {"last_day": "2026-10-09", "confirmed": "2026-10-09", "why": "A strike."})
    admin.let_in_administrator(clock.advance(days=1))


EXTENDED = f"extended from {people.DATES.closes} to 2026-10-09 (A strike.)"


def rows(admin, query: str = "") -> list[dict[str, str]]:
    admin.open(f"{COHORT}/trail/file{query}")
    return list(csv.DictReader(io.StringIO(admin.page.lstrip("\ufeff"))))


def test_the_trail_is_filtered_by_person_act_and_day(admin, clock):
    act(admin, clock)
    day = (clock.now() - timedelta(days=1)).date()
    for query, fits in {
        "?person=dana": True,
        "?person=someone else": False,
        "?act=extended": True,
        "?act=closed": False,
        f"?since={day}&until={day}&act=extended": True,
        f"?since={day + timedelta(days=1)}&act=extended": False,
        "?since=soon&act=extended": True,
    }.items():
        assert ("to 2026-10-09" in admin.open(f"{COHORT}/trail{query}").page.lower()) is fits, query


def test_the_file_has_what_the_filters_leave(admin, clock):
    act(admin, clock)
    everything, some = rows(admin), rows(admin, "?act=extended")
    assert list(everything[0]) == ["when", "who", "what", "about"]
    assert [row["what"] for row in some] == [EXTENDED]
    assert len(everything) > len(some)


@pytest.mark.parametrize("act", [close_now, publish_with_few_answers])
def test_a_questionnaire_that_is_closed_early_has_its_last_day_in_the_trail(admin, clock, act):
    for _ in range(2):  # the second press is no other act
        email = people.person("dana delegate").email
        act(people.COHORT, email, clock.advance(minutes=1), "ada@example.org", why="The date of the workshop moved.")
    closed = [said for said in trail() if said.startswith("closed the questionnaire")]
    assert len(closed) == 1
    assert f"whose last day was {people.DATES.closes}" in closed[0]
    assert "(The date of the workshop moved.)" in closed[0]


def test_the_page_that_closes_a_questionnaire_keeps_the_reason(admin, clock):
    url = f"{COHORT}/delegate/{people.dana()}/close"
    admin.open(url).post(url, {"why": "x" * (MAX_REASON_CHARS + 1)})
    assert not any(said.startswith("closed the questionnaire") for said in trail())
    admin.open(url).post(url, {"why": "  They go on leave\non Monday. "})
    assert any("(They go on leave on Monday.)" in said for said in trail())


def test_progress_says_where_each_thread_is(admin, clock):
    admin.open(f"{COHORT}/progress")
    (first, *_) = csv.DictReader(io.StringIO(admin.page.lstrip("\ufeff")))
    assert {thread.value.lower() for thread in Thread} <= first.keys()
    assert first["survey"]
    assert {"waits_for", "to_do", "waits_since"} <= first.keys()
    assert cohorts.list_bounces(people.COHORT) == []


def test_a_reason_that_is_too_long_changes_nothing(admin, clock):
    url = f"{COHORT}/delegate/{people.dana()}/extend"
    admin.open(url).post(url, {"last_day": "2026-10-09", "why": "x" * (MAX_REASON_CHARS + 1)})
    assert admin.status in (400, 409)
    assert not any("2026-10-09" in act for act in trail())
