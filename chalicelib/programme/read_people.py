"""Read delegates.csv and raters.csv as entries, or collect every fault in them. Pure.

No fault quotes a name or an address: line and column locate it, and fault lists end up in logs and emails.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from chalicelib.core.addresses import check_address, check_name, check_text, clean_address, clean_name
from chalicelib.core.cell_values import find_group_id
from chalicelib.core.csv_reader import Kind, Row, read_table
from chalicelib.core.file_errors import FaultList, Note, hint, ignore, quote
from chalicelib.core.formatting import name_sort_key
from chalicelib.core.model import SELF_GROUP, DelegateEntry, Person, Programme, RaterEntry
from chalicelib.core.name_order import is_salutation

DELEGATE_COLUMNS = (
    "name",
    "email",
    "job_title",
    "service",
    "manager_name",
    "manager_email",
    "coach_name",
    "coach_email",
)
RATER_COLUMNS = ("delegate_email", "group", "name", "email")
DELEGATES, RATERS = Kind(DELEGATE_COLUMNS), Kind(RATER_COLUMNS)
MAX_DELEGATES = 500


def read_delegates(data: bytes, file: str, note: Note = ignore) -> tuple[DelegateEntry, ...]:
    """Read the delegates in file order. Raises FileInvalid with every fault's line and column.

    note    receives what is passed over, such as a column that is not used
    """
    faults = FaultList(file, note)
    rows = _without_doubled_delegates(_checked_rows(data, DELEGATES, faults), faults)
    _refuse_delegates_in_a_second_part(rows, faults)
    rows = _with_one_name_for_each_address(rows, faults)
    if len(rows) > MAX_DELEGATES:
        faults.add(rows[MAX_DELEGATES].line, "", f"is one delegate too many; allowed: {MAX_DELEGATES} a cohort")
    faults.refuse_if_any()
    return tuple(_delegate(row.cells) for row in rows)


def read_raters(
    data: bytes,
    file: str,
    programme: Programme,
    delegates: Collection[str],
    listed: Mapping[str, Sequence[RaterEntry]] = MappingProxyType({}),
    note: Note = ignore,
) -> dict[str, tuple[RaterEntry, ...]]:
    """Read raters by the delegate's address, in file order. Raises FileInvalid with every fault.

    delegates   addresses of the cohort's delegates, lower case
    listed      who is on their lists already, by the same addresses
    note        receives what is passed over, such as a column that is not used
    """
    faults, addresses = FaultList(file, note), frozenset(delegates)
    rows = [_with_group_id(row, programme) for row in _checked_rows(data, RATERS, faults)]
    for row in rows:
        _refuse_stray_rater(row, programme, addresses, faults)
    rows = _without_doubled_raters(rows, faults)
    _refuse_crowded_groups(rows, programme, listed, faults)
    faults.refuse_if_any()
    raters: dict[str, list[RaterEntry]] = defaultdict(list)
    for row in rows:
        raters[row.cells["delegate_email"]].append(RaterEntry(row.cells["group"], _person(row.cells, "")))
    return {delegate: tuple(entries) for delegate, entries in raters.items()}


def _checked_rows(data: bytes, kind: Kind, faults: FaultList) -> list[Row]:
    """Return rows with lower-case addresses, every cell checked; drop a row that only repeats another."""
    rows: dict[tuple[str, ...], Row] = {}
    for raw in read_table(data, kind, faults):
        row = Row(raw.line, {name: _read_cell(name, cell) for name, cell in raw.cells.items()})
        if (same := rows.setdefault(tuple(row.cells.values()), row)) is not row:
            faults.note(row.line, "", f"repeats row {same.line} and is passed over")
            continue
        for name, cell in row.cells.items():
            if fault := _check_for(name)(cell):
                faults.add(row.line, name, fault)
    return list(rows.values())


def _read_cell(column: str, cell: str) -> str:
    if _is_address(column):
        return clean_address(cell)
    return clean_name(cell) if column.endswith("name") else cell


def _check_for(column: str) -> Callable[[str], str | None]:
    if _is_address(column):
        return check_address
    return check_name if column.endswith("name") else check_text


def _is_address(column: str) -> bool:
    return column.endswith("email")


def _person(cells: dict[str, str], prefix: str) -> Person:
    return Person(cells[f"{prefix}name"], cells[f"{prefix}email"])


# --- delegates ----------------------------------------------------------------------------------------


def _delegate(cells: dict[str, str]) -> DelegateEntry:
    return DelegateEntry(
        person=_person(cells, ""),
        job_title=cells["job_title"],
        service=cells["service"],
        manager=_person(cells, "manager_"),
        coach=_person(cells, "coach_"),
    )


def _without_doubled_delegates(rows: list[Row], faults: FaultList) -> list[Row]:
    first: dict[str, Row] = {}
    unique = []
    for row in rows:
        address = row.cells["email"]
        if address in first:
            faults.add(row.line, "email", f"is the address of the delegate on line {first[address].line} too")
            continue
        if address:
            first[address] = row
        unique.append(row)
    return unique


def _refuse_delegates_in_a_second_part(rows: list[Row], faults: FaultList) -> None:
    for row in rows:
        for column in ("manager_email", "coach_email"):
            if row.cells[column] and row.cells[column] == row.cells["email"]:
                faults.add(row.line, column, "is the delegate’s own address")


def _with_one_name_for_each_address(rows: list[Row], faults: FaultList) -> list[Row]:
    """Refuse two names for one address: one is a typing mistake, and if it is the address, the wrong person gets the
    emails. Where only a title, an accent or an apostrophe differs, everyone gets the first.
    """
    first: dict[str, tuple[str, int]] = {}
    named = []
    for row in rows:
        same: dict[str, str] = {}
        for prefix in ("", "manager_", "coach_"):
            person = _person(row.cells, prefix)
            if not person.name or not person.email:
                continue
            name, line = first.setdefault(person.email, (person.name, row.line))
            if _plain(name) != _plain(person.name):
                faults.add(row.line, f"{prefix}name", f"is not the name that line {line} gives for the same address")
            elif name != person.name:
                faults.note(row.line, f"{prefix}name", f"is written in another way on line {line}, which is used")
                same[f"{prefix}name"] = name
        named.append(Row(row.line, row.cells | same))
    return named


def _plain(name: str) -> str:
    """Return a name without titles such as `Dr`, capitals, accents and apostrophes."""
    words = [word for word in name.split() if not is_salutation(word)]
    return "".join(sign for sign in name_sort_key(" ".join(words))[0] if sign.isalnum())


# --- raters -------------------------------------------------------------------------------------------


def _with_group_id(row: Row, programme: Programme) -> Row:
    """Accept a title for its id: people write "Direct reports" as often as direct_report."""
    return Row(row.line, row.cells | {"group": find_group_id(programme, row.cells["group"])})


def _refuse_stray_rater(row: Row, programme: Programme, delegates: Collection[str], faults: FaultList) -> None:
    delegate, group, address = row.cells["delegate_email"], row.cells["group"], row.cells["email"]
    allowed = [group.id for group in programme.rater_groups]
    if delegate and delegate not in delegates:
        faults.add(row.line, "delegate_email", "is not the address of a delegate of this cohort")
    if group == SELF_GROUP:
        faults.add(row.line, "group", f"is {SELF_GROUP}: delegates are asked about themselves without being listed")
    elif group and group not in allowed:
        faults.add(row.line, "group", f'"{quote(group)}" is not a group of this programme; {hint(group, allowed)}')
    if address and address == delegate:
        faults.add(row.line, "email", "is the delegate’s own address")


def _without_doubled_raters(rows: list[Row], faults: FaultList) -> list[Row]:
    first: dict[tuple[str, str], Row] = {}
    unique = []
    for row in rows:
        key = (row.cells["delegate_email"], row.cells["email"])
        if key in first and first[key].cells != row.cells:
            differs = "group" if first[key].cells["group"] != row.cells["group"] else "name"
            faults.add(
                row.line, differs, f"is another than on line {first[key].line} for the same rater of this delegate"
            )
        if key in first:
            continue
        if all(key):
            first[key] = row
        unique.append(row)
    return unique


def _refuse_crowded_groups(
    rows: list[Row], programme: Programme, listed: Mapping[str, Sequence[RaterEntry]], faults: FaultList
) -> None:
    """Add those who are on the list already: a file does not remove them."""
    most = {group.id: group.max for group in programme.rater_groups}
    on_list = [(delegate, entry) for delegate, entries in listed.items() for entry in entries]
    on_list_keys = {(delegate, entry.person.email) for delegate, entry in on_list}
    count = Counter((delegate, entry.group) for delegate, entry in on_list)
    reported = set()
    for row in rows:
        delegate, group = row.cells["delegate_email"], row.cells["group"]
        if (delegate, row.cells["email"]) in on_list_keys or group not in most or (delegate, group) in reported:
            continue
        count[delegate, group] += 1
        if count[delegate, group] > most[group]:
            reported.add((delegate, group))
            where = ", with those on the list already" if listed.get(delegate) else ""
            faults.add(
                row.line, "group", f"{group} has more raters of this delegate than the {most[group]} allowed{where}"
            )
