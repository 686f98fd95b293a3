"""Rows are as high as typst would make them: a wrong height would lay words over others, or leave holes."""

from __future__ import annotations

from io import BytesIO
from random import Random

import msgspec
import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.core.model import Programme
from chalicelib.report import fonts
from chalicelib.report.contents import build_contents
from chalicelib.report.render_pdf import compiled, sources_of
from tests.report.example import example_wave
from tests.report.test_render_parts import CASES, facts_of

ODD_WORDS = (
    *("service", "people", "team", "a", "the", "improvement", "responsibilities", "WAVE", "“quoted”", "don’t", "Łódź"),
    *(
        "decision-making",
        "and/or",
        "24–7",
        "co-production/co-design",
        "follow-up",
        "x-ray",
        "naïve",
        "日本",
        "…",
        "5 %",
    ),
)
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


def odd(programme: Programme) -> Programme:
    """The same with wordings that break in odd places, or whose letters other fonts draw."""
    random = Random(7)

    def wording() -> str:
        return " ".join(random.choices(ODD_WORDS, k=random.randint(3, 14)))

    competencies = (
        replace(c, title=wording()[:90], items=tuple(replace(item, others_wording=wording()) for item in c.items))
        for c in programme.competencies
    )
    return replace(programme, competencies=tuple(competencies))


@pytest.mark.parametrize("case", ["usual", "merged", "odd", "ends"])
def test_words_stand_where_typst_would_put_them(case, programme):
    facts = facts_of(programme, CASES.get(case, example_wave)(programme))
    view = build_contents(odd(programme) if case == "odd" else programme, facts)
    ours = sources_of(view, facts, "", fonts.covered())
    measured = {**ours, "report.json": msgspec.json.encode(without_heights(msgspec.json.decode(ours["report.json"])))}

    found, wanted = (places(compiled(sources, facts.heading.issued)) for sources in (ours, measured))

    assert measured != ours
    assert len(wanted) > 500
    assert found == wanted
