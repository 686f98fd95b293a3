"""What came back to a delegate after the impact survey: where its documents are. It never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.store import objects
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Key, Write, put_once

SK = "RESULT#impact"
KINDS = {"facts": "facts.json", "html": "impact.html", "pdf": "impact.pdf"}


class ResultExists(AlreadyExists):
    """The delegate's result was made already."""


class StoredResult(Struct, frozen=True):
    """facts, html, pdf: names of the documents in the bucket. is_shared: whether the form named the coach as reader."""

    delegate_id: str
    checksum: str
    facts: str
    html: str
    pdf: str
    made_at: datetime
    is_shared: bool = True


def key(delegate_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", SK)


def save_documents(delegate_id: str, checksum: str, bodies: Mapping[str, bytes]) -> dict[str, str]:
    """Store the documents; return kind -> name. A repeat stores the same bytes under the same names."""
    names = {kind: f"reports/{delegate_id}/impact/{checksum[:16]}/{name}" for kind, name in KINDS.items()}
    for kind, name in names.items():
        objects.save(name, bodies[kind])
    return names


def add(new: StoredResult) -> Write:
    return put_once({**key(new.delegate_id)._asdict(), **fields(new)}, ResultExists)


def from_rows(rows: Iterable[Row]) -> StoredResult | None:
    return next((read(StoredResult, row) for row in rows if row["sk"] == SK), None)
