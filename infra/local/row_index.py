"""Find rows of moto's tables by what they have in common, without a look at every row of the table each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from moto.dynamodb.models import DynamoDBBackend

T = TypeVar("T")
Key = tuple[Any, Any]  # moto's own hash and range key; a table without a range key has None
Place = tuple[str, str]  # the same as text, which Python hashes many times as fast: all keys of our tables are text
Classify = Callable[[Any], str | None]  # the group of a row; None leaves it out

MOTOS = {name: getattr(DynamoDBBackend, name) for name in ("put_item", "update_item", "delete_item")}

_is_on = False
_time = 0  # counts how often an index was begun: rows may have changed unnoticed in between


def keep() -> None:
    """Note the key of every write in this process until `end`, so that an index looks at changed rows alone.

    Rows that are changed past moto's own methods are not noticed, so a test that does that must not run meanwhile.
    """
    global _is_on, _time
    if not _is_on:
        for name, write in MOTOS.items():
            setattr(DynamoDBBackend, name, _noting(write))
        _is_on, _time = True, _time + 1


def end() -> None:
    """Take moto's own methods again."""
    global _is_on
    for name, write in MOTOS.items():
        setattr(DynamoDBBackend, name, write)
    _is_on = False


def is_kept() -> bool:
    return _is_on


def find(table: Any, name: str, classify: Classify, groups: Iterable[str]) -> list[Any]:
    """Return the rows of these groups, in no order.

    name   of the index: each has one `classify`
    """
    return _indexes(table).find(table, name, classify, groups)


def count(table: Any, name: str, classify: Classify, groups: Iterable[str]) -> int:
    return _indexes(table).count(table, name, classify, groups)


def remember(attributes: Any, name: str, work_out: Callable[[], T]) -> T:
    """Work something out of a row's attributes, once until the row is written again.

    Only while writes are noted. What is remembered must not be changed.
    """
    known: dict[str, T] = attributes.__dict__
    if name not in known:
        known[name] = work_out()
    return known[name]


class _Indexes:
    """All indexes of one table, for as long as it has these items: a transaction that is taken back brings others."""

    def __init__(self, table: Any):
        self.items, self.time = table.items, _time
        self._by_name: dict[str, _Index] = {}

    def find(self, table: Any, name: str, classify: Classify, groups: Iterable[str]) -> list[Any]:
        by_group = self._up_to_date(table, name, classify).groups
        return [row for group in groups for row in by_group.get(group, {}).values()]

    def count(self, table: Any, name: str, classify: Classify, groups: Iterable[str]) -> int:
        by_group = self._up_to_date(table, name, classify).groups
        return sum(len(by_group.get(group, ())) for group in groups)

    def note(self, place: Place, row: Any) -> None:
        for index in self._by_name.values():
            index.changed[place] = row

    def _up_to_date(self, table: Any, name: str, classify: Classify) -> _Index:
        if name not in self._by_name:
            self._by_name[name] = _Index(_all_rows(table))
        index = self._by_name[name]
        index.look_again(classify)
        return index

    def __deepcopy__(self, memo: dict[int, Any]) -> None:
        """Give a copy of the table no index."""


class _Index:
    def __init__(self, rows: Iterable[Any]):
        self.groups: defaultdict[str, dict[Place, Any]] = defaultdict(dict)
        self.changed = {_place((row.hash_key, row.range_key)): row for row in rows}  # None for a row that is gone
        self._group_of: dict[Place, str] = {}

    def look_again(self, classify: Classify) -> None:
        for place, row in self.changed.items():
            if place in self._group_of:
                del self.groups[self._group_of.pop(place)][place]
            group = classify(row) if row is not None else None
            if group is not None:
                self.groups[group][place] = row
                self._group_of[place] = group
        self.changed.clear()


def _noting(write: Callable[..., Any]) -> Callable[..., Any]:
    """Put, update and delete all name the table, and then the row or its key."""

    def noting(self: Any, table_name: str, row: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return write(self, table_name, row, *args, **kwargs)
        finally:
            table = self.tables.get(table_name)
            if table is not None:
                _note(table, self.get_keys_value(table, row))

    return noting


def row_at(table: Any, key: Key) -> Any:
    """Return moto's row, or None."""
    held = table.items.get(key[0])
    return held if key[1] is None or held is None else held.get(key[1])


def put_back(table: Any, key: Key, row: Any) -> None:
    """Put a row where it was before a write; None if there was no row."""
    if row is not None:
        group, at = (table.items, key[0]) if key[1] is None else (table.items[key[0]], key[1])
        group[at] = row
    elif key[1] is None:
        table.items.pop(key[0], None)
    elif key[0] in table.items:
        table.items[key[0]].pop(key[1], None)
    _note(table, key)


def _note(table: Any, key: Key) -> None:
    row = row_at(table, key)
    if row is not None:
        row.attrs.__dict__.clear()  # of what is remembered
    if indexes := table.__dict__.get("kept_indexes"):
        indexes.note(_place(key), row)


def _indexes(table: Any) -> _Indexes:
    kept: _Indexes | None = table.__dict__.get("kept_indexes")
    if kept is None or kept.items is not table.items or kept.time != _time or not _is_on:
        kept = table.kept_indexes = _Indexes(table)
    return kept


def _all_rows(table: Any) -> list[Any]:
    if not table.range_key_attr:
        return list(table.items.values())
    return [row for group in table.items.values() for row in group.values()]


def _place(key: Key) -> Place:
    return key[0].value, "" if key[1] is None else key[1].value
