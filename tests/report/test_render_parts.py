"""The parts of a report: what stands in each, when one vanishes, and that page and PDF say the same."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from html import unescape
from io import BytesIO

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.core.colour import MIN_CONTRAST, contrast, text_from, text_on
from chalicelib.report.contents import build_contents
from chalicelib.report.parts.facts_index import FactsIndex, gap_sentence
from chalicelib.report.parts.overview import summary_sentences
from chalicelib.report.parts.quadrants import AGREED, BLIND, DEVELOP, HIDDEN, cuts, placed
from chalicelib.report.render_html import render_html
from chalicelib.report.render_pdf import render_pdf
from chalicelib.results.change import with_changes, without_people
from chalicelib.results.facts import Facts, Gap, Statistic, build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import About
from chalicelib.results.rounding import Range, display_gap, display_mean, told_bounds
from tests.report.example import KEY, example_wave, heading, programme_of, rater, tiny_programme
from tests.report.standards import faults


def facts_of(programme, responses, **changes) -> Facts:
    return build_facts(programme, heading(**changes), publish(programme, responses, comment_key=KEY))


def crowd(programme) -> list:
    """Sixty raters."""
    one = example_wave(programme)
    return [*one, *(r for seed in range(4) for r in example_wave(programme, seed) if r.group in ("peer", "other"))]


CASES = {
    "usual": lambda p: example_wave(p),
    "too-few": lambda p: [rater("self", 4, 3, programme=p), rater("peer", 5, 5, programme=p)],
    "merged": lambda p: [r for r in example_wave(p) if r.group in ("self", "other", "manager")] + example_wave(p)[2:4],
    "no-comments": lambda p: [replace(r, answers=replace(r.answers, comments={})) for r in example_wave(p)],
    "no-self": lambda p: example_wave(p)[1:],
    "crowd": crowd,
    "ends": lambda p: [
        replace(r, answers=replace(r.answers, ratings=dict.fromkeys(r.answers.ratings, p.top))) for r in example_wave(p)
    ],
}


def texts(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def titles(programme, facts) -> list[str]:
    return [part["title"] for part in build_contents(programme, facts)["parts"]]


@pytest.mark.parametrize("case", CASES)
def test_every_report_meets_the_standards(case, programme):
    assert faults(render_pdf(programme, facts_of(programme, CASES[case](programme)))) == []


@pytest.mark.parametrize("case", CASES)
def test_page_and_pdf_say_the_same(case, programme):
    facts = facts_of(programme, CASES[case](programme))
    html, text = unescape(render_html(programme, facts)), texts(render_pdf(programme, facts))

    for part in build_contents(programme, facts)["parts"]:
        assert part["title"] in html
        assert part["title"] in text
    for fact in (*facts.statistics, *facts.gaps):
        assert re.search(rf"(?<![\d.]){re.escape(fact.display.split()[0])}(?![\d.])", text)
        assert fact.display.split()[0] in html


@pytest.mark.parametrize("case", CASES)
def test_every_chart_says_in_words_what_it_shows(case, programme):
    facts = facts_of(programme, CASES[case](programme))
    html = render_html(programme, facts)

    for drawing in re.findall(r"<svg[^>]*>(?:<title>[^<]*)?", html):
        assert ("aria-hidden" in drawing) != ('role="img"><title>' in drawing)


@pytest.mark.parametrize("case", ["usual", "merged", "crowd", "no-self"])
def test_every_bar_and_strip_has_its_figures_in_words(case, programme):
    """A bar has the cell's figure and number of raters beside it; a strip says what its row prints."""
    facts = facts_of(programme, CASES[case](programme))
    blocks = [block for part in build_contents(programme, facts)["parts"] for block in part["blocks"]]
    bars = [block["rows"] for block in blocks if block["kind"] == "bars"]
    rows = [row for block in blocks if block["kind"] == "table" for group in block["groups"] for row in group["rows"]]
    strips = [row for row in rows if any(cell["alt"] for cell in row)]

    for competency, shown in zip(programme.competencies, bars, strict=True):
        figures = [s for s in facts.statistics if (s.about, s.id) == ("competency", competency.id)]
        printed = {(f"{bar['figure']} {bar['bound']}".strip(), bar["small"].split(",")[0]) for bar in shown}
        assert printed == {(s.display, f"n {s.n}") for s in figures}
    assert strips
    for row in strips:
        (alt,) = {cell["alt"] for cell in row if cell["alt"]}
        printed = [cell["text"] for cell in row if re.fullmatch(r"[1-9]\.\d", cell["text"])]
        assert printed
        assert all(f" {number}" in alt for number in printed)


