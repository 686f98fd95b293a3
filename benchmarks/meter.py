"""What the calls of real code would be billed: counted at botocore's hooks, capacity computed from the items' sizes.

moto answers every call with a capacity of 1, so benchmarks/units.py decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from benchmarks.units import Meter, size
from infra.local.memory import backend

ON_THE_INDEX = ("due_shard", "due_at")
Part = tuple[int, str, Mapping[str, Any]]  # times, table, key


_open: list[Meter] = []


@contextmanager
def metered() -> Iterator[Meter]:
    meter = Meter()
    _open.append(meter)
    try:
        yield meter
    finally:
        _open.remove(meter)


def hook(session: Any) -> None:
    """Before the session makes its first client, and before anything else that answers calls."""
    session.register("before-parameter-build", _remember)
    session.register("before-call", _before)
    session.register("after-call", _after)


def _remember(params: Any, context: dict[str, Any], **_: Any) -> None:
    context["metered"] = params


def _before(model: Any, context: dict[str, Any], **_: Any) -> None:
    if _open and model.name in WRITTEN:
        context["written"] = [(part, _image(*part[1:])) for part in WRITTEN[model.name](context["metered"])]


def _after(model: Any, context: dict[str, Any], parsed: Mapping[str, Any], **_: Any) -> None:
    written = sum(_write_units(*part, before) for part, before in context.get("written", ()))
    read = READ[model.name](context["metered"], parsed) if model.name in READ else 0.0
    for meter in _open:
        meter.calls[model.name] += 1
        meter.writes += written
        meter.reads += read
        meter.refused += "written" in context and "Error" in parsed


def _write_units(factor: int, table: str, key: Mapping[str, Any], before: Mapping[str, Any]) -> float:
    """Of the larger image, and of the row's line on the index where that changes."""
    after = _image(table, key)
    lines = [{name: image[name] for name in ON_THE_INDEX if name in image} for image in (before, after)]
    moved = sum("due_shard" in line for line in lines) if lines[0] != lines[1] else 0
    return factor * max(1, math.ceil(max(size(before), size(after)) / 1024)) + moved


def _read_units(items: Iterable[Mapping[str, Any]], consistent: bool = True) -> float:
    """Of items that are read by themselves; at least one, for an item that is not there is read too."""
    units = [max(1, math.ceil(size(item) / 4096)) for item in items] or [1]
    return sum(units) / (1 if consistent else 2)


def _query_units(asked: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
    """Of a page of items, which are added up before they are rounded."""
    units = max(1, math.ceil(sum(map(size, parsed["Items"])) / 4096))
    return units / (1 if asked.get("ConsistentRead") else 2)


def _image(table: str, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as moto holds it now; empty if there is none."""
    stored_row = backend("dynamodb").tables[table].get_item(*(DynamoType(value) for value in key.values()))
    image: dict[str, Any] = stored_row.to_json()["Attributes"] if stored_row else {}
    return image


def _keys(table: str, item: Mapping[str, Any]) -> dict[str, Any]:
    held = backend("dynamodb").tables[table]
    return {name: item[name] for name in (held.hash_key_attr, held.range_key_attr) if name}


def _transacted(asked: Mapping[str, Any]) -> Iterator[Part]:
    for write in asked["TransactItems"]:
        (params,) = write.values()
        yield 2, params["TableName"], params.get("Key") or _keys(params["TableName"], params["Item"])


def _batched(asked: Mapping[str, Any]) -> Iterator[Part]:
    for table, requests in asked["RequestItems"].items():
        for request in requests:
            yield 1, table, _keys(table, request["PutRequest"]["Item"])


def _single(asked: Mapping[str, Any]) -> Iterator[Part]:
    table = asked["TableName"]
    yield 1, table, asked.get("Key") or _keys(table, asked["Item"])


WRITTEN: dict[str, Callable[[Mapping[str, Any]], Iterator[Part]]] = {
    "PutItem": _single,
    "UpdateItem": _single,
    "DeleteItem": _single,
    "BatchWriteItem": _batched,
    "TransactWriteItems": _transacted,
}
READ: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], float]] = {
    "GetItem": lambda asked, parsed: _read_units([parsed.get("Item", {})]),
    "BatchGetItem": lambda asked, parsed: sum(_read_units(items) for items in parsed["Responses"].values()),
    "Query": _query_units,
}
