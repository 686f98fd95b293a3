"""A cohort that was loaded before ids were keyed: the same files find the same people, and no one is asked twice."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.admin import address_change, resend_link
from chalicelib.core import ids
from chalicelib.core.model import Wave
from chalicelib.links import signing
from chalicelib.ownership import erase_person
from chalicelib.store import cohorts, delegates, invitations
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.table import scan
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

TWO = ("dana delegate", "dora delegate")
DANA = people.person("dana delegate").email


@pytest.fixture
def loaded_before(visitor, clock, monkeypatch) -> str:  # noqa: F811
    """Load, open and email a cohort by the code as it was; from then on the code is as it is."""
    with monkeypatch.context() as before:
        before.setattr(ids, "derive", ids.unkeyed)
        before.setattr(ids, "DELEGATE", ids.UNKEYED_DELEGATE)
        people.opened(clock, names=TWO, chosen=people.raters(5, 0))
    dana = ids.unkeyed_delegate_id(people.COHORT, DANA)
    assert delegates.find(dana)
    return dana


def enrolled() -> dict[str, str]:
    return {line.name: line.delegate_id for line in cohorts.list_lines(people.COHORT)}


def times_invited() -> Counter[str]:
    return Counter(email.row for email in sent_emails() if email.row.startswith("collect/invitation"))


def test_the_same_files_change_nothing(loaded_before, clock):
    assert not people.load(clock.now(), names=TWO, chosen=people.raters(5, 0)).changed


def test_more_delegates_and_raters_are_added_and_no_one_is_asked_twice(loaded_before, clock):
    before, asked = enrolled(), times_invited()
    people.load(clock.now(), names=(*TWO, "dina delegate"), chosen=people.raters(6, 0))
    drain(clock.now())
    drain(clock.advance(days=3))
    after = enrolled()

    assert {name: after[name] for name in before} == before
    assert len(after) == 3
    assert len(after["Dina Delegate"]) == ids.DELEGATE
    assert {row: times_invited()[row] for row in asked} == asked
    drain(clock.advance(hours=1))
    sent = (row for row in scan() if row["pk"].startswith("MAIL#collect/invitation") and "sent_at" in row)
    per_rater = Counter(row["to"]["email"] for row in sent)  # one invitation may have gone out in a digest
    assert per_rater == {f"p{n}@example.org": 3 for n in range(6)} | {"mara.manager@example.org": 3}


def test_a_delegate_whose_address_was_replaced_is_found_by_the_old_file(loaded_before, clock):
    address_change.change_address(people.COHORT, DANA, "dana.new@example.org", clock.now())
    drain(clock.now())
    people.load(clock.now(), names=(*TWO, "dina delegate"), chosen=people.raters(5, 0))
    drain(clock.now())

    assert len(enrolled()) == 3
    assert enrolled()["Dana Delegate"] == loaded_before


@pytest.mark.parametrize(("name", "verb"), [("p0", "answer"), ("p0", "inbox"), ("p0", "decline")])
def test_links_that_are_out_open_as_before(loaded_before, visitor, name, verb):  # noqa: F811
    assert visitor.open(people.link(name, verb)).status == 200


def test_an_inbox_holds_everything_that_was_asked_before(loaded_before, visitor):  # noqa: F811
    visitor.open(people.link("p0", "answer"))
    inbox = visitor.links("/inbox/")
    assert {url.split("/answer/")[0] for url in visitor.open(people.link("p0", "inbox")).links("/answer/")}
    assert len(visitor.links("/answer/")) == 2
    assert all(len(visitor.open(url).links("/answer/")) == 2 for url in inbox)


def test_a_coach_sees_their_delegates_by_links_from_before_and_by_new_ones(loaded_before, visitor, clock):  # noqa: F811
    for rater in people.raters(5, 0):
        for url in visitor.open(people.link(rater.person.name.lower(), "inbox")).links("/answer/"):
            people.send(people.answer_all(visitor, url), url)
    own = people.link("dana delegate", "answer")
    people.send(people.answer_all(visitor, own), own)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(days=4))
    new = people.link("cleo coach", "coach")
    old = signing.make("coach", people.COHORT, ids.coach_ids(people.COHORT, "cleo.coach@example.org")[1])
    visitor.sign_in(new, "cleo.coach@example.org", clock.now())
    for url in (new, old):
        assert "Dana Delegate" in visitor.open(url).page
        assert visitor.open(f"{url}/{loaded_before}").status == 200
    assert all(line.feedback is FeedbackState.REPORT_READY for line in cohorts.list_lines(people.COHORT))


def test_a_lost_link_and_an_export_find_a_rater_from_before(loaded_before, clock):
    assert resend_link.resend_link(people.COHORT, "p0@example.org", clock.now(), "ada@example.org")
    assert [entry.delegate_name for entry in invitations.inbox_of("p0@example.org")] == [
        "Dana Delegate",
        "Dora Delegate",
    ]
    keys = {row["pk"].split("#")[0] for row in erase_person.rows_naming("p0@example.org")}
    assert keys >= {"RATER", "DELEGATE", "MAIL"}


def test_a_wave_that_opens_later_makes_ids_as_the_delegate_has_them(loaded_before):
    made = ids.invitation_id(loaded_before, "followup", "p0@example.org")
    assert made == ids.unkeyed(8, "invitation", loaded_before, "followup", "p0@example.org")
    stored = {invitation.id for invitation in invitations.of_delegate(loaded_before, Wave.BASELINE)}
    assert ids.invitation_id(loaded_before, "baseline", "p0@example.org") in stored
