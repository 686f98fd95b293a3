"""Write rows of a person as text that anyone can read: what each is, and what it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.admin.owned_rows import kind_of
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import all_kinds, delegate_rows
from chalicelib.store.table import Key, key_of

SKIPPED = (*Key._fields, "revision", "gone_at", "due_shard")  # of the table, and about no one


AS_DELEGATE, IN_OTHER_ROLES = "PART 1: you as a delegate", "PART 2: you in other roles, such as a rater"
NOT_IN_IT = """What is not in it
=================
Answers to questionnaires that have closed. They are stored without a name, so no one can find whose they are:
not yours about others, and not those of others about you.
"""


def describe(rows: Iterable[Row]) -> str:
    """Return all rows in words: in two parts for a delegate who has other roles too."""
    rows = list(rows)
    own = {key_of(row).pk for row in rows if _is_own_delegate(row)}
    parts = [[row for row in rows if (key_of(row).pk in own) is is_own] for is_own in (True, False)]
    if not all(parts):
        return f"{_describe(rows)}\n{NOT_IN_IT}"
    first, second = map(_describe, parts)
    return f"{AS_DELEGATE}\n\n{first}\n{IN_OTHER_ROLES}\n\n{second}\n{NOT_IN_IT}"


def _is_own_delegate(row: Row) -> bool:
    """Return whether it is the person's own row as a delegate: in those of others they are named by role."""
    return delegate_rows.DELEGATE.has(row) and isinstance(row.get("person"), Mapping) and "email" in row["person"]


def _describe(rows: Iterable[Row]) -> str:
    """Return rows, those of a kind together under a heading, in the order of docs/rows.md."""
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
        for inner, item in value.items():
            yield from _lines(f"{name} / {_words(inner)}" if name else _words(inner), item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, item in enumerate(value, start=1):
            yield from _lines(f"{name} {number}", item)
    elif value not in (None, "") and not isinstance(value, bytes):
        yield f"{name}: {value}"


def _words(name: str) -> str:
    return name.replace("_", " ")
