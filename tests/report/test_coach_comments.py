"""Comments that a rater keeps for the coach: in no document, and under the rules of all others."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.collect import pages
from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Wave
from chalicelib.report.render_html import render_html
from chalicelib.results.facts import build_facts, facts_bytes
from chalicelib.results.publish import publish
from chalicelib.store import coach_comments, delegates
from chalicelib.store.coach_comments import CoachComment
from chalicelib.store.table import transact
from tests.faults import scene
from tests.report.example import KEY, heading, programme_of, rater
from tests.support import people
from tests.support.drain import drain

SECRET = "Please talk to her about the rota; the team will not say it."


def wave(programme, peers: int, coach_only: tuple[str, ...]) -> list[Response]:
    responses = [rater("peer", 4, 4, programme=programme, keep=f"Keep {k}") for k in range(peers - 1)]
    return [*responses, Response("peer", Answers({}, {"keep": SECRET}, coach_only))]


def test_a_comment_for_the_coach_is_in_no_document():
    programme = programme_of()
    published = publish(programme, wave(programme, 6, ("keep",)), comment_key=KEY)
    facts = build_facts(programme, heading(), published)

    assert [comment.text for comment in published.coach_comments] == [SECRET]
    assert SECRET not in facts_bytes(facts).decode() + render_html(programme, facts)
    assert len(facts.comments) == 5


@pytest.mark.parametrize(("peers", "count"), [(4, 0), (5, 1)])
def test_it_is_withheld_from_the_coach_too_where_comments_are_withheld(peers, count):
    programme = programme_of()

    assert len(publish(programme, wave(programme, peers, ("keep",)), comment_key=KEY).coach_comments) == count


def test_comments_for_the_coach_have_an_order_of_their_own():
    """The place of a comment among the others must not show which of the coach's it is next to."""
    programme = programme_of()
    texts = [f"Keep {k}" for k in range(9)]
    of = {
        coach_only: [Response("peer", Answers({}, {"keep": text}, coach_only)) for text in texts]
        for coach_only in ((), ("keep",))
    }
    comments = publish(programme, of[()], comment_key=KEY).comments
    to_coach = publish(programme, of[("keep",)], comment_key=KEY).coach_comments

    assert sorted(comment.text for comment in comments) == sorted(comment.text for comment in to_coach) == texts
    assert [comment.text for comment in comments] != [comment.text for comment in to_coach]


def test_a_form_offers_it_only_where_the_programme_does_and_never_to_the_delegate():
    offering = replace(programme_of(), coach_only_comments=True)
    asked = {group: pages.pages(offering, group)[-1].comments for group in ("peer", "manager", "self")}
    typed = {"keep": "Stay.", "keep.coach": "yes", "change.coach": "yes"}

    kept, _ = pages.read_page(pages.pages(offering, "peer")[-1], 5, typed)

    assert {group: [q.may_be_coach_only for q in questions] for group, questions in asked.items()} == {
        "peer": [True, True],
        "manager": [True, True],
        "self": [False, False],
    }
    assert kept == {"keep": "Stay.", "keep.coach": "yes"}
    assert pages.answers({"comments": kept}, pages.pages(offering, "peer")).coach_only == ("keep",)
    assert pages.answers({"comments": kept}, pages.pages(programme_of(), "peer")).coach_only == ()


def test_many_long_ones_are_stored_in_several_rows(aws):
    import random

    chance = random.Random(1)
    long = [CoachComment("Q", "Peers", "".join(chance.choices("abcdefghij", k=4000))) for _ in range(250)]
    writes = coach_comments.add("d1", Wave.BASELINE, long)
    transact(writes)

    assert len(writes) == 2
    assert coach_comments.from_rows(delegates.load_rows("d1"), Wave.BASELINE) == long
    assert coach_comments.from_rows(delegates.load_rows("d1"), Wave.FOLLOWUP) == []


def test_the_coach_reads_them_on_the_case_page_and_the_delegate_nowhere(aws, clock):
    rules = replace(people.programme(), version=9, coach_only_comments=True)
    people.opened(clock, chosen=people.raters(6, 0), rules=rules)
    question = rules.open_questions[-1]
    for invitation in scene.asked():
        opened = scene.link_of(invitation)
        scene.fill_in(opened, "4", clock.now())
        if invitation.group == "peer":
            page = next(p for p in pages.pages(rules, "peer") if any(q.id == question.id for q in p.questions))
            fields = {question.id: f"{SECRET} {invitation.rater.name}", f"{question.id}.coach": "yes"}
            scene.save_page(opened, page.id, fields, clock.now())
        scene.submit(opened, clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    from chalice.test import Client

    from app import app
    from tests.support.visitor import Visitor

    with Client(app) as client:
        visitor = Visitor(client.http)
        case = f"{people.coach_url()}/{people.dana()}"
        visitor.let_in(people.person("cleo coach").email, clock.now()).open(case)

    from chalicelib.store import objects, reports

    report = reports.find(people.dana(), Wave.BASELINE)
    assert visitor.page.count("talk to her about the rota") == 6
    assert b"about the rota" not in objects.load(report.facts) + objects.load(report.html)
