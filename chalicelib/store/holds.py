"""Holds on recently changed addresses: sign-in codes for reports go there only after a time, or once two agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.ids import reader_key
from chalicelib.core.model import Person
from chalicelib.store.expressions import equals, missing
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Write, get_many, put_if, put_once, query, update
from chalicelib.store.unreadable import read_all, read_one

COMMAND = "command line"
BY_COMMAND = f"{COMMAND}, "  # followed by the address of the administrator who gave the command
NO_ONE = ""  # in place of an administrator: two made changes, or a file of earlier versions does not say who
UNNAMED = (COMMAND, NO_ONE)  # no one may confirm: it is not known who made the change, or two did
REASON = "The reader’s address was changed lately"  # of an email that waits for the end of a hold


class HoldChanged(Changed):
    """The hold was confirmed already, or replaced by another one."""


class Hold(Struct, frozen=True):
    """One person's new address in one cohort.

    `delegate` limits it to one delegate; otherwise it covers the whole cohort. `is_new_person`: someone else was named,
    whose emails say so at once; codes alone wait.
    """

    cohort_id: str
    who: str  # ids.reader_key of the address
    person: Person
    until: datetime
    by: str  # who changed the address: an administrator, on a page or by command
    delegate: str = ""
    confirmed_by: str = ""  # another administrator
    is_new_person: bool = False

    @property
    def id(self) -> str:
        return f"{self.who}.{self.delegate}" if self.delegate else self.who

    @property
    def is_confirmable(self) -> bool:
        """Return whether it is known who made the change, so that someone else may confirm it."""
        return is_named(self.by)

    @property
    def administrator(self) -> str:
        """Return the address of the administrator who made the change; of an unnamed one, what is stored."""
        return self.by.removeprefix(BY_COMMAND)

    @property
    def is_stopping_emails(self) -> bool:
        """Return whether emails with links to pages wait too: the person is the same, and may have lost the address."""
        return not self.is_new_person

    def is_active(self, now: datetime) -> bool:
        return now < self.until and not self.confirmed_by


def is_named(by: str) -> bool:
    return by not in UNNAMED


def say_wait(by: str) -> str:
    """Return in words when codes go to an address that this administrator or command changes."""
    if is_named(by):
        return "after a working day, or once a second administrator confirms it"
    return "after a working day; no one can confirm it sooner, because the command does not say who gives it (--by)"


def key(cohort_id: str, hold_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", f"HOLD#{hold_id}")


def make_hold(
    cohort_id: str, person: Person, until: datetime, by: str, delegate: str = "", *, is_new_person: bool = False
) -> Hold:
    """Make a hold.

    until  a working day later, so that the owner of the old address can object; see `WorkingDays.a_day_after`
    """
    return Hold(cohort_id, reader_key(person.email), person, until, by, delegate, is_new_person=is_new_person)


def stricter(first: Hold, other: Hold) -> Hold:
    """Return what two holds on the same address ask for together.

    No one confirms two changes of different administrators: each of the two would confirm their own.
    """
    later = max(first, other, key=lambda hold: hold.until)
    by = later.by if first.administrator == other.administrator else NO_ONE
    return replace(later, by=by, is_new_person=first.is_new_person and other.is_new_person)


def add_all(new: Iterable[Hold], now: datetime) -> list[Write]:
    """Write holds. What one from an earlier change to the same address asks for stays. One call, none for no hold."""
    by_key = {key(hold.cohort_id, hold.id): hold for hold in new}
    stored = get_many(list(by_key)) if by_key else {}
    return [add(_with_earlier(hold, stored.get(place), now), stored.get(place)) for place, hold in by_key.items()]


def _with_earlier(new: Hold, row: Row | None, now: datetime) -> Hold:
    earlier = read_one(Hold, row)
    if earlier is None:
        return replace(new, by=NO_ONE) if row else new  # nothing says who made the earlier change
    return stricter(earlier, new) if earlier.is_active(now) else new


def add(hold: Hold, row: Row | None = None) -> Write:
    """Write a hold in the place of what was read. Refused with HoldChanged if that changed: nothing of it is lost.

    row   of a hold from an earlier change to the same address
    """
    stored = {**key(hold.cohort_id, hold.id)._asdict(), **fields(hold)}
    if row is None:
        return put_once(stored, HoldChanged)
    parts = ("until", "by", "confirmed_by", "is_new_person")
    as_read = [equals(name, row[name]) if name in row else missing(name) for name in parts]
    return put_if(stored, as_read, HoldChanged)


def find(cohort_id: str, reader: str, delegate: str = "") -> list[Hold]:
    """Read the holds on the whole cohort and on one delegate. One call."""
    return [read(Hold, row) for row in get_many(keys(cohort_id, reader, delegate)).values()]


def find_all(cohort_id: str, reader: str) -> list[Hold]:
    """Read every hold on a reader's address in a cohort, also those on one delegate alone. One call."""
    place = key(cohort_id, reader)
    return [read(Hold, row) for row in query(*place)]


def keys(cohort_id: str, reader: str, delegate: str = "") -> list[Key]:
    """Return the keys of the holds on the whole cohort and on one delegate."""
    ids = (reader, f"{reader}.{delegate}") if delegate else (reader,)
    return [key(cohort_id, hold_id) for hold_id in ids]


def is_held(rows: Iterable[Row], who: str, now: datetime) -> bool:
    """Return whether a cohort's rows hold the address of a reader, for the cohort or for one delegate.

    A hold that cannot be read holds: its key says on which address it is.
    """
    rows = list(rows)
    readable = {hold.id: hold for hold in from_rows(rows)}
    ids = (row["sk"].removeprefix("HOLD#") for row in rows if row["sk"].startswith("HOLD#"))
    return any(id not in readable or readable[id].is_active(now) for id in ids if id == who or id.startswith(f"{who}."))


def from_rows(rows: Iterable[Row]) -> list[Hold]:
    """Find every hold among the rows of a cohort's partition."""
    return read_all(Hold, (row for row in rows if row["sk"].startswith("HOLD#")))


def confirm(hold: Hold, by: str) -> Write:
    """Let codes go to the address now. Refused if the address was changed again since the hold was read."""
    as_read = [equals("confirmed_by", ""), equals("until", hold.until)]
    return update(key(hold.cohort_id, hold.id), put={"confirmed_by": by}, when=as_read, refusal=HoldChanged)
