"""The console's pages of changes: each form, its preview, and the act."""

from __future__ import annotations

import re

import pytest

from chalicelib.core.model import Standing
from chalicelib.people.acts import ACTS
from chalicelib.people.planned import ActRefused, perform
from chalicelib.store import delegates, kept_data
from tests.people import scene
from tests.people.scene import DANA
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.turns import each_turn

TYPED = {
    "details": {"name": "Dana Doe", "job_title": "Lead", "service": "Nursing"},
    "coach": scene.NEW_COACH,
    "manager": scene.NEW_MANAGER,
    "rater-add": {"name": "Pia Peer", "email": "pia@example.org", "group": "peer"},
    "rater-correct": {"rater": "p0@example.org", "name": "Pat Peer", "email": ""},
    "rater-group": {"rater": "p0@example.org", "group": "direct_report"},
    "rater-remove": {"rater": "p0@example.org"},
    "pause": {"until": "2026-11-20", "reason": "leave"},
    "leave": {},
    "hold": {"why": "a dispute"},
}


@pytest.fixture
def admin(visitor, clock):
    scene.open_cohort(clock)
    return visitor.let_in_administrator(clock.now())


def person() -> str:
    return f"{BASE_URL}/admin/cohort/{people.COHORT}/person/{people.dana()}"


def test_the_delegates_page_leads_to_every_change_and_none_is_the_main_button(admin):
    at_delegate = admin.open(person().replace("/person/", "/delegate/"))
    at_delegate.open(at_delegate.links("/person/")[0])

    loaded = scene.found()
    assert {act.id for act in ACTS if act.fits(Standing.ACTIVE) and act.concerns(loaded)} - {"transfer"} == {
        url.rpartition("/")[2] for url in at_delegate.links("/person/") if url != person()
    }
    assert 'data-hindered="transfer"' in at_delegate.page
    assert "<button" not in at_delegate.page.partition("<main")[2]


@pytest.mark.parametrize("when", ["before the opening", "after the leave"])
def test_the_delegates_page_leads_to_their_changes_when_it_offers_no_act(visitor, clock, when):
    if when == "before the opening":
        people.load(clock.now())
        drain(clock.now())
    else:
        scene.open_cohort(clock)
        scene.change(clock, "leave")
    at_delegate = visitor.let_in_administrator(clock.now()).open(person().replace("/person/", "/delegate/"))

    assert 'class="steps"' not in at_delegate.page
    assert at_delegate.links("/person/") == [person()]
    assert bool(at_delegate.links("/revoke-links?delegate=")) is (when == "before the opening")


@pytest.mark.parametrize("act", TYPED)
def test_a_change_is_shown_before_it_is_done_and_is_done_once(admin, clock, act):
    admin.open(f"{person()}/{act}")
    assert admin.status == 200
    before, count = delegates.find(people.dana()), len(sent_emails())
    admin.post(f"{person()}/{act}", TYPED[act])
    assert "preview" in admin.messages
    assert delegates.find(people.dana()) == before
    admin.post(f"{person()}/{act}", {"confirmed": "yes", "why": "asked by phone"})
    scene.settle(clock)

    assert 'role="status"' in admin.page
    assert scene.trail()[-1].endswith("asked by phone)")
    assert len(sent_emails()) >= count


@pytest.mark.parametrize("act", [act.id for act in ACTS if act.danger and act.id in TYPED])
def test_what_destroys_or_ends_something_is_a_red_button_on_a_page_of_its_own(admin, act):
    admin.open(f"{person()}/{act}")
    admin.post(f"{person()}/{act}", TYPED[act])

    assert re.search(r'<button name="confirmed" value="yes" class="danger">', admin.page)


def test_a_change_of_raters_is_no_link_before_there_are_any(visitor, clock):
    people.opened(clock)
    admin = visitor.let_in_administrator(clock.now()).open(person())
    assert not any(re.search("rater-(?!add)", url) for url in admin.links("/person/"))
    assert "rater-remove" in " ".join(re.findall(r'data-hindered="([^"]+)"', admin.page)).split()


