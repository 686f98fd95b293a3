"""Page, PDF and facts.json against each other: no figure missing, none that the facts do not hold."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader

from chalicelib.report.contents import build_contents
from chalicelib.report.parts.quadrants import cuts
from chalicelib.report.pdf_text import BREAK, MAX_RUN_CHARS
from chalicelib.report.render import documents
from chalicelib.report.render_pdf import render_pdf
from tests.report.gallery import CASES, PROGRAMME, cohort, report
from tests.report.standards import faults

NUMBER = re.compile(r"[+−]?\d+(?:\.\d+)?")
OWN_NUMBERS = {  # numbers that are no figures of a delegate
    "360",  # in the report's title
    "1",  # of "1 − variance"
    "2",
    "3",  # of "Development area 3"
    "0.1",  # the most by which a gap may differ from its two figures
    "1.0",  # from which groups differ, on five points
}


class Text(HTMLParser):
    """What a page shows, without the words that only a screen reader says."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.rows: list[list[str]] = []
        self.inside: list[str] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown.append(" ")
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
        self.shown.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.shown.append(data)
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


def numbers(text: str, checksum: str) -> set[str]:
    for at in range(0, len(checksum), MAX_RUN_CHARS):
        text = text.replace(checksum[at : at + MAX_RUN_CHARS], "")
    return set(NUMBER.findall(text.replace(checksum[:8], "")))


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
    shown = {n for text in strings({**facts, "checksum": ""}) for n in NUMBER.findall(text)}
    counted = [
        entry[n]
        for part in facts.values()
        if isinstance(part, list)
        for entry in part
        if isinstance(entry, dict)
        for n in ("n", "n_before", "n_after", "delegates")
        if n in entry
    ]
    return shown | {str(n) for n in [*counted, facts["threshold"], facts["comments_from"]]}


@pytest.mark.parametrize("case", CASES)
def test_every_number_that_is_shown_stands_in_the_facts(case):
    facts = msgspec.json.decode(made(case)["facts"])
    cut = cuts(PROGRAMME.top)
    words = {n for text in strings(msgspec.to_builtins(PROGRAMME)) for n in NUMBER.findall(text)}
    days = {str(report(case).heading.issued.day), str(report(case).heading.issued.year)}
    scale = {str(point) for point in range(1, PROGRAMME.top + 1)}
    known = figures_of(facts) | words | days | scale | OWN_NUMBERS
    known |= {gap["display"].lstrip("−").split()[0] for gap in facts["gaps"] if "bound" in gap}  # "by 0.6 or more"
    known |= {str(cut.high), str(cut.gap), str(PROGRAMME.version)} | {str(m.days) for m in PROGRAMME.milestones}
    checksum = facts["checksum"]

    assert numbers(_plain("".join(page(case).shown)), checksum) - known == set()
    pages = {str(number) for number in range(1, len(pdf_pages(case)) + 1)}
    assert numbers(" ".join(pdf_pages(case)), checksum) - known - pages == set()


@pytest.mark.parametrize("case", CASES)
def test_page_and_pdf_show_the_same_numbers(case):
    checksum = report(case).checksum
    on_page = numbers(_plain("".join(page(case).shown)), checksum)
    on_paper = numbers(" ".join(pdf_pages(case)), checksum)
    pages_and_prompts = {str(number) for number in range(1, len(pdf_pages(case)) + 1)}

    assert on_page - on_paper == set()
    assert on_paper - on_page <= pages_and_prompts


@pytest.mark.parametrize("case", CASES)
def test_every_figure_of_the_facts_stands_in_its_row(case):
    rows = {row[0].strip(): [_plain(cell) for cell in row[1:]] for row in _annex(case)}
    facts = report(case)
    titles = [cell.cell for cell in facts.cells] + ["all_others"]
    words = {(a.about, a.id, a.cell): a for a in facts.agreements}
    for figure in facts.statistics:
        shown = rows[_title(figure.about, figure.id)][titles.index(figure.cell)]
        number, _, bound = figure.display.partition(" ")
        assert shown.startswith(number)
        assert bound in shown
        assert f"n {figure.n}" in shown or figure.n == 1
        word = words.get((figure.about, figure.id, figure.cell))
        assert word is None or word.word in shown
        assert word is None or figure.about == "item" or f"({word.n})" in shown
    for mean in facts.cohort_means:
        shown = rows[_title(mean.about, mean.id)][{"all_others": -2, "self": -1}[mean.cell]]
        number, _, bound = mean.display.partition(" ")
        assert shown.startswith(number)
        assert bound in shown
        assert f"n {mean.delegates}" in shown


