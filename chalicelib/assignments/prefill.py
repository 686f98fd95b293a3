"""Fill the empty fields of a form from earlier forms and from the development areas, once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from chalicelib.assignments.form import ask_of
from chalicelib.assignments.table_fields import ROW, cell
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.values import TICKED
from chalicelib.core.form_model import FormField, Rows
from chalicelib.core.formatting import local_date


class Filled(Struct, frozen=True):
    """Text that a form takes from elsewhere.

    typed     by input name
    origins   field -> where the text is from and when it was written, in words
    """

    typed: Mapping[str, str]
    origins: Mapping[str, str]


def fill(book: Book, task: Task, now: datetime) -> Filled:
    """Return what an unsaved form begins with. Once anything is saved, nothing is filled in any more."""
    typed: dict[str, str] = {}
    origins: dict[str, str] = {}
    if task.work is not None and (task.draft.typed or task.work.revision):
        return Filled(typed, task.work.origins)
    for field in task.form.fields:
        values, whence = _find(book, field, now)
        if values:
            typed |= values
            origins[field.id] = whence
    return Filled(typed, origins)


def _find(book: Book, field: FormField, now: datetime) -> tuple[dict[str, str], str]:
    source = field.type.source if isinstance(field.type, Rows) else field.source
    if not source:
        return {}, ""
    assignment, _, name = source.partition(".")
    if assignment == "areas":
        return _from_areas(book, field, name), "your development areas"
    earlier = book.find(assignment)
    value = earlier.values(book.context(earlier, now)).get(name) if earlier else None
    if earlier is None or value is None:
        return {}, ""
    return _typed(field, value), f"“{earlier.assignment.title}”, {_when(earlier, now)}"


def _when(task: Task, now: datetime) -> str:
    moment = task.latest.at if task.latest else task.work.at if task.work else now
    day = local_date(moment, task.zone)
    return f"{'submitted' if task.latest else 'saved'} on {_short(day)}"


def _short(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _from_areas(book: Book, field: FormField, part: str) -> dict[str, str]:
    lines = [area.parts[part] for area in book.areas if area.is_live and area.parts.get(part)]
    return {ask_of(field).name: "\n".join(lines)} if lines else {}


def _typed(field: FormField, value: Any) -> dict[str, str]:
    """Return a value as if it had been typed into a field."""
    name = ask_of(field).name
    if isinstance(field.type, Rows):
        kept = [(row, column) for row in value for column in field.type.kept if column.id in row]
        filled: dict[str, str] = {}
        for row, column in kept:
            filled |= _typed_one(cell(name, row[ROW], column).name, row[column.id])
        return filled
    return _typed_one(name, value)


def _typed_one(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {name: value}
    return {f"{name}.{option}": TICKED for option in value} if isinstance(value, list | tuple) else {}
