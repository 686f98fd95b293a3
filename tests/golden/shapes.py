"""The shape of a stored row, and whether today's code still reads all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, inspect

from chalicelib.store import shapes
from chalicelib.store.marshal import fields, item, read, row
from chalicelib.store.row_key import Key
from chalicelib.store.row_kinds import kinds_of
from chalicelib.store.row_kinds.row_kind import RowKind
from tests.golden.readers import INSIDE, is_read_by_name, type_of

Item = Mapping[str, Any]  # DynamoDB's typed attributes


def kind_of(stored: Item) -> RowKind:
    return _kind_of(Key(stored["pk"]["S"], stored["sk"]["S"]))


@cache
def _kind_of(key: Key) -> RowKind:
    (kind,) = kinds_of(key)
    return kind


# --- what it looks like -----------------------------------------------------------------------------------------------


def paths_of(stored: Item) -> set[str]:
    """Every attribute with its type, and those inside it where our types name them: a mapping's own keys are data."""
    struct = type_of(kind_of(stored), row(stored))
    known = _attributes(struct) if struct else {}
    return {path for name, typed in stored.items() for path in _paths(name, typed, known.get(name))}


@cache
def _attributes(struct: type[Struct]) -> dict[str, Any]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: field.type for field in info.fields}


def _paths(name: str, typed: Item, info: Any) -> Iterator[str]:
    ((sign, value),) = typed.items()
    yield f"{name.partition(':')[0]} {sign}"
    if sign == "L":
        yield from (path for inner in value for path in _paths(f"{name}[]", inner, _part(info, "item_type")))
    elif sign == "M" and (struct := _struct(info)):
        known = {field.encode_name: field.type for field in struct.fields}
        yield from (path for key, inner in value.items() for path in _paths(f"{name}.{key}", inner, known.get(key)))
    elif sign == "M":
        yield from (path for inner in value.values() for path in _paths(f"{name}.*", inner, _part(info, "value_type")))


def _struct(info: Any) -> inspect.StructType | None:
    return next((choice for choice in _choices(info) if isinstance(choice, inspect.StructType)), None)


def _part(info: Any, name: str) -> Any:
    return next((getattr(choice, name) for choice in _choices(info) if hasattr(choice, name)), None)


def _choices(info: Any) -> tuple[Any, ...]:
    return info.types if isinstance(info, inspect.UnionType) else (info,)


# --- whether it is read -----------------------------------------------------------------------------------------------


def lost(stored: Item) -> Iterator[str]:
    """Return what today's code does not read of a row, each with why; nothing if it reads the row as it was written."""
    kind, today = kind_of(stored), shapes.to_read(row(stored))
    struct = type_of(kind, today)
    try:
        known = item(fields(read(struct, today))) if struct else {}
    except msgspec.ValidationError as error:
        yield str(error)
        return
    for name, typed in item(today).items():
        if name in known:
            yield from _differences(name, typed, known[name])
        elif name != shapes.SHAPE and not is_read_by_name(kind, name):
            yield f"{name}: no one reads it"
    for (of, name), read_inside in INSIDE.items():
        if of == kind.name:
            read_inside(today[name])


def _differences(name: str, typed: Item, known: Item) -> Iterator[str]:
    ((sign, value),), ((sign_now, value_now),) = typed.items(), known.items()
    if sign != sign_now:
        yield f"{name}: it was {sign} and is read as {sign_now}"
    elif sign == "M":
        yield from (f"{name}.{key}: no one reads it" for key in value if key not in value_now)
        pairs = ((key, inner, value_now[key]) for key, inner in value.items() if key in value_now)
        yield from (difference for key, inner, now in pairs for difference in _differences(f"{name}.{key}", inner, now))
    elif sign == "L":
        yield from (f"{name}: {len(value)} are read as {len(value_now)}",) if len(value) != len(value_now) else ()
        pairs = zip(value, value_now, strict=False)
        yield from (difference for inner, now in pairs for difference in _differences(f"{name}[]", inner, now))
    elif value != value_now:
        yield f"{name}: {value!r} is read as {value_now!r}"