@pytest.mark.parametrize("case", ["usual", "least favourable", "pooled", "crowd", "ends"])
def test_every_gap_stands_in_the_rows_of_its_subject_and_in_no_other(case):
    gaps = {_title(gap.about, gap.id): gap.display for gap in report(case).gaps}
    seen = set()
    for row in page(case).rows:
        title = next((t for t in gaps if row and _plain(row[0]).startswith(t)), "")
        shown = {cell for cell in map(_plain, row[1:]) if re.fullmatch(r"([+−]\d\.\d|0\.0)( or (more|less|so))?", cell)}
        assert shown <= ({gaps[title]} if title else set()), row
        seen |= {title} if shown else set()
    assert seen == gaps.keys()


@pytest.mark.parametrize("case", ["usual", "pooled", "follow-up", "noise"])
def test_the_rows_of_the_annex_stand_on_paper_too(case):
    paper = "".join("".join(pdf_pages(case)).split())
    for row in _annex(case):
        assert "".join("".join(row).split()) in paper, row


@pytest.mark.parametrize("case", ["follow-up", "noise"])
def test_every_change_stands_in_its_row(case):
    facts = report(case)
    rows = {row[0].strip(): [_plain(cell) for cell in row[1:]] for row in _annex(case, "changes")}
    cells = [cell.cell for cell in facts.cells if any(change.cell == cell.cell for change in facts.changes)]
    titles = [*cells, "all_others"]
    assert facts.changes
    for change in facts.changes:
        shown = rows[_title(change.about, change.id)][titles.index(change.cell)]
        assert shown.startswith(f"{change.display} {change.before} → {change.after}")
        assert f"n {change.n_before}, {change.n_after}" in shown or change.n_before == change.n_after == 1
        assert ("larger than noise" in shown, "within noise" in shown) == (change.noise == "yes", change.noise == "no")


@pytest.mark.parametrize("case", CASES)
def test_every_report_meets_the_standards(case):
    assert faults(made(case)["pdf"]) == []


@pytest.mark.parametrize("place", range(12))
def test_the_reports_of_a_whole_cohort_meet_the_standards(place):
    assert faults(render_pdf(PROGRAMME, cohort(2)[place])) == []


def test_the_standards_can_be_missed():
    assert faults(made("usual")["pdf"].replace(b"/Lang(en-GB)", b"/Lank(en-GB)")) != []


@pytest.mark.parametrize("part", ["summary", "quadrants", "ranked", "c1", "c9", "areas", "workshops"])
@pytest.mark.parametrize("case", ["usual", "least favourable", "pooled", "crowd", "noise"])
def test_parts_of_one_page_take_one_page(case, part):
    parts = build_contents(PROGRAMME, report(case))["parts"]
    at = next(k for k, entry in enumerate(parts) if entry["id"] == part)
    titles = [entry["title"] for entry in parts]

    starts = {title: _page_of(case, title) for title in titles[at : at + 2]}
    assert starts[titles[at + 1]] == starts[titles[at]] + 1


def _page_of(case: str, title: str) -> int:
    """By the list of contents, which is made of the headings."""
    return int(re.search(rf"(\d+) ?{re.escape(title)}", pdf_pages(case)[2])[1])


def test_gaps_stand_beside_their_figures():
    html = unescape(made("ends")["html"].decode())
    for gap in report("ends").gaps:
        number, _, bound = gap.display.partition(" ")
        assert f'<span class="value">{number}{f" <small>{bound}</small>" if bound else ""}</span>' in html


def _annex(case: str, part: str = "every") -> list[list[str]]:
    html = made(case)["html"].decode()
    start = html.find(f'id="{part}"')
    text = Text()
    text.feed(html[start : html.find("</section>", start)] if start >= 0 else "")
    return [row for row in text.rows[1:] if len(row) > 1]


def _title(about: str, subject: str) -> str:
    titles = {("overall", "overall"): "Overall"}
    titles |= {("competency", c.id): c.title for c in PROGRAMME.competencies}
    titles |= {("value", v.id): v.title for v in PROGRAMME.values}
    titles |= {("item", item.id): item.others_wording for item in PROGRAMME.items}
    return titles[about, subject]


def test_the_gallery_has_what_it_says():
    assert report("pooled").merged
    assert report("too few").too_few
    assert {gap.bound for gap in report("ends").gaps} == {"at_least", "at_most", "about"}
    assert any(change.noise == "yes" for change in report("noise").changes)
    assert report("least favourable") in cohort(1)
