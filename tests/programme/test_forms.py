"""Assignments as forms: what the file may say, and every slip in words, with line and key."""

from __future__ import annotations

import pytest

from chalicelib.core.errors import FileInvalid
from chalicelib.core.form_model import (
    Choice,
    Column,
    Date,
    Items,
    Line,
    Many,
    Measures,
    Money,
    Number,
    Option,
    Pick,
    Rows,
    Scale,
    Text,
    Timing,
    When,
)
from chalicelib.programme.read_programme import read_programme
from chalicelib.store.programme_codec import decode_programme, encode_programme
from tests.programme.small import SMALL

FIRST = 40  # the line of the first assignment


def with_forms(forms: str, lists: str = "") -> str:
    return SMALL.replace("assignments: [Write a plan]\n", f"assignments:\n{forms}") + lists


def with_fields(fields: str, lists: str = "") -> str:
    return with_forms(f"      - {{id: a, title: A, fields: {{{fields}}}}}\n", lists)


def only_form(text: str):
    return read_programme(text, "p.yaml").milestones[0].assignments[-1]


def faults_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(FileInvalid) as refusal:
        read_programme(text, "p.yaml")
    return [(fault.column, fault.message) for fault in refusal.value.faults]


STANCE = (Option("against", "Against"), Option("not_sure", "Not sure"), Option("for", "For"))


# --- what is read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ("line: 80", Line(80)),
        ("text: 1200", Text(1200)),
        ("number: {unit: beds, min: 0, max: 40, places: 0}", Number("beds", 0, 40, 0)),
        ("number: {}", Number()),
        ("money: {per: year}", Money("year")),
        ("money: {}", Money()),
        ("date: {after: today, within: P3Y}", Date("today", "", "P3Y")),
        ('date: {before: "2026-03-31"}', Date("", "2026-03-31", "")),
        ("choice: [for, against]", Choice((Option("for", "For"), Option("against", "Against")))),
        (
            'choice: [{id: "no", title: "Not at all"}, some]',
            Choice((Option("no", "Not at all"), Option("some", "Some"))),
        ),
        ("many: stance", Many(STANCE)),
        ("scale: stance", Scale(STANCE)),
        ("measures: {max: 2}", Measures(1, 2)),
        ("items: {max: 4, of: others, scale: stance}", Items(4, "others", STANCE)),
    ],
)
def test_each_type_of_field_is_read(field, read):
    text = with_fields(f'x: {{{field}, ask: "What?"}}', "lists: {stance: [against, not_sure, for]}\n")

    form = only_form(text)

    assert [(form_field.id, form_field.ask, form_field.type) for form_field in form.fields] == [("x", "What?", read)]


def test_a_table_has_columns_and_keeps_some_of_another_table():
    text = with_forms(
        "      - id: engage\n        title: Engage\n        fields:\n"
        "          plan:\n            rows: {min: 1, max: 9, name: stakeholder}\n"
        "            columns:\n              who: {line: 80, required: true}\n              by_when: {date: {}}\n"
        "      - id: review\n        title: Review\n        fields:\n"
        "          again:\n            rows: {from: engage.plan, keep: [who]}\n            columns: {now: {line: 10}}\n"
    )

    plan, again = (form.fields[0].type for form in read_programme(text, "p.yaml").milestones[0].assignments)

    who = Column("who", Line(80), "Who", "", required=True)
    assert plan == Rows(1, 9, "stakeholder", (who, Column("by_when", Date(), "By when")))
    kept = Column("who", Line(80), "Who")  # in the second table no one is asked for it again
    assert again == Rows(0, 20, "row", (Column("now", Line(10), "Now"),), "engage.plan", (kept,))


