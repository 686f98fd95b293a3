"""Sections: each module declares one, and both formats show every block of it at its place."""

from __future__ import annotations

from io import BytesIO

import msgspec
import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.report.document import build_document
from chalicelib.report.parts.document import (
    Area,
    Block,
    Column,
    Drawing,
    Label,
    Legend,
    Line,
    Point,
    Row,
    Section,
    Spot,
    Strip,
    Table,
    TextTable,
)
from chalicelib.report.parts.rows import KIND_MARKS, OWN, Index, as_figure
from chalicelib.report.render_html import html_of
from chalicelib.report.render_pdf import pdf_of
from chalicelib.report.sections import Place, declare_section, list_modules, load_sections
from tests.report.gallery import CASES, PROGRAMME, report

FACTS = report("usual")
FULL = Block(
    title="Blocktitle",
    paragraphs=("Paragraph",),
    drawing=Drawing(
        alt="Alttext",
        width=60,
        height=20,
        areas=tuple(Area(2, 2, 50, 10, tone) for tone in ("wash", "plain", "field")),
        lines=(Line(2, 2, 52, 2), Line(2, 5, 52, 5, is_dotted=True)),
        spots=tuple(Spot(10, 10, mark) for mark in (OWN, *KIND_MARKS)),
        labels=tuple(Label(20, 17, f"Labeltext{align}", align) for align in ("start", "middle", "end")),
    ),
    legend=(Legend(OWN, "Legendtitle"),),
    rows=Table((Column("Head", OWN),), (Row("one", "Rowtitle", Strip(), (as_figure("3.9"),), as_figure("+1.1")),)),
    points=(Point("Pointtext", bold="Boldtext"),),
    table=TextTable(("Tablehead",), (("Tablecell",),)),
)


DRAWN = ("id", "mark", "strip", "tone", "align")  # fields that are no words


def words_of(node: object) -> set[str]:
    if isinstance(node, dict):
        return set().union(*(words_of(value) for name, value in node.items() if name not in DRAWN))
    if isinstance(node, list):
        return set().union(*map(words_of, node))
    return {node} if isinstance(node, str) and node else set()


@pytest.mark.parametrize("module", list_modules())
def test_each_module_declares_a_section_that_a_report_shows(module):
    assert module in load_sections(), f"declare the function of {module} with @declare_section"
    _, build = load_sections()[module]

    is_shown = any(build(Index(PROGRAMME, report(case))) for case in CASES)
    assert is_shown, f"no report of the gallery shows {module}: add a case with its figures to tests/report/gallery.py"


def test_each_section_has_an_id_of_its_own():
    index = Index(PROGRAMME, FACTS)
    ids = [section.id for _, build in load_sections().values() if (section := build(index))]

    assert len(ids) == len(set(ids)) > 0


def test_a_module_that_declares_two_sections_is_refused():
    _, build = next(iter(load_sections().values()))

    with pytest.raises(ValueError, match="declares two sections"):
        declare_section(Place.RANKS)(build)


@pytest.mark.parametrize("place", Place)
def test_both_formats_show_every_field_of_a_block_at_every_place(place):
    assert {name for name in Block.__struct_fields__ if not getattr(FULL, name)} == set(), "fill the new field"
    section = Section("probe", "Sectiontitle", (FULL,), lead="Leadwords", hint="Hintwords")
    document = build_document(PROGRAMME, FACTS)
    document = replace(document, sections={**dict.fromkeys(Place, ()), place: (section,)})
    page, paper = html_of(document), PdfReader(BytesIO(pdf_of(document, FACTS)))
    printed = "".join(page_object.extract_text() for page_object in paper.pages)

    words = words_of(msgspec.to_builtins(section))
    assert {word for word in words if word not in page} == set()
    assert {
        word for word in words - {"Hintwords", "Alttext"} if word not in printed
    } == set()  # paper does not fold, and hides what it says of drawings
