"""The costs of a cohort, as an administrator entered them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.core.costs import Cost
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import Changed, Key, Write, get, put_if, put_once


class CostsChanged(Changed):
    """Someone else has changed the costs since they were read."""


class Costs(Struct, frozen=True):
    cohort_id: str
    costs: tuple[Cost, ...]
    entered_at: datetime
    revision: int = 1


def key(cohort_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", "COSTS")


def find(cohort_id: str) -> Costs | None:
    row = get(key(cohort_id))
    return read(Costs, row) if row else None


def save(new: Costs, before: Costs | None) -> Write:
    """Replace the costs that were read. Refused if they changed since."""
    row = {**key(new.cohort_id)._asdict(), **fields(new)}
    if before is None:
        return put_once(row, CostsChanged)
    return put_if(row, [equals("revision", before.revision)], CostsChanged)
