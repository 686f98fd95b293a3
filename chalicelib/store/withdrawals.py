"""The log of what was taken back: documents in the bucket, so that a restored table does not forget it.

An act that takes something back marks one of its writes with `outlive`. The document is stored before the transaction:
an act that is then refused leaves an entry, and a restore takes back too much rather than too little. Entries hold ids
and no address, no entry is ever changed, and the bucket deletes them after 90 days. What raters do leaves no entry: it
would say who of them acted, and when. See decision 47.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.clock import stamp
from chalicelib.core.ids import derive
from chalicelib.store import objects
from chalicelib.store.row_kinds import WITHDRAWALS
from chalicelib.store.table import Outside, Write

KEPT = timedelta(days=90)  # as the rule of the bucket in infra/stack.yaml; AWS restores from the last 35 days

RATER, ADDRESS = "a rater", "address"  # parts of a person who lost their place


class What(StrEnum):
    """What was taken back. ownership/repeat.py says how a restore repeats it."""

    STORY = "story"  # the delegate withdrew it
    STORY_WORDS = "words of a story"  # the delegate changed approved words, or how they are named
    SHARING = "sharing of areas"
    LINKS = "links"  # revoked
    ANSWERS = "answers"  # voided
    STANDING = "standing"  # the delegate left, is paused or returned
    PLACE = "place of a person"  # another person, or another address, took it; or no one
    RIGHTS = "rights of an administrator"


class Withdrawal(Struct, frozen=True):
    """One thing that was taken back.

    about   ids and states, no address: see the callers of `outlive`
    """

    at: datetime
    what: What
    cohort: str = ""
    delegate: str = ""
    about: dict[str, str] = {}


def outlive(write: Write, what: What, now: datetime, *, cohort: str = "", delegate: str = "", **about: str) -> Write:
    """Have a write leave an entry in the log, before its transaction."""
    entry = Withdrawal(now, what, cohort, delegate, about)
    once = derive(8, "withdrawal", what, cohort, delegate, *_flat(about))
    return replace(write, outside=Outside(f"{WITHDRAWALS}{stamp(now)}-{once}.json", msgspec.json.encode(entry)))


def list_names(since: datetime) -> list[str]:
    """Return the names of entries since a moment, the first one first."""
    return sorted(name for name in objects.list_names(WITHDRAWALS) if name >= f"{WITHDRAWALS}{stamp(since)}")


def load(name: str) -> Withdrawal:
    """Load one entry. Raises msgspec.MsgspecError if it cannot be read."""
    return msgspec.json.decode(objects.load(name), type=Withdrawal)


def _flat(about: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part for pair in sorted(about.items()) for part in pair)
