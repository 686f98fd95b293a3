"""Read a table of people or answers: find its header, match the columns, clean the cells. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

from chalicelib.core import workbook
from chalicelib.core.addresses import clean_text
from chalicelib.core.columns import HeaderColumns, count_matches, find_columns
from chalicelib.core.csv_text import MAX_HEADER_LINE, decode, find_separator, split
from chalicelib.core.file_errors import FAILED_FORMULA, FaultList, hint, nearest, quote
from chalicelib.core.name_order import is_spreadsheet_error

MAX_BYTES = 2_000_000
MAX_ROWS = 30_000  # 500 delegates with 60 raters each
MAX_COLUMNS = 50
MAX_CELL = 2_000  # characters


class Row(Struct, frozen=True):
    line: int  # line of the file where the record begins
    cells: dict[str, str]  # by expected column, cleaned


class Kind(Struct, frozen=True):
    """A kind of table: its columns, its limits and how its cells are cleaned."""

    columns: Sequence[str]
    optional: Sequence[str] = ()  # columns that may be missing; their cells are blank then
    max_bytes: int = MAX_BYTES
    max_rows: int = MAX_ROWS
    max_columns: int = MAX_COLUMNS
    max_cell: int = MAX_CELL
    divide: str = "Split the list into several files, and load them one after another"
    clean: Callable[[str], str] = clean_text

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (*self.columns, *self.optional)

    def count_matches(self, cells: Sequence[str]) -> int:
        """Return how many columns a line would name if it were the header."""
        return 0 if len(cells) > self.max_columns else count_matches(cells, self.all_columns)


def read_table(data: bytes, kind: Kind, faults: FaultList) -> list[Row]:
    """Return the rows that are not blank. Raises FileInvalid if the file or its header cannot be read."""
    if len(data) > kind.max_bytes:
        size = f"{len(data) // 1000:,} kB; allowed: at most {kind.max_bytes // 1000:,} kB"
        faults.add(1, "", f"is too large: {size}. {kind.divide}")
        raise faults.refusal()
    records = list(islice(_records(data, kind, faults), kind.max_rows + MAX_HEADER_LINE + 1))
    if not records:
        needed = ",".join(kind.columns)
        faults.add(1, "", f"is empty. It needs a header line with {needed}, then a line for each person")
        raise faults.refusal()
    header_line, header = records.pop(0)
    places = _places(header, header_line, kind, faults)
    if len(records) > kind.max_rows:
        line = records[kind.max_rows][0]
        faults.add(line, "", f"is one row too many; allowed: {kind.max_rows:,}. Split the list into two files")
        raise faults.refusal()
    if not records:
        faults.add(header_line, "", "has a header only: add at least one line below it")
    faults.refuse_if_any()
    for line, cells in records:
        if any(cells[len(header) :]):
            faults.add(line, "", f"has {len(cells)} cells, but the header has {len(header)}")
    blank = dict.fromkeys(kind.optional, "")
    return [Row(line, blank | _by_column(line, cells, places, faults)) for line, cells in records]


def _records(data: bytes, kind: Kind, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    """Yield the records from the header on that are not blank, each with the line on which it begins."""
    records = _cleaned(_raw_records(data, kind, faults), kind, faults)
    above = list(islice(records, MAX_HEADER_LINE))
    matches = [kind.count_matches(cells) for _, cells in above]
    yield from above[matches.index(max(matches)) if any(matches) else 0 :]
    yield from records


def _raw_records(data: bytes, kind: Kind, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    if data.startswith(workbook.MARK):
        limits = workbook.Limits(kind.max_bytes, kind.max_columns, kind.count_matches)
        return workbook.read_workbook(data, limits, faults)
    text = decode(data, faults)
    separator, start = find_separator(text, kind.count_matches)
    return split(text, separator, start, kind.max_cell, faults)


def _cleaned(
    records: Iterator[tuple[int, list[str]]], kind: Kind, faults: FaultList
) -> Iterator[tuple[int, list[str]]]:
    for line, record in records:
        cells = [kind.clean(cell) for cell in record]
        if any(cells):
            _refuse_odd_record(line, cells, kind, faults)
            yield line, cells


def _refuse_odd_record(line: int, cells: list[str], kind: Kind, faults: FaultList) -> None:
    """Reject a row that no list of people has: it is the wrong file, or a quotation mark is missing."""
    if len(cells) > kind.max_columns:
        faults.add(line, "", f"has {len(cells)} cells; allowed: at most {kind.max_columns}. Is it the right file?")
        raise faults.refusal()
    if (longest := max(map(len, cells))) > kind.max_cell:
        faults.add(
            line, "", f"has a cell of {longest} characters; allowed: at most {kind.max_cell}. Is it the right file?"
        )
        raise faults.refusal()


def _places(header: list[str], line: int, kind: Kind, faults: FaultList) -> dict[str, tuple[int, ...]]:
    """Return where each column is. Add a fault for each repeated or missing column; note what is passed over."""
    header_columns = find_columns(header, kind.all_columns)
    for column in header_columns.twice:
        faults.add(line, column, "appears twice")
    missing = [column for column in header_columns.missing if column in kind.columns]
    for column in missing:
        faults.add(line, column, "is missing: add a column with this name")
    for title in header_columns.unknown:
        if missing or nearest(title, header_columns.missing):
            faults.add(line, quote(title), f"is not a known column; {_hint(title, header_columns, kind)}")
        else:
            faults.note(line, quote(title), "is passed over: no column with this name is used")
    return header_columns.places


def _hint(title: str, header_columns: HeaderColumns, kind: Kind) -> str:
    return hint(title, header_columns.missing if nearest(title, header_columns.missing) else kind.all_columns)


def _by_column(line: int, cells: list[str], places: dict[str, tuple[int, ...]], faults: FaultList) -> dict[str, str]:
    """Return the cells by column. A name may be in two cells; a short row has blanks at its end."""
    by_column = {}
    for column, parts in places.items():
        own = [cells[place] for place in parts if place < len(cells) and cells[place]]
        by_column[column] = " ".join(cell for cell in own if not _is_error(line, column, cell, faults))
    return by_column


def _is_error(line: int, column: str, cell: str, faults: FaultList) -> bool:
    """Return whether a formula of the spreadsheet failed in a cell, and add a fault as for a workbook."""
    if not cell.startswith(("#", "Err:")) or not is_spreadsheet_error(cell):
        return False
    faults.add(line, column, FAILED_FORMULA.format(quote(cell)))
    return True
