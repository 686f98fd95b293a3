"""Suggestions are nowhere but where the form says: sealed while the round is open, then on two pages."""

from __future__ import annotations

import pytest

from chalicelib.admin import person_export
from chalicelib.core.model import Wave
from chalicelib.forms.readers import Form, Names, sentences
from chalicelib.links.kinds import SPONSOR
from chalicelib.store import cohorts, responses
from chalicelib.store.table import scan
from tests.pulse import rounds
from tests.pulse.rounds import CHECK, EMAILS, OPENS
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

CANARY = "Zaunkoenig"
DANA, COACH, SPONSOR_EMAIL = (
    people.person("dana delegate").email,
    people.person("cleo coach").email,
    people.SPONSOR.email,
)


def rows_with(text: str) -> set[str]:
    return {row["sk"].partition("#")[0] for row in scan() if text in repr(row)}


def emails_with(text: str) -> list[str]:
    return [email.subject for email in sent_emails() if text in email.raw]


def test_a_suggestion_is_sealed_while_the_round_is_open(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    rounds.answer(clock, suggestion=CANARY)

    assert rows_with(CANARY) == set()


def test_a_suggestion_is_in_the_result_and_on_two_pages_only(visitor, clock):
    rounds.load(clock)
    rounds.hold(clock, suggestion=CANARY)
    drain(clock.advance(days=3))
    assert rows_with(CANARY) == {"RESPONSE", "ROUNDRESULT"}
    assert emails_with(CANARY) == []

    pages = {
        DANA: [rounds.hub(), f"{rounds.hub()}/seen", f"{rounds.hub()}/report", f"{rounds.hub()}/areas"],
        COACH: [
            people.coach_url(),
            f"{people.coach_url()}/{people.dana()}",
            f"{people.coach_url()}/{people.dana()}/seen",
            f"{people.coach_url()}/{people.dana()}/areas",
        ],
        SPONSOR_EMAIL: [SPONSOR.url(cohorts.find(people.COHORT))],
    }
    showing = []
    for who, urls in pages.items():
        visitor.let_in(who, clock.now())
        showing += [url for url in urls if CANARY in visitor.open(url).page]
    visitor.let_in_administrator(clock.now())
    at = f"{BASE_URL}/admin/cohort/{people.COHORT}"
    for url in (at, f"{at}/delegate/{people.dana()}", f"{at}/trail", f"{at}/progress"):
        assert CANARY not in visitor.open(url).page

    assert showing == [f"{rounds.hub()}/seen", f"{people.coach_url()}/{people.dana()}/seen"]


def test_four_suggestions_stay_in_the_answers_cut_from_identity(aws, clock):
    rounds.load(clock)
    rounds.hold(clock, emails=EMAILS[:4], suggestion=CANARY)
    drain(clock.advance(days=3))

    assert rows_with(CANARY) == {"RESPONSE"}
    assert {response.person for response in responses.of_wave(people.dana(), Wave.MIDWAY_1)} == {None}
    assert emails_with(CANARY) == []


def test_a_delegates_export_holds_what_was_published(aws, clock):
    rounds.load(clock)
    rounds.hold(clock, suggestion=CANARY)

    assert CANARY in repr(person_export.export(DANA, clock.now()))
    assert CANARY not in repr(person_export.export(EMAILS[0], clock.now()))


@pytest.mark.parametrize("asked", [True, False])
def test_the_form_says_who_reads_suggestions_if_it_asks_for_one(asked):
    said = " ".join(sentences(Form.MIDWAY, Names("Dana", 3, 5, has_suggestion=asked)))

    assert ("Suggestions are shown word for word" in said) is asked
    assert "at least five people" in said
