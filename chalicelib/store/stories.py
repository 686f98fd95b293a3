"""A delegate's story for the sponsor, in words that the delegate approved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.ids import derive
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, get, get_many, put_if, put_once


class StoryExists(AlreadyExists):
    """The delegate was offered a story already."""


class StoryChanged(Changed):
    """Someone else has changed the story since it was read."""


class StoryState(StrEnum):
    CANDIDATE = "candidate"  # there is no row yet
    OFFERED = "offered"
    APPROVED = "approved"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Naming(StrEnum):
    """How the delegate wants to be named."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class Story(Struct, frozen=True):
    """One delegate's story. Its words go when it is withdrawn.

    worked  whether it says what worked, or what did not
    place   1 is the strongest of the cohort
    """

    delegate_id: str
    cohort_id: str
    text: str
    worked: bool
    place: int
    changed_at: datetime
    state: StoryState = StoryState.OFFERED
    naming: Naming = Naming.ANONYMOUS
    tags: tuple[str, ...] = ()
    revision: int = 1

    @property
    def id(self) -> str:
        """Return what the sponsor's documents call it: it leads to no delegate."""
        return id_of(self.delegate_id)


def id_of(delegate_id: str) -> str:
    return derive(8, "story", delegate_id)


def key(delegate_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", "STORY")


def add(new: Story) -> Write:
    return put_once({**key(new.delegate_id)._asdict(), **fields(new)}, StoryExists)


def save(after: Story, before: Story) -> Write:
    """Replace a story. Refused if it changed since it was read."""
    row = {**key(after.delegate_id)._asdict(), **fields(after), "revision": before.revision + 1}
    return put_if(row, [equals("revision", before.revision), equals("state", before.state)], StoryChanged)


def find(delegate_id: str) -> Story | None:
    row = get(key(delegate_id))
    return read(Story, row) if row else None


def from_rows(rows: Iterable[Row]) -> Story | None:
    """Find the story among the rows of a delegate's partition."""
    return next((read(Story, row) for row in rows if row["sk"] == "STORY"), None)


def of_delegates(delegate_ids: Iterable[str]) -> list[Story]:
    """Return the stories of these delegates, the strongest first."""
    rows = get_many([key(delegate_id) for delegate_id in delegate_ids])
    return sorted((read(Story, row) for row in rows.values()), key=lambda story: (story.place, story.delegate_id))
