"""Keep the golden rows: one file to which rows are only ever added."""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.golden.shapes import Item, kind_of, paths_of

FILE = Path(__file__).parent / "rows.jsonl"
VERSION = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]


def load() -> list[tuple[str, Item]]:
    """(version that first wrote such a row, the row) of each."""
    lines = map(json.loads, FILE.read_text().splitlines()) if FILE.exists() else ()
    return [(line["version"], as_bytes(line["row"])) for line in lines]


def add(new: Iterable[Item]) -> list[Item]:
    """Append the rows that have something no golden row has; return them."""
    added = Shapes(stored for _, stored in load()).pick(new)
    added.sort(key=lambda stored: (kind_of(stored).name, stored["pk"]["S"], stored["sk"]["S"]))
    with FILE.open("a") as file:
        file.writelines(json.dumps({"version": VERSION, "row": as_text(row)}, sort_keys=True) + "\n" for row in added)
    return added


class Shapes:
    """The attributes of rows by kind, each with its type."""

    def __init__(self, rows: Iterable[Item] = ()) -> None:
        self._known: set[tuple[str, str]] = set()
        self.pick(rows)

    def pick(self, rows: Iterable[Item]) -> list[Item]:
        """Return the rows that have something no row before them had."""
        return [row for row in rows if self._is_new(row)]

    def _is_new(self, row: Item) -> bool:
        new = {(kind_of(row).name, path) for path in paths_of(row)} - self._known
        self._known |= new
        return bool(new)


def as_text(value: Any) -> Any:
    """Bytes as base64, where JSON has none."""
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def as_bytes(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"])
    if isinstance(value, dict):
        return {key: as_bytes(inner) for key, inner in value.items()}
    return [as_bytes(inner) for inner in value] if isinstance(value, list) else value
