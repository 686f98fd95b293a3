"""Facts, page and PDF of one report."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.report.facts import build_facts, facts_bytes, read_facts
from chalicelib.report.page import render_html
from chalicelib.report.pdf import render_pdf
from chalicelib.report.publish import publish

from .example import KEY, example_wave, heading


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


def test_every_figure_stands_in_page_and_pdf(programme, facts):
    html, text = render_html(programme, facts), pdf_text(render_pdf(programme, facts))

    for shown in {*(s.display for s in facts.statistics), *(gap.display for gap in facts.gaps)}:
        assert shown in html
        assert shown in text
