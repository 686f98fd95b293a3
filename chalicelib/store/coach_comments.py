"""Comments that raters keep for the coach: shown next to the report, never in it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.marshal import Row
from chalicelib.store.table import Write, put

MAX_ROW_BYTES = 300_000  # in one row, which may hold 400 kB


class CoachComment(Struct, frozen=True):
    question: str  # its text
    cell: str  # as a reader knows it: "Peers and direct reports"
    text: str


def add(delegate_id: str, wave: Wave, comments: Sequence[CoachComment]) -> list[Write]:
    """Write the comments in as many rows as they need, in the transaction that adds the report."""
    packed = zlib.compress(msgspec.json.encode(comments), level=9) if comments else b""
    parts = [packed[start : start + MAX_ROW_BYTES] for start in range(0, len(packed), MAX_ROW_BYTES)]
    return [
        put({"pk": f"DELEGATE#{delegate_id}", "sk": f"{_prefix(wave)}{place:03}", "part": part})
        for place, part in enumerate(parts)
    ]


def from_rows(rows: Iterable[Row], wave: Wave) -> list[CoachComment]:
    """Find the comments among the rows of a delegate's partition."""
    parts = {row["sk"]: row["part"] for row in rows if row["sk"].startswith(_prefix(wave))}
    packed = b"".join(parts[place] for place in sorted(parts))
    return msgspec.json.decode(zlib.decompress(packed), type=list[CoachComment]) if packed else []


def _prefix(wave: Wave) -> str:
    return f"COACHONLY#{wave.value}#"
