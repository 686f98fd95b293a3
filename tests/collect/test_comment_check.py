"""What the review page points to before a comment is sent."""

from __future__ import annotations

import pytest

from chalicelib.collect.comment_check import Hint, for_script, self_check
from chalicelib.collect.pages import Page, Question

PAGES = (
    Page("c-1", "One", "", (Question("asks", "Asks"),)),
    Page("comments", "In your own words", "", (Question("keep", "Keep?", is_comment=True),)),
)
KNOWN = "Priya Raman-O'Connor Riverside Community NHS Trust"


WRITER = "Anna Mae Smith"


def hints(comment: str) -> list[Hint]:
    saved = {"c-1": {"asks": "na"}, "comments": {"keep": comment}}
    return self_check(PAGES, saved, WRITER, KNOWN)


def phrases(comment: str) -> list[str]:
    return [hint.phrase for hint in hints(comment)]


PLAIN = [
    "Priya Raman-O'Connor listens, and Priya’s team knows it.",
    "Riverside Community NHS Trust is lucky. She is there 24/7, and I may say so.",
    "Delegate sooner. The Board would help. In a bad week, say no 2 or 3 times.",
    "Announce changes; people mask what they think. As a leader they will grow.",
    "",
]
TELLING = [
    pytest.param("Keep going! Regards, Anna", ["Anna"], id="own-first-name"),
    pytest.param("Anna Mae Smith thinks so", ["Anna Mae Smith"], id="own-whole-name"),
    pytest.param("Ask Tom Baker or Émile D'Arcy.", ["Tom Baker", "Émile D'Arcy"], id="full-names"),
    pytest.param("I told you so", ["I told you"], id="i-told-you"),
    pytest.param("I've already asked her twice", ["I've already asked her"], id="i-asked-her"),
    pytest.param("I spoke to them when we last met", ["I spoke to them", "when we last met"], id="a-talk"),
    pytest.param("Said in our weekly one-to-one.", ["in our weekly one-to-one"], id="a-meeting"),
    pytest.param("Since 3 March, or 12/04/2026", ["3 March", "12/04/2026"], id="dates"),
    pytest.param("You left early last Monday", ["last Monday"], id="a-week-day"),
    pytest.param("As your deputy I cope", ["As your deputy"], id="as-your-deputy"),
    pytest.param("Speaking as her former manager", ["as her former manager"], id="as-her-manager"),
    pytest.param("I am the only nurse", ["I am the only nurse"], id="the-only-one"),
    pytest.param("No one in my ward agrees", ["in my ward"], id="my-ward"),
]


@pytest.mark.parametrize(("comment", "revealing"), TELLING)
def test_words_that_reveal_their_writer_are_pointed_out(comment, revealing):
    assert phrases(comment) == revealing


@pytest.mark.parametrize("comment", PLAIN)
def test_plain_words_are_left_alone(comment):
    assert phrases(comment) == []


def test_a_phrase_is_pointed_out_once_with_its_question_and_reason():
    hints = self_check(PAGES, {"comments": {"keep": "I told you. Yes, I told you."}}, "Anna", "")

    assert hints == [Hint("keep", "I told you", "mentions a conversation you had")]


def test_a_colleague_s_name_alone_is_never_confirmed():
    """A warning about nominated people only would show who was nominated."""
    assert phrases("Zora and Tom do well") == phrases("Anyone and Everyone do well") == []


def test_the_rules_for_the_browser_are_the_same_rules():
    sent = for_script(WRITER, KNOWN)

    assert [why for why, _, _ in sent["rules"]] == list(dict.fromkeys(why for why, _, _ in sent["rules"]))
    assert "deputy" in sent["rules"][0][1]
    assert (sent["writer"], sent["known"]) == (WRITER, KNOWN.split())
