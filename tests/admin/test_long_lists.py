"""A cohort of 300 and a home of 150 cohorts: pages of a bounded size, with bounded calls."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.admin.home import COHORTS
from chalicelib.core.model import Cohort
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts
from tests.support import people
from tests.support.calls import count_calls
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

HOME = f"{BASE_URL}/admin"
COHORT = f"{HOME}/cohort/{people.COHORT}"
DELEGATES = 300
ROWS_OF_DELEGATE = 9  # read for the threads: threads/records.py
MAX_PAGE_BYTES = 80_000  # of HTML, before compression, with 50 delegates or 40 cohorts
MAX_GROWTH = 1.03  # times the page of a list that fills one page: longer numbers, and links to further pages


def names(count):
    letters = "abcdefghijklmnopqrst"
    return tuple(f"{letters[n // 20]}{letters[n % 20]}na delegate" for n in range(count))


def load(clock, count):
    people.load(clock.now(), names=names(count))
    drain(clock.now())
    drain(clock.to(people.OPENING))
    drain(clock.advance(minutes=1))
    assert len(cohorts.list_lines(people.COHORT)) == count


def look(visitor, url):
    """Return the calls of a page, and its bytes."""
    with count_calls() as calls:
        visitor.open(url)
    assert visitor.status == 200
    return calls, len(visitor.page.encode())


def test_a_cohort_of_three_hundred_has_small_pages_and_bounded_calls(visitor, clock):
    load(clock, DELEGATES)
    visitor.let_in_administrator(clock.now())
    for query in ("", "?page=6", "?sort=name&page=2", "?name=aana", "/chosen?act=extend&all=yes"):
        calls, size = look(visitor, COHORT + query)
        assert calls["Query"] == 2  # the cohort, and its work between workshops
        assert calls["BatchGetItem"] <= DELEGATES * ROWS_OF_DELEGATE // 100 + 2  # the session of the reader; areas
        assert size <= MAX_PAGE_BYTES
    assert visitor.page.count(" Delegate") >= DELEGATES  # the page that asks names everyone


def load_cohorts(clock, count):
    rules = people.programme()
    for number in range(count):
        cohort = Cohort(f"group-{number}", f"Group {number}", rules.id, rules.version, people.DATES, people.SPONSOR)
        load_cohort(cohort, rules, (people.entry("dana delegate"),), {}, clock.now())
    drain(clock.now())


def test_a_home_of_a_hundred_and_fifty_cohorts_costs_as_much_as_one_of_forty(visitor, clock):
    load_cohorts(clock, COHORTS)
    visitor.let_in_administrator(clock.now())
    calls, size = look(visitor, HOME)
    load_cohorts(clock, 150)
    visitor.let_in_administrator(clock.now() + timedelta(seconds=1))
    more_calls, more_size = look(visitor, HOME)
    filtered_calls, _ = look(visitor, f"{HOME}?show=ahead&sort=name&page=2")

    assert more_calls == calls == filtered_calls
    assert calls["Query"] <= COHORTS + 2
    assert more_size <= min(MAX_GROWTH * size, MAX_PAGE_BYTES)
