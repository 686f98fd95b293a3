"""The content of a report: what is said and listed, and what is left out because chance could have made it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.core.colour import MIN_CONTRAST, contrast, text_from, text_on, text_on_dark
from chalicelib.report import render_pdf
from chalicelib.report.document import build_document
from chalicelib.report.parts.compare import CLOSE, DEVELOP, HIGHER, MORE, STRENGTHS, kind_of
from chalicelib.report.parts.debrief import chosen
from chalicelib.report.parts.document import Document, Row
from chalicelib.report.parts.one_page import NO_ANSWERS, NONE_CLEAR, strongest, weakest
from chalicelib.report.parts.rows import KIND_MARKS, MARKS, Index
from chalicelib.results.change import with_changes, without_people
from chalicelib.results.facts import Facts, build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import OVERALL_ID, About
from chalicelib.results.statements import PLACE_TIMES, middle_of
from tests.report.example import KEY, example_wave, heading, programme_of, rater, tiny_programme
from tests.report.gallery import CASES, PROGRAMME, report


def facts_of(programme, responses, **changes) -> Facts:
    return build_facts(programme, heading(**changes), publish(programme, responses, comment_key=KEY))


def raters(programme, own: int | None, others: list[int], *, manager: int | None = None):
    named = [("self", own), ("manager", manager)]
    wave = [rater(group, rating, programme=programme) for group, rating in named if rating is not None]
    return [*wave, *(rater("peer", rating, programme=programme) for rating in others)]


def rows_of(document: Document) -> list[Row]:
    tables = [table for workshop in document.workshops for table in workshop.competencies]
    if document.summary:
        tables += document.summary.tables
    if document.ranks:
        tables += [table for table in (document.ranks.highest, document.ranks.lowest) if table]
    return [row for table in tables for row in table.rows]


@pytest.mark.parametrize("case", CASES)
def test_facts_hold_the_rule_behind_everything_that_the_report_says(case):
    """Verdicts, strengths and places on the map come from the same rules as `said` in facts.json."""
    facts = report(case)
    index = Index(PROGRAMME, facts)
    subjects = [(About.ITEM, item.id) for item in PROGRAMME.items]
    subjects += [(About.COMPETENCY, competency.id) for competency in PROGRAMME.competencies]
    subjects += [(About.VALUE, value.id) for value in PROGRAMME.values] + [(About.OVERALL, OVERALL_ID)]
    rules = set()
    for about, subject in subjects:
        if verdict := index.verdict(about, subject):
            rules.add((f"self_{verdict}", about.value, subject))
        theirs = index.theirs(about, subject)
        if theirs and about in (About.ITEM, About.COMPETENCY) and (side := index.against_average(theirs)):
            rules.add(({"higher": "above_average", "lower": "below_average"}[side], about.value, subject))
        if theirs and about is About.ITEM and (side := index.side_of(theirs, middle_of(PROGRAMME.top))):
            rules.add(({"higher": "high", "lower": "low"}[side], about.value, subject))
    about_all = {(s.rule, s.about, s.id) for s in facts.said if s.rule not in ("groups_differ", "rose", "fell")}

    assert about_all == rules
    assert {s.cells[-1] for s in facts.said if s.rule.endswith("_average")} <= {index.reference}


# --- parts and templates ---------------------------------------------------------------------------------------

TEMPLATES = Path(render_pdf.__file__).parent / "templates"
ELSEWHERE = {  # fields that one of the two formats has no place for
    "report.typ": set(),
    "report.html.j2": {"running", "is_two_voices"},  # a page has no running heads, and asks the parts themselves
}


@pytest.mark.parametrize("template", ELSEWHERE)
def test_both_templates_show_every_part(template):
    text = (TEMPLATES / template).read_text()
    missing = {
        name
        for name in Document.__struct_fields__
        if not re.search(rf"\bd\.{name}\b" if template.endswith("typ") else rf"\b{name}\b", text)
    }

    forgotten = missing - ELSEWHERE[template]
    assert not forgotten, f"{template} does not show {', '.join(sorted(forgotten))} of the report: add a passage"
    assert missing == ELSEWHERE[template], "a template shows more now: take it out of ELSEWHERE"


# --- where a behaviour belongs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "others", "kind"),
    [
        pytest.param(4, [3, 4] * 5, CLOSE, id="near-the-middle"),
        pytest.param(5, [4, 5] * 5, STRENGTHS, id="both-high"),
        pytest.param(2, [4] * 9, MORE, id="they-see-more"),
        pytest.param(5, [3] * 9, HIGHER, id="you-see-more"),
        pytest.param(2, [2] * 9, DEVELOP, id="both-low"),
        pytest.param(4, [4] * 5, CLOSE, id="high-but-few-raters"),
        pytest.param(4, [2, 3, 3, 3, 4], CLOSE, id="a-point-apart-with-few-raters"),
    ],
)
def test_a_behaviour_belongs_to_one_kind(own, others, kind):
    programme = tiny_programme()

    assert kind_of(Index(programme, facts_of(programme, raters(programme, own, others))), "only_1") == kind


@pytest.mark.parametrize("case", CASES)
def test_the_map_holds_every_behaviour_once(case):
    document, index = build_document(PROGRAMME, report(case)), Index(PROGRAMME, report(case))
    both = [item for item in index.items if index.own(About.ITEM, item) and index.theirs(About.ITEM, item)]
    if document.compare is None:
        assert index.is_two_voices or not both
        return
    kinds = [*document.compare.kinds, document.compare.close]
    assert sum(len(kind.rows) + kind.more for kind in kinds) == len(both)
    drawing = document.compare.map
    drawn = Counter(spot.mark for spot in drawing.spots)
    assert [drawn[kind.id] for kind in kinds] == [len(kind.rows) + kind.more for kind in kinds]
    assert all(0 < spot.x < drawing.width and 0 < spot.y < drawing.height for spot in drawing.spots)


# --- one rule: what the picture shows, the words say -----------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_a_gap_counts_exactly_where_the_mark_is_outside_the_bar(case):
    for row in rows_of(build_document(PROGRAMME, report(case))):
        own = next((dot for dot in row.strip.dots if dot.mark == "own"), None)
        if own is None or not row.strip.high or row.gap.sign or row.strip.high == PROGRAMME.top or row.strip.low == 1:
            continue  # a bound, or a bar that is cut at the end of the scale, can only make the report say less
        assert row.is_apart == (not row.strip.low <= own.at <= row.strip.high), row


@pytest.mark.parametrize("case", CASES)
def test_words_and_verdicts_of_a_row_agree(case):
    for row in rows_of(build_document(PROGRAMME, report(case))):
        assert row.is_apart == (row.words.partition(";")[0] not in ("", "Too close to call"))
        assert row.strip.is_hollow == row.words.endswith("groups differ")


@pytest.mark.parametrize("case", CASES)
def test_strengths_and_work_are_clearly_off_the_average_and_among_the_furthest(case):
    index = Index(PROGRAMME, report(case))
    for items, side in ((strongest(index), "higher"), (weakest(index), "lower")):
        clear = {
            item for item in index.items if (f := index.theirs(About.ITEM, item)) and index.against_average(f) == side
        }
        assert len(items) == min(3, len(clear))
        assert set(items) <= clear
        assert not any(is_further(index, other, item, side) for item in items for other in clear - {*items})


@pytest.mark.parametrize("case", CASES)
def test_a_competency_is_named_twice_only_if_all_others_are_clearly_behind(case):
    index = Index(PROGRAMME, report(case))
    for items, side in ((strongest(index), "higher"), (weakest(index), "lower")):
        of = [index.competency_of[item].id for item in items]
        rest = [
            item for item in index.items if (f := index.theirs(About.ITEM, item)) and index.against_average(f) == side
        ]
        second = next((item for k, item in enumerate(items) if of[k] in of[:k]), None)
        new = [item for item in rest if index.competency_of[item].id not in of]
        assert second is None or all(is_further(index, second, item, side) for item in new)


def is_further(index, item, other, side):
    """Return whether a behaviour lies further to a side than another by more than chance."""
    return index.differ(index.theirs(About.ITEM, item), index.theirs(About.ITEM, other), PLACE_TIMES) == side


def test_a_level_panel_says_that_nothing_is_clear():
    programme = programme_of()
    count = len(list(programme.items))
    wave = [rater(group, *[3] * count, programme=programme) for group in ("self", "manager", *["peer"] * 5)]
    page = build_document(programme, facts_of(programme, wave)).one_page

    assert page.headline == NONE_CLEAR
    assert page.strengths == page.work == ()
    assert page.none_clear.startswith("No single behaviour is clearly above or below")


def test_a_manager_alone_must_be_far_away_to_differ_from_a_group():
    programme = tiny_programme()
    near, far = (raters(programme, None, [3] * 5, manager=rating) for rating in (4, 1))
    assert build_document(programme, facts_of(programme, near)).ranks.differences == ()
    assert build_document(programme, facts_of(programme, far)).ranks.differences == ()  # 2.0 is within 2.5 errors

    many = raters(programme, None, [4, 5] * 5, manager=1)
    (difference,) = {row.lower.title for row in build_document(programme, facts_of(programme, many)).ranks.differences}
    assert difference == "Line manager"


def test_where_groups_differ_the_mean_of_all_others_is_hollow_and_leads_to_the_groups():
    split, agreed = (build_document(PROGRAMME, report(case)) for case in ("split", "crowd"))

    assert all(row.strip.is_hollow for row in rows_of(split) if row.strip.line)
    assert not any(row.strip.is_hollow for row in rows_of(agreed))
    assert len(split.reading.points) == len(agreed.reading.points) + 1
    for workshop, other in zip(split.workshops, agreed.workshops, strict=True):
        for table, level in zip(workshop.competencies, other.competencies, strict=True):
            assert ("look at each group" in table.sentence, "look at each group" in level.sentence) == (True, False)


# --- two voices, one voice, none -----------------------------------------------------------------------------------


def test_a_report_of_two_voices_speaks_of_the_one_other_person():
    document = build_document(PROGRAMME, report("too few"))
    words = " ".join([document.one_page.headline, document.one_page.answered, *document.debrief.prompts])

    assert document.is_two_voices
    assert "your line manager says" in words
    assert "People rate" not in words
    assert (document.compare, document.ranks, document.annex) == (None, None, None)


def test_a_report_of_one_voice_says_so_and_shows_each_rating_once():
    document = build_document(PROGRAMME, report("self alone"))

    assert "holds your own view" in document.one_page.headline
    assert [note.partition(" on ")[0] for note in document.one_page.notes] == [
        "You rate yourself highest",
        "You rate yourself lowest",
    ]
    assert (document.workshops, document.sections["workshops"]) == ((), ())
    assert document.summary
    assert document.annex


def test_a_report_without_answers_speaks_of_no_view():
    document = build_document(PROGRAMME, report("empty"))

    assert document.one_page.headline == NO_ANSWERS


# --- change --------------------------------------------------------------------------------------------------------


def test_a_change_is_clear_only_beyond_chance():
    programme = tiny_programme()
    before, near, far = (facts_of(programme, raters(programme, 3, [rating] * 7)) for rating in (2, 3, 4))
    for now, clear in ((near, True), (far, True), (before, False)):
        facts = with_changes(replace(now, heading=heading(wave="followup")), before, {})
        rows = build_document(programme, facts).changes.rows
        assert {row.is_clear for row in rows} == {clear}

    few, later = (facts_of(programme, raters(programme, 3, ratings)) for ratings in ([3, 3, 3, 2], [3, 3, 4, 3]))
    rows = build_document(
        programme, with_changes(replace(later, heading=heading(wave="followup")), few, {})
    ).changes.rows
    assert {row.words for row in rows} == {"Too close to call"}


def test_a_follow_up_says_which_groups_it_shows_no_change_for(programme):
    before = without_people(facts_of(programme, example_wave(programme, 1)), ["manager"])
    facts = with_changes(facts_of(programme, example_wave(programme, 2), wave="followup"), before, noise={})

    assert {"self", "peer"} <= {change.cell for change in facts.changes}
    assert facts.other_people == ("manager",)
    assert "manager" not in {change.cell for change in facts.changes}
    words = "Another person answers now as: Line manager. So no change is shown there."
    assert words in build_document(programme, facts).changes.notes
    assert read_facts(facts_bytes(facts)) == facts


def test_every_change_is_next_to_its_figure_in_the_annex():
    facts = report("follow-up")
    rows = {row.title: row for group in build_document(PROGRAMME, facts).annex.groups for row in group.rows}
    voices = [voice for voice, _, _ in Index(PROGRAMME, facts).voices(About.ITEM)] + ["all_others"]
    titles = {item.id: item.others_wording.rstrip(".").replace("'", "’") for item in PROGRAMME.items}
    changes = [change for change in facts.changes if change.about == "item"]

    assert changes
    for change in changes:
        figure = rows[titles[change.id]].figures[voices.index(change.cell)]
        assert figure.change.lstrip("≥≤≈") == change.display.partition(" or ")[0]


# --- debrief ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_choices_have_reasons_and_are_few(case):
    index = Index(PROGRAMME, report(case))
    choices = chosen(index)

    assert len(choices) <= 7
    assert all(index.theirs(About.ITEM, item) for item in choices)


def test_a_question_is_asked_only_if_the_figures_raise_it(programme):
    without = facts_of(
        programme, [replace(r, answers=replace(r.answers, comments={})) for r in example_wave(programme)]
    )
    prompts = " ".join(build_document(programme, without).debrief.prompts)

    assert "Which comment" not in prompts
    assert "Which comment" in " ".join(
        build_document(programme, facts_of(programme, example_wave(programme))).debrief.prompts
    )


# --- colours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("brand", ["#000000", "#ffffff", "#ffd60a", "#777777", "#1d5c63", "#e30613"])
def test_any_brand_leaves_text_readable(brand):
    assert contrast(text_on(brand), brand) >= MIN_CONTRAST
    assert contrast(text_from(brand), "#ffffff") >= contrast(text_from(brand), "#f5f7f9") >= MIN_CONTRAST
    assert contrast(text_on_dark(brand, "#14191d"), "#14191d") >= MIN_CONTRAST


@pytest.mark.parametrize("marks", [MARKS, KIND_MARKS], ids=["voices", "kinds"])
def test_marks_differ_by_shape_and_are_seen_on_white(marks):
    style = (TEMPLATES / "report.css").read_text()

    assert {name for name, (shape, _) in marks.items() if shape != "ring" and f".m-{name} " not in style} == set()
    assert len({shape for shape, _ in marks.values()}) == len(marks)
    assert all(contrast(colour, "#ffffff") >= MIN_CONTRAST for _, colour in marks.values())
