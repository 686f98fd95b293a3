"""Rows as today's code writes them: all that tests/faults/plays.py brings about, and kinds that no play does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from chalicelib.core.model import Wave
from chalicelib.store import (
    account_fault,
    administrator_rights,
    area_counts,
    coach_comments,
    debriefs,
    pulse_rounds,
)
from chalicelib.store.account_fault import Seen
from chalicelib.store.area_counts import AreaCounts, Counted, CountedPart
from chalicelib.store.areas import Area
from chalicelib.store.coach_comments import CoachComment
from chalicelib.store.debriefs import Debrief
from chalicelib.store.pulse_rounds import RoundMean
from tests.golden.shapes import Item
from tests.support.clock import MONDAY

AREAS_COUNTED = Counted(date(2026, 10, 20), 12, 24, (CountedPart("Giving direction", 24),), {"delegate-1": "area1.1"})


def of_no_play() -> Iterator[Item]:
    area = Area("1", "Ask before I answer", review_by=date(2027, 3, 1), items=("asks",))
    writes: list[Any] = [
        *account_fault.save(Seen("sandbox", MONDAY), "autumn"),
        area_counts.add(AreaCounts("autumn", 1, AREAS_COUNTED, AREAS_COUNTED)),
        administrator_rights.limit("administrator-1", ["leading"]),
        *coach_comments.add("delegate-1", Wave.BASELINE, [CoachComment("What helps?", "Peers", "Ask us.")]),
        *debriefs.save("delegate-1", Wave.FOLLOWUP, Debrief(date(2027, 1, 12), ("1",)), [area]),
        pulse_rounds.add_mean(RoundMean("autumn", Wave.MIDWAY_1, ("delegate-1",), "up", "+0.5")),
    ]
    return (write.params["Item"] for write in writes)
