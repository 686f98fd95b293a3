"""Convert between our frozen types, plain rows, and DynamoDB's typed attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chalicelib.core.clock import stamp

T = TypeVar("T")
Row = dict[str, Any]


def attribute(value: Any) -> dict[str, Any]:
    """Convert a plain value to DynamoDB's typed attribute. Raises TypeError for a type that a row cannot hold."""
    if type(value) is str:  # as most values are
        return {"S": value}
    for kind, typed in TYPED:
        if isinstance(value, kind):
            return typed(value)
    raise TypeError(f"no row holds a {type(value).__name__}")


TYPED: tuple[tuple[Any, Callable[[Any], dict[str, Any]]], ...] = (
    (type(None), lambda value: {"NULL": True}),
    (bool, lambda value: {"BOOL": value}),  # before int: True is an int
    (int, lambda value: {"N": str(value)}),
    (str, lambda value: {"S": str(value)}),
    (bytes, lambda value: {"B": value}),
    (datetime, lambda value: {"S": stamp(value)}),
    (Mapping, lambda value: {"M": {key: attribute(inner) for key, inner in value.items()}}),
    ((list, tuple), lambda value: {"L": [attribute(inner) for inner in value]}),
)


def plain(typed: Mapping[str, Any]) -> Any:
    """Convert back from `attribute`; numbers are whole."""
    ((kind, value),) = typed.items()
    if kind == "M":
        return row(value)
    if kind == "L":
        return [inner["S"] if "S" in inner else plain(inner) for inner in value]
    if kind == "N":
        return int(value)
    return None if kind == "NULL" else value


def item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attribute(value) for name, value in row.items()}


def row(typed_item: Mapping[str, Any]) -> Row:
    # Most values are texts: without a call for each, a row takes half of the time.
    return {name: value["S"] if "S" in value else plain(value) for name, value in typed_item.items()}


def fields(thing: object) -> Row:
    """Convert a frozen type to a plain row."""
    row: Row = msgspec.to_builtins(thing, builtin_types=(bytes, datetime))
    return row


def read(kind: type[T], row: Mapping[str, Any]) -> T:
    """Convert a row to a frozen type; ignore unknown attributes. Raises MsgspecError with a note of the row's key."""
    try:
        return msgspec.convert(row, kind, builtin_types=(bytes,))
    except msgspec.MsgspecError as error:
        error.add_note(f"{row.get('pk', '')} {row.get('sk', '')}".strip())
        raise
