"""The page of one delegate reads that delegate: in a large cohort it costs what it costs in a small one."""

from __future__ import annotations

import pytest

from chalicelib.core.ids import delegate_id
from chalicelib.store import cohorts
from chalicelib.store.table import Changed, update
from tests.support import people
from tests.support.calls import count_calls
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

NAMES = ("dee one", "dee two", "dee three")
COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
PAGES = ("", "/extend", "/close")


def an_id(name: str) -> str:
    return delegate_id(people.COHORT, people.person(name).email)


@pytest.fixture
def admin(visitor, clock):
    people.load(clock.now(), names=NAMES)
    drain(clock.now())
    drain(clock.to(people.OPENING))
    return visitor.let_in_administrator(clock.now())


@pytest.mark.parametrize("page", PAGES)
def test_the_rows_of_other_delegates_are_not_read(admin, page):
    """They are damaged here: each page that reads one says so."""
    others = (cohorts.line_key(people.COHORT, an_id(name)) for name in NAMES[1:])
    people.write(*(update(key, remove=["name"], refusal=Changed) for key in others))
    admin.open(COHORT)
    assert "unreadable" in admin.messages

    admin.open(f"{COHORT}/delegate/{an_id(NAMES[0])}{page}")
    assert admin.status == 200
    assert "unreadable" not in admin.messages


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_one_is_a_few_calls(admin, page):
    url = f"{COHORT}/delegate/{an_id(NAMES[0])}{page}"
    admin.open(url)
    with count_calls() as calls:
        admin.open(url)

    session_and_rights = 2
    assert calls.total() <= session_and_rights + 5


def test_a_damaged_row_of_the_delegate_themselves_is_named(admin):
    own = cohorts.line_key(people.COHORT, an_id(NAMES[0]))
    people.write(update(own, remove=["name"], refusal=Changed))
    admin.open(f"{COHORT}/delegate/{an_id(NAMES[0])}")

    assert (admin.status, admin.shows) == (404, "web/refusal")
    assert "unreadable" in admin.messages


def test_a_person_who_is_not_in_the_cohort_and_a_cohort_that_is_not_there_have_no_page(admin):
    for path in (f"{people.COHORT}/delegate/no-one", f"winter/delegate/{an_id(NAMES[0])}"):
        admin.open(f"{BASE_URL}/admin/cohort/{path}")
        assert (admin.status, admin.shows) == (404, "web/refusal")
