"""Find what a sheet of a workbook hides, and which cells are merged: neither is in its values. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import IO, Any
from xml.parsers import expat

from msgspec import Struct

from chalicelib.core.file_errors import FaultList

MAX_COLUMNS = 16_384  # of a sheet of Excel
UNREADABLE = (expat.ExpatError,)
_YES = ("1", "true")


class Merged(Struct, frozen=True):
    """Cells of one column that are merged downwards: the value is in the first alone."""

    column: int  # counted from 0
    last: int  # row


class SheetView(Struct):
    """What people do not see of a sheet, with numbers of rows from 1 and of columns from 0."""

    hidden_rows: set[int]
    hidden_columns: set[int]
    merged: Mapping[int, list[Merged]]  # by the first row


def read_view(sheet: Any) -> SheetView:
    """Read the marks of a sheet's rows and columns."""
    view = SheetView(set(), set(), defaultdict(list))
    reader = _Reader(view)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    with _source(sheet) as source:
        parser.ParseFile(source)
    return view


def _source(sheet: Any) -> IO[bytes]:
    """Return the file of a sheet: openpyxl has no other way to it that keeps memory small."""
    file: IO[bytes] = sheet._get_source()
    return file


class _Reader:
    """Takes the beginning of each element."""

    def __init__(self, view: SheetView):
        self._view = view
        self._row = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        act = _ACTS.get(name.rpartition(" ")[2])
        if act:
            act(self, attributes)

    def _column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _YES:
            last = min(int(attributes["max"]), MAX_COLUMNS)
            self._view.hidden_columns.update(range(int(attributes["min"]) - 1, last))

    def _next_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        if attributes.get("hidden") in _YES:
            self._view.hidden_rows.add(self._row)

    def _merge(self, attributes: dict[str, str]) -> None:
        from openpyxl.utils import range_boundaries  # imported here: a table is rarely a workbook

        column, first, _, last = (place or 0 for place in range_boundaries(attributes["ref"]))
        if last > first:
            self._view.merged[first].append(Merged(column - 1, last))


_ACTS = {
    "col": _Reader._column,
    "row": _Reader._next_row,
    "mergeCell": _Reader._merge,
}


class Filler:
    """Gives each of several merged rows the value that people see next to them."""

    def __init__(self, view: SheetView):
        self._view = view
        self._open: dict[int, tuple[int, str]] = {}  # column -> last row, value

    def fill(self, line: int, cells: list[str]) -> list[str]:
        """Return the cells of the next row with the values of cells that are merged with one above."""
        for column, (last, value) in [*self._open.items()]:
            if line > last:
                del self._open[column]
            else:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or value
        for merged in self._view.merged.get(line, ()):
            if merged.column < len(cells) and cells[merged.column]:
                self._open[merged.column] = merged.last, cells[merged.column]
        return cells


def refuse_hidden_rows(lines: list[int], faults: FaultList) -> None:
    """Add a fault if rows with content are hidden: reading them, or leaving them out, may both be wrong."""
    if lines:
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        faults.add(
            lines[0],
            "",
            f"is hidden{more}, by hand or by a filter: show every row and delete those that are not meant,"
            " or copy the rows that are shown into a new workbook",
        )