@pytest.mark.parametrize(
    ("own", "others", "quadrant"),
    [
        pytest.param(4, [4, 4, 4], AGREED, id="both-high"),
        pytest.param(5, [4, 4, 4], AGREED, id="high-and-self-higher"),
        pytest.param(3, [4, 4, 4], HIDDEN, id="others-a-point-higher"),
        pytest.param(4, [5, 4, 4], AGREED, id="others-a-third-higher"),
        pytest.param(3, [4, 4, 3], DEVELOP, id="below-the-cut-is-not-high"),
        pytest.param(3, [3, 3, 3], DEVELOP, id="both-low"),
        pytest.param(1, [3, 3, 3], DEVELOP, id="low-and-self-lower"),
        pytest.param(4, [3, 3, 4], BLIND, id="self-two-thirds-higher"),
        pytest.param(4, [4, 4, 3], DEVELOP, id="self-a-third-higher"),
    ],
)
def test_a_behaviour_stands_in_one_quadrant(own, others, quadrant):
    programme = tiny_programme()
    wave = [rater("self", own, programme=programme), *(rater("peer", rating, programme=programme) for rating in others)]

    found = placed(FactsIndex(programme, facts_of(programme, wave)))

    assert [name for name, rows in found.items() if rows] == [quadrant]


@pytest.mark.parametrize(("top", "high", "gap"), [(5, "4.0", "0.5"), (7, "5.5", "0.8"), (4, "3.3", "0.4")])
def test_cut_offs_follow_the_scale_and_are_printed(top, high, gap):
    programme = tiny_programme(top=top)
    wave = [rater(group, 2, programme=programme) for group in ("self", "peer", "peer", "peer")]

    assert (cuts(top).high, cuts(top).gap) == (Decimal(high), Decimal(gap))
    assert f"Cut-offs: {high} for the figure of all others, {gap} for the gap" in render_html(
        programme, facts_of(programme, wave)
    )


def test_a_quadrant_lists_eight_and_says_how_many_more():
    programme = programme_of({"only": [("Does it", ())] * 11})
    wave = [rater(group, *[3] * 11, programme=programme) for group in ("self", *["peer"] * 4)]
    (tiles,) = (
        block["tiles"]
        for part in build_contents(programme, facts_of(programme, wave))["parts"]
        for block in part["blocks"]
        if block["kind"] == "tiles"
    )

    assert [len(tile["table"]["groups"][0]["rows"]) if tile["table"] else 0 for tile in tiles] == [0, 0, 0, 8]
    assert tiles[3]["more"].startswith("More behaviours")


@pytest.mark.parametrize(
    ("case", "absent"),
    [
        ("no-comments", {"Comments"}),
        ("no-self", {"Where views meet"}),
        ("too-few", {"Where views meet", "Highest and lowest", "Where groups differ"}),
        ("usual", {"What has changed", "Where the programme works on them"}),
    ],
)
def test_a_part_with_nothing_to_show_is_not_there(case, absent, programme):
    found = titles(programme, facts_of(programme, CASES[case](programme)))

    assert not absent & set(found)
    assert found[:2] == ["How to read this report", "Who answered"]


# --- sentences are true of the figures beside them, or are not there ------------------------------------------------


