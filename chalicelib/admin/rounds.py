"""Show an administrator where the mid-way rounds of a cohort are, in counts of delegates.

No count says how many raters answered: a round that was published and one with too few answers are one count. No act
of an administrator is in the machine (pulse/machine.py): a round moves with its workshop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.admin.dashboard import Dashboard
from chalicelib.core.midway_rounds import RoundDates, plan_rounds
from chalicelib.core.model import Wave
from chalicelib.store import pulse_rounds
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.pulse_rounds import Round, RoundState, Why
from chalicelib.store.table import batched, get_many
from chalicelib.store.unreadable import read_all


class Group(StrEnum):
    """Where the round of a delegate is, as far as an administrator may know."""

    TO_CHECK = "to check"
    CHECKED = "checked"
    ASKED = "asked"
    ENDED = "ended"
    NOT_HELD = "not held"
    NONE = "none"


WORDS: Mapping[Group, str] = {
    Group.TO_CHECK: "have to check the words",
    Group.CHECKED: "have checked the words",
    Group.ASKED: "whose raters are asked",
    Group.ENDED: "whose round has ended",
    Group.NOT_HELD: "without this round",
    Group.NONE: "without development areas so far",
}
_OF_STATE: Mapping[RoundState, Group] = {
    RoundState.PLANNED: Group.TO_CHECK,
    RoundState.CHECKED: Group.CHECKED,
    RoundState.OPEN: Group.ASKED,
    RoundState.CLOSED: Group.ASKED,
    RoundState.PUBLISHED: Group.ENDED,
    RoundState.TOO_FEW: Group.ENDED,
    RoundState.NOT_HELD: Group.NOT_HELD,
}


class ShownRound(Struct, frozen=True):
    """One round of a cohort.

    counts    delegates in each group; empty before delegates are asked to check the words
    to_check  delegates who have not checked the words, by name
    """

    dates: RoundDates
    counts: Mapping[Group, int]
    to_check: tuple[DelegateLine, ...]
    may_move: bool

    @property
    def number(self) -> str:
        return self.dates.wave.value[-1]


def load_rounds(board: Dashboard, now: datetime) -> tuple[ShownRound, ...]:
    """Read the rounds that have begun: one call for each hundred delegates and round. None for other programmes."""
    lines = [delegate.line for delegate in board.lines if not delegate.line.withdrawn]
    planned = plan_rounds(board.programme, board.cohort, board.sessions)
    return tuple(_show(dates, lines, now) for dates in planned)


def _show(dates: RoundDates, lines: Sequence[DelegateLine], now: datetime) -> ShownRound:
    if now < dates.check_at:
        return ShownRound(dates, {}, (), may_move=True)
    rounds = _read(dates.wave, [line.delegate_id for line in lines])
    groups = {line.delegate_id: group_of(rounds.get(line.delegate_id)) for line in lines}
    counts = Counter(groups.values())
    waiting = tuple(line for line in lines if groups[line.delegate_id] is Group.TO_CHECK)
    return ShownRound(
        dates, {group: counts[group] for group in Group if counts[group]}, waiting, may_move=now < dates.opens_at
    )


def group_of(pulse_round: Round | None) -> Group:
    if pulse_round is None:
        return Group.NONE
    return Group.NOT_HELD if pulse_round.why is Why.FEW_RATERS else _OF_STATE[pulse_round.state]


def _read(wave: Wave, delegate_ids: Iterable[str]) -> dict[str, Round]:
    keys = [pulse_rounds.key(delegate_id, wave) for delegate_id in delegate_ids]
    stored = read_all(Round, (row for batch in batched(keys) for row in get_many(batch).values()))
    return {pulse_round.delegate_id: pulse_round for pulse_round in stored}
