"""While a new address is held, no page of its links shows what was saved before, and none takes a change."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.admin.address_change import change_address
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Wave
from chalicelib.links.kinds import APPROVE, HUB, NOMINATE
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates, holds, programmes, stories
from chalicelib.store.delegates import Approval
from chalicelib.store.stories import Story, StoryState
from chalicelib.web import forms
from tests.support import people
from tests.support.drain import drain
from tests.web.rules import RULES

DANA = people.person("dana delegate").email
STORY, AREA, RATER = "Canary of a story", "ehaviour 1", "p0@example.org"
STEP = people.programme().milestones[0]
PARTS = {
    "{milestone}": STEP.id,
    "{work}": STEP.assignments[0].id,
    "{kind}": "debrief",
    "{area}": "1",
    "{number}": "1",
    "{session}": f"{STEP.id}/1",
    "{given}": "none",
    "{act}": "book",
    "{person}": "any",
}
KINDS = {kind.verb: kind for kind in (HUB, NOMINATE)}
OWN = sorted((method, path) for (method, path), rule in RULES.items() if rule.verb in KINDS and method != "HEAD")
PAGES = [path for method, path in OWN if method == "GET"]
FORMS = [path for method, path in OWN if method == "POST"]
OPEN = {"/hub/{token}", "/hub/{token}/calendar/{session}"}  # what is next and when, and no word of the delegate


@pytest.fixture
def moved(dana, clock):
    """Change Dana's address, and return a visitor without cookies."""
    story = Story(people.dana(), people.COHORT, STORY, True, 1, clock.now(), StoryState.OFFERED)
    people.write(stories.add(story))
    change_address(people.COHORT, DANA, "new@example.org", clock.now(), "ada@example.org")
    drain(clock.now())
    dana.cookies.clear()
    return dana


def address_of(path: str) -> tuple[str, str]:
    """Return the address of a page by the delegate's link, and the token of that link."""
    verb = path.split("/")[1]
    home = KINDS[verb].url(delegates.find(people.dana()))
    url = home + path.removeprefix(f"/{verb}/{{token}}")
    for part, value in PARTS.items():
        url = url.replace(part, value)
    return url, home.rpartition("/")[2]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_a_held_address_is_refused_or_asks_for_a_code_that_is_not_sent(moved, path):
    moved.open(address_of(path)[0])

    assert "address-held" in moved.messages or moved.shows == "web/sign_in" or path in OPEN
    assert STORY not in moved.page
    assert AREA not in moved.page
    assert RATER not in moved.page


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_a_held_address_is_refused_or_asks_for_a_code_that_is_not_sent(moved, path):
    url, token = address_of(path)
    moved.post(url, {}, nonce=forms.nonce(path.split("/")[1], token))

    assert "address-held" in moved.messages or moved.shows == "web/sign_in"
    assert RATER not in moved.page


def test_the_list_of_raters_opens_without_a_hold_and_after_it(dana, clock):
    url, _ = address_of("/nominate/{token}")
    assert RATER in dana.open(url).page

    change_address(people.COHORT, DANA, "new@example.org", clock.now(), "ada@example.org")
    drain(clock.now())
    url, _ = address_of("/nominate/{token}")
    assert "address-held" in dana.open(url).messages
    clock.advance(days=4)
    assert RATER in dana.open(url).page


# --- the approver of a list -------------------------------------------------------------------------------------------


def test_an_approver_at_a_held_address_sees_and_decides_nothing(visitor, clock):
    people.send_list_to_coach(visitor, clock)
    assert "P0" in visitor.open(approve_url()).page
    change_address(people.COHORT, "cleo.coach@example.org", "new@example.org", clock.now(), "ada@example.org")
    drain(clock.now())

    url = approve_url()
    assert "address-held" in visitor.open(url).messages
    assert "P0" not in visitor.page
    visitor.post(url, {"decision": "approve"}, nonce=forms.nonce(APPROVE.verb, url.rpartition("/")[2]))
    assert "address-held" in visitor.messages
    assert delegates.find_nomination(people.dana(), Wave.BASELINE).approval is Approval.ASKED

    clock.advance(days=4)
    assert "P0" in visitor.open(url).page


def test_another_coach_who_is_named_decides_at_once(visitor, clock):
    """Their emails go out at once too: they announce the change to the former coach and to the delegate."""
    people.send_list_to_coach(visitor, clock)
    entry = replace(people.entry("dana delegate"), coach=people.person("carl coach"))
    cohort, rules = cohorts.find(people.COHORT), programmes.load("approving", people.programme().version)
    load_cohort(cohort, rules, [entry], {}, clock.advance(minutes=1), "ada@example.org")
    drain(clock.now())

    assert [
        hold.is_active(clock.now())
        for hold in holds.find(people.COHORT, reader_key(people.person("carl coach").email), people.dana())
    ] == [True]
    assert "P0" in visitor.open(approve_url()).page


def approve_url() -> str:
    delegate = delegates.find(people.dana())
    return APPROVE.url(delegate, delegate.coach)


def test_without_a_hold_the_same_page_shows_the_story(dana, clock):
    people.write(stories.add(Story(people.dana(), people.COHORT, STORY, True, 1, clock.now(), StoryState.OFFERED)))
    assert STORY in dana.open(f"{HUB.url(delegates.find(people.dana()))}/story").page


def test_no_one_approves_or_withdraws_a_story_at_a_held_address(moved):
    home = HUB.url(delegates.find(people.dana()))
    nonce = forms.nonce(HUB.verb, home.rpartition("/")[2])
    moved.post(f"{home}/story", {"text": "Other words", "naming": "named", "go": "approve"}, nonce=nonce)

    assert stories.find(people.dana()).text == STORY
    assert stories.find(people.dana()).state is StoryState.OFFERED
