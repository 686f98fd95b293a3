"""Tables that the writer adds rows to, and measures: a table whose columns every programme has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from chalicelib.assignments.amount_fields import MONEY, NUMBER
from chalicelib.assignments.date_field import DATE
from chalicelib.assignments.option_fields import CHOICE, MANY, SCALE
from chalicelib.assignments.text_fields import LINE, TEXT
from chalicelib.assignments.values import (
    ANSWER_IT,
    ROW_ID,
    Ask,
    Context,
    FieldKind,
    Read,
    Typed,
    Value,
    WorkFault,
    work_fault,
)
from chalicelib.core.form_model import Choice, Column, Line, Measures, Number, Option, Rows
from chalicelib.core.formatting import in_words, plural

CELLS: Mapping[type, FieldKind] = {kind.type: kind for kind in (LINE, TEXT, NUMBER, MONEY, DATE, CHOICE, MANY, SCALE)}
ROW = "row"  # key of the row's id in the value kept
UP, DOWN = "up", "down"

BETTER = Choice((Option(DOWN, "Lower is better"), Option(UP, "Higher is better")))
MEASURE_COLUMNS = (
    Column("name", Line(80), "What is measured", "Such as: days from referral to first visit", required=True),
    Column("unit", Line(40), "Unit", "Such as: days, % or people", required=True),
    Column("better", BETTER, "Which way is better", required=True),
    Column("value", Number(places=4), "The figure today"),
    Column("period", Line(80), "Period of this figure", "Such as: January to March 2026"),
    Column("source", Line(80), "Where the figure comes from"),
    Column("target", Number(places=4), "Target, if there is one"),
)


def columns_of(kind: Rows | Measures) -> tuple[Column, ...]:
    return MEASURE_COLUMNS if isinstance(kind, Measures) else (*kind.kept, *kind.columns)


def name_of_row(kind: Rows | Measures) -> str:
    return "measure" if isinstance(kind, Measures) else kind.name


def row_ids(name: str, names: Iterable[str]) -> list[str]:
    """Return the ids of the rows that a form has, oldest first."""
    inside = (other.removeprefix(f"{name}.").partition(".")[0] for other in names if other.startswith(f"{name}."))
    return sorted({row for row in inside if ROW_ID.fullmatch(row)})


def cell(name: str, row: str, column: Column, number: int = 0) -> Ask:
    """Return one question of one row. `number`: of the row on the page, from 1, for faults."""
    label = f"Row {number}, {column.ask}" if number else column.ask
    return Ask(f"{name}.{row}.{column.id}", label, column.type)


def _read(ask: Ask, typed: Typed, context: Context) -> Read:
    rows: list[dict[str, Any]] = []
    faults: list[WorkFault] = []
    for row in row_ids(ask.name, [name for name, text in typed.items() if text.strip()]):
        read, wrong = _read_row(ask, row, len(rows) + 1, typed, context)
        rows.append({ROW: row, **read})
        faults += wrong
    return Read(rows or None, (*faults, *_count_faults(ask, rows)))


def _read_row(
    ask: Ask, row: str, number: int, typed: Typed, context: Context
) -> tuple[dict[str, Value], Sequence[WorkFault]]:
    values: dict[str, Value] = {}
    faults: list[WorkFault] = []
    for column in columns_of(ask.type):
        question = cell(ask.name, row, column, number)
        read = CELLS[type(column.type)].read(question, typed, context)
        faults += read.faults
        if read.value is not None:
            values[column.id] = read.value
        elif column.required and not read.faults:
            faults.append(work_fault(question.name, question.label, ANSWER_IT, on_submit=True))
    if isinstance(ask.type, Measures):
        faults += _target_faults(ask, row, number, values)
    return values, faults


def _count_faults(ask: Ask, rows: Sequence[object]) -> list[WorkFault]:
    least, most, what = ask.type.min, ask.type.max, name_of_row(ask.type)
    if len(rows) > most:
        return [
            work_fault(ask.name, ask.label, f"please keep to {plural(most, what, f'{what}s')}; there are {len(rows)}.")
        ]
    if len(rows) < least:
        there = f"there {'is' if len(rows) == 1 else 'are'} {in_words(len(rows))}"
        return [
            work_fault(
                ask.name, ask.label, f"please add at least {plural(least, what, f'{what}s')}; {there}.", on_submit=True
            )
        ]
    return []


def _target_faults(ask: Ask, row: str, number: int, values: Mapping[str, Any]) -> list[WorkFault]:
    """List a fault if a target is not better than today's figure."""
    if not {"better", "value", "target"} <= values.keys():
        return []
    today, target = Decimal(values["value"]), Decimal(values["target"])
    if target == today or (target > today) == (values["better"] == UP):
        return []
    side = "more" if values["better"] == UP else "less"
    question = cell(ask.name, row, MEASURE_COLUMNS[-1], number)
    return [
        work_fault(question.name, question.label, f"{side} is better, but the target is worse than today's figure.")
    ]


def _show(kind: Rows | Measures, value: list[dict[str, Any]], context: Context) -> list[str]:
    return [_row_in_words(kind, row, context) for row in value]


def _row_in_words(kind: Rows | Measures, row: Mapping[str, Any], context: Context) -> str:
    return "; ".join(f"{title}: {words}" for title, words in show_cells(kind, row, context))


def show_cells(kind: Rows | Measures, row: Mapping[str, Any], context: Context) -> list[tuple[str, str]]:
    """Return question and answer of each cell that is filled in."""
    filled = [column for column in columns_of(kind) if column.id in row]
    return [
        (column.ask, ", ".join(CELLS[type(column.type)].show(column.type, row[column.id], context)))
        for column in filled
    ]


def _inputs(ask: Ask, names: Iterable[str]) -> list[str]:
    listed = list(names)
    return [
        name
        for row in row_ids(ask.name, listed)
        for column in columns_of(ask.type)
        for name in CELLS[type(column.type)].inputs(cell(ask.name, row, column), listed)
    ]


ROWS = FieldKind(Rows, _read, _show, _inputs)
MEASURES = FieldKind(Measures, _read, _show, _inputs)
