"""A figure that is clamped carries its bound into everything that is made of it, and nothing is said against it."""

from __future__ import annotations

import hashlib
import json
import random
from fractions import Fraction
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme
from chalicelib.report.parts.rows import Index
from chalicelib.report.render import documents
from chalicelib.results.change import with_changes
from chalicelib.results.cohort import cohort_means
from chalicelib.results.facts import Facts, build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import About
from chalicelib.results.rank import ranked
from chalicelib.results.rounding import Range, one_decimal, read_exact
from chalicelib.results.scoring import clamp_sum, unclamped
from tests.report.example import KEY, heading, programme_of, rater, tiny_programme


def facts_of(programme: Programme, answers: list[Response], *, wave: str = "baseline", clamp=clamp_sum) -> Facts:
    published = publish(programme, answers, comment_key=KEY, clamp=clamp)
    return build_facts(programme, heading(wave=wave), published)


def lenient(programme: Programme, seed: int, raters: int = 4) -> list[Response]:
    """Raters who nearly always give an end of the scale; some cannot comment."""
    chance = random.Random(seed)
    ends = {item.id: chance.choice([1, programme.top]) for item in programme.items}

    def rating(item: str) -> int | None:
        return chance.choice([*[ends[item]] * 8, chance.randint(1, programme.top), None])

    groups = ["self", "manager", *["peer"] * raters, *["direct_report"] * (raters + 1)]
    return [Response(group, Answers({item: rating(item) for item in ends})) for group in groups]


# --- the truth lies within the bounds ---------------------------------------------------------------------------


def holds(bounds: Range, truth: Fraction) -> bool:
    return bounds.low <= truth <= bounds.high and bounds.low <= bounds.shown <= bounds.high


@pytest.mark.parametrize("seed", range(20))
def test_the_truth_lies_within_the_bounds_of_every_figure_gap_and_change(seed):
    programme = programme_of()
    first, again = lenient(programme, seed), lenient(programme, seed + 100, raters=5)
    compared = with_changes(facts_of(programme, again, wave="followup"), facts_of(programme, first), {})
    plain = (facts_of(programme, answers, clamp=unclamped) for answers in (first, again))
    before, now = ({(s.about, s.id, s.cell): s.range.shown for s in facts.statistics} for facts in plain)

    assert any(s.bound for s in compared.statistics if s.about == "competency")
    for s in compared.statistics:
        assert holds(s.range, now[s.about, s.id, s.cell])
    for gap in compared.gaps:
        assert holds(gap.range, now[gap.about, gap.id, "self"] - now[gap.about, gap.id, "all_others"])
    for change in compared.changes:
        place = change.about, change.id, change.cell
        assert holds(change.range, now[place] - before[place])


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_lies_within_the_bounds_of_a_cohorts_means(seed):
    programme = programme_of()
    waves = [lenient(programme, 10 * seed + k) for k in range(6)]
    clamped, plain = ([facts_of(programme, wave, clamp=clamp) for wave in waves] for clamp in (clamp_sum, unclamped))
    truth = {}
    for item in programme.items:
        for cell in ("self", "all_others"):
            means = [s.range.shown for facts in plain for s in facts.statistics if (s.id, s.cell) == (item.id, cell)]
            truth[item.id, cell] = sum(means) / len(means)

    of_items = [mean for mean in cohort_means(programme, clamped) if mean.about == "item"]
    for mean in of_items:
        number = read_exact(mean.mean)
        assert Fraction(mean.low or number) <= truth[mean.id, mean.cell] <= Fraction(mean.high or number)
    assert any(mean.bound for mean in of_items)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_printed_and_what_the_bound_says_agree(seed):
    programme = programme_of()
    earlier, facts = facts_of(programme, lenient(programme, -seed)), facts_of(programme, lenient(programme, seed))
    facts = with_changes(facts, earlier, {})
    words = {"at_least": "or more", "at_most": "or less", "about": "or so", "": ""}

    for figure in (*facts.statistics, *facts.gaps, *facts.changes):
        low, high = one_decimal(figure.range.low), one_decimal(figure.range.high)
        _, _, bound = figure.display.partition(" ")
        assert bound == words[figure.bound] or (figure.display == "cannot say" and low < 0 < high)
        assert (low < one_decimal(figure.range.shown), one_decimal(figure.range.shown) < high) == (
            figure.bound in ("at_most", "about"),
            figure.bound in ("at_least", "about"),
        )


def test_facts_with_bounds_are_read_as_they_were_written():
    programme = programme_of()
    facts = with_changes(facts_of(programme, lenient(programme, 1)), facts_of(programme, lenient(programme, 2)), {})

    assert read_facts(facts_bytes(facts)) == facts


