"""Reports: where the documents of a delegate's wave are, and whether the delegate may read them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

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
    names = _names_in(f"{_folder(delegate_id, wave)}{checksum[:16]}")
    for kind, name in names.items():
        objects.save(name, bodies[kind])
    return names


def _folder(delegate_id: str, wave: Wave) -> str:
    return f"reports/{delegate_id}/{wave.value}/"


def _names_in(folder: str) -> dict[str, str]:
    return {"facts": f"{folder}/facts.json", "html": f"{folder}/report.html", "pdf": f"{folder}/report.pdf"}


def find_folder(delegate_id: str, wave: Wave) -> str:
    """Return the folder of the wave's report in the bucket, though no row may name it; empty if there is none.

    Of several the last by name: a wave has one, unless the account was restored more than once.
    """
    names = objects.list_names(_folder(delegate_id, wave))
    return max((name.rpartition("/")[0] for name in names), default="")


def read_documents(delegate_id: str, wave: Wave, folder: str, made_at: datetime) -> StoredReport | None:
    """Make the row of a report from its documents; None unless all three are there, with the checksum of the facts."""
    names = _names_in(folder)
    bodies = {kind: objects.find(name) for kind, name in names.items()}
    facts = bodies["facts"]
    checksum = _checksum_in(facts) if facts and all(bodies.values()) else ""
    if not (facts and checksum and is_sealed(facts, checksum)):
        return None
    return StoredReport(delegate_id, wave, checksum, names["facts"], names["html"], names["pdf"], made_at)


def _checksum_in(facts: bytes) -> str:
    try:
        return str(json.loads(facts).get("checksum", ""))
    except ValueError:
        return ""


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


def is_sealed(facts: bytes, checksum: str) -> bool:
    """Return whether facts have this checksum: over the whole document, or over everything but the checksum in it.

    It reads JSON and no type, because a later version would add fields to a type.
    """
    if hashlib.sha256(facts).hexdigest() == checksum:
        return True
    try:
        content = json.loads(facts)
    except ValueError:
        return False
    without = {name: value for name, value in content.items() if name != "checksum"}
    return checksum in (_checksum(without), _checksum({**without, "checksum": ""}))


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
