"""What a facilitator notes about a delegate in a form: a draft of their own, submitted, read by delegate and coach."""

from __future__ import annotations

import pytest

from chalicelib.assignments import facilitator
from chalicelib.assignments.facilitator import OpenedPart, PartRefused
from chalicelib.assignments.thread import PartState
from chalicelib.links.signing import LinkUnknown
from chalicelib.people.leave import leave as withdraw
from chalicelib.store import assignments, delegates
from tests.support import people
from tests.support.drain import drain

SEEN = {"f.example": "Asked the quiet ones first, and changed the plan.", "f.seen.uses_data": "often"}
VISION = {"f.decision": "The clinic.", "f.learned": "Publish the whole picture.", "go": "submit"}


def opened(assignment: str = "simulation") -> OpenedPart:
    return facilitator.open_part(people.COHORT, people.dana(), assignment, people.FACILITATOR)


def save(typed: dict[str, str], clock, *, submit: bool = False) -> OpenedPart:
    return facilitator.save_part(opened(), typed, clock.now(), submit=submit)


def listed() -> dict[str, str]:
    lines = facilitator.list_parts(people.COHORT, people.programme(), [people.dana()])
    return {line.assignment: line.state for line in lines}


@pytest.fixture
def hub(visitor, clock):
    people.opened(clock)
    return people.link("dana delegate", "hub")


def test_a_part_is_a_draft_until_it_is_submitted_and_then_delegate_and_coach_read_it(visitor, hub, clock):
    page = f"{hub}/work/simulation"
    visitor.open(page).post(page, VISION)
    assert listed() == {"simulation": "not begun", "board": "not begun"}

    save(SEEN, clock)
    assert listed()["simulation"] == "draft"
    assert "quiet ones" not in visitor.open(page).page

    save(SEEN, clock, submit=True)
    assert listed()["simulation"] == "submitted"
    part_page = visitor.open(page).page
    assert "From Mo Facilitator" in part_page
    assert "Asked the quiet ones first, and changed the plan." in part_page
    assert "Uses data to show how the service is performing. Often" in part_page
    visitor.let_in(people.person("cleo coach").email, clock.now())
    assert "quiet ones" in visitor.open(f"{people.coach_url()}/{people.dana()}/work/simulation").page


def test_what_is_missing_is_said_and_the_part_stays_a_draft(hub, clock):
    saved = save({"f.try": "Count aloud."}, clock, submit=True)

    faults = saved.answers(clock.now()).faults
    assert [fault.message for fault in faults] == ["What was said or done, and its effect: please answer this."]
    page = facilitator.part_page(opened(), clock.now(), submitting=True)
    assert (page.is_submitted, [fault.field for fault in page.faults]) == (False, ["f.example"])
    assert (
        next(field_input.fault for field_input in page.inputs if field_input.name == "f.example")
        == "Please answer this."
    )


def test_a_submitted_part_is_changed_only_after_it_was_taken_back(hub, clock):
    save(SEEN, clock, submit=True)
    save(SEEN, clock, submit=True)  # the same again is no fault
    with pytest.raises(PartRefused, match="taken back"):
        save(SEEN | {"f.try": "More"}, clock)

    facilitator.take_back_part(opened(), clock.now())
    assert opened().task.part_state(clock.now()) is PartState.DRAFT
    facilitator.take_back_part(opened(), clock.now())  # pressed twice
    assert opened().task.part_state(clock.now()) is PartState.DRAFT


def test_the_boards_decision_asks_only_what_it_needs(hub, clock):
    part = facilitator.save_part(opened("board"), {"f.decision": "pending"}, clock.now(), submit=True)
    assert part.task.part_state(clock.now()) is PartState.SUBMITTED

    back = facilitator.take_back_part(opened("board"), clock.now())
    again = facilitator.save_part(back, {"f.decision": "amended"}, clock.now(), submit=True)
    assert [fault.field for fault in again.answers(clock.now()).faults] == ["f.decided_on", "f.terms"]


def test_a_delegate_who_has_left_is_not_observed_and_a_draft_goes_with_the_leaving(hub, clock):
    """Edge case 38."""
    save(SEEN, clock)
    withdraw(people.dana(), clock.now(), "administrator")
    drain(clock.now())

    assert assignments.parts_from(delegates.load_rows(people.dana())) == {}
    with pytest.raises(PartRefused, match="has left the programme"):
        save(SEEN, clock)


def test_parts_are_of_the_own_cohort_and_of_forms_that_have_one(hub):
    with pytest.raises(LinkUnknown):
        facilitator.open_part("other", people.dana(), "simulation", people.FACILITATOR)
    with pytest.raises(LinkUnknown):
        opened("vision")
