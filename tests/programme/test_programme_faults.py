"""A faulty programme file: every fault is named at once, with its line, its key and what is allowed."""

from __future__ import annotations

import re

import pytest
from hypothesis import example as case
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.errors import FileInvalid
from chalicelib.core.model import Programme
from chalicelib.programme.read_programme import read_programme
from tests.programme.small import SMALL


def faults_of(text: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(FileInvalid) as refusal:
        read_programme(text, "p.yaml")
    return [(fault.line, fault.column, fault.message) for fault in refusal.value.faults]


MAX_ONE_EACH = '"listening" has a question on line 34 already: one for each competency'

# --- one fault at a time ------------------------------------------------------------------------------

SHAPES = [
    pytest.param("title: A small", "titel: A small", (3, "titel"), 'did you mean "title"?', id="slip-of-a-key"),
    pytest.param("version: 1\n", "", (1, "version"), "is missing; allowed: a whole number", id="missing-key"),
    pytest.param("  name: Example Trust\n", "", (4, "organisation.name"), "is missing", id="missing-inner-key"),
    pytest.param("version: 1", "version: one", (2, "version"), 'is "one"; allowed: a whole number', id="not-a-number"),
    pytest.param("version: 1", "version: 1.5", (2, "version"), "is 1.5; allowed", id="fraction"),
    pytest.param("version: 1", "version: 010", (2, "version"), "is 010; allowed", id="octal"),
    pytest.param("version: 1", "version: 0", (2, "version"), "is 0; allowed", id="number-too-small"),
    pytest.param("version: 1", "version: true", (2, "version"), "is true; allowed", id="true-is-no-number"),
    pytest.param("version: 1", "version: [1]", (2, "version"), "is a list or a block", id="list-for-a-number"),
    pytest.param("title: A small programme", "title: 360", (3, "title"), "put it in quotes", id="number-for-text"),
    pytest.param("title: A small programme", "title:", (3, "title"), "is empty; allowed: text", id="empty"),
    pytest.param("title: A small programme", "title: '  '", (3, "title"), "is empty; allowed: text", id="blank"),
    pytest.param("A small programme", "a" * 121, (3, "title"), "(121 characters)", id="too-long"),
    pytest.param("A small programme", r'"a\a"', (3, "title"), "control character", id="control-character"),
    pytest.param("A small programme", r'"\ud800"', (3, "title"), "control character", id="half-a-character"),
    pytest.param("programme: small", "programme: Small", (1, "programme"), "an id: a lower-case", id="id-in-capitals"),
    pytest.param("programme: small", "programme: " + "a" * 41, (1, "programme"), "an id", id="id-too-long"),
    pytest.param("id: more\n    text: What", "What", (33, "open_questions[0]"), "keys id, text", id="text-for-a-block"),
    pytest.param(
        "  labels: [Never, Sometimes, Always]", "  labels: Never", (9, "scale.labels"), "a list", id="no-list"
    ),
    pytest.param(
        "[Never, Sometimes, Always]", "[No, Sometimes, Always]", (9, "scale.labels[0]"), "quotes", id="norway"
    ),
    pytest.param(
        "[Never, Sometimes, Always]", "[a, b]", (9, "scale.labels"), "has 2 entries; allowed: 3", id="two-labels"
    ),
    pytest.param("title: A small", "? [a]\n: b\ntitle: A small", (3, ""), "is not a known key", id="a-list-for-a-key"),
    pytest.param("version: 1", "version: 1\nversion: 2", (3, "version"), "twice, first on line 2", id="doubled-key"),
    pytest.param(
        ", named: true}\n  - {id: p", ", named: ja}\n  - {id: p", (12, "groups[1].named"), "true", id="not-yes-no"
    ),
    pytest.param("[Write a plan]", "[¡!]", (40, "milestones[0].assignments[0]"), "no letter", id="title-gives-no-id"),
]

RULES = [
    pytest.param("id: peer", "id: manager", (13, "groups[2].id"), "line 12 has the same id", id="doubled-group"),
    pytest.param("id: waits", "id: asks", (29, "competencies[0].items[1].id"), "line 25", id="doubled-item"),
    pytest.param("id: more", "id: asks", (33, "open_questions[0].id"), "line 25", id="question-with-an-items-id"),
    pytest.param("id: asks", "id: group", (25, "competencies[0].items[0].id"), "responses.csv", id="a-column's-name"),
    pytest.param("[Write a plan]", "[A b, A B]", (40, "milestones[0].assignments[1].id"), "taken", id="same-made-id"),
    pytest.param(
        "milestone: others", "milestone: otters", (23, "competencies[0].milestone"), '"others"?', id="milestone"
    ),
    pytest.param(
        "[kind, open]", "[kind, x]", (28, "competencies[0].items[0].values[1]"), "allowed: kind, open", id="value"
    ),
    pytest.param("[kind, open]", "[kind, kind]", (28, "competencies[0].items[0].values[1]"), "twice", id="value-twice"),
    pytest.param("Always]", "never]", (9, "scale.labels[2]"), "already on line 9", id="same-label"),
    pytest.param("threshold: 3", "threshold: 2", (15, "threshold"), "can work out the other's", id="threshold-of-two"),
    pytest.param(
        "threshold: 3", "threshold: 3\ncomments_from: 4", (16, "comments_from"), "5, or more", id="below-a-block"
    ),
    pytest.param(
        *("threshold: 3", "threshold: 3\nbehaviours_from: 3", (16, "behaviours_from")),
        *("one more than the threshold, 4, or more",),
        id="behaviours-of-a-cell",
    ),
    pytest.param(
        "threshold: 3", "threshold: 3\nbehaviours_from: 18", (16, "behaviours_from"), "17", id="behaviours-of-too-many"
    ),
    pytest.param(
        *("named: true}\n  - {id: peer", "named: true, heard_apart: true}\n  - {id: peer"),
        *((12, "groups[1].heard_apart"), "for anonymous groups"),
        id="a-named-group-apart",
    ),
    pytest.param("threshold: 3", "threshold: 3\nrater_sd: 0", (16, "rater_sd"), "from 0.1 to 5", id="no-spread"),
    pytest.param("threshold: 3", "threshold: 3\nrater_sd: 1e0", (16, "rater_sd"), "such as 0.85", id="exponent"),
    pytest.param("threshold: 3", "threshold: 3\nrater_halo: 1.5", (16, "rater_halo"), "0 to 1", id="halo-above-one"),
    pytest.param("threshold: 3", "threshold: 3.5", (15, "threshold"), "a whole number", id="half-a-rater"),
    pytest.param(
        "threshold: 3", "threshold: 4\nbehaviours_from: 4", (16, "behaviours_from"), "5, or more", id="no-room"
    ),
    pytest.param(
        "threshold: 3", "threshold: 4\nminimum_responses: 3", (16, "minimum_responses"), "4, or", id="below-k"
    ),
    pytest.param(
        "threshold: 3", "threshold: 3\nminimum_responses: 18", (16, "minimum_responses"), "17", id="above-all"
    ),
    pytest.param("id: self", "id: me", (10, "groups"), 'the id "self"', id="no-self"),
    pytest.param(
        "Self, min: 1, max: 1, named: true", "S, min: 1, max: 1", (11, "groups[0].named"), "true", id="unnamed"
    ),
    pytest.param("Self, min: 1, max: 1", "Self, min: 1, max: 2", (11, "groups[0].max"), "must be 1", id="two-selves"),
    pytest.param("Peers, min: 3", "Peers, min: 9", (13, "groups[2].min"), "above max, which is 8", id="min-above-max"),
    pytest.param(
        "Peers, min: 3, max: 8", "Peers, min: 3, max: 52", (10, "groups"), "allow 61 raters", id="too-many-raters"
    ),
    pytest.param("#1d5c63", "#77aaaa", (6, "organisation.brand"), "contrast of 2.59:1", id="pale-brand"),
    pytest.param('"#1d5c63"', "teal", (6, "organisation.brand"), "in quotes because #", id="brand-in-words"),
    pytest.param('"#1d5c63"', "#1d5c63", (6, "organisation.brand"), "is empty", id="brand-as-comment"),
    pytest.param("Europe/London", "europe/london", (7, "organisation.timezone"), "such as Europe/London", id="zone"),
    pytest.param("Europe/London", "../London", (7, "organisation.timezone"), "IANA", id="zone-as-path"),
    pytest.param(
        "Europe/London", "Europe/London\n  currency: GBB", (8, "organisation.currency"), "such as GBP", id="currency"
    ),
    pytest.param("[3, P7D]", "[3, P3D]", (35, "reminders[1]"), "one reminder a day", id="same-reminder"),
    pytest.param("[3, P7D]", "[3, 61]", (35, "reminders[1]"), "1 to 60 whole days", id="early-reminder"),
    pytest.param("[3, P7D]", "[3, PT12H]", (35, "reminders[1]"), "1 to 60 whole days", id="reminder-in-hours"),
    pytest.param("after: P6M", "after: P180D", (42, "impact.after"), "whole months", id="impact-in-days"),
    pytest.param("after: P6M", "after: six", (42, "impact.after"), "a duration such as", id="impact-in-words"),
    pytest.param("after: P6M", "after: P6M\n  open_for: P91D", (43, "impact.open_for"), "P7D to P90D", id="open-long"),
]

SYNTAX = [
    pytest.param("version: 1", "version: [1", (3, ""), "is not YAML", id="open-bracket"),
    pytest.param("version: 1", "version: 'one", (43, ""), "is not YAML", id="open-quote"),
    pytest.param("version: 1", "\tversion: 1", (2, ""), "is not YAML", id="tab"),
    pytest.param("version: 1", "version: \x07", (2, ""), "contains a control character", id="bell"),
    pytest.param("version: 1", "version: *one", (2, ""), "in quotes: it begins with *", id="undefined-alias"),
    pytest.param("version: 1", r'version: "\UFFFFFFFF"', (1, ""), "does not exist", id="no-such-character"),
    pytest.param("version: 1", "version: " + "[" * 5000, (2, ""), "nested too deeply", id="nested"),
]


@pytest.mark.parametrize(("old", "new", "place", "part"), SHAPES + RULES + SYNTAX)
def test_a_fault_is_worded_with_its_line_and_key(small_text, old, new, place, part):
    assert small_text.count(old) == 1

    (line, column, message), *others = faults_of(small_text.replace(old, new))

    assert ((line, column), part in message, others) == (place, True, []), message


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("# nothing\n", "is empty", id="comment-only"),
        pytest.param("- a\n", "must be a block with the keys programme", id="list"),
        pytest.param(b"title: caf\x81\n", "read in two ways: save it as text in UTF-8", id="no-code-page"),
        pytest.param("a: 1\n---\nb: 2\n", "is not YAML", id="two-documents"),
    ],
)
def test_a_file_that_is_no_programme_is_refused_with_one_fault(text, part):
    assert [part in message for _, _, message in faults_of(text)] == [True]