@pytest.mark.parametrize(
    ("ratings", "highest", "lowest"),
    [
        pytest.param([3, 3, 3, 3], [], [], id="all-alike"),
        pytest.param([4, 3, 3, 2], ["only_1"], ["only_4"], id="equals-in-the-middle-are-in-neither"),
        pytest.param([4, 3, 3, 3], ["only_1"], [], id="one-stands-out-above"),
        pytest.param([3, 3, 3, 2], [], ["only_4"], id="one-stands-out-below"),
        pytest.param([4, 4, 2, 2], ["only_1", "only_2"], ["only_3", "only_4"], id="two-and-two"),
    ],
)
def test_what_is_among_the_highest_is_higher_than_what_is_among_the_lowest(ratings, highest, lowest):
    programme = tiny_programme(items=len(ratings))
    facts = facts_of(programme, [rater("peer", *ratings, programme=programme)] * 4)
    html = render_html(programme, facts)

    assert (list(facts.highest), list(facts.lowest)) == (highest, lowest)
    for word, there in (("highest", highest), ("lowest", lowest)):
        assert (f"that all others rate {word}" in html) == bool(there)
    assert ("Highest and lowest" in html) == bool(highest or lowest)
    assert ("lowest first" in html) == (len(lowest) > 1)
    assert ("is in neither" in html) == (0 < len(highest) + len(lowest) < 4)


@pytest.mark.parametrize(
    ("top", "reports", "said"),
    [
        pytest.param(5, [4] * 5, "Behaviours that groups rate 1.0 or more apart.", id="a-point-on-five"),
        pytest.param(5, [4, 4, 4, 4, 3], "", id="less-than-a-point"),
        pytest.param(6, [4, 4, 4, 4, 5], "", id="1.2-on-six"),
        pytest.param(6, [4, 4, 4, 5, 5], "Behaviours that groups rate 1.3 or more apart.", id="1.4-on-six"),
    ],
)
def test_groups_differ_from_the_cut_off_that_is_printed(top, reports, said):
    programme = tiny_programme(top=top)
    rated = [("peer", 3)] * 5 + [("direct_report", rating) for rating in reports]
    wave = [rater(group, rating, programme=programme) for group, rating in rated]
    html = render_html(programme, facts_of(programme, wave))

    assert ("Where groups differ" in html) == bool(said)
    assert said in html


@pytest.mark.parametrize(
    ("own", "others", "gap", "said"),
    [
        ("3.0", "3.0", "0.0", "You and all others see this alike: both at 3.0."),
        ("3.4", "3.5", "0.0", "You and all others see this alike: you at 3.4, they at 3.5."),
        ("4.0", "3.4", "+0.6", "You rate yourself at 4.0, all others at 3.4: a gap of +0.6."),
    ],
)
def test_a_gap_is_told_as_it_is_printed(own, others, gap, said):
    figures = [Statistic("overall", "overall", cell, 1, 0.0, display) for cell, display in (("", own), ("", others))]

    assert gap_sentence(*figures, Gap("overall", "overall", 0.0, gap)) == said


@pytest.mark.parametrize(
    ("own", "others", "said"),
    [
        pytest.param((5, 5, 5), ("4.75", "4.75", "5"), "", id="zero-is-possible"),
        pytest.param((4.75, 4.75, 4.75), ("4.75", "4.75", "5"), "", id="zero-is-shown-and-more-is-possible"),
        pytest.param(
            (4, 4, 4),
            ("4.6", "4.6", "4.8"),
            "You rate yourself at 4.0, all others at 4.6 or more: they rate you higher, by 0.6 or more.",
            id="below-zero",
        ),
        pytest.param(
            (5, 5, 5),
            ("1.25", "1", "1.25"),
            "You rate yourself at 5.0, all others at 1.3 or less: a gap of +3.8 or more.",
            id="above-zero",
        ),
        pytest.param(
            (5, 5, 5),
            ("3.0", "3.0", "3.2"),
            "You rate yourself at 5.0, all others at 3.0 or more: a gap of +2.0 or less.",
            id="towards-zero",
        ),
    ],
)
def test_a_bounded_gap_is_told_with_its_bound_or_not_at_all(own, others, said):
    ranges = [Range(*map(Fraction, numbers)) for numbers in (own, others)]
    figures = [
        Statistic("overall", "overall", "", 4, float(r.shown), display_mean(r), **told_bounds(r)) for r in ranges
    ]
    gap = ranges[0] - ranges[1]

    told = Gap("overall", "overall", float(gap.shown), display_gap(gap), **told_bounds(gap))

    assert gap_sentence(*figures, told) == said


