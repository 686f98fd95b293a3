"""While a delegate's new address is held, none of their pages shows what they wrote or what the report led to."""

from __future__ import annotations

import pytest

from chalicelib.admin.address_change import change_address
from chalicelib.links.kinds import HUB
from chalicelib.store import delegates, stories
from chalicelib.store.stories import Story, StoryState
from chalicelib.web import forms
from tests.support import people
from tests.support.drain import drain
from tests.web.rules import RULES

STORY, AREA = "Canary of a story", "ehaviour 1"
STEP = people.programme().milestones[0]
PARTS = {
    "{milestone}": STEP.id,
    "{work}": STEP.assignments[0].id,
    "{kind}": "debrief",
    "{area}": "1",
    "{number}": "1",
    "{session}": f"{STEP.id}/1",
    "{given}": "none",
}
PAGES = sorted(path for method, path in RULES if method == "GET" and path.startswith("/hub/{token}"))
OPEN = {"/hub/{token}", "/hub/{token}/calendar/{session}"}  # what is next and when, and no word of the delegate


@pytest.fixture
def moved(dana, clock):
    """Change Dana's address, and return a visitor without cookies."""
    story = Story(people.dana(), people.COHORT, STORY, True, 1, clock.now(), StoryState.OFFERED)
    people.write(stories.add(story))
    change_address(
        people.COHORT, people.person("dana delegate").email, "new@example.org", clock.now(), "ada@example.org"
    )
    drain(clock.now())
    dana.cookies.clear()
    return dana


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_a_held_address_is_refused_or_asks_for_a_code_that_is_not_sent(moved, path):
    url = HUB.url(delegates.find(people.dana())) + path.removeprefix("/hub/{token}")
    for part, value in PARTS.items():
        url = url.replace(part, value)
    moved.open(url)

    assert "address-held" in moved.messages or moved.shows == "web/sign_in" or path in OPEN
    assert STORY not in moved.page
    assert AREA not in moved.page


def test_without_a_hold_the_same_page_shows_the_story(dana, clock):
    people.write(stories.add(Story(people.dana(), people.COHORT, STORY, True, 1, clock.now(), StoryState.OFFERED)))
    assert STORY in dana.open(f"{HUB.url(delegates.find(people.dana()))}/story").page


def test_no_one_approves_or_withdraws_a_story_at_a_held_address(moved):
    home = HUB.url(delegates.find(people.dana()))
    nonce = forms.nonce(HUB.verb, home.rpartition("/")[2])
    moved.post(f"{home}/story", {"text": "Other words", "naming": "named", "go": "approve"}, nonce=nonce)

    assert stories.find(people.dana()).text == STORY
    assert stories.find(people.dana()).state is StoryState.OFFERED
