"""The part of docs/privacy.md that is made from the kinds of row: who reads what, how long it is kept, erasure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

FILE = Path(__file__).parents[2] / "docs" / "privacy.md"
BEGIN, END = "<!-- made from store/row_kinds/ by `make docs` -->\n", "<!-- end -->\n"


def page() -> str:
    """Return the page with this part made again. Raises ValueError if the marks are not there."""
    text = FILE.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{FILE.name} has no place for what is made from the kinds of row: {BEGIN.strip()}")
    return before + BEGIN + "".join(_tables()) + END + after


def _tables() -> Iterator[str]:
    kinds = all_kinds()
    yield "\n| who | reads on a page, in a file or in an email |\n|---|---|\n"
    for owner in Owner:
        yield from _line(f"{owner}, of their own", [kind for kind in kinds if _is_own(kind, owner)])
    for reader in Reader:
        if reader is not Reader.OWNER:
            yield from _line(reader, [kind for kind in kinds if reader in kind.readers])
    yield from _line("no one", [kind for kind in kinds if not kind.readers])
    yield "\n| kept | what |\n|---|---|\n"
    for retention in Retention:
        yield from _line(retention, [kind for kind in kinds if kind.retention is retention])
    yield "\n| when a person is erased | what |\n|---|---|\n"
    for erasure in Erasure:
        yield from _line(erasure, [kind for kind in kinds if kind.erasure is erasure])
    yield from _line("deleted with the delegate it is about", [kind for kind in kinds if kind.goes_with_delegate])
    yield from _line("with documents in the bucket, which go with the row", [kind for kind in kinds if kind.folder])
    yield "\n"


def _is_own(kind: RowKind, owner: Owner) -> bool:
    return kind.owner is owner and Reader.OWNER in kind.readers


def _line(name: str, row_kinds: Sequence[RowKind]) -> Iterator[str]:
    if row_kinds:
        yield f"| {name} | {'; '.join(sorted(kind.name for kind in row_kinds))} |\n"
