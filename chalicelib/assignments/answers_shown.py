"""Show submitted values in words, question by question. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from chalicelib.assignments.field_kinds import KINDS
from chalicelib.assignments.form import AREAS, AREAS_TITLE, WHY
from chalicelib.assignments.table_fields import show_cells
from chalicelib.assignments.values import Choices, Context
from chalicelib.core.form_model import FormField, Items, Many, Measures, Rows


class AnswerView(Struct, frozen=True):
    label: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    is_list: bool = False


def show_answers(
    fields: Sequence[FormField], values: Mapping[str, Any], context: Context, areas: Choices | None = None
) -> list[AnswerView]:
    """Return each question with its answer. `areas`: words of the development areas that the form may name."""
    shown = [_show(one, values.get(one.id), context) for one in fields if one.when is None or one.id in values]
    if areas is None or AREAS not in values:
        return shown
    words = dict(areas)
    ticked = tuple(words.get(area, "an area that has changed") for area in values[AREAS])
    return [*shown, AnswerView(AREAS_TITLE, ticked or (f"None of them: {values.get(WHY, '')}",), is_list=True)]


def _show(one: FormField, value: Any, context: Context) -> AnswerView:
    if value is None:
        return AnswerView(one.ask)
    if isinstance(one.type, Rows | Measures):
        return AnswerView(one.ask, rows=tuple(tuple(show_cells(one.type, row, context)) for row in value))
    lines = KINDS[type(one.type)].show(one.type, value, context)
    return AnswerView(one.ask, tuple(lines), is_list=isinstance(one.type, Many | Items))
