"""Every kind of link is declared: what it holds, who holds it, what revokes it, when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.admin.emails import ANY_PAGE
from chalicelib.emails.kinds import load_kinds
from chalicelib.links import ends, signing
from chalicelib.links.kinds import CONSOLE, KINDS
from chalicelib.store import delegates
from infra.local import outbox
from tests.support import people
from tests.support.drain import drain
from tests.web.rules import RULES

OWN_DATA = "own-data"  # opened by the links of all who have a page: site/reader_lookup.py


def test_every_link_of_an_email_is_of_a_kind_and_every_kind_has_a_page():
    emailed = {name for kind in load_kinds().values() for name in kind.links} - {ANY_PAGE}
    pages = {rule.verb for rule in RULES.values() if rule.verb}

    assert emailed <= KINDS.keys()
    assert pages == KINDS.keys() - {CONSOLE.verb} | {OWN_DATA}
    assert {verb for verb, kind in KINDS.items() if kind.needs_code} == {
        rule.verb for rule in RULES.values() if rule.who and rule.verb and rule.verb not in ("hub", OWN_DATA)
    }


def test_links_that_were_emailed_hold_what_their_kind_says(visitor, clock):
    people.send_list_to_coach(visitor, clock)
    urls = [url for message in outbox.accepted() for url in message.links]
    tokens = {(url.split("/api/")[1].split("/")[0], url.rsplit("/", 1)[1]) for url in urls}
    tokens = {(verb, token) for verb, token in tokens if verb in KINDS}

    assert {verb for verb, _ in tokens} >= {"answer", "hub", "nominate", "approve"}
    for verb, token in tokens:
        assert len(signing.read(verb, token, KINDS[verb].size)) == KINDS[verb].size
        assert token == token.lower()


@pytest.fixture
def ended(visitor, clock) -> datetime:
    """Play a cohort to its end. Return the moment at which its links end."""
    people.opened(clock, chosen=people.raters(5, 0))
    for rater in people.raters(5, 0):
        url = people.link(rater.person.name.lower(), "answer")
        people.send(people.answer_all(visitor, url), url)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(days=4))
    return ends.end_of_programme_links(people.programme(), people.DATES)


def test_links_to_the_programmes_pages_end_a_year_after_the_impact_survey_is_due(ended):
    assert ended == datetime.fromisoformat("2028-05-31T00:00:00+01:00")  # due on Monday 31 May 2027
    assert signing.read("hub", people.link("dana delegate", "hub").rsplit("/", 1)[1], 2)[0] == people.dana()


@pytest.mark.parametrize(("name", "verb"), [("dana delegate", "hub"), ("cleo coach", "coach")])
def test_a_page_says_until_when_its_link_works_and_then_what_to_do(visitor, clock, ended, name, verb):
    url, email = people.link(name, verb), people.person(name).email
    clock.to(ended - timedelta(hours=2))
    visitor.let_in(email, clock.now())
    visitor.open(url)
    assert (visitor.status, "30 May" in visitor.page) == (200, True)

    clock.to(ended)
    visitor.let_in(email, clock.now())
    for page in (url, f"{url}/{people.dana() if verb == 'coach' else 'report'}"):
        assert (visitor.open(page).status, "link-ended" in visitor.messages) == (410, True)


def test_an_ended_link_gets_no_code(visitor, clock, ended):
    coach = people.link("cleo coach", "coach")
    visitor.open(coach)
    ask = visitor.links("/sign-in/")[0]
    clock.to(ended)
    before = len(outbox.accepted())
    visitor.post(ask)
    drain(clock.now())

    assert visitor.status == 410
    assert len([message for message in outbox.accepted()[before:] if message.row.startswith("web/code")]) == 0


@pytest.mark.parametrize(("name", "verb"), [("dana delegate", "nominate"), ("p0", "inbox")])
def test_lists_and_inboxes_end_a_year_after_the_last_questionnaire(visitor, clock, ended, name, verb):
    url = people.link(name, verb)
    _, wave = delegates.find_with_latest_wave(people.dana())
    end = ends.end_after([wave.closes_at], people.programme().organisation.timezone)
    clock.to(end - timedelta(seconds=1))
    assert visitor.open(url).status == 200
    clock.to(end)
    assert (visitor.open(url).status, "link-ended" in visitor.messages) == (410, True)