def test_a_change_that_cannot_be_made_leads_back_to_the_delegate(admin):
    admin.open(f"{person()}/transfer")
    assert admin.status == 400
    (above,) = re.findall(r'href="([^"]+)" data-back', admin.page)
    assert admin.open(above).status == 200
    assert f"/delegate/{people.dana()}" in above


def test_a_link_that_is_unknown_leads_to_no_other_page_of_it(visitor, clock):
    people.opened(clock)
    visitor.open(f"{BASE_URL}/hub/no.such.link/areas")
    assert visitor.status == 404
    assert "data-back" not in visitor.page


def test_a_fault_is_said_at_its_field_and_what_was_typed_stays(admin):
    admin.open(f"{person()}/coach")
    admin.post(f"{person()}/coach", {"coach_name": "Nora New", "coach_email": "nora.new"})
    assert admin.status == 400
    assert admin.faults == {"coach_email"}
    assert 'value="Nora New"' in admin.page
    admin.post(f"{person()}/coach", {"coach_name": "Dana", "coach_email": DANA})
    assert "delegates-own-address" in admin.messages


def test_an_unknown_change_or_person_is_a_page_that_says_so(admin):
    assert admin.open(f"{person()}/dance").status == 404
    assert admin.open(person().replace(people.dana(), "none")).status == 400


@pytest.mark.parametrize("act", ["rater-correct", "rater-group", "rater-remove"])
def test_without_raters_there_is_no_form_to_choose_one_in(visitor, clock, act):
    people.load(clock.now())
    drain(clock.now())
    admin = visitor.let_in_administrator(clock.now()).open(f"{person()}/{act}")

    assert admin.status == 400
    assert "<select" not in admin.page
    assert "no-raters" in admin.messages


def test_data_is_held_and_let_go_with_a_reason_even_after_they_have_left(admin, clock):
    scene.change(clock, "leave")
    at = person()
    for act, after in (("hold", True), ("hold-end", False)):
        assert at + f"/{act}" in admin.open(at).links("/person/")
        admin.open(f"{at}/{act}").post(f"{at}/{act}")
        assert (admin.status, 'id="why-error"' in admin.page) == (400, True)
        admin.post(f"{at}/{act}", {"why": "A complaint."})
        admin.post(f"{at}/{act}", {"confirmed": "yes"})
        assert kept_data.is_kept(delegates.load_rows(people.dana())) is after
        assert scene.trail()[-1].endswith("(A complaint.)")


def test_of_two_holds_at_once_the_reason_of_one_stays_and_the_other_is_asked_to_look_again(admin, clock):
    def hold(why: str) -> object:
        return perform(scene.plan(clock, "hold", why=why), clock.now())

    for when, outcomes in each_turn(lambda: hold("A complaint."), lambda: hold("A request.")):
        refused = [isinstance(outcome, ActRefused) for outcome in outcomes]
        reason = kept_data.find_reason(delegates.load_rows(people.dana()))
        of_hold = [text for text in scene.trail() if "complaint" in text or "request" in text]
        assert of_hold[-1].count(reason) == 1, when
        assert len(of_hold) == 2 - sum(refused), when


def test_a_hold_that_is_pressed_twice_is_one(admin):
    admin.open(f"{person()}/hold").post(f"{person()}/hold", {"why": "A complaint."})
    preview, lines = admin.page, len(scene.trail())
    for _ in range(2):
        admin.page = preview
        admin.post(f"{person()}/hold", {"confirmed": "yes"})
        assert admin.status == 200
    assert len(scene.trail()) == lines + 1


def test_a_rater_who_was_removed_already_is_no_fault_when_the_form_is_confirmed_again(admin, clock):
    url = f"{person()}/rater-remove"
    confirmed = {"rater": "p0@example.org", "why": "moved", "confirmed": "yes"}
    nonce = admin.open(url).nonce
    admin.post(url, confirmed, nonce=nonce)
    drain(clock.now())
    admin.post(url, confirmed, nonce=nonce)

    assert (admin.status, "rater-remove" in admin.messages) == (200, True)
    admin.post(url, {**confirmed, "rater": "stranger@example.org"}, nonce=nonce)
    assert (admin.status, admin.faults) == (400, {"rater"})
