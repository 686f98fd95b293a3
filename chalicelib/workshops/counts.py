"""Count who attended each workshop, for readers who see no names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from chalicelib.core.model import Cohort, Programme
from chalicelib.store.marshal import Row
from chalicelib.workshops.attendance import Outcome, outcome
from chalicelib.workshops.register import Register, load_registers
from chalicelib.workshops.workshop import Workshop, workshops_of

MIN_DELEGATES = 5  # below that a count would show what one person did
NOT_YET = "not recorded yet"
SHOWN = (
    ((Outcome.ATTENDED,), "attended"),
    ((Outcome.CAUGHT_UP,), "caught up later"),
    ((Outcome.PARTLY,), "in part"),
    ((Outcome.CATCHING_UP,), "are catching up"),
    ((Outcome.EXCUSED, Outcome.ABSENT), "did not attend"),
    ((Outcome.NOT_YET,), NOT_YET),
)


class WorkshopCounts(Struct, frozen=True):
    """How many delegates attended one workshop, over all of its sessions.

    counts   words -> number; one of fewer than MIN_DELEGATES is left out
    """

    title: str
    expected: int
    counts: dict[str, int]
    ended_on: date


def count_workshops(cohort: Cohort, programme: Programme, rows: Iterable[Row]) -> tuple[WorkshopCounts, ...]:
    """Return the workshops with a recorded outcome of MIN_DELEGATES delegates or more."""
    registers = load_registers(cohort, programme, rows)
    workshops = workshops_of(cohort, programme, [register.session for register in registers])
    return tuple(counts for workshop in workshops for counts in _count(workshop, registers))


def _count(workshop: Workshop, registers: Iterable[Register]) -> Iterator[WorkshopCounts]:
    own = [register for register in registers if register.session.milestone == workshop.id]
    people = [outcome([register.find(entry.id).state for register in own]) for entry in own[0].entries]
    number = Counter(people)
    counts = {words: sum(number[each] for each in outcomes) for outcomes, words in SHOWN}
    counted = {words: count for words, count in counts.items() if count >= MIN_DELEGATES}
    if counted.keys() - {NOT_YET}:
        yield WorkshopCounts(workshop.title, len(people), counted, workshop.last.plan.date)
