"""A delegate fills in a form between workshops, on one device or two, and gets it back read or returned."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from chalicelib.assignments.thread import WorkState
from chalicelib.store import assignments, delegates
from tests.support import people
from tests.support.visitor import FORM, Visitor

VISION = {
    "f.future": "Every child is seen within two weeks.",
    "f.why": "It is the first aim of the strategy.",
    "f.sign": "No one asks for a date twice.",
}


@pytest.fixture
def hub(visitor, clock):
    people.opened(clock)
    return people.link("dana delegate", "hub")


@pytest.fixture
def vision(hub):
    return f"{hub}/work/vision"


def work_of(assignment: str):
    return assignments.works_from(delegates.load_rows(people.dana()))[assignment]


def fill(visitor: Visitor, page: str, typed: dict[str, str], go: str = "submit") -> Visitor:
    return visitor.open(page).post(page, {**typed, "go": go})


def script(visitor: Visitor, page: str, typed: dict[str, str], **more: str) -> dict:
    """What answer.js posts while a person types. The page must be open, for its nonce."""
    body = {"form": visitor.nonce, "by": "script", "go": "keep", "seen": "0", **typed, **more}
    path = page.split("/api", 1)[-1]
    response = visitor.client.post(path, headers=FORM, body=urlencode(body).encode())
    return json.loads(response.body) | {"status": response.status_code}


# --- filling in ---------------------------------------------------------------------------------------------


def test_a_form_is_typed_submitted_and_shown_as_submitted(visitor, vision):
    fill(visitor, vision, VISION)

    assert visitor.status == 200
    assert "Every child is seen within two weeks." in visitor.page
    assert work_of("vision").state == WorkState.SUBMITTED
    visitor.open(vision.rpartition("/work/")[0])
    assert "submitted on" in visitor.page
