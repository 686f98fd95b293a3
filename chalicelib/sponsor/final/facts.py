"""The facts of one edition for the sponsor: exactly what its pages, slides and files show. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct, to_builtins

from chalicelib.results.sponsor_rule import Part, Tally


class Figure(Struct, frozen=True):
    """A mean or a difference as it is printed. `value` is rounded as printed, for charts.

    n      delegates behind it
    limit  of a difference: the largest that is too close to call, one and a half standard errors
    clear  whether a difference is larger than that
    """

    display: str
    value: float
    n: int
    limit: float = 0.0
    clear: bool = False


class Response(Struct, frozen=True):
    """Who began, who stayed and who answered."""

    began: int
    stayed: int
    reports: int
    delegates_answered: int
    managers_answered: int
    left_out: int = 0  # delegates whose answers contradict one another
    later: int = 0  # delegates who were paused and whose survey is still open


class Seen(Struct, frozen=True):
    """Mean change in the development areas as others see it, -3 to +3; None if too few answered."""

    managers: Figure | None = None
    raters: Figure | None = None


class FollowupLine(Struct, frozen=True):
    """What all others say in the first 360 and in the follow-up: two published means and their difference."""

    id: str
    title: str
    before: Figure
    after: Figure
    change: Figure


class ChangeLine(Struct, frozen=True):
    """Delegates' own ratings of one competency.

    first         the published mean of the first 360, over all who had a report then
    now, then     after six months, and looking back from there; over those who answered both
    since_first   now less first
    looking_back  now less then
    """

    id: str
    title: str
    first: Figure
    now: Figure
    then: Figure
    since_first: Figure
    looking_back: Figure


class Spread(Struct, frozen=True):
    """How often each answer was given. `parts` is empty if a number would be about fewer than five delegates."""

    delegates: int = 0
    things: int = 0
    parts: tuple[Part, ...] = ()


class Total(Struct, frozen=True):
    """A sum as printed, or why it is not shown."""

    display: str = ""
    delegates: int = 0  # with a sum above zero
    amount: int = 0  # as printed
    why: str = ""


class CostLine(Struct, frozen=True):
    label: str
    source: str
    display: str


class Value(Struct, frozen=True):
    """Benefit in the first year and what the programme cost."""

    claimed: Total
    attributed: Total
    confident: Total  # less what got worse
    lost: Total
    manager_too: Tally
    checked: Tally
    costs: tuple[CostLine, ...] = ()
    cost: str = ""
    ratio: str = ""
    percent: str = ""


class FactorLine(Struct, frozen=True):
    """How much one factor helped or hindered: -2 to +2."""

    id: str
    label: str
    mean: Figure


class Reaction(Struct, frozen=True):
    recommend: Figure | None = None  # 0 to 10
    relevance: Figure | None = None  # 1 to 5
    useful: Tally = Tally("")


class StartLine(Struct, frozen=True):
    """The cohort in the first 360."""

    id: str
    title: str
    own: Figure | None
    others: Figure | None


class StoryLine(Struct, frozen=True):
    """A story in the words that the delegate approved."""

    id: str
    who: str
    text: str
    worked: bool
    tags: tuple[str, ...] = ()


class Survey(Struct, frozen=True):
    """The figures of the six-month survey. Later editions repeat them.

    measures  that delegates named during the programme, by what came of them
    named     that they named for the first time in the survey; None in an edition of an earlier version, whose
              `measures` holds both
    """

    seen: Seen = Seen()
    changes: tuple[ChangeLine, ...] = ()
    areas: Spread = Spread()
    proposals: Spread = Spread()
    measures: Spread = Spread()
    named: Spread | None = None
    factors: tuple[FactorLine, ...] = ()
    reaction: Reaction = Reaction()


class Late(Struct, frozen=True):
    """Separate figures of five or more delegates whose answers are in no earlier edition.

    Figures of all delegates together would reveal the late answers as a difference. The views of line managers and
    raters are left out, because they may be in an earlier edition.
    """

    delegates: int
    survey: Survey


class Final(Struct, frozen=True):
    """The whole file."""

    edition: int
    cohort: str
    programme: str
    organisation: str
    made_on: date
    scale: tuple[str, ...]
    response: Response
    headline: tuple[str, ...]
    followup: tuple[FollowupLine, ...]
    survey: Survey | None
    value: Value | None
    start: tuple[StartLine, ...]
    stories: tuple[StoryLine, ...] = ()
    asks: tuple[str, ...] = ()
    reviews: Spread = Spread()  # what the reviews agreed for each area; a later edition repeats it
    late: Late | None = None  # answers that came after the first edition; a later edition repeats it
    replaces: str = ""  # why an earlier edition is no longer given out


def final_bytes(final: Final) -> bytes:
    """Encode canonical JSON with a checksum over everything else."""
    content: dict[str, Any] = to_builtins(final)
    return _canonical(content | {"checksum": checksum(final)})


def read_final(data: bytes) -> Final:
    return msgspec.json.decode(data, type=Final)


def checksum(final: Final) -> str:
    return hashlib.sha256(_canonical(to_builtins(final))).hexdigest()


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
