"""What coach and delegate agreed in the six-month review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Key, Write, get_many, put_once

MAX_KEYS = 100  # of one call


class ReviewExists(AlreadyExists):
    """The review is recorded already."""


class Outcome(StrEnum):
    """What becomes of a development area."""

    KEPT = "kept"
    CHANGED = "changed"
    DONE = "done"
    GIVEN_UP = "given_up"


class AreaOutcome(Struct, frozen=True):
    """The outcome of one area. A kept or changed one has a next step with a date; one that is given up, a reason."""

    area: str  # its id
    outcome: Outcome
    words: str  # what the delegate does differently, as agreed in the review
    step: str = ""
    step_by: date | None = None
    why: str = ""


class Review(Struct, frozen=True):
    """A review that is recorded never changes: areas live on, and have a history of their own."""

    held_on: date
    outcomes: tuple[AreaOutcome, ...]
    also: str  # what else was agreed
    coach: str  # the coach's name
    at: datetime


def key(delegate_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", "REVIEW")


def add(delegate_id: str, review: Review) -> Write:
    """Record the review. Refused if it is recorded already."""
    return put_once({**key(delegate_id)._asdict(), **fields(review)}, ReviewExists)


def of_delegates(delegate_ids: Iterable[str]) -> dict[str, Review]:
    """Return the recorded reviews of these delegates, by id. A call for each hundred."""
    ids = list(delegate_ids)
    reviews: dict[str, Review] = {}
    for start in range(0, len(ids), MAX_KEYS):
        wanted = {key(delegate_id): delegate_id for delegate_id in ids[start : start + MAX_KEYS]}
        rows = get_many(list(wanted))
        reviews |= {delegate_id: read(Review, rows[place]) for place, delegate_id in wanted.items() if place in rows}
    return reviews


def from_rows(rows: Iterable[Row]) -> Review | None:
    return next((read(Review, row) for row in rows if row["sk"] == "REVIEW"), None)
