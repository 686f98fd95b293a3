"""Mid-way rounds: one delegate's round, what was published of it, and a cohort's mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.core.model import PulseArea, Wave
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, get, put_if, put_once


class RoundChanged(Changed):
    """The round was changed since it was read."""


class ResultExists(AlreadyExists):
    """The round is published already."""


class MeanExists(AlreadyExists):
    """The cohort's mean of this round is final already."""


class RoundState(StrEnum):
    PLANNED = "planned"  # the delegate is asked to check the wordings
    CHECKED = "checked"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    TOO_FEW = "too_few"  # too few raters to ask, or too few answers to show
    NOT_HELD = "not_held"


class Why(StrEnum):
    """Why a round shows nothing."""

    FEW_RATERS = "few_raters"
    FEW_ANSWERS = "few_answers"
    NONE_CHECKED = "none_checked"
    LEFT = "left"
    PAUSED = "paused"


class Round(Struct, frozen=True):
    """One delegate's mid-way round.

    checked  area -> the words that the delegate has approved; an area with other words is left out
    """

    delegate_id: str
    wave: Wave
    state: RoundState
    opens_at: datetime
    closes_at: datetime
    checked: Mapping[str, str] = field(default_factory=dict)
    why: Why | None = None
    revision: int = 1


class RoundFigure(Struct, frozen=True):
    """Raters' mean change in one area, to the half point. It has no number of raters.

    change   a fraction such as "1/2"; empty where only a word may be shown
    """

    area: str
    change: str
    display: str


class RoundResult(Struct, frozen=True):
    """What is published of a round."""

    delegate_id: str
    wave: Wave
    areas: tuple[PulseArea, ...]  # as raters read them
    compared_with: datetime
    asked_at: datetime
    figures: tuple[RoundFigure, ...]
    suggestions: tuple[str, ...]  # in an order that shows nothing
    too_few: bool


class RoundMean(Struct, frozen=True):
    """The mean over a cohort's delegates of what is published of each."""

    cohort_id: str
    wave: Wave
    delegates: tuple[str, ...]  # ids
    change: str
    display: str


def key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"ROUND#{wave.value}")


def add(new: Round) -> Write:
    return put_once({**key(new.delegate_id, new.wave)._asdict(), **fields(new)}, RoundChanged)


def change(before: Round, after: Round) -> Write:
    """Replace a round. Refused if it was changed since it was read."""
    row = {**key(before.delegate_id, before.wave)._asdict(), **fields(after), "revision": before.revision + 1}
    return put_if(row, [equals("revision", before.revision)], RoundChanged)


def from_rows(rows: Iterable[Row]) -> tuple[Round, ...]:
    """Find the rounds among the rows of a delegate's partition, earliest first."""
    pulse_rounds = [read(Round, row) for row in rows if row["sk"].startswith("ROUND#")]
    return tuple(sorted(pulse_rounds, key=lambda pulse_round: pulse_round.wave.value))


def find_in(rows: Iterable[Row], wave: Wave) -> Round | None:
    return next((pulse_round for pulse_round in from_rows(rows) if pulse_round.wave is wave), None)


# --- what is published ----------------------------------------------------------------------------------------


def result_key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"ROUNDRESULT#{wave.value}")


def add_result(new: RoundResult) -> Write:
    return put_once({**result_key(new.delegate_id, new.wave)._asdict(), **fields(new)}, ResultExists)


def results_from(rows: Iterable[Row]) -> tuple[RoundResult, ...]:
    """Find what is published among the rows of a delegate's partition, earliest first."""
    results = [read(RoundResult, row) for row in rows if row["sk"].startswith("ROUNDRESULT#")]
    return tuple(sorted(results, key=lambda result: result.wave.value))


def mean_key(cohort_id: str, wave: Wave) -> Key:
    return Key(f"COHORT#{cohort_id}", f"ROUNDMEAN#{wave.value}")


def add_mean(new: RoundMean) -> Write:
    """Store the mean once: there are never two over different sets of delegates."""
    return put_once({**mean_key(new.cohort_id, new.wave)._asdict(), **fields(new)}, MeanExists)


def find_mean(cohort_id: str, wave: Wave) -> RoundMean | None:
    row = get(mean_key(cohort_id, wave))
    return read(RoundMean, row) if row else None
