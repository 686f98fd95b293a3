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
    views = [
        _show(field, values.get(field.id), context) for field in fields if field.when is None or field.id in values
    ]
    if areas is None or AREAS not in values:
        return views
    words = dict(areas)
    ticked = tuple(words.get(area, "an area that has changed") for area in values[AREAS])
    return [*views, AnswerView(AREAS_TITLE, ticked or (f"None of them: {values.get(WHY, '')}",), is_list=True)]


def _show(field: FormField, value: Any, context: Context) -> AnswerView:
    if value is None:
        return AnswerView(field.ask)
    if isinstance(field.type, Rows | Measures):
        return AnswerView(field.ask, rows=tuple(tuple(show_cells(field.type, row, context)) for row in value))
    lines = KINDS[type(field.type)].show(field.type, value, context)
    return AnswerView(field.ask, tuple(lines), is_list=isinstance(field.type, Many | Items))
