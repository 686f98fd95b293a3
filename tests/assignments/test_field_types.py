"""Each type of field: what people type, the value kept, and refusals in words at the field."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assignments.field_kinds import KINDS
from chalicelib.assignments.table_fields import MEASURE_COLUMNS
from chalicelib.assignments.text_fields import find_warnings
from chalicelib.assignments.values import Ask, Context
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
)

TODAY = date(2026, 3, 2)
CONTEXT = Context(TODAY, TODAY, "GBP", {"others": (("asks", "Asks."), ("waits", "Waits."))}, {"p.m": (("r1", "Days"),)})
OPTIONS = (Option("no", "No"), Option("some", "Some"), Option("much", "Much"))
WHO, BY = Column("who", Line(20), "Who", required=True), Column("by", Date("today"), "By when")
TABLE = Rows(1, 2, "stakeholder", (WHO, BY))


def read(kind, typed: dict[str, str] | str, context: Context = CONTEXT):
    inputs = {"x": typed} if isinstance(typed, str) else typed
    return KINDS[type(kind)].read(Ask("x", "Question?", kind), inputs, context)


def words(reading) -> list[str]:
    return [fault.message for fault in reading.faults]


# --- what is kept -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (Line(20), "  two   words ", "two words"),
        (Text(50), "a\r\nb", "a\nb"),
        (Text(50), "Cafe\u0301", "Caf\u00e9"),
        (Number("days"), "1,200 days", "1200"),
        (Number(places=1), "12.5", "12.5"),
        (Money(), "£12k", "12000"),
        (Money(), "£1,250", "1250"),
        (Date(), "3/6/2026", "2026-06-03"),
        (Date(), "3 June 2026", "2026-06-03"),
        (Date(), "Wednesday 3rd June 2026", "2026-06-03"),
        (Date("today", "", "P3Y"), "2029-03-02", "2029-03-02"),
        (Choice(OPTIONS), "some", "some"),
        (Scale(OPTIONS), "much", "much"),
        (Many(OPTIONS), {"x.no": "yes", "x.much": "yes"}, ["no", "much"]),
        (Pick("p", "m"), "r1", "r1"),
        (Items(2, "others", OPTIONS), {"x.asks": "some", "x.waits": "none"}, [{"item": "asks", "step": "some"}]),
        (TABLE, {"x.18aa.who": "Wards", "x.18ab.who": " "}, [{"row": "18aa", "who": "Wards"}]),
    ],
)
def test_what_is_typed_is_kept_in_one_form(kind, typed, kept):
    reading = read(kind, typed)

    assert (reading.value, reading.faults) == (kept, ())


@pytest.mark.parametrize(
    "kind", [Line(5), Text(5), Number(), Money(), Date(), Choice(OPTIONS), Many(OPTIONS), Pick("p", "m")]
)
def test_nothing_typed_is_no_answer(kind):
    assert read(kind, {}).value is None
    assert read(kind, "   ").faults == ()


def test_dates_are_shown_back_in_words():
    assert KINDS[Date].show(Date(), "2026-06-03", CONTEXT) == ["Wednesday 3 June 2026"]


def test_amounts_are_shown_with_currency_and_period():
    assert KINDS[Money].show(Money("year"), "38000", CONTEXT) == ["£38,000 a year"]


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "part"),
    [
        (Line(5), "longer", "shorten this to 5 characters; it has 6"),
        (Text(5), "a\x07b", "cannot be printed"),
        (Number(), "twelve", "please write a number such as 12"),
        (Number(), "12,5", "did you mean"),
        (Number(), "12.000", "did you mean"),
        (Number(min=1), "0", "1 or more"),
        (Number(max=9), "10", "9 or less"),
        (Number(places=0), "1.5", "a whole number"),
        (Number(places=1), "1.25", "at most 1 digits"),
        (Number("days"), "12 weeks", "as its unit"),
        (Money(), "€5,000", "another currency"),
        (Money(), "12.000", "did you mean"),
        (Money(), "-5", "0 or more"),
        (Money(), "12.50", "a whole number"),
        (Date(), "31/02/2026", "is not in the calendar"),
        (Date(), "soon", "such as 3 June 2026"),
        (Date("today"), "2026-03-02", "a day after Monday 2 March 2026"),
        (Date("", "today"), "2026-03-03", "a day up to Monday 2 March 2026"),
        (Date("", "", "P28D"), "2026-03-31", "a day up to Monday 30 March 2026"),
        (Choice(OPTIONS), "other", "one of the answers shown"),
        (Pick("p", "m"), "r2", "one of the answers shown"),
        (
            Items(1, "others", OPTIONS),
            {"x.asks": "no", "x.waits": "no"},
            "choose at most 1 behaviour; you have chosen 2",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(kind, typed, part):
    reading = read(kind, typed)

    assert reading.value is None
    (fault,) = reading.faults
    assert (fault.field, part in fault.message, fault.on_submit) == ("x", True, False), fault.message


def test_money_below_zero_names_no_question_of_another_form():
    assert "What got worse" not in words(read(Money(), "-5"))[0]


def test_a_row_is_named_with_its_column_and_its_sound_cells_are_kept():
    reading = read(TABLE, {"x.18aa.who": "Wards", "x.18ab.by": "31/02/2026", "x.18ab.who": "x" * 21})

    assert words(reading) == [
        "Row 2, Who: please shorten this to 20 characters; it has 21.",
        "Row 2, By when: 31/02/2026 is not in the calendar: please write a day such as 3 June 2026 or 3/6/2026.",
    ]
    assert reading.value == [{"row": "18aa", "who": "Wards"}, {"row": "18ab"}]


def test_rows_are_counted_and_what_a_row_needs_is_asked_for_only_on_submission():
    missing = read(TABLE, {"x.18aa.by": "2026-06-03"})
    assert [(fault.field, fault.on_submit) for fault in missing.faults] == [("x.18aa.who", True)]
    three = {f"x.18a{n}.who": "W" for n in "abc"}
    assert words(read(TABLE, three)) == ["Question: please keep to 2 stakeholders; there are 3."]
    assert [fault.on_submit for fault in read(TABLE, {}).faults] == [True]


def measure(**cells: str) -> dict[str, str]:
    return {f"x.18aa.{name}": text for name, text in cells.items()}


def test_a_measure_needs_name_unit_and_direction():
    reading = read(Measures(1, 3), measure(value="26"))

    needed = [column.ask for column in MEASURE_COLUMNS if column.required]
    assert words(reading) == [f"Row 1, {ask}: please answer this." for ask in needed]


@pytest.mark.parametrize(
    ("better", "target", "sound"), [("down", "14", True), ("down", "30", False), ("up", "30", True)]
)
def test_a_target_lies_on_the_better_side(better, target, sound):
    reading = read(Measures(1, 3), measure(name="Wait", unit="days", better=better, value="26", target=target))

    assert (words(reading) == []) is sound
    if not sound:
        assert words(reading)[0].startswith("Row 1, Target, if there is one: less is better")


# --- warnings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("943 476 5919", True),
        ("9434765919 was seen", True),
        ("943 476 5918", False),  # the check digit is wrong
        ("0000000000", False),
        ("01234 567890", False),
        ("The patient Mrs Anna Bell rang", True),
        ("patients rang", False),
    ],
)
def test_what_identifies_a_patient_is_warned_about(text, warned):
    assert bool(find_warnings(text)) is warned


# --- for any text ---------------------------------------------------------------------------------------------

ANY_KIND = st.sampled_from(
    [
        Line(9),
        Text(9),
        Number("d", 0, 9, 1),
        Money("y"),
        Date("today", "", "P3Y"),
        Choice(OPTIONS),
        Scale(OPTIONS),
        Pick("p", "m"),
    ]
)


@given(ANY_KIND, st.text(max_size=30))
def test_any_text_is_kept_refused_or_blank(kind, text):
    reading = read(kind, text)

    assert reading.value is None or not reading.faults
    assert reading.value is not None or reading.faults or not text.strip() or not "".join(text.split())


@given(ANY_KIND, st.text(max_size=30))
def test_a_value_that_is_kept_reads_back_as_itself_and_can_be_shown(kind, text):
    kept = read(kind, text).value
    if kept is not None:
        assert read(kind, kept).value == kept
        assert KINDS[type(kind)].show(kind, kept, CONTEXT)


@given(st.dictionaries(st.from_regex(r"x\.[a-z0-9]{4}\.(who|by)", fullmatch=True), st.text(max_size=30), max_size=12))
def test_any_table_is_read_without_losing_a_sound_cell(typed):
    reading = read(TABLE, typed)
    kept = {f"x.{row['row']}.{name}" for row in reading.value or [] for name in row if name != "row"}

    filled = {name for name, text in typed.items() if text.strip() and "".join(text.split())}
    refused = {fault.field for fault in reading.faults}
    assert kept <= filled
    assert filled - refused - kept <= {name for name in typed if not typed[name].strip("\ufeff\u200b")} | set()
