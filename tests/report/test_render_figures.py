"""Page, PDF and facts.json against each other: no figure missing, none that the facts do not hold."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from io import BytesIO

import msgspec
import pikepdf
import pytest
from pypdf import PdfReader

from chalicelib.pdf.pdf_text import BREAK
from chalicelib.report.document import build_document
from chalicelib.report.parts.rows import Index, as_figure
from chalicelib.report.render import documents
from chalicelib.report.render_pdf import render_pdf
from chalicelib.results.published import About
from tests.report.gallery import CASES, PROGRAMME, cohort, report
from tests.report.standards import faults

NUMBER = re.compile(r"[+−]?\d+(?:\.\d+)?")
PLENTY = ("usual", "least favourable", "pooled", "crowd", "noise")
MAX_PAGES = 14  # of a full report; a follow-up has one more
MAX_BYTES = 200_000


class Text(HTMLParser):
    """What a page shows, without the words that only a screen reader says."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.rows: list[list[str]] = []
        self.inside: list[str] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(" ")
        if tag in ("title", "style"):
            self.inside.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td") and self.rows:
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()
        if tag in ("th", "td"):
            self.in_cell = False
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.parts.append(data)
            if self.in_cell:
                self.rows[-1][-1] += data


@cache
def made(case: str):
    return documents(PROGRAMME, report(case))


@cache
def page(case: str) -> Text:
    text = Text()
    text.feed(made(case)["html"].decode())
    return text


@cache
def pdf_pages(case: str) -> tuple[str, ...]:
    return tuple(_plain(page.extract_text()) for page in PdfReader(BytesIO(made(case)["pdf"])).pages)


def numbers(text: str) -> set[str]:
    """Every number of a text but the checksum's."""
    return set(NUMBER.findall(re.sub(r"Checksum of the figures:\s*(?:[0-9a-f]\s*){64}", "", text)))


def _plain(text: str) -> str:
    return " ".join(text.replace(BREAK, "").split())


def strings(data: object) -> list[str]:
    """Every string in nested data."""
    if isinstance(data, dict):
        return [text for part in data.values() for text in strings(part)]
    if isinstance(data, list | tuple):
        return [text for part in data for text in strings(part)]
    return [data] if isinstance(data, str) else []


def figures_of(facts: dict) -> set[str]:
    """Every figure of facts.json as it is shown: displays, numbers of raters and delegates, rules."""
    numbers = {n for text in strings({**facts, "checksum": ""}) for n in NUMBER.findall(text)}
    counted = [
        entry[n]
        for part in facts.values()
        if isinstance(part, list)
        for entry in part
        if isinstance(entry, dict)
        for n in ("n", "n_before", "n_after", "delegates")
        if n in entry
    ]
    return numbers | {str(n) for n in [*counted, facts["threshold"], facts["comments_from"]]}


def counts_of(case: str) -> set[str]:
    """Numbers that say how many behaviours, questions and voices there are, and how the report decides."""
    document = build_document(PROGRAMME, report(case))
    sentences = [document.one_page.answered, *(document.compare.sentences if document.compare else ())]
    sentences += [document.ranks.note, str(document.ranks.more)] if document.ranks else []
    sentences += (
        [str(len(kind.rows) + kind.more) for kind in (*document.compare.kinds, document.compare.close)]
        if document.compare
        else []
    )
    sentences += [label.text for label in document.compare.map.labels] if document.compare else []
    sentences += [str(kind.more) for kind in document.compare.kinds] if document.compare else []
    sentences += [str(len(document.compare.close.rows) - 10)] if document.compare else []
    blocks = [block for sections in document.sections.values() for section in sections for block in section.blocks]
    sentences += [row.note for block in blocks if block.rows for row in block.rows.rows]
    sentences += [
        str(len(part)) for part in (document.debrief.prompts, document.debrief.choices, document.reading.voices)
    ]
    sentences += [str(sum(len(kind.rows) for kind in document.compare.kinds))] if document.compare else []
    if document.is_two_voices:  # the gap to the one other person is the difference of two printed figures
        sentences += [row.gap.text for workshop in document.workshops for t in workshop.competencies for row in t.rows]
    sentences += [column.title for workshop in document.workshops for column in workshop.competencies[0].columns]
    sentences += strings(msgspec.to_builtins(document.method)) + list(document.reading.notes)
    return {number for sentence in sentences for number in NUMBER.findall(sentence)}


