"""A delegate thanks the raters: everyone who was asked gets the same email, and nothing shows who answered."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import InvitationState, PulseArea, Wave
from chalicelib.impact.returned.form import MAX_CHARS, find_risks, read_words
from chalicelib.links.kinds import HUB
from chalicelib.store import cohorts, debriefs, delegates, impact_results, invitations, returned
from chalicelib.store.areas import Area
from chalicelib.store.cohorts import CohortChanged
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_results import StoredResult
from chalicelib.store.invitations import InvitationMissing
from chalicelib.store.marshal import fields
from chalicelib.store.reports import ReportState, StoredReport, add
from chalicelib.store.table import scan, update
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails

__all__ = ["visitor"]

AREAS = [
    Area("1", "Interrupts people", others_text="Let people finish", approved="Let people finish"),
    Area("2", "Delegates"),
]
SUBJECT = "What came of your feedback to Dana Delegate"


@pytest.fixture
def released(visitor, clock):
    """Release the report; one of four peers has answered, and one has declined."""
    people.opened(clock, chosen=people.raters(4, 0))
    people.answer_all(visitor, people.link("p0", "answer"))
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(people.DATES.closes, ("1", "2")), AREAS))
    report = StoredReport(people.dana(), Wave.BASELINE, "c", "f", "h", "p", clock.now(), ReportState.RELEASED)
    people.write(add(report))
    declined = next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if "p3" in invitation.rater.email
    )
    key = invitations.key(people.dana(), Wave.BASELINE, declined.id)
    people.write(update(key, put={"state": InvitationState.DECLINED}, refusal=InvitationMissing))
    return visitor


def page() -> str:
    return f"{HUB.url(delegates.find(people.dana()))}/thank-raters"


def send(visitor, **typed: str):
    visitor.open(page()).post(page(), typed)
    return visitor.post(f"{page()}/send", typed)


def rows() -> list:
    return [row for row in scan() if row["pk"].startswith("MAIL#impact/returned#") and row["sk"] == "MAIL"]


def emails() -> list:
    return [email for email in sent_emails() if SUBJECT in str(email.message["Subject"])]


def test_everyone_who_was_asked_gets_it_answered_or_not(released, clock):
    send(released, **{"area-1": "on", "text": "I count to three first."})
    assert released.shows == "impact/thanked"
    drain(clock.advance(days=3))

    asked = {people.person(name).email for name in ("p0", "p1", "p2")}
    assert asked <= {address for email in emails() for address in email.addresses}
    assert people.person("p3").email not in {address for email in emails() for address in email.addresses}
    texts = {str(email.part("plain")).partition("\n\n")[2].partition("does not learn")[0] for email in emails()}
    assert len(texts) == 1, "the same words for everyone"
    text = " ".join(next(iter(texts)).split())
    assert "Let people finish" in text
    assert "I count to three first." in text
    assert "Interrupts people" not in text
    assert "Delegates" not in text


def test_who_was_removed_from_the_list_gets_none(released, clock):
    removed = next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == people.person("p2").email
    )
    people.write(invitations.revoke(removed))
    send(released, **{"area-1": "on", "text": "I count to three first."})
    drain(clock.advance(days=3))

    got = {address for email in emails() for address in email.addresses}
    assert people.person("p1").email in got
    assert people.person("p2").email not in got


def test_the_email_goes_out_once_for_each_occasion(released, clock):
    send(released, text="Thank you all.")
    for _ in range(3):
        drain(clock.advance(days=1))
    before = len(rows())
    assert before
    assert days_of("impact/returned") == ["2026-09-15"], "the working morning after the press"
    released.open(page())
    assert released.status == 409

    people.write(impact_results.add(StoredResult(people.dana(), "c", "f", "h", "p", clock.now())))
    send(released, text="Half a year on.")
    drain(clock.advance(days=3))
    assert len(rows()) == 2 * before
    assert len(returned.from_rows(delegates.load_rows(people.dana()))) == 2
    released.open(page())
    assert released.status == 409


def test_thanks_wait_for_the_end_of_the_cohorts_days_off(released, clock):
    """A delegate presses on a day that the cohort's file names as closed: raters hear on the next working day."""
    cohort = cohorts.find(people.COHORT)
    closed = replace(cohort.dates, closed=(clock.now().date(),))
    people.write(update(cohorts.key(cohort.id), put={"dates": fields(closed)}, refusal=CohortChanged))
    send(released, text="Thank you all.")
    drain(clock.advance(hours=1))
    assert emails() == []

    drain(clock.advance(days=1))
    assert emails() != []


def test_pressing_twice_sends_once(released, clock):
    released.open(page()).post(page(), {"text": "Thank you."})
    nonce = released.nonce
    for _ in range(2):
        released.post(f"{page()}/send", {"text": "Thank you."}, nonce=nonce)
        assert released.shows == "impact/thanked"
    drain(clock.advance(days=1))
    assert len(rows()) == len({row["to"]["email"] for row in rows()}) >= 3


def test_before_the_release_there_is_nothing_to_send(visitor, clock):
    people.opened(clock, chosen=people.raters(2, 0))
    visitor.open(page())
    assert (visitor.status, "nothing-to-return" in visitor.messages) == (409, True)


def test_names_figures_and_quotations_are_pointed_out_before_it_goes_out(released):
    released.open(page()).post(page(), {"text": "Thanks for “listen” and 3.4."})
    assert "risks" in released.messages
    assert len(list(find_risks("Thanks, ruth, for “listen” and 3.4.", ["Ruth Calloway"]))) == 3
    assert not list(find_risks("Thank you all for being open.", ["Ruth Calloway"]))


def test_a_text_that_is_too_long_is_refused_and_shown_again(released):
    text = "x" * (MAX_CHARS + 1)
    released.open(page()).post(page(), {"text": text})
    assert (released.status, text in released.page) == (400, True)
    assert not returned.from_rows(delegates.load_rows(people.dana()))


@pytest.mark.parametrize(
    "text", ["Win a prize: www.evil.example", "See evil.com/a", "Write to jo@evil.example", "evil。com"]
)
def test_thanks_with_a_web_address_are_refused_and_shown_again(released, text):
    """A person with a delegate’s link chooses the readers: our emails would advertise."""
    released.open(page()).post(page(), {"text": text})
    nonce = released.nonce
    assert (released.status, text in released.page) == (400, True)
    released.post(f"{page()}/send", {"text": text}, nonce=nonce)
    assert released.status == 400
    assert rows() == []


def test_an_area_with_a_web_address_is_not_sent_to_raters_either():
    offered = [PulseArea("1", "Read evil.example/a"), PulseArea("2", "Let people finish")]
    assert read_words({"area-1": "on"}, offered).fault
    assert not read_words({"area-2": "on"}, offered).fault


def test_an_area_that_is_not_offered_is_ignored():
    offered = [PulseArea("1", "Let people finish")]
    assert read_words({"area-1": "on", "area-9": "on"}, offered).areas == ("Let people finish",)
