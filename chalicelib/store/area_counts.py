"""Counts of a cohort's development areas for its sponsor and facilitators: frozen before and after workshops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from chalicelib.store.marshal import fields
from chalicelib.store.row_kinds import cohort_rows
from chalicelib.store.table import AlreadyExists, Write, put_once, query
from chalicelib.store.unreadable import read_all


class AreaCountsExist(AlreadyExists):
    """These counts are final already."""


class CountedPart(Struct, frozen=True):
    words: str
    number: int  # of areas, about five delegates or more


class Counted(Struct, frozen=True):
    """Areas counted on one day.

    answers  delegate -> which areas and notes of theirs were counted, so that later counts can be compared
    """

    day: date
    delegates: int
    areas: int
    parts: tuple[CountedPart, ...]
    answers: Mapping[str, str]


class AreaCounts(Struct, frozen=True):
    """What is shown from one day on. A part that could not be counted again repeats the earlier count.

    place   0 before the first workshop, then the number of the workshop that is over
    topics  areas by competency
    levels  areas by how far delegates say they have come
    """

    cohort_id: str
    place: int
    topics: Counted | None = None
    levels: Counted | None = None


def add(new: AreaCounts) -> Write:
    """Store the counts once: there are never two of one day."""
    key = cohort_rows.AREA_COUNTS.key(cohort=new.cohort_id, place=f"{new.place:02}")
    return put_once({**key._asdict(), **fields(new)}, AreaCountsExist)


def of_cohort(cohort_id: str) -> tuple[AreaCounts, ...]:
    """Return all counts, the earliest first. They have a partition of their own: the console reads the cohort's whole.

    One that cannot be read is left out: see store/unreadable.py.
    """
    return tuple(read_all(AreaCounts, query(cohort_rows.AREA_COUNTS.partition(cohort=cohort_id))))


def find_newest(cohort_id: str) -> AreaCounts | None:
    """Return what is shown now; None before the first workshop, and in a cohort of few."""
    return next(reversed(of_cohort(cohort_id)), None)
