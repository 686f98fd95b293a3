"""Administrators see how far the current stage is: counts of signed surveys, never who wrote what."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from chalicelib.core.settings import settings
from chalicelib.mornings.jobs import planned_job
from chalicelib.store import jobs
from chalicelib.store.table import scan
from tests.impact.test_result import opened, own_parts, send
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

__all__ = ["opened", "visitor"]

TEN_DAYS_ON = datetime.fromisoformat("2027-06-14T08:00:00Z")  # working days after 31 May


def emails() -> list:
    return [row for row in scan() if row["pk"].startswith("MAIL#impact/progress#") and row["sk"] == "MAIL"]


def test_the_cohort_page_shows_the_survey_while_it_is_open(opened, clock):
    send(opened, "dana delegate", own_parts())
    opened.cookies.clear()
    opened.let_in_administrator(clock.now()).open(f"{BASE_URL}/admin/cohort/{people.COHORT}")
    assert "surveys" in opened.messages
    assert "1 of 1" in opened.page
    assert "0 of 1" in opened.page
    assert "I ask first on Mondays" not in opened.page


def test_ten_working_days_on_administrators_get_the_counts(opened, clock):
    send(opened, "dana delegate", own_parts())
    people.write(jobs.add(planned_job(people.COHORT, "test", clock.now(), TEN_DAYS_ON)))
    drain(clock.to(TEN_DAYS_ON))
    rows = emails()
    assert {row["to"]["email"] for row in rows} == set(settings().administrators)
    (words,) = [row["words"] for row in rows]
    assert (words["delegates"], words["asked"], words["managers"]) == ("1", "1", "0 of 1")


def test_no_email_is_sent_once_everyone_has_answered(opened, clock):
    send(opened, "dana delegate", own_parts())
    send(opened, "mara manager", {"effect": {"effect": "Some."}})
    people.write(jobs.add(planned_job(people.COHORT, "test", clock.now(), TEN_DAYS_ON)))
    drain(clock.to(TEN_DAYS_ON))
    assert not emails()


# --- the coach, when it opens ---------------------------------------------------------------------------------


def to_coaches() -> list:
    return [row for row in scan() if row["pk"].startswith("MAIL#impact/opened_coach#") and row["sk"] == "MAIL"]


def test_when_the_survey_opens_each_coach_gets_one_email_about_all_their_delegates(opened, clock):
    people.write(jobs.add(planned_job(people.COHORT, "test", clock.now() - timedelta(days=1), clock.now())))
    drain(clock.advance(minutes=1))
    rows = to_coaches()
    assert [row["to"]["email"] for row in rows] == [people.person("cleo coach").email]
    assert rows[0]["words"]["count"].endswith("delegate")


# --- the check before sending -------------------------------------------------------------------------------------


def test_a_row_that_was_left_open_says_so(opened):
    link = people.link("dana delegate", "impact")
    part = "learning"
    rows = sorted(set(re.findall(r'type="radio" name="([^"]+)"', opened.open(f"{link}/part/{part}").page)))
    opened.post(f"{link}/part/{part}", {rows[0]: "3"})
    page = opened.open(f"{link}/review").page
    assert 'data-state="open"' in page
    assert f"{link}/part/{part}#" in page
    assert 'class="some"' in opened.open(link).page

    opened.open(f"{link}/part/{part}").post(f"{link}/part/{part}", dict.fromkeys(rows, "3"))
    assert 'data-state="open"' not in opened.open(f"{link}/review").page
    assert 'class="done"' in opened.open(link).page