def test_when_from_pick_and_the_days_are_read():
    text = with_forms(
        "      - {id: one, title: One, fields: {m: {measures: {}}, t: {text: 90}}}\n"
        "      - id: two\n        title: Two\n        opens: {before: others, by: P2W}\n        due: P7D\n"
        "        works_on: areas\n        seen_by: [coach]\n        fields:\n"
        "          w: {many: [money, people]}\n          much: {money: {}, when: {w: money}}\n"
        "          t: {line: 90, from: one.t}\n          l: {text: 90, from: areas.behaviour}\n"
        "          p: {pick: one.m}\n        by_facilitator: {seen: {text: 50}}\n"
    )

    form = only_form(text)

    assert (form.opens, form.due, form.works_on_areas, form.seen_by) == (
        Timing(14, "others"),
        Timing(7),
        True,
        ("coach",),
    )
    assert [field.when for field in form.fields] == [None, When("w", ("money",)), None, None, None]
    assert [field.source for field in form.fields] == ["", "", "one.t", "areas.behaviour", ""]
    assert form.fields[-1].type == Pick("one", "m")
    assert [field.id for field in form.by_facilitator] == ["seen"]


def test_a_plain_title_is_a_form_without_declared_fields(programme):
    assert programme.milestones[0].assignments[0].fields == ()


def test_a_form_is_stored_and_read_back(maximising):
    assert decode_programme(encode_programme(maximising)) == maximising


def test_the_seven_of_the_case_are_forms(maximising):
    forms = [form for milestone in maximising.milestones for form in milestone.assignments]

    assert {form.id: (len(form.fields), len(form.by_facilitator)) for form in forms} == {
        "vision": (5, 0),
        "engage": (2, 0),
        "stakeholders": (2, 0),
        "performance": (6, 0),
        "action": (5, 0),
        "simulation": (2, 3),
        "board": (6, 5),
    }
    columns = sum(len(field.type.columns) for form in forms for field in form.fields if isinstance(field.type, Rows))
    assert sum(len(form.fields) + len(form.by_facilitator) for form in forms) + columns == 49


# --- what is refused --------------------------------------------------------------------------------------

A = "milestones[0].assignments[0]"
STARTS = "milestones[0].assignments[0].fields.x"


@pytest.mark.parametrize(
    ("fields", "key", "part"),
    [
        ("x: {ask: Why}", STARTS, "has no type; allowed: exactly one of line, text"),
        ("x: {line: 5, text: 5}", STARTS, "has the types line and text"),
        ("x: {lines: 5}", f"{STARTS}.lines", 'did you mean "line"?'),
        ("x: {line: 301}", f"{STARTS}.line", "a whole number from 1 to 300"),
        ("x: {text: 16:30}", f"{STARTS}.text", "is 16:30; allowed: a whole number"),
        ("x: {line: 5, ask: 16:30}", f"{STARTS}.ask", "is 16:30, which YAML does not read as text: put it in quotes"),
        ("x: {choice: [no, some]}", f"{STARTS}.choice[0]", "is no, which YAML does not read as text: put it in quotes"),
        ("x: {line: 5, ask: Who, and why}", f"{STARTS}.and why", "put a text with a comma in quotes"),
        ("x: {choice: stance}", f"{STARTS}.choice", '"stance" is not one of the `lists`'),
        ("x: {choice: [a, a]}", f"{STARTS}.choice[1]", "is listed twice"),
        ("x: {scale: [a, b]}", f"{STARTS}.scale", "has 2 options; allowed: 3 to 10"),
        ("x: {choice: [a]}", f"{STARTS}.choice", "has 1 entries; allowed: 2 to 12"),
        ("x: {number: {min: 5, max: 1}}", f"{STARTS}.number.min", "is above max, which is 1"),
        ("x: {date: {after: tomorrow}}", f"{STARTS}.date.after", "allowed: today, or a date"),
        ("x: {date: {after: 2026-03-31}}", f"{STARTS}.date.after", "put it in quotes"),
        ('x: {date: {after: "2026-02-31"}}', f"{STARTS}.date.after", "is no day of the calendar"),
        ("x: {date: {within: three}}", f"{STARTS}.date.within", "such as P28D or P3Y"),
        ("x: {money: 5}", f"{STARTS}.money", "must be a block with the keys per"),
        ("x: {measures: {min: 3, max: 1}}", f"{STARTS}.measures.min", "is above max, which is 1"),
        ("x: {rows: {}}", f"{STARTS}.columns", "is missing: a table needs at least one column"),
        ("x: {line: 5, columns: {y: {line: 5}}}", f"{STARTS}.columns", "belongs to a field of type rows"),
        ("x: {rows: {min: 9, max: 3}, columns: {y: {line: 5}}}", f"{STARTS}.rows.min", "is above max"),
        ("x: {rows: {keep: [y]}, columns: {z: {line: 5}}}", f"{STARTS}.rows.keep", "needs `from`"),
        ("x: {rows: {from: a.b}, columns: {z: {line: 5}}}", f"{STARTS}.rows.from", "no table of an earlier form"),
        ("x: {rows: {}, columns: {Y: {line: 5}}}", f"{STARTS}.columns.Y", "is no id"),
        ("x: {rows: {}, columns: {y: {measures: {}}}}", f"{STARTS}.columns.y.measures", "is not a known key"),
        ("x: {line: 5, from: vision.future}", f"{STARTS}.from", "is no field of an earlier form"),
        ("x: {line: 5, from: future}", f"{STARTS}.from", "an assignment and its field with a point between"),
        ("x: {line: 5, from: areas.name}", f"{STARTS}.from", "areas.behaviour"),
        ("y: {line: 5}, x: {line: 5, from: a.y}", f"{STARTS}.from", "is no field of an earlier form"),
        ("x: {pick: a.y}", f"{STARTS}.pick", "is no field of measures of an earlier form"),
        ("x: {items: {max: 2, of: otters, scale: [a, b, c]}}", f"{STARTS}.items.of", 'did you mean "others"?'),
        ("x: {line: 5, when: {y: a}}", f"{STARTS}.when.y", "is no other field of this form with options"),
        ("y: {choice: [a, b]}, x: {line: 5, when: {y: c}}", f"{STARTS}.when.y", '"c" is no option of y'),
        ("x: {line: 5}, x: {line: 5}", STARTS, "is written twice"),
    ],
)
def test_a_slip_in_a_field_is_named_with_its_key(fields, key, part):
    ((column, message), *others) = faults_of(with_fields(fields))

    assert (column, part in message, others) == (key, True, []), message