# --- many faults at once ------------------------------------------------------------------------------


def test_faults_of_every_kind_are_listed_at_once_in_file_order(small_text):
    text = small_text.replace("version: 1", "verson: 1").replace("threshold: 3", "threshold: 2")
    text = text.replace("[kind, open]", "[kind, opened]").replace("P6M", "P0M")

    assert [(line, column) for line, column, _ in faults_of(text)] == [
        (2, "verson"),
        (15, "threshold"),
        (28, "competencies[0].items[0].values[1]"),
        (42, "impact.after"),
    ]


def test_a_reference_to_a_malformed_id_is_not_blamed_as_well(small_text):
    text = small_text.replace("  - id: others\n", "  - id: Others\n").replace("milestone: others", "milestone: Others")

    assert [column for _, column, _ in faults_of(text)] == ["competencies[0].milestone", "milestones[0].id"]


def test_groups_must_leave_someone_anonymous(small_text):
    text = re.sub(r"max: 8}", "max: 8, named: true}", small_text)

    assert "at least one group that is not named" in faults_of(text)[0][2]


def test_a_threshold_beyond_all_anonymous_raters_is_a_fault(small_text):
    text = small_text.replace("min: 3, max: 8", "min: 1, max: 2").replace("threshold: 3", "threshold: 5")

    assert "have 4 raters at most" in faults_of(text)[0][2]


