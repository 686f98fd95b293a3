"""Snapshot of a cohort's figures for one wave: the delegates in it, the figures, and each delegate's share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Key, Write, get, put_once


class FiguresExist(AlreadyExists):
    """The cohort's figures of this wave are final already."""


class ShareExists(AlreadyExists):
    """The delegate has a share of the cohort's figures already."""


class CohortFigures(Struct, frozen=True):
    cohort_id: str
    wave: Wave
    delegates: tuple[str, ...]  # ids of the delegates in the figures
    figures: bytes  # report.frozen
    frozen_at: datetime


class StoredShare(Struct, frozen=True):
    delegate_id: str
    wave: Wave
    share: bytes  # report.frozen


def key(cohort_id: str, wave: Wave) -> Key:
    return Key(f"COHORT#{cohort_id}", f"FIGURES#{wave.value}")


def add(new: CohortFigures) -> Write:
    """Store the figures once: there are never figures over two sets of delegates."""
    return put_once({**key(new.cohort_id, new.wave)._asdict(), **fields(new)}, FiguresExist)


def find(cohort_id: str, wave: Wave) -> CohortFigures | None:
    row = get(key(cohort_id, wave))
    return read(CohortFigures, row) if row else None


def add_share(new: StoredShare) -> Write:
    place = {"pk": f"DELEGATE#{new.delegate_id}", "sk": f"COHORT#{new.wave.value}"}
    return put_once({**place, **fields(new)}, ShareExists)


def share_in(rows: Iterable[Row], wave: Wave) -> StoredShare | None:
    """Find the share among the rows of a delegate's partition."""
    return next((read(StoredShare, row) for row in rows if row["sk"] == f"COHORT#{wave.value}"), None)
