"""Reports: where the documents of a delegate's wave are, and whether the delegate may read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store import objects
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, check, get, put_once, update


class ReportExists(AlreadyExists):
    """The report of this wave exists already."""


class ReportChanged(Changed):
    """The report was released, or is not the one that was previewed."""


class ReportState(StrEnum):
    READY = "ready"  # the coach may preview it
    RELEASED = "released"  # the delegate may read it; it no longer changes


class StoredReport(Struct, frozen=True):
    delegate_id: str
    wave: Wave
    checksum: str
    facts: str  # names of the documents in the bucket
    html: str
    pdf: str
    made_at: datetime
    state: ReportState = ReportState.READY
    released_at: str = ""

    @property
    def is_released(self) -> bool:
        return self.state is ReportState.RELEASED


def key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"REPORT#{wave.value}")


def save_documents(delegate_id: str, wave: Wave, checksum: str, bodies: Mapping[str, bytes]) -> dict[str, str]:
    """Store facts, HTML and PDF; return kind -> name. A repeat stores the same bytes under the same names."""
    folder = f"reports/{delegate_id}/{wave.value}/{checksum[:16]}"
    names = {"facts": f"{folder}/facts.json", "html": f"{folder}/report.html", "pdf": f"{folder}/report.pdf"}
    for kind, name in names.items():
        objects.save(name, bodies[kind])
    return names


def add(new: StoredReport) -> Write:
    return put_once({**key(new.delegate_id, new.wave)._asdict(), **fields(new)}, ReportExists)


def find(delegate_id: str, wave: Wave) -> StoredReport | None:
    row = get(key(delegate_id, wave))
    return read(StoredReport, row) if row else None


def release(report: StoredReport, now: datetime) -> Write:
    """Release the report once. Refused if it was released before, or is not the report that was previewed."""
    return update(
        key(report.delegate_id, report.wave),
        put={"state": ReportState.RELEASED, "released_at": now},
        when=[equals("state", ReportState.READY), equals("checksum", report.checksum)],
        refusal=ReportChanged,
    )


def still_ready(delegate_id: str, wave: Wave) -> Write:
    """Refuse a transaction once the report is released."""
    return check(key(delegate_id, wave), [equals("state", ReportState.READY)], ReportChanged)