@pytest.mark.parametrize(
    ("keys", "key", "part"),
    [
        ("due: soon", f"{A}.due", "whole days after the workshop's last session"),
        ("due: P1M", f"{A}.due", "whole days or weeks, such as P21D"),
        ("due: {before: otters, by: P5D}", f"{A}.due.before", 'did you mean "others"?'),
        ("opens: {before: others, by: PT5H}", f"{A}.opens.by", "whole days or weeks"),
        ("works_on: everything", f"{A}.works_on", "allowed: areas"),
        ("seen_by: [sponsor]", f"{A}.seen_by[0]", "coach or facilitator"),
        ("fields: [a]", f"{A}.fields", "must be a block"),
    ],
)
def test_a_slip_in_an_assignment_is_named_with_its_key(keys, key, part):
    ((column, message), *others) = faults_of(with_forms(f"      - {{id: a, title: A, {keys}}}\n"))

    assert (column, part in message, others) == (key, True, []), message


def test_from_must_name_a_field_of_a_like_type():
    forms = "      - {id: b, title: B, fields: {m: {money: {}}}}\n"
    forms += "      - {id: a, title: A, fields: {x: {line: 5, from: b.m}}}\n"

    assert faults_of(with_forms(forms)) == [("milestones[0].assignments[1].fields.x.from", '"b.m" is of another type')]


def test_a_list_names_each_option_once():
    assert faults_of(SMALL + "lists: {often: [a, a]}\n") == [("lists.often[1]", '"a" is listed twice')]


def test_faults_of_forms_are_listed_with_all_others():
    text = with_fields("x: {pick: a.y}").replace("threshold: 3", "threshold: 2")

    assert [column for column, _ in faults_of(text)] == ["threshold", f"{STARTS}.pick"]


def test_forty_one_fields_are_too_many():
    fields = ", ".join(f"f{number}: {{line: 5}}" for number in range(41))

    assert faults_of(with_fields(fields)) == [(f"{A}.fields", "has 41 entries; allowed: 0 to 40")]