def test_a_mean_that_no_float_holds_is_kept_exactly():
    """Raters who left out different numbers of behaviours make denominators of many digits."""
    programme = tiny_programme(items=23)
    chance = random.Random(4)
    answers = [
        rater("peer", *(chance.choice([3, 4, 5]) if k < 23 - left else None for k in range(23)), programme=programme)
        for left in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    ]
    published = publish(programme, answers, comment_key=KEY)
    means = {(f.about.value, f.id, f.cell): f.range.shown for f in published.figures}

    facts = read_facts(facts_bytes(build_facts(programme, heading(), published)))

    assert max(mean.denominator for mean in means.values()) > 10**12
    assert {(s.about, s.id, s.cell): s.range.shown for s in facts.statistics} == means


def test_numbers_are_rounded_once_however_long_they_are():
    assert str(one_decimal(Fraction(325, 100) - Fraction(1, 10**40))) == "3.2"
    assert str(one_decimal(Fraction(325, 100))) == "3.3"
    assert str(one_decimal(Fraction(-1, 20))) == "-0.1"


# --- everyone gives the highest rating ----------------------------------------------------------------------------


def ceiling(*ratings: int, peers: int = 4, own: int = 5) -> tuple[Programme, Facts]:
    programme = programme_of(threshold=4)
    items = len(list(programme.items))
    answers = [rater("self", *[own] * items, programme=programme)]
    answers += [rater("peer", *[5] * items, programme=programme) for _ in range(peers)]
    return programme, facts_of(programme, answers)


def test_a_gap_to_a_bounded_figure_is_bounded_in_facts_page_and_pdf():
    programme, facts = ceiling()
    made = documents(programme, facts)
    html = unescape(made["html"].decode())
    paper = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made["pdf"])).pages).split())

    assert {(gap.display, gap.bound, gap.low) for gap in facts.gaps} == {("+0.3 or less", "at_most", "0")}
    assert {s.display for s in facts.statistics if s.cell == "all_others"} == {"4.8 or more"}
    for document in (html, paper):
        assert document.count("+0.3") == document.count("≤+0.3") > 0


def test_no_sentence_and_no_list_claims_a_difference_that_may_be_none():
    programme, facts = ceiling()
    html = unescape(documents(programme, facts)["html"].decode())

    assert (facts.highest, facts.lowest) == ((), ())
    claims = ('"chip">You rate it higher', "furthest above", "Clearly highest", "rate you highest", "Rated highest")
    assert [claim for claim in claims if claim in html] == []


@pytest.mark.parametrize(
    ("figures", "lists"),
    [
        pytest.param({"a": "4", "b": "3", "c": "2", "d": "1"}, (("a", "b"), ("d", "c")), id="exact"),
        pytest.param({"a": "4", "b": "3+", "c": "2", "d": "1"}, (("a", "b"), ("d", "c")), id="order-does-not-matter"),
        pytest.param({"a": "4.8+", "b": "4.8+", "c": "4.6+", "d": "1"}, ((), ("d",)), id="one-outside-may-be-higher"),
        pytest.param({"a": "4.9", "b": "4.5+", "c": "4.4+", "d": "1"}, ((), ("d",)), id="nor-what-is-above-it"),
        pytest.param({"a": "4.8+", "b": "4.8+", "c": "4.8+", "d": "4.8+"}, ((), ()), id="all-alike"),
    ],
)
def test_a_list_holds_only_what_no_bound_leaves_open(figures, lists):
    ranges = {
        item: Range(Fraction(word.rstrip("+")), Fraction(word.rstrip("+")), Fraction("5" if "+" in word else word))
        if word != "3+"
        else Range(Fraction(3), Fraction(3), Fraction("3.5"))
        for item, word in figures.items()
    }

    assert ranked(ranges) == lists


def test_groups_differ_only_by_what_their_bounds_leave():
    """Five direct reports at 1.2 or less; peers differ from them by more than chance only from 2.3 up."""
    programme = tiny_programme(threshold=4)

    def found(rating: int) -> list[tuple[str, str]]:
        low, high = (
            [rater(group, points, programme=programme)] * 5
            for group, points in (("direct_report", 1), ("peer", rating))
        )
        return [
            (a.cell, b.cell)
            for _, a, b in Index(programme, facts_of(programme, [*low, *high])).group_differences(About.ITEM, "only_1")
        ]

    assert found(2) == []
    assert found(3) == [("direct_report", "peer")]


# --- facts that were made before they had bounds ------ -----------------------------------------------------------


def as_they_were(facts: Facts) -> bytes:
    content = json.loads(facts_bytes(facts))
    for entry in (*content["statistics"], *content["gaps"]):
        for name in ("bound", "low", "high", "exact"):
            entry.pop(name, None)
    del content["checksum"]
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return json.dumps({**content, "checksum": hashlib.sha256(plain).hexdigest()}).encode()


def test_facts_from_before_there_were_bounds_are_read_and_compared():
    programme = tiny_programme(threshold=4)
    top, middle = ([rater("peer", rating, programme=programme)] * 4 for rating in (5, 3))

    earlier = read_facts(as_they_were(facts_of(programme, top)))
    changes = with_changes(facts_of(programme, middle, wave="followup"), earlier, {}).changes

    assert read_facts(facts_bytes(earlier)) == earlier
    assert {(c.display, c.bound) for c in changes} == {("−1.8 or less", "at_most")}
