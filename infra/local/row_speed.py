"""Weigh, copy and write out rows in fewer steps than moto 5.2.5, with the same result.

moto weighs the whole row at each attribute, copies it by pickling, and asks of every value of an answer whether it is
of each of ten types.
"""

from __future__ import annotations

import copy
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from moto.core.serialize import JSONSerializer
from moto.dynamodb import models, responses
from moto.dynamodb.models import table
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize

from infra.local import row_index

SMALL = 2000  # bytes: rows of small attributes cannot come near the limit of 400 kB

_moto_set = LimitedSizeDict.__setitem__
_moto_cast = DynamoType.cast_value.fget
_moto_serialize = JSONSerializer._serialize_type_structure

_weights: dict[int, int] | None = None  # of the rows that the running query has weighed


def apply() -> None:
    """From now on, in this process."""
    LimitedSizeDict.__setitem__ = _set_attribute
    DynamoType.__deepcopy__ = _copy_value
    DynamoType.size = _weigh_value
    DynamoType.cast_value = property(_cast)
    DynamoType.to_regular_json = _write_out
    Item.__deepcopy__ = _copy_row
    Item.size = _weigh_row
    JSONSerializer._serialize_type_structure = _serialize_structure
    responses.dynamo_to_dict = _to_plain
    table.copy = SimpleNamespace(copy=copy.copy, deepcopy=_copy_what_may_change)
    models.copy = responses.copy = SimpleNamespace(deepcopy=_copy_all_but_rows)


@contextmanager
def reading() -> Iterator[None]:
    """Weigh each row once, and copy none: an answer is written out before another call can change a row."""
    global _weights
    _weights = {}
    try:
        yield
    finally:
        _weights = None


def _copy_what_may_change(value: Any, *memo: Any) -> Any:
    return copy.deepcopy(value, *memo) if _weights is None else value


def _copy_all_but_rows(value: Any) -> Any:
    """Leave out the copy of a row before an update: moto takes it for streams, which no table has, and to write it out,
    which makes new data.
    """
    return value if isinstance(value, Item) else copy.deepcopy(value)


# --- in rows ----------------------------------------------------------------------------------------------------------


def _set_attribute(self: LimitedSizeDict, key: str, value: Any) -> None:
    if isinstance(value, DynamoType) and not value.is_map() and not value.is_list() and len(str(value.value)) < SMALL:
        dict.__setitem__(self, key, value)
    else:
        _moto_set(self, key, value)


def _copy_row(self: Item, memo: dict[int, Any]) -> Item:
    copied = object.__new__(type(self))
    copied.hash_key, copied.range_key = self.hash_key, self.range_key  # a row's key never changes
    copied.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    for name, value in self.attrs.items():
        dict.__setitem__(copied.attrs, name, _copy_value(value, memo))
    return copied


def _copy_value(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
    copied = object.__new__(DynamoType)
    copied.type, copied.value = self.type, self.value
    if isinstance(self.value, dict):
        copied.value = {key: _copy_value(inner, memo) for key, inner in self.value.items()}
    elif isinstance(self.value, list):
        copied.value = [_copy_value(inner, memo) if isinstance(inner, DynamoType) else inner for inner in self.value]
    return copied


def _weigh_row(self: Item) -> int:
    if row_index.is_kept():
        return row_index.remember(self.attrs, "weight", lambda: _weigh_attributes(self))
    if _weights is None:
        return _weigh_attributes(self)
    if id(self) not in _weights:
        _weights[id(self)] = _weigh_attributes(self)
    return _weights[id(self)]


def _weigh_attributes(self: Item) -> int:
    return sum(_weigh_text(name) + _weigh_value(value) for name, value in self.attrs.items())


def _weigh_value(self: DynamoType) -> int:
    """Return the bytes that `DynamoType.size` counts."""
    value = self.value
    if isinstance(value, str):
        return _weigh_text(value)
    if isinstance(value, dict):
        return sum(_weigh_text(name) + _weigh_value(inner) for name, inner in value.items())
    if isinstance(value, list):
        return sum(_weigh_value(inner) if isinstance(inner, DynamoType) else bytesize(inner) for inner in value)
    if isinstance(value, bytes):
        return len(value)
    return 1 if isinstance(value, bool) else len(str(value))


def _weigh_text(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _cast(self: DynamoType) -> Any:
    return self.value if self.type == "S" else _moto_cast(self)


# --- in answers -------------------------------------------------------------------------------------------------------


def _to_plain(value: Any) -> Any:
    """Turn moto's rows into plain data, as `dynamo_to_dict` does."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is DynamoType:
        return _typed_plain(value)
    if kind is LimitedSizeDict and row_index.is_kept():
        return row_index.remember(value, "plain", lambda: _plain_values(value))
    if kind is dict or kind is LimitedSizeDict:
        return _plain_values(value)
    if kind is list:
        return [_to_plain(inner) for inner in value]
    return _to_plain(value.to_json()) if hasattr(value, "to_json") else value


def _plain_values(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _to_plain(value) for name, value in values.items()}


def _typed_plain(value: DynamoType) -> dict[str, Any]:
    if value.type == "B":
        return {"B": value.value if isinstance(value.value, bytes) else b64decode(value.value)}
    if value.type == "BS":
        return {"BS": [data if isinstance(data, bytes) else b64decode(data) for data in value.value]}
    return {value.type: _to_plain(value.value)}


def _write_out(self: DynamoType) -> dict[str, Any]:
    """Return plain data, as `to_regular_json` does, which copies every level once more for each level above it."""
    value = self.value
    if isinstance(value, dict):
        value = {name: _write_inner(inner) for name, inner in value.items()}
    elif isinstance(value, list):
        value = [_write_inner(inner) for inner in value]
    elif self.type == "B" and isinstance(value, str):
        value = b64decode(value)
    return {self.type: value}


def _write_inner(value: Any) -> Any:
    return _write_out(value) if isinstance(value, DynamoType) else value


def _serialize_structure(self: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue" and isinstance(value, (dict, DynamoType)):
        self._default_serialize(serialized, _typed(value), shape, key)
    else:
        _moto_serialize(self, serialized, value, shape, key)


def _typed(value: dict[str, Any] | DynamoType) -> dict[str, Any]:
    """Return an attribute as JSON."""
    ((kind, inner),) = (value.to_json() if isinstance(value, DynamoType) else value).items()
    if kind == "M":
        return {kind: {name: _typed(member) for name, member in inner.items()}}
    if kind == "L":
        return {kind: [_typed(member) for member in inner]}
    if kind == "B" and isinstance(inner, bytes):
        return {kind: b64encode(inner).decode()}
    return {kind: inner}
