"""Read a file of attendance: people by name or address, and their state. Pure.

No fault quotes a name or an address: line and column locate it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.core.addresses import clean_address, clean_name
from chalicelib.core.csv_reader import Kind, Row, read_table
from chalicelib.core.file_errors import FaultList, Note, ignore, quote
from chalicelib.core.formatting import name_sort_key
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.workshops.attendance import WORDS
from chalicelib.workshops.register import Entry

REGISTER = Kind(("attendance",), optional=("name", "email"))
WRITTEN: Mapping[State, str] = {
    State.ATTENDED: "attended present yes y here there came full fully complete completed true 1 ✓ ✔",
    State.PARTLY: "partly partial partially part inpart attendedinpart half halfday late leftearly",
    State.ABSENT: "absent missed no didnotattend dna noshow away false 0 missing",
    State.EXCUSED: "excused apologies apology sentapologies sick leave annualleave onleave holiday",
}
BY_WORD = {word: state for state, words in WRITTEN.items() for word in words.split()}
ALLOWED = "write attended, partly, absent or excused"


def read_register(data: bytes, file: str, entries: Sequence[Entry], note: Note = ignore) -> dict[str, State]:
    """Return what is recorded, by the delegate's id. Raises FileInvalid with every fault's line and column."""
    faults = FaultList(file, note)
    rows = read_table(data, REGISTER, faults)
    known = _People(entries)
    marks: dict[str, State] = {}
    for row in rows:
        entry, state = known.find(row, faults), _read_state(row, faults)
        if entry is None or state is None:
            continue
        if marks.setdefault(entry.id, state) is not state:
            other = f"is recorded as {WORDS[marks[entry.id]]} on another line: leave out one of them"
            faults.add(row.line, "attendance", other)
    faults.refuse_if_any()
    return marks


def _read_state(row: Row, faults: FaultList) -> State | None:
    written = row.cells["attendance"]
    state = BY_WORD.get("".join(sign for sign in written.casefold() if sign.isalnum() or sign in "✓✔"))
    if state is None:
        what = f'is "{quote(written)}", which we cannot read' if written else "is empty"
        faults.add(row.line, "attendance", f"{what}: {ALLOWED}")
    return state


class _People:
    """Everyone on the register, by address and by name."""

    def __init__(self, entries: Iterable[Entry]):
        self.by_address: dict[str, Entry] = {}
        self.by_name: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.by_address[entry.line.email] = entry
            self.by_name[_name_key(entry.name)].append(entry)

    def find(self, row: Row, faults: FaultList) -> Entry | None:
        """Find the person of a row by address. The name in the row must not be another person's."""
        address, name = clean_address(row.cells["email"]), clean_name(row.cells["name"])
        named = self.by_name.get(_name_key(name), []) if name else []
        if address:
            return self._by_address(row, address, named, faults)
        if len(named) == 1:
            return named[0]
        faults.add(row.line, "name", _why_not_found(bool(name), len(named)))
        return None

    def _by_address(self, row: Row, address: str, named: Sequence[Entry], faults: FaultList) -> Entry | None:
        entry = self.by_address.get(address)
        if entry is None:
            faults.add(
                row.line, "email", "is the address of no one on this register: correct it, or leave out the line"
            )
        elif named and entry not in named:
            faults.add(row.line, "name", "is the name of another person on this register than the address")
            return None
        return entry


def _why_not_found(is_named: bool, count: int) -> str:
    if not is_named:
        return "is empty: give the name or the email address"
    if count:
        return "is the name of several people on this register: add their email addresses"
    return "is the name of no one on this register: correct it, give the email address, or leave out the line"


def _name_key(name: str) -> str:
    """Compare names without case, accents and order, so that `Osei, Amara` is Amara Osei."""
    words = "".join(sign if sign.isalnum() else " " for sign in name_sort_key(name)[0]).split()
    return " ".join(sorted(words))