@pytest.mark.parametrize(
    ("one", "two", "sentences"),
    [
        ("4.8", "4.8", ["All others rate A and B highest, at 4.8.", "All others rate C lowest, at 3.0."]),
        ("4.8", "4.8 or more", ["All others rate C lowest, at 3.0."]),
    ],
)
def test_equal_figures_of_which_one_is_bounded_are_not_told_as_one(one, two, sentences, programme):
    facts = facts_of(programme, CASES["usual"](programme))
    shown = {"setting_direction": one, "leading_others": two, "leading_the_service": "3.0"}
    figures = tuple(
        Statistic("competency", c, "all_others", 9, 4.8, display, high="5" if "more" in display else "")
        for c, display in shown.items()
    )
    book = FactsIndex(programme, replace(facts, statistics=figures, gaps=()))

    rows = [(About.COMPETENCY, c, title) for c, title in zip(shown, "ABC", strict=True)]
    assert summary_sentences(book, rows) == sentences


def test_raters_of_whom_too_few_could_comment_are_explained():
    programme = tiny_programme(items=2, threshold=3)
    wave = [rater("self", 4, 4, programme=programme), *[rater("peer", None, None, programme=programme)] * 4]
    html = unescape(render_html(programme, facts_of(programme, wave)))

    assert "For each behaviour, fewer than 3 of the other raters gave a rating." in html
    assert "Too few people could be shown. Who could you ask" in html
    assert "All others means" not in html


@pytest.mark.parametrize(("case", "told"), [("usual", True), ("no-self", False), ("too-few", False)])
def test_a_report_without_gaps_says_nothing_of_gaps(case, told, programme):
    html = unescape(render_html(programme, facts_of(programme, CASES[case](programme))))

    assert ("The gap is self minus all others." in html, "Gap = self" in html) == (told, told)


def test_a_follow_up_shows_every_change(programme):
    before = facts_of(programme, example_wave(programme, 1))
    facts = with_changes(facts_of(programme, example_wave(programme, 2), wave="followup"), before, noise={})
    html, text = render_html(programme, facts), texts(render_pdf(programme, facts))

    for change in facts.changes:
        assert f"{change.before} → {change.after}" in html
        assert f"{change.before} →" in text
        assert change.display in html


def test_a_follow_up_says_for_whom_it_shows_no_change(programme):
    before = without_people(facts_of(programme, example_wave(programme, 1)), ["manager"])
    facts = with_changes(facts_of(programme, example_wave(programme, 2), wave="followup"), before, noise={})
    words = "Another person answers now as: Line manager. So no change is shown there."

    assert {"self", "peer"} <= {change.cell for change in facts.changes}
    assert facts.other_people == ("manager",)
    assert "manager" not in {change.cell for change in facts.changes}
    assert unescape(render_html(programme, facts)).count(words) == 2
    assert " ".join(texts(render_pdf(programme, facts)).split()).count(words) == 2
    assert read_facts(facts_bytes(facts)) == facts


def test_words_of_agreement_stand_beside_their_figures(programme):
    facts = facts_of(programme, example_wave(programme))
    html = render_html(programme, facts)

    assert facts.agreements
    assert all(word.word in html for word in facts.agreements)
    assert all(cut.agree in html and cut.split in html for cut in facts.agreement_cuts)


@pytest.mark.parametrize("brand", ["#000000", "#ffffff", "#ffd60a", "#777777", "#1d5c63", "#e30613"])
def test_any_brand_leaves_text_readable(brand):
    assert contrast(text_on(brand), brand) >= MIN_CONTRAST
    assert contrast(text_from(brand), "#ffffff") >= contrast(text_from(brand), "#f5f7f9") >= MIN_CONTRAST
