"""A facilitator reads the work that names them as a reader, and notes their own part of it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from chalicelib.links.kinds import HUB
from chalicelib.people import leave
from chalicelib.store import delegates, workshops
from tests.support import people
from tests.workshops.registers import MO, NAMES, id_of, page, session

DANA = NAMES[0]
LAST = datetime.fromisoformat("2026-11-24T17:00:00Z")  # after Leading the Service
VISION = {
    "f.future": "Every patient is seen at home within a day.",
    "f.why": "The strategy says so.",
    "f.sign": "Fewer beds.",
    "f.sign_by": "2027-06-01",
}
NOTED = {"f.example": "Asked the board a clear question; it answered.", "f.try": "Name the price first."}


@pytest.fixture
def facilitator(dated, clock):
    people.write(workshops.save(session("service-1", "leading_the_service", date(2026, 11, 24))))
    clock.to(LAST)
    return dated.let_in(MO, clock.now())


def at(kind: str, work: str) -> str:
    return f"{page()}/{id_of(DANA)}/{kind}/{work}"


def submit_vision(visitor) -> None:
    delegate = delegates.find(id_of(DANA))
    assert delegate
    url = f"{HUB.url(delegate)}/work/vision"
    visitor.open(url).post(url, {**VISION, "go": "submit"})
    assert visitor.status == 200, visitor.page


def test_submitted_work_waits_on_the_page_until_it_is_read(facilitator, clock):
    submit_vision(facilitator)

    assert 'Dana Delegate<span class="off">: Write a vision for your service' in facilitator.open(page()).page
    assert "new-work" in facilitator.messages
    facilitator.open(at("work", "vision"))
    assert "Every patient is seen at home within a day." in facilitator.page
    assert 'value="return"' not in facilitator.page, "only the coach returns work"
    facilitator.post(at("work", "vision"), {"go": "read", "read": "A clear picture."})

    assert facilitator.status == 200
    assert "new-work" not in facilitator.open(page()).messages


def test_a_draft_shows_nothing_to_a_facilitator(facilitator):
    delegate = delegates.find(id_of(DANA))
    assert delegate
    url = f"{HUB.url(delegate)}/work/vision"
    facilitator.open(url).post(url, {"f.future": "A secret draft.", "go": "later"})

    assert "A secret draft." not in facilitator.open(at("work", "vision")).page
    assert "new-work" not in facilitator.open(page()).messages


def test_a_part_is_noted_submitted_and_taken_back(facilitator):
    part = at("part", "simulation")
    assert "Business simulation" in facilitator.open(page()).page
    assert facilitator.links("/part/simulation")

    facilitator.open(part).post(part, {"f.try": NOTED["f.try"], "go": "later"})
    assert "Name the price first." in facilitator.page
    facilitator.open(part).post(part, {**NOTED, "f.example": "", "go": "submit"})
    assert (facilitator.status, facilitator.faults) == (400, {"f.example"})
    facilitator.open(part).post(part, {**NOTED, "go": "submit"})
    assert "submitted" in facilitator.messages

    facilitator.post(f"{part}/take-back")
    facilitator.post(f"{part}/take-back")  # pressed twice
    assert facilitator.status == 200
    assert "Asked the board a clear question; it answered." in facilitator.page


def test_nothing_is_noted_about_someone_who_has_left(facilitator, clock):
    part = at("part", "simulation")
    nonce = facilitator.open(part).nonce
    leave.leave(id_of(DANA), clock.now(), "ada@example.org")

    facilitator.open(part).post(part, {**NOTED, "go": "submit"}, nonce=nonce)

    assert (facilitator.status, "delegate-left" in facilitator.messages) == (409, True)
    assert people.person(DANA).name not in facilitator.open(page()).page


@pytest.mark.parametrize("path", ["work/vision", "part/simulation"])
def test_what_other_facilitators_run_is_not_found(dated, clock, path):
    """No session of Leading the Service has a date with them, and those of Leading Self are another's."""
    from msgspec.structs import replace

    from tests.workshops.registers import SESSIONS

    people.write(
        *(workshops.save(replace(session, plan=replace(session.plan, by="someone-else"))) for session in SESSIONS)
    )
    clock.to(LAST)

    dated.let_in(MO, clock.now()).open(f"{page()}/{id_of(DANA)}/{path}")

    assert dated.status in (400, 404)
    assert people.person(DANA).name not in dated.page
