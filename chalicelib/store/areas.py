"""Development areas, which coach and delegate agree in the debrief and work on until the six-month review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.expressions import either, equals, missing, present
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.row_kinds import coaching_rows
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, delete, put, put_if, put_once

OF_WAVE = {Wave.BASELINE: "", Wave.FOLLOWUP: "FOLLOWUP#"}
MAX_LIVE = 3


class AreaChanged(Changed):
    """The area was changed since it was read."""


class AreaExists(AlreadyExists):
    """An area with this id exists already."""


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
    others_text  what raters and the line manager read once the delegate has approved it; empty: `behaviour`
    approved     the words for others that the delegate approved or wrote
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
    approved: str = ""
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
        return self.others_text if self.others_text and not self.waits_for_approval else self.behaviour

    @property
    def waits_for_approval(self) -> bool:
        """Return whether the coach wrote words for others that the delegate has not approved."""
        return self.others_text not in ("", self.approved)

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
    areas = [read(Area, row) for row in rows if row["sk"].startswith(prefix)]
    return tuple(sorted(areas, key=lambda area: (area.number, area.id)))


# --- history --------------------------------------------------------------------------------------------------


class Revision(Struct, frozen=True):
    """One change of an area: who, when and why, with the area as it was before."""

    revision: int  # of the area after the change
    act: str
    by: str  # role
    name: str  # of the person
    at: datetime
    why: str
    before: Area | None = None  # None: this change made the area


def change(delegate_id: str, wave: Wave, before: Area, after: Area, revision: Revision) -> list[Write]:
    """Replace an area, and keep what it was. Refused if it was changed since it was read."""
    as_read = [either(missing("revision"), equals("revision", before.revision)), present("pk")]
    row = {**key(delegate_id, wave, after.id)._asdict(), **fields(after)}
    return [put_if(row, as_read, AreaChanged), _remember(delegate_id, wave, after, revision)]


def add(delegate_id: str, wave: Wave, area: Area, revision: Revision) -> list[Write]:
    """Store an area that was agreed after the debrief."""
    row = {**key(delegate_id, wave, area.id)._asdict(), **fields(area)}
    return [put_once(row, AreaExists), _remember(delegate_id, wave, area, revision)]


def history_key(delegate_id: str, wave: Wave, area_id: str, revision: int) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"AREAHISTORY#{wave.value}#{area_id}#{revision:04d}")


def _remember(delegate_id: str, wave: Wave, area: Area, revision: Revision) -> Write:
    return put({**history_key(delegate_id, wave, area.id, area.revision)._asdict(), **fields(revision)})


def history_from(rows: Iterable[Row], wave: Wave, area_id: str) -> tuple[Revision, ...]:
    """Return the changes of an area, newest first: those of the first 360 too, if it goes on in the follow-up."""
    prefixes = tuple(f"AREAHISTORY#{each.value}#{area_id}#" for each in _waves_of(wave, area_id))
    revisions = [read(Revision, row) for row in rows if row["sk"].startswith(prefixes)]
    return tuple(sorted(revisions, key=lambda revision: (revision.at, revision.revision), reverse=True))


def _waves_of(wave: Wave, area_id: str) -> tuple[Wave, ...]:
    """Return the waves in which an area may have a history. Earlier versions numbered the areas of each wave."""
    return (wave,) if wave is Wave.BASELINE or area_id.isdigit() else (wave, Wave.BASELINE)


# --- progress -------------------------------------------------------------------------------------------------


class Progress(Struct, frozen=True):
    """What the delegate notes on the way, or a remark of the coach."""

    by: str  # role
    name: str
    at: datetime
    level: str = ""  # id of a level; empty in a remark
    line: str = ""


def note(delegate_id: str, wave: Wave, area_id: str, once: str, progress: Progress) -> Write:
    """Store a note. `once`: of the page that it was typed on, so that a second press stores nothing more."""
    key = Key(f"DELEGATE#{delegate_id}", f"PROGRESS#{wave.value}#{area_id}#{once}")
    return put({**key._asdict(), **fields(progress)})


def progress_from(rows: Iterable[Row], wave: Wave, area_id: str) -> tuple[Progress, ...]:
    """Return the notes on an area, newest first: those of the first 360 too, if it goes on in the follow-up."""
    prefixes = tuple(f"PROGRESS#{each.value}#{area_id}#" for each in _waves_of(wave, area_id))
    notes = [read(Progress, row) for row in rows if row["sk"].startswith(prefixes)]
    return tuple(sorted(notes, key=lambda note: note.at, reverse=True))


# --- sharing --------------------------------------------------------------------------------------------------


class SharingState(StrEnum):
    PRIVATE = "private"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class Sharing(Struct, frozen=True):
    """Whether one reader may see an area. It holds for the person at one address: another one sees nothing."""

    state: SharingState
    who: str  # ids.reader_key of the reader's address
    at: datetime


def sharing_key(delegate_id: str, wave: Wave, area_id: str, role: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"SHARING#{wave.value}#{area_id}#{role}")


def share(delegate_id: str, wave: Wave, area_id: str, role: str, sharing: Sharing) -> Write:
    return put({**sharing_key(delegate_id, wave, area_id, role)._asdict(), **fields(sharing)})


def find_sharing(rows: Iterable[Row], wave: Wave, area_id: str, role: str) -> Sharing | None:
    sk = f"SHARING#{wave.value}#{area_id}#{role}"
    return next((read(Sharing, row) for row in rows if row["sk"] == sk), None)


def sharing_state(rows: Iterable[Row], wave: Wave, area_id: str, role: str, who: str) -> SharingState:
    """Return what the person at an address may see; `who`: ids.reader_key of it."""
    sharing = find_sharing(rows, wave, area_id, role)
    return sharing.state if sharing and sharing.who == who else SharingState.PRIVATE


# --- help that the line manager offers --------------------------------------------------------------------------


class HelpExists(AlreadyExists):
    """Another line of this line manager has this number."""


class Help(Struct, frozen=True):
    """What the line manager offers to do, in a line for the delegate."""

    who: str  # ids.reader_key of the manager's address
    at: datetime
    line: str


def offer_help(delegate_id: str, number: int, help: Help) -> Write:
    """Store what a line manager offers. `number`: of this manager's lines, from 0 on. Raises HelpExists."""
    key = coaching_rows.HELP.key(delegate=delegate_id, once=f"{help.who}.{number}")
    return put_once({**key._asdict(), **fields(help)}, HelpExists)


def help_from(rows: Iterable[Row]) -> tuple[Help, ...]:
    """Return what line managers offered, newest first."""
    offers = [read(Help, row) for row in rows if row["sk"].startswith("HELP#")]
    return tuple(sorted(offers, key=lambda offer: offer.at, reverse=True))
