"""Development areas, which coach and delegate agree in the debrief and work on until the six-month review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, delete, put

OF_WAVE = {Wave.BASELINE: "", Wave.FOLLOWUP: "FOLLOWUP#"}
MAX_LIVE = 3


class AreaState(StrEnum):
    AGREED = "agreed"
    ASKED = "asked"  # the delegate asks the coach to drop or replace it
    DONE = "done"
    REPLACED = "replaced"
    DROPPED = "dropped"


LIVE = (AreaState.AGREED, AreaState.ASKED)
SURVEYED = (*LIVE, AreaState.DONE)  # people are asked about these after six months


class Area(Struct, frozen=True):
    """A development area. Its id never changes and is never used again.

    by_when      free text, only in areas of earlier versions; later ones have `review_by`
    others_text  what raters and the line manager read; empty: `behaviour`
    items        ids of one to three behaviours of the report
    why_no_item  why it is about no behaviour of the report
    place        1 to 3, its place on the form; 0 in areas of earlier versions, whose id is the place
    why          the reason of the latest change of state
    """

    id: str
    behaviour: str
    evidence: str = ""
    first_step: str = ""
    support: str = ""
    who_will_notice: str = ""
    by_when: str = ""
    when_i_will: str = ""
    review_by: date | None = None
    others_text: str = ""
    items: tuple[str, ...] = ()
    why_no_item: str = ""
    place: int = 0
    state: AreaState = AreaState.AGREED
    revision: int = 1
    why: str = ""
    replaced_by: str = ""

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def words_for_others(self) -> str:
        return self.others_text or self.behaviour

    @property
    def number(self) -> int:
        """Return its place on the form."""
        return self.place or (int(self.id) if self.id.isdigit() else 0)


def key(delegate_id: str, wave: Wave, area_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"{OF_WAVE[wave]}AREA#{area_id}")


def save(delegate_id: str, wave: Wave, area: Area) -> Write:
    return put({**key(delegate_id, wave, area.id)._asdict(), **fields(area)})


def replace_all(delegate_id: str, wave: Wave, areas: Iterable[Area], before: Iterable[Area]) -> list[Write]:
    """Store the areas of a debrief, and delete those of its earlier record that are no longer among them."""
    kept = {area.id: area for area in areas}
    gone = [delete(key(delegate_id, wave, area.id)) for area in before if area.id not in kept]
    return [*(save(delegate_id, wave, area) for area in kept.values()), *gone]


def from_rows(rows: Iterable[Row], wave: Wave) -> tuple[Area, ...]:
    """Find all areas of a wave among the rows of a delegate's partition, in the order of the form."""
    prefix = f"{OF_WAVE[wave]}AREA#"
    found = [read(Area, row) for row in rows if row["sk"].startswith(prefix)]
    return tuple(sorted(found, key=lambda area: (area.number, area.id)))