def test_sixty_one_items_are_too_many(small_text):
    more = "".join(f"      - {{id: i{n}, self: I do., others: Does.}}\n" for n in range(59))
    text = small_text.replace(
        "open_questions:", f"  - id: more\n    title: M\n    definition: M.\n    items:\n{more}open_questions:"
    )

    assert [(column, message[:13]) for _, column, message in faults_of(text)] == [("competencies", "have 61 items")]


def test_a_competency_may_have_one_open_question_of_its_own(small_text):
    own = small_text.replace("  - id: more\n", "  - id: more\n    competency: listening\n")
    assert read_programme(own, "p.yaml").open_questions[0].competency == "listening"

    second = own.replace("reminders:", "  - {id: less, text: Less, competency: listening}\nreminders:")
    assert faults_of(second) == [(36, "open_questions[1].competency", MAX_ONE_EACH)]
    strange = own.replace("competency: listening", "competency: listning")
    assert 'did you mean "listening"?' in faults_of(strange)[0][2]


def test_seven_open_questions_on_the_last_page_are_too_many(small_text):
    more = "".join(f"  - {{id: q{n}, text: And}}\n" for n in range(6))
    ((_, column, message),) = faults_of(small_text.replace("reminders:", f"{more}reminders:"))

    assert column == "open_questions"
    assert message.startswith("has 7 entries for the last page; allowed: 6")


