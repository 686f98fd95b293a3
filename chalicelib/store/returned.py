"""What a delegate sent back to the raters: at most once after the release, and once after the six-month result."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Key, Write, put_once

SK = "RETURNED#"


class AlreadyReturned(AlreadyExists):
    """The delegate has sent this already."""


class Occasion(StrEnum):
    RELEASE = "release"  # after the report was released
    RESULT = "result"  # after the six-month result was made


class Returned(Struct, frozen=True):
    """What went out. areas: words for others of the areas that the delegate named. text: the delegate's own."""

    occasion: Occasion
    areas: tuple[str, ...]
    text: str
    at: datetime


def key(delegate_id: str, occasion: Occasion) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"{SK}{occasion.value}")


def add(delegate_id: str, new: Returned) -> Write:
    return put_once({**key(delegate_id, new.occasion)._asdict(), **fields(new)}, AlreadyReturned)


def from_rows(rows: Iterable[Row]) -> dict[Occasion, Returned]:
    all_returned = [read(Returned, row) for row in rows if row["sk"].startswith(SK)]
    return {returned.occasion: returned for returned in all_returned}
