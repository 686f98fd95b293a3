"""Reports of other scales, of many raters, in other scripts and with long titles."""

from __future__ import annotations

from io import BytesIO

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.core.answers import Response
from chalicelib.core.model import Programme
from chalicelib.report.document import build_document
from chalicelib.report.parts.document import Document, Strip
from chalicelib.report.render import documents
from chalicelib.results.facts import build_facts
from chalicelib.results.publish import publish
from infra.local.demo.cast import make_cast
from tests.report.example import KEY, heading
from tests.report.gallery import ENTRIES, PROGRAMME, report, responses_of
from tests.report.standards import faults

THREE = ("Not yet", "Partly", "Fully")
SEVEN = ("Never", "Almost never", "Rarely", "Sometimes", "Often", "Almost always", "Always")
TEN = (
    *("Strongly disagree", "Disagree", "Mostly disagree", "Somewhat disagree", "Slightly disagree"),
    *("Slightly agree", "Somewhat agree", "Mostly agree", "Agree", "Strongly agree"),
)
GERMAN = {
    "manager": "Unmittelbare Vorgesetzte oder unmittelbarer Vorgesetzter",
    "peer": "Kolleginnen und Kollegen auf gleicher Ebene",
    "direct_report": "Mitarbeiterinnen und Mitarbeiter mit Berichtslinie",
}
WORDS = (
    "أشكرك على الاستماع إلى الفريق، خاصة في الأسابيع الصعبة (2026).",
    "תודה על ההקשבה, במיוחד ב-NHS.",
    "Thank you.",
)


@pytest.fixture(scope="module")
def usual() -> list[Response]:
    return responses_of(make_cast(PROGRAMME, ENTRIES, 1)[0])


def stretched(responses: list[Response], top: int) -> list[Response]:
    """Return the same answers on another scale."""
    share = (top - 1) / (PROGRAMME.top - 1)
    return [
        replace(response, answers=replace(response.answers, ratings=ratings))
        for response in responses
        for ratings in [{k: v and round(1 + (v - 1) * share) for k, v in response.answers.ratings.items()}]
    ]


def made(programme: Programme, responses: list[Response], **changes: str) -> tuple[Document, dict[str, bytes]]:
    facts = build_facts(programme, heading(**changes), publish(programme, responses, comment_key=KEY))
    return build_document(programme, facts), documents(programme, facts)


def strips(document: Document) -> list[Strip]:
    tables = [table for workshop in document.workshops for table in workshop.competencies]
    return [row.strip for table in tables for row in table.rows]


@pytest.mark.parametrize("scale", [THREE, SEVEN, TEN], ids=len)
def test_a_report_on_another_scale_is_as_good_and_no_longer(usual, scale):
    document, bodies = made(replace(PROGRAMME, scale=scale), stretched(usual, len(scale)))

    assert faults(bodies["pdf"]) == []
    assert len(PdfReader(BytesIO(bodies["pdf"])).pages) <= 14
    assert len(bodies["pdf"]) <= 200_000
    assert document.reading.scale == scale
    places = [place for strip in strips(document) for place in (strip.low, strip.high, strip.line) if place]
    assert places
    assert 1 <= min(places) <= max(places) <= len(scale)


@pytest.mark.parametrize(
    ("scale", "words"), [(SEVEN, "People say you "), (TEN, "People say “")], ids=["often", "agree"]
)
def test_only_a_scale_of_how_often_makes_adverbs(usual, scale, words):
    document, _ = made(replace(PROGRAMME, scale=scale), stretched(usual, len(scale)))

    said = [entry.said for entry in (*document.one_page.strengths, *document.one_page.work)]
    assert said
    assert all(sentence.startswith(words) for sentence in said)


def test_nouns_of_another_language_keep_their_capitals(usual):
    groups = tuple(replace(group, title=GERMAN.get(group.id, group.title)) for group in PROGRAMME.groups)
    document, bodies = made(replace(PROGRAMME, groups=groups), usual)

    assert "Kolleginnen und Kollegen auf gleicher Ebene" in document.one_page.answered
    assert "kolleginnen" not in bodies["html"].decode()
    assert "mitarbeiterinnen" not in bodies["html"].decode()
    assert faults(bodies["pdf"]) == []


def test_comments_are_written_from_the_side_of_their_script(usual):
    spoken = [
        replace(response, answers=replace(response.answers, comments=dict.fromkeys(response.answers.comments, words)))
        for response, words in zip(usual, WORDS * len(usual), strict=False)
    ]
    document, bodies = made(PROGRAMME, spoken, delegate="نور الهاشمي", coach="דנה לוי")
    texts = [
        text for question in document.comments.questions for speaker in question.speakers for text in speaker.texts
    ]

    assert set(texts) == set(WORDS)
    assert bodies["html"].count(b'<blockquote dir="auto">') == len(texts)
    assert faults(bodies["pdf"]) == []


def test_sixty_raters_and_their_comments_are_all_there():
    facts = report("crowd")
    bodies = documents(PROGRAMME, facts)

    assert sum(cell.n for cell in facts.cells) > 60
    assert len(facts.comments) > 60
    assert bodies["html"].count(b"<blockquote") == len(facts.comments)
    assert faults(bodies["pdf"]) == []
