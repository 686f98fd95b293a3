"""Write rows of a person as text that anyone can read: what each is, and what it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.admin.owned_rows import kind_of
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.table import Key, key_of

SKIPPED = (*Key._fields, "revision", "gone_at", "due_shard")  # of the table, and about no one


def describe(rows: Iterable[Row]) -> str:
    """Return all rows, those of a kind together under a heading, in the order of docs/rows.md."""
    sections: dict[str, list[str]] = {kind.name: [] for kind in all_kinds()}
    for row in sorted(rows, key=key_of):
        kind = kind_of(row)
        if kind:
            sections[kind.name].append("\n".join(_lines("", {k: v for k, v in row.items() if k not in SKIPPED})))
    what = {kind.name: kind.what for kind in all_kinds()}
    return "\n".join(_section(what[name], texts) for name, texts in sections.items() if texts)


def _section(what: str, texts: list[str]) -> str:
    title = f"{what[:1].upper()}{what[1:]}"
    body = "\n\n".join(text for text in texts if text)
    return f"{title}\n{'=' * len(title)}\n{body}\n"


def _lines(name: str, value: Any) -> Iterator[str]:
    """Yield a line for each thing that a value says; bytes are for programs alone."""
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _lines(f"{name} / {_words(inner)}" if name else _words(inner), one)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, one in enumerate(value, start=1):
            yield from _lines(f"{name} {number}", one)
    elif value not in (None, "") and not isinstance(value, bytes):
        yield f"{name}: {value}"


def _words(name: str) -> str:
    return name.replace("_", " ")
