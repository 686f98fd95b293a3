"""Facts, page and PDF of one report."""

from __future__ import annotations

from io import BytesIO

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.report.parts.rows import as_figure
from chalicelib.report.render_html import render_html
from chalicelib.report.render_pdf import render_pdf
from chalicelib.results.facts import build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from tests.report.example import KEY, example_wave, heading, rater
from tests.report.standards import faults


@pytest.fixture
def facts(programme):
    return build_facts(programme, heading(), publish(programme, example_wave(programme), comment_key=KEY))


def pdf_text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_facts_survive_a_round_trip(facts):
    assert read_facts(facts_bytes(facts)) == facts


def test_changed_facts_are_refused(facts):
    with pytest.raises(ValueError, match="checksum"):
        read_facts(facts_bytes(facts).replace(b"Cohort 1", b"Cohort 2"))


def test_the_page_needs_nothing_from_elsewhere(programme, facts):
    html = render_html(programme, facts)

    assert not any(
        mark in html.replace('xmlns="http://www.w3.org/2000/svg"', "")
        for mark in ("http:", "https:", "<script", "url(")
    )
    assert "Priya Raman-O&#39;Connor" in html


def test_the_pdf_is_tagged_and_the_same_to_the_byte(programme, facts):
    first, second = render_pdf(programme, facts), render_pdf(programme, facts)

    assert first == second
    assert PdfReader(BytesIO(first)).trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_every_figure_is_in_page_and_pdf(programme, facts):
    html, text = render_html(programme, facts), pdf_text(render_pdf(programme, facts))

    for display in {*(s.display for s in facts.statistics), *(gap.display for gap in facts.gaps)}:
        assert as_figure(display).text in html
        assert as_figure(display).text in text


PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SQUARE = (
    "data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3Cpath d='M0 0H9V9Z'/%3E%3C/svg%3E"
)


@pytest.mark.parametrize(
    ("logo", "warnings"),
    [
        pytest.param(SQUARE, 0, id="svg"),
        pytest.param(PIXEL, 0, id="png"),
        pytest.param("data:image/png;base64,bm8gcGljdHVyZQ==", 2, id="no-picture"),
        pytest.param("data:image/png;base64,bm8", 2, id="no-base64"),
        pytest.param("data:image/svg+xml,%3Csvg", 2, id="broken-svg"),
    ],
)
def test_the_organisations_logo_is_on_the_cover_and_a_broken_one_stops_nothing(
    programme, facts, problems, logo, warnings
):
    branded = replace(programme, organisation=replace(programme.organisation, logo=logo))

    pdf = render_pdf(branded, facts)

    assert "Priya Raman-O'Connor" in pdf_text(pdf)
    assert len(problems) == warnings
    assert faults(pdf) == []
    assert f'src="{logo[:10]}' in render_html(branded, facts)


def test_parts_with_nothing_to_show_vanish(programme):
    wave = [rater("self", 4, 3, programme=programme), rater("peer", 5, 5, programme=programme, keep="Secret")]
    facts = build_facts(programme, heading(coach="", cohort=""), publish(programme, wave, comment_key=KEY))
    html, text = render_html(programme, facts), pdf_text(render_pdf(programme, facts))

    for document in (html, " ".join(text.split())):
        assert "other people answered. Their ratings are not shown" in document
        assert "Comments of other people are shown from 5 answers up" in document
        assert not any(part in document for part in ("Rated highest", "Secret", "Coach", "Cohort"))


def test_no_answers_still_make_a_report(programme):
    facts = build_facts(programme, heading(), publish(programme, [], comment_key=KEY))

    for document in (render_html(programme, facts), " ".join(pdf_text(render_pdf(programme, facts)).split())):
        assert "No answers can be shown" in document


def test_the_pdf_has_bookmarks_a_title_and_a_language(programme, facts):
    reader = PdfReader(BytesIO(render_pdf(programme, facts)))

    assert reader.metadata.title == "360-degree feedback report: Priya Raman-O'Connor"
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    wanted = ["Your report on a page", "Summary", "Values", "In their own words", "My plan"]
    assert [title for title in titles if title in wanted] == wanted
