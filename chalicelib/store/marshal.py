"""Between our frozen types, plain rows, and DynamoDB's typed attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chalicelib.core.clock import stamp

T = TypeVar("T")
Row = dict[str, Any]


def attribute(value: Any) -> dict[str, Any]:
    """A plain value as DynamoDB's typed attribute. Raises TypeError for a type no row may hold."""
    for kind, typed in TYPED:
        if isinstance(value, kind):
            return typed(value)
    raise TypeError(f"no row holds a {type(value).__name__}")


TYPED: tuple[tuple[Any, Callable[[Any], dict[str, Any]]], ...] = (
    (type(None), lambda value: {"NULL": True}),
    (bool, lambda value: {"BOOL": value}),  # before int: True is one
    (int, lambda value: {"N": str(value)}),
    (str, lambda value: {"S": str(value)}),
    (bytes, lambda value: {"B": value}),
    (datetime, lambda value: {"S": stamp(value)}),
    (Mapping, lambda value: {"M": {key: attribute(inner) for key, inner in value.items()}}),
    ((list, tuple), lambda value: {"L": [attribute(inner) for inner in value]}),
)


def plain(typed: Mapping[str, Any]) -> Any:
    """The reverse of `attribute`; numbers are whole."""
    ((kind, value),) = typed.items()
    if kind == "NULL":
        return None
    if kind == "N":
        return int(value)
    if kind == "M":
        return {key: plain(inner) for key, inner in value.items()}
    if kind == "L":
        return [plain(inner) for inner in value]
    return value


def item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attribute(value) for name, value in row.items()}


def row(typed_item: Mapping[str, Any]) -> Row:
    return {name: plain(value) for name, value in typed_item.items()}


def fields(thing: object) -> Row:
    """The fields of a frozen type as a plain row."""
    found: Row = msgspec.to_builtins(thing, builtin_types=(bytes, datetime))
    return found


def read(kind: type[T], found: Mapping[str, Any]) -> T:
    """A frozen type from a row; attributes it does not know are left out."""
    return msgspec.convert(found, kind, builtin_types=(bytes,))
