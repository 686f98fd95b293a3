"""An administrator waives a piece of work, and says why."""

from __future__ import annotations

import pytest

from chalicelib.assignments.thread import WorkState
from chalicelib.store import assignments, audit_events, delegates
from tests.journey.test_assignments import VISION, fill
from tests.support import people
from tests.support.cloud import BASE_URL

ADMIN_PAGE = f"{BASE_URL}/admin/cohort/{people.COHORT}/delegate/"


@pytest.fixture
def page(visitor, clock):
    people.opened(clock)
    return f"{ADMIN_PAGE}{people.dana()}/work/vision"


def work():
    return assignments.works_from(delegates.load_rows(people.dana())).get("vision")


def waivers():
    return [row for row in audit_events.of_cohort(people.COHORT) if "waived" in str(row)]


def test_work_is_waived_with_a_reason_that_the_delegate_reads(visitor, clock, page):
    visitor.let_in_administrator(clock.now()).open(page).post(page, {"waive": "She wrote one last year."})

    assert visitor.page.count("The work is waived.")
    assert (work().state, work().why, work().by) == (WorkState.WAIVED, "She wrote one last year.", "administrator")
    hub = people.link("dana delegate", "hub")
    assert "She wrote one last year." in visitor.open(f"{hub}/work/vision").page
    (entry,) = waivers()
    assert "@" in entry["by"]


def test_without_a_reason_nothing_is_waived(visitor, clock, page):
    visitor.let_in_administrator(clock.now()).open(page).post(page, {"waive": "  "})

    assert (visitor.status, work()) == (400, None)


def test_pressing_twice_waives_once(visitor, clock, page):
    for _ in range(2):
        visitor.let_in_administrator(clock.now()).open(page).post(page, {"waive": "Not in this role."})

    assert len(waivers()) == 1


def test_a_draft_stays_the_delegates_secret(visitor, clock, page):
    before = visitor.let_in_administrator(clock.now()).open(page).page
    delegates_page = f"{people.link('dana delegate', 'hub')}/work/vision"
    fill(visitor, delegates_page, {**VISION, "f.sign": "Canary of a draft"}, go="later")
    after = visitor.let_in_administrator(clock.now()).open(page).page

    def without_nonce(page: str) -> str:
        return "\n".join(line for line in page.splitlines() if 'name="form"' not in line)

    assert without_nonce(before) == without_nonce(after)
    assert "Canary of a draft" not in visitor.open(f"{ADMIN_PAGE}{people.dana()}").page


def test_work_of_another_cohorts_delegate_is_not_found(visitor, clock, page):
    visitor.let_in_administrator(clock.now())

    assert visitor.open(page.replace(f"/{people.COHORT}/", "/other/")).status == 404
    assert visitor.open(page.replace("/vision", "/nothing")).status == 400
