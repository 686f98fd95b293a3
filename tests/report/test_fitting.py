"""Rows are as high as typst would make them: a wrong height would lay words over others, or leave holes."""

from __future__ import annotations

from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader

from chalicelib.report import fonts
from chalicelib.report.pdf import compiled, sources_of
from chalicelib.report.view import build_view

from .test_documents_parts import CASES, facts_of

HALF_A_POINT = 2  # places of words are counted in halves of a point


def without_heights(data: object) -> object:
    """The same report, every row of which typst has to measure."""
    if isinstance(data, dict):
        return {key: [0] * len(part) if key == "heights" else without_heights(part) for key, part in data.items()}
    return [without_heights(part) for part in data] if isinstance(data, list) else data


def places(pdf: bytes) -> list[tuple[int, str, int, int]]:
    """Every piece of text: its page, its words and where it stands."""
    found = []
    for number, page in enumerate(PdfReader(BytesIO(pdf)).pages):

        def visit(text, whole, within, *_, number=number):
            if text.strip():
                x, y = (round(HALF_A_POINT * (whole[k] + within[k])) for k in (4, 5))
                found.append((number, text.strip(), x, y))

        page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("case", ["usual", "merged"])
def test_words_stand_where_typst_would_put_them(case, programme):
    facts = facts_of(programme, CASES[case](programme))
    view = build_view(programme, facts)
    ours = sources_of(view, facts, "", fonts.covered())
    measured = {**ours, "report.json": msgspec.json.encode(without_heights(msgspec.json.decode(ours["report.json"])))}

    found, wanted = (places(compiled(sources, facts.heading.issued)) for sources in (ours, measured))

    assert measured != ours
    assert len(wanted) > 500
    assert found == wanted
