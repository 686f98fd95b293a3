"""Read the types of field of a form and of a column of a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.core.file_errors import hint
from chalicelib.core.form_model import CellType, Choice, Date, Line, Many, Money, Number, Option, Scale, Text
from chalicelib.programme.form_schema import ColumnShape, OptionShape
from chalicelib.programme.yaml_paths import Outline, Path

TYPES = ("line", "text", "number", "money", "date", "choice", "many", "scale")
MIN_STEPS, MAX_STEPS = 3, 10  # of a scale
OptionLists = Mapping[str, tuple[OptionShape, ...]]
MADE_OF: Mapping[str, type[Choice | Many | Scale]] = {"choice": Choice, "many": Many, "scale": Scale}


def read_cell(outline: Outline, lists: OptionLists, path: Path, shape: ColumnShape, kind: str) -> CellType:
    """Return the type that a field or column names; add its faults to the outline."""
    if kind in MADE_OF:
        least = MIN_STEPS if kind == "scale" else 2
        return MADE_OF[kind](options_of(outline, lists, (*path, kind), getattr(shape, kind), least=least))
    if shape.number is not None:
        _check_number(outline, (*path, "number"), shape.number.min, shape.number.max)
        limits = shape.number
        return Number(limits.unit or "", limits.min, limits.max, limits.places)
    if shape.money is not None:
        return Money(shape.money.per or "")
    if shape.date is not None:
        for name, day in (("after", shape.date.after), ("before", shape.date.before)):
            if day and not _is_day(day):
                outline.fault((*path, "date", name), f'"{day}" is no day of the calendar')
        return Date(shape.date.after or "", shape.date.before or "", shape.date.within or "")
    return Line(shape.line) if shape.line is not None else Text(shape.text or 0)


def options_of(
    outline: Outline, lists: OptionLists, path: Path, named: str | tuple[OptionShape, ...], *, least: int
) -> tuple[Option, ...]:
    """Return the options of a field, which names a list or has its own."""
    if isinstance(named, str) and named not in lists:
        outline.fault(path, f'"{named}" is not one of the `lists`; {hint(named, tuple(lists))}')
        return ()
    shapes = lists[named] if isinstance(named, str) else named
    if not isinstance(named, str):
        options_differ(outline, path, named)
    if len(shapes) < least or (least == MIN_STEPS and len(shapes) > MAX_STEPS):
        outline.fault(path, f"has {len(shapes)} options; allowed: {least} to {MAX_STEPS}")
    return tuple(Option(shape.id, shape.title) for shape in shapes)


def options_differ(outline: Outline, path: Path, options: tuple[OptionShape, ...]) -> None:
    ids = [option.id for option in options]
    for number, option in enumerate(ids):
        if option in ids[:number]:
            outline.fault((*path, number), f'"{option}" is listed twice')


def _check_number(outline: Outline, path: Path, least: float | None, most: float | None) -> None:
    if least is not None and most is not None and least > most:
        outline.fault((*path, "min"), f"is above max, which is {most:g}")


def _is_day(text: str) -> bool:
    try:
        return text == "today" or bool(date.fromisoformat(text))
    except ValueError:
        return False
