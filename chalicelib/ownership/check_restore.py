"""Check a table that was restored from a backup, together with the documents that its rows name; change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chalicelib.sponsor.stories.forget import WITH_WORDS, list_withdrawn
from chalicelib.store import objects, reports
from chalicelib.store.marshal import Row, read
from chalicelib.store.row_kinds import kinds_of
from chalicelib.store.row_kinds.cohort_rows import SUMMARY
from chalicelib.store.row_kinds.delegate_rows import REPORT
from chalicelib.store.row_kinds.row_kind import RowKind
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Key, key_of, scan


class Checked(Struct, frozen=True):
    """What a table holds.

    rows       name of a kind -> how many rows
    documents  how many documents rows name
    opened     how many reports could be opened, on screen and as a PDF
    faults     what is missing or damaged, by ids
    """

    rows: Mapping[str, int]
    documents: int
    opened: int
    faults: tuple[str, ...]


def check_restored() -> Checked:
    """Read every row, and every document that a row names."""
    rows: Counter[str] = Counter()
    documents, opened, faults = 0, 0, []
    for row in scan():
        key = key_of(row)
        kinds = kinds_of(key)
        if len(kinds) != 1:
            faults.append(f"{key.pk} {key.sk} is of no kind that this version knows")
            continue
        rows[kinds[0].name] += 1
        bodies = {name: objects.find(name) for name in _names(kinds[0], key, row)}
        for name in _forgotten(kinds[0], row):
            if not bodies.get(name):
                bodies.pop(name, None)
        row_faults = list(_faults(kinds[0], row, bodies))
        documents += len(bodies)
        opened += kinds[0] is REPORT and not row_faults
        faults += [f"{key.pk} {key.sk}: {fault}" for fault in row_faults]
    return Checked(dict(sorted(rows.items())), documents, opened, tuple(faults))


def _names(kind: RowKind, key: Key, row: Row) -> list[str]:
    """Return the names of the documents of a row."""
    if not kind.folder:
        return []
    folder = kind.folder_of(key)
    return sorted({text for text in _texts(row) if text.startswith(folder)})


def _forgotten(kind: RowKind, row: Row) -> list[str]:
    """Return the names of documents that may be gone, because they quote a story that was withdrawn since."""
    if kind is not SUMMARY or not row.get("stories"):
        return []
    edition = read(Summary, row)
    return [edition.file(each) for each in WITH_WORDS] if list_withdrawn((edition,)) else []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)


def _faults(kind: RowKind, row: Row, bodies: Mapping[str, bytes | None]) -> Iterator[str]:
    yield from (f"{name} is not in the bucket" for name, body in bodies.items() if not body)
    facts = bodies.get(row.get("facts", ""))
    if facts and not reports.is_sealed(facts, row["checksum"]):
        yield f"{row['facts']} does not have the checksum {row['checksum']}"
    if kind is REPORT:
        html, pdf = (bodies.get(row[name]) or b"" for name in ("html", "pdf"))
        if html and row["checksum"].encode() not in html:
            yield f"{row['html']} shows the checksum of other facts"
        if pdf and not (pdf.startswith(b"%PDF-") and b"%%EOF" in pdf[-1024:]):
            yield f"{row['pdf']} is not a whole PDF"


def describe(checked: Checked) -> Sequence[str]:
    """Return lines for a terminal."""
    lines = [f"{kind}\t{count}" for kind, count in checked.rows.items()]
    lines.append(f"Documents in the bucket: {checked.documents}. Reports that opened: {checked.opened}.")
    return [*lines, *(f"Fault: {fault}" for fault in checked.faults)]