@pytest.mark.parametrize("name", ["form", "go", "at", "by"])
def test_an_item_cannot_be_named_like_a_field_of_every_page(small_text, name):
    assert "is a field that every page" in faults_of(small_text.replace("id: asks", f"id: {name}"))[0][2]


def test_a_competency_without_items_is_a_fault(small_text):
    text = re.sub(r"items:\n(      .*\n)+", "items: []\n", small_text)

    assert "has 0 entries; allowed: 1" in faults_of(text)[0][2]


def test_a_hundred_faults_are_listed_and_the_rest_counted(small_text):
    text = small_text + "".join(f"unknown{n}: 1\n" for n in range(130))

    faults = faults_of(text)

    assert (len(faults), faults[-1][2]) == (101, "and 30 more")


def test_aliases_of_aliases_cannot_fill_the_memory(small_text):
    item = "&i {id: x, self: I., others: O., values: [" + "kind, " * 12 + "]}"
    competency = "&c {id: c, title: C, definition: C., items: [" + item + ", *i" * 59 + "]}"
    text = re.sub(r"competencies:\n(  .*\n)+", f"competencies: [{competency}{', *c' * 29}]\n", small_text)

    assert any("more than 20000 values" in message for _, _, message in faults_of(text))


def test_an_anchor_that_holds_itself_ends(small_text):
    assert faults_of(small_text.replace("  labels: [Never, Sometimes, Always]", "  labels: &a [*a, *a, *a]"))


# --- for any text -------------------------------------------------------------------------------------


def is_read_or_refused(text: str | bytes) -> bool:
    try:
        return isinstance(read_programme(text, "p.yaml"), Programme)
    except FileInvalid as refusal:
        return bool(refusal.faults) and bool(str(refusal))


@given(st.text() | st.binary())
def test_any_text_or_bytes_are_read_or_refused(text):
    assert is_read_or_refused(text)


LINES = SMALL.splitlines(keepends=True)
SIGNS = """[ ] { } &a *a !!int !!bool !!binary ? | > << # " ' ~ 2026-13-45 1:30 0b_ 0x .inf %YAML --- ..."""
PIECES = st.sampled_from([*SIGNS.split(), "- ", ": ", "\n", "\t", "\x00", "\u2028", "\ud800", "<<: *a\n", "9" * 5000])


@settings(max_examples=300)
@given(st.integers(0, len(LINES) - 1), st.floats(0, 1), PIECES | st.text(max_size=5))
@case(1, 0.9, "!!bool x")
@case(1, 0.9, "!!timestamp x")
def test_any_slip_in_any_line_is_read_or_refused(line, where, piece):
    cut = round(where * (len(LINES[line]) - 1))
    spoilt = LINES[line][:cut] + piece + LINES[line][cut:]

    assert is_read_or_refused("".join([*LINES[:line], spoilt, *LINES[line + 1 :]]))


@given(st.permutations(LINES[:12]))
def test_lines_in_any_order_are_read_or_refused(lines):
    assert is_read_or_refused("".join([*lines, *LINES[12:]]))
