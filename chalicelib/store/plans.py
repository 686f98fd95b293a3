"""The development plan on paper: where the PDF of a delegate's areas is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store import objects
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, MadeMeanwhile, Write, put_if, put_once


class PlanChanged(MadeMeanwhile):
    """Another job has made the PDF since the rows were read."""


class StoredPlan(Struct, frozen=True):
    """The latest PDF. checksum: of the words in it, so that a page knows whether they are still the same."""

    wave: Wave
    checksum: str
    pdf: str  # name of the document in the bucket
    made_at: datetime
    revision: int = 1


def key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"PLAN#{wave.value}")


def save_document(delegate_id: str, wave: Wave, checksum: str, pdf: bytes) -> str:
    """Store the PDF, and return its name."""
    name = f"reports/{delegate_id}/{wave.value}/plan/{checksum[:16]}.pdf"
    objects.save(name, pdf)
    return name


def save(delegate_id: str, plan: StoredPlan, before: StoredPlan | None) -> Write:
    """Replace the plan that was read. Refused if another one was made meanwhile."""
    row = {**key(delegate_id, plan.wave)._asdict(), **fields(plan)}
    if before is None:
        return put_once(row, PlanChanged)
    return put_if({**row, "revision": before.revision + 1}, [equals("revision", before.revision)], PlanChanged)


def from_rows(rows: Iterable[Row], wave: Wave) -> StoredPlan | None:
    sk = f"PLAN#{wave.value}"
    return next((read(StoredPlan, row) for row in rows if row["sk"] == sk), None)