@pytest.mark.parametrize("case", CASES)
def test_every_number_that_is_shown_is_in_the_facts(case):
    facts = msgspec.json.decode(made(case)["facts"])
    words = {n for text in strings(msgspec.to_builtins(PROGRAMME)) for n in NUMBER.findall(text)}
    days = {str(report(case).heading.issued.day), str(report(case).heading.issued.year)}
    scale = {str(point) for point in range(1, PROGRAMME.top + 1)}
    known = figures_of(facts) | words | days | scale | counts_of(case) | {"360", str(PROGRAMME.version)}
    known |= {str(m.days) for m in PROGRAMME.milestones} | {number.removesuffix(".0") for number in known}

    assert numbers(_plain("".join(page(case).parts))) - known == set()
    drawn = {str(number) for number in range(1, len(pdf_pages(case)) + 1)} | {
        f"{sign}{n}" for n in range(4) for sign in "+−"
    }
    assert numbers(" ".join(pdf_pages(case))) - known - drawn - {"0"} == set()


@pytest.mark.parametrize("case", CASES)
def test_every_figure_of_the_facts_is_in_its_row(case):
    rows = {row[0].strip(): [_plain(cell) for cell in row[1:]] for row in _annex(case)}
    facts = report(case)
    index = Index(PROGRAMME, facts)
    if build_document(PROGRAMME, facts).is_two_voices:
        assert not rows  # its two pages hold every behaviour
        return
    for figure in facts.statistics:
        voices = [voice for voice, _, _ in index.voices(About(figure.about))] + ["all_others"]
        cell_text = rows[_title(figure.about, figure.id)][voices.index(figure.cell)]
        assert cell_text.startswith(as_figure(figure.display).text)
    for gap in facts.gaps:
        assert as_figure(gap.display).text in rows[_title(gap.about, gap.id)]
    for mean in (mean for mean in facts.cohort_means if mean.cell == "all_others"):
        assert rows[_title(mean.about, mean.id)][-1] == as_figure(mean.display).text
    words = {a.id: a.word for a in facts.agreements if a.cell == "all_others"}
    assert all(word in rows[_title_of(facts, subject)] for subject, word in words.items())


def _title_of(facts, subject: str) -> str:
    about = next(a.about for a in facts.agreements if (a.id, a.cell) == (subject, "all_others"))
    return _title(about, subject)


@pytest.mark.parametrize("case", ["usual", "pooled", "follow-up", "noise", "ends"])
def test_the_rows_of_the_annex_are_on_paper_too(case):
    paper = "".join("".join(pdf_pages(case)).split())
    for row in _annex(case):
        assert "".join(re.sub(r"\bn (?=\d)", "", "".join(row)).split()) in paper, row


@pytest.mark.parametrize("case", CASES)
def test_every_report_meets_the_standards(case):
    assert faults(made(case)["pdf"]) == []


@pytest.mark.parametrize("place", range(12))
def test_the_reports_of_a_whole_cohort_meet_the_standards(place):
    pdf = render_pdf(PROGRAMME, cohort(2)[place])

    assert faults(pdf) == []
    assert len(PdfReader(BytesIO(pdf)).pages) <= MAX_PAGES
    assert len(pdf) <= MAX_BYTES


def test_the_standards_can_be_missed():
    with pikepdf.open(BytesIO(made("usual")["pdf"])) as opened:
        del opened.Root.Lang
        without_language = BytesIO()
        opened.save(without_language)

    assert faults(made("usual")["pdf"]) == []
    assert faults(without_language.getvalue()) != []


@pytest.mark.parametrize(
    ("case", "most"),
    [("usual", 14), ("least favourable", 14), ("pooled", 14), ("ends", 14), ("follow-up", 15), ("too few", 8)],
)
def test_a_report_is_short(case, most):
    assert len(pdf_pages(case)) <= most


@pytest.mark.parametrize(
    "title", ["Your report on a page", "Summary", "How your view compares", "Leading Self", "My plan"]
)
@pytest.mark.parametrize("case", PLENTY)
def test_parts_of_one_page_take_one_page(case, title):
    reader = PdfReader(BytesIO(made(case)["pdf"]))
    starts = {
        entry.title: reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list)
    }
    titles = list(starts)

    assert starts[titles[titles.index(title) + 1]] == starts[title] + 1


def _annex(case: str) -> list[list[str]]:
    html = made(case)["html"].decode()
    start = html.find('id="every"')
    text = Text()
    text.feed(html[start : html.find("</details>", start)] if start >= 0 else "")
    return [row for row in text.rows[1:] if len(row) > 1]


def _title(about: str, subject: str) -> str:
    titles = {("overall", "overall"): "All behaviours"}
    titles |= {("competency", c.id): c.title for c in PROGRAMME.competencies}
    titles |= {("value", v.id): v.title for v in PROGRAMME.values}
    titles |= {("item", item.id): item.others_wording.rstrip(".") for item in PROGRAMME.items}
    return titles[about, subject].replace("'", "’")


def test_the_gallery_has_what_it_says():
    assert report("pooled").merged
    assert report("too few").too_few
    assert {gap.bound for gap in report("ends").gaps} == {"at_least", "at_most", "about"}
    assert any(change.noise == "yes" for change in report("noise").changes)
    assert report("least favourable") in cohort(1)
