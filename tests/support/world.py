"""Everything that the tests' AWS holds at one moment: taken, kept in a file, and put back as often as wanted."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import FakeKey
from msgspec import Struct

from chalicelib.core.clock import stamp
from chalicelib.core.settings import settings
from chalicelib.store.due import FAILED
from chalicelib.store.marshal import Row, row
from infra.local.account import ACCOUNT, REGION
from infra.local.memory import backend
from tests.support import cloud


class World(Struct, frozen=True):
    """Rows by table, documents by name, and the emails that SES accepted."""

    tables: dict[str, Any]
    documents: dict[str, bytes]
    emails: tuple[Any, ...]


class Lent(defaultdict[Any, Any]):
    """The partitions of a kept world, for a table: one is copied when it is asked for by its key, as before a write.

    moto goes through all of them only to read.
    """

    def __init__(self, kept: Mapping[Any, Any], copied: Iterable[Any] = ()):
        super().__init__(dict)
        dict.update(self, kept)
        self._copied = set(copied)

    def __getitem__(self, key: Any) -> Any:
        if key in self and key not in self._copied:
            self[key] = copy.deepcopy(super().__getitem__(key))
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._copied.add(key)
        super().__setitem__(key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 (it would ask itself)

    def __copy__(self) -> Lent:
        return Lent(self, self._copied)

    def __deepcopy__(self, memo: dict[int, Any]) -> defaultdict[Any, Any]:
        return defaultdict(dict, {copy.deepcopy(key, memo): copy.deepcopy(value, memo) for key, value in self.items()})


def take() -> World:
    tables = {name: copy.deepcopy(table.items) for name, table in backend("dynamodb").tables.items()}
    return World(tables, documents(), tuple(backend("ses").sent_messages))


def take_after(before: World, written: Set[tuple[str, str]]) -> World:
    """As `take`, but only the rows that were written since `before` are copied: the others are the same."""
    rows, keys = (copy.copy(before.tables[name]) for name in (_table(), _table("-keys")))
    for pk in {DynamoType({"S": pk}) for pk, _ in written}:
        if pk in rows:
            rows[pk] = dict(rows[pk])
    for pk, sk in written:
        _replace(keys if pk == "key" else rows[DynamoType({"S": pk})], DynamoType({"S": sk}), _item((pk, sk)))
    return World({_table(): rows, _table("-keys"): keys}, documents(), tuple(backend("ses").sent_messages))


def _replace(group: dict[Any, Any], key: DynamoType, item: Any) -> None:
    if item is None:
        group.pop(key, None)
    else:
        group[key] = copy.deepcopy(item)


def put_back(world: World) -> None:
    """Forget what there is, and warm up as a function that has run before: its settings are read."""
    cloud.empty()
    for name, items in world.tables.items():
        backend("dynamodb").tables[name].items = Lent(items)
    for name, content in world.documents.items():
        _bucket().keys[name] = FakeKey(name, content, account_id=ACCOUNT, region_name=REGION)
    backend("ses").sent_messages.extend(world.emails)
    settings()


def put_back_table(world: World) -> None:
    """Restore the table alone, as `make restore` does: bucket, keys and the emails that were sent are those of now."""
    table = backend("dynamodb").tables[_table()]
    table.items.clear()
    table.items = Lent(world.tables[_table()])
    cloud.forget()


def find(key: tuple[str, str], among: World | None = None) -> Row | None:
    """Return the row of a key, now or as it was; of the table of data keys by `("key", id)`."""
    item = _item(key, among)
    return row(item.to_json()["Attributes"]) if item else None


def all_rows() -> Iterator[Row]:
    """As `store.table.scan`, past AWS, which is ten times faster and makes no call that a plan could strike."""
    for group in backend("dynamodb").tables[_table()].items.values():
        yield from (row(item.to_json()["Attributes"]) for item in group.values())


def stored(keys: Iterable[tuple[str, str]]) -> Iterator[Any]:
    """Return the rows of these keys that exist, as DynamoDB holds them."""
    items = (_item(key) for key in sorted(keys) if key[0] != "key")
    return (item.to_json()["Attributes"] for item in items if item)


def _item(key: tuple[str, str], among: World | None = None) -> Any:
    tables = among.tables if among else {name: table.items for name, table in backend("dynamodb").tables.items()}
    pk, sk = (DynamoType({"S": part}) for part in key)
    return tables[_table("-keys")].get(sk) if key[0] == "key" else tables[_table()].get(pk, {}).get(sk)


def _table(suffix: str = "") -> str:
    return f"fullcircle-{cloud.STAGE}{suffix}"


def due(by: datetime) -> list[Row]:
    """Return what a sweep would find by then, earliest first: keys, kinds and when. Reads past the index: slow."""
    rows = backend("dynamodb").tables[_table()].items.values()
    waiting = [row for group in rows for row in map(_waiting, group.values()) if row and row["due_at"] <= stamp(by)]
    return sorted(waiting, key=lambda row: (row["due_at"], row["pk"]))


def _waiting(item: Any) -> Row:
    attrs = item.attrs
    if "due_shard" not in attrs or attrs["due_shard"].value == FAILED:
        return {}
    return {name: attrs[name].value for name in ("pk", "kind", "due_at")}


def documents() -> dict[str, bytes]:
    return {name: key.value for name, key in _bucket().keys.items()}


def document(name: str) -> bytes:
    """Return a document past AWS, as `all_rows` does with rows; nothing if there is none."""
    key = _bucket().keys.get(name)
    return key.value if key else b""


def _bucket() -> Any:
    (bucket,) = backend("s3").buckets.values()
    return bucket
