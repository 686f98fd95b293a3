"""Read the table in an Excel workbook as people see it: dates, whole numbers, results of formulas. Pure."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from chalicelib.core import workbook_view
from chalicelib.core.file_errors import FAILED_FORMULA, FaultList, quote
from chalicelib.core.workbook_view import Filler, SheetView, read_view, refuse_hidden_rows

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MARK = b"PK\x03\x04"  # how the file begins
MAX_UNPACKED = 300_000_000  # bytes
MAX_PACKING = 100  # times: real workbooks are packed about ten times
MAX_PARTS = 1_000  # files inside a workbook
MAX_HEADER_ROW = 10  # a list may have titles above its header
MAX_BLANK_ROWS = 1_000  # in sequence; below them a sheet has nothing but formats
DIGITS = 15  # that Excel keeps of a number
_ZEROS = re.compile(r"0+")
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError, KeyError, ValueError, TypeError, IndexError),
    *workbook_view.UNREADABLE,
    *(AttributeError, RuntimeError),  # RuntimeError: a part has a password, or is nested too deeply
)

NO_RESULT = "is a formula without a result: open the file in Excel and save it, or type the value"

Record = tuple[int, list[str]]


class Limits(Struct, frozen=True):
    """What a table may hold, and how many columns a line would name if it were the header."""

    max_bytes: int
    max_columns: int
    count_matches: Callable[[Sequence[str]], int]


def read_workbook(data: bytes, limits: Limits, faults: FaultList) -> Iterator[Record]:
    """Yield each row of the sheet with the table, with its number. Raises FileInvalid.

    Faults name the sheet from here on.
    """
    try:
        _refuse_large(data, limits, faults)
        values, formulas = _open(data, data_only=True), _open(data, data_only=False)
        title = _find_sheet(values, limits, faults)
        faults.file = f"{faults.file} (sheet “{quote(title)}”)"
        yield from _shown(
            _records(values[title], formulas[title], limits, faults), read_view(values[title]), limits, faults
        )
    except UNREADABLE:
        faults.add(1, "", "is an Excel workbook that cannot be read: open it, save it as .xlsx or as CSV UTF-8")
        raise faults.refusal() from None


def _refuse_large(data: bytes, limits: Limits, faults: FaultList) -> None:
    """Add up the sizes that the archive states: nothing is unpacked beyond them."""
    parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    most = min(MAX_UNPACKED, MAX_PACKING * limits.max_bytes)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > most:
        faults.add(1, "", f"unpacks to more than {most // 1_000_000} MB. Copy the table alone into a new workbook")
        raise faults.refusal()


def _open(data: bytes, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook  # imported here: a table is rarely a workbook

    return load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)


def _find_sheet(book: Workbook, limits: Limits, faults: FaultList) -> str:
    """Return the name of the sheet whose header names most columns. Refuse two that are alike, or none."""
    fits = {sheet.title: _fit(sheet, limits) for sheet in book.worksheets if sheet.sheet_state == "visible"}
    best = [title for title, fit in fits.items() if fit == max(fits.values())]
    if not best:
        faults.add(1, "", "has no sheet that is shown: unhide the one with the table")
        raise faults.refusal()
    if len(best) > 1 and fits[best[0]]:
        names = " and ".join(f"“{quote(title)}”" for title in best[:2])
        faults.add(1, "", f"has more than one sheet with this table: {names}. Keep one, or save each as a file")
        raise faults.refusal()
    return best[0]


def _fit(sheet: Any, limits: Limits) -> int:
    rows = islice(_rows(sheet, limits), MAX_HEADER_ROW)
    return max((limits.count_matches(_trim([_text(cell) for cell in row])) for row in rows), default=0)


def _shown(records: Iterator[Record], view: SheetView, limits: Limits, faults: FaultList) -> Iterator[Record]:
    """Yield the rows with the values of merged cells. Add faults for hidden rows, and hidden columns of the table."""
    filler = Filler(view)
    hidden_lines: list[int] = []
    hidden_columns = {column for column in view.hidden_columns if column <= limits.max_columns}
    is_below_header = False
    for line, read in records:
        cells = filler.fill(line, read)
        is_below_header = is_below_header or line > MAX_HEADER_ROW
        hidden_lines += [line] if is_below_header and cells and line in view.hidden_rows else []
        if line <= MAX_HEADER_ROW:
            hidden_columns -= _refuse_hidden_columns(line, cells, hidden_columns, limits, faults)
            is_below_header = is_below_header or limits.count_matches(cells) > 0
        yield line, cells
    refuse_hidden_rows(hidden_lines, faults)


def _refuse_hidden_columns(
    line: int, cells: list[str], hidden: set[int], limits: Limits, faults: FaultList
) -> set[int]:
    """Return the hidden columns that the table reads, each with a fault: without it the header has a title less."""
    count = limits.count_matches(cells)
    used = {
        place
        for place in hidden
        if place < len(cells) and limits.count_matches([*cells[:place], "", *cells[place + 1 :]]) < count
    }
    for place in used:
        message = "is hidden: show the column if its values are right, or delete it"
        faults.add(line, quote(cells[place]), message)
    return used


def _records(values: Any, formulas: Any, limits: Limits, faults: FaultList) -> Iterator[Record]:
    blank = 0
    both = zip_longest(*(_rows(sheet, limits) for sheet in (values, formulas)), fillvalue=())
    for line, (row, formula_row) in enumerate(both, start=1):
        cells = _trim([_cell(line, *pair, faults) for pair in zip_longest(row, formula_row)])
        blank = 0 if cells else blank + 1
        if blank > MAX_BLANK_ROWS:
            return
        yield line, cells


def _trim(cells: list[str]) -> list[str]:
    """Return the cells without blank ones at the end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _rows(sheet: Any, limits: Limits) -> Iterator[Sequence[Any]]:
    sheet.reset_dimensions()  # some programs write wrong ones
    return iter(sheet.iter_rows(max_col=limits.max_columns + 1))


def _cell(line: int, cell: Any, formula: Any, faults: FaultList) -> str:
    """Return the text of a cell. Add a fault for an error of Excel, and for a formula that was never worked out."""
    if cell is not None and cell.data_type == "e":
        faults.add(
            line,
            _letter(cell),
            FAILED_FORMULA.format(quote(str(cell.value))),
        )
        return ""
    if formula is not None and formula.data_type == "f" and (cell is None or cell.value is None):
        faults.add(line, _letter(formula), NO_RESULT)
        return ""
    return "" if cell is None else _text(cell)


def _letter(cell: Any) -> str:
    return f"column {cell.column_letter}"


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format or "")
    return _moment(value) if isinstance(value, (date, time)) else str(value)


def _number(value: float, shown_as: str) -> str:
    """Return a number as Excel shows it: without a point if it is whole, with the zeros or the % of its format."""
    if shown_as.endswith("%"):
        return f"{_plain(value * 100)}%"
    text = _plain(value)
    return text.zfill(len(shown_as)) if _ZEROS.fullmatch(shown_as) and text.isdigit() else text


def _plain(value: float) -> str:
    number = Decimal(f"{value:.{DIGITS}g}")
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number:f}"


def _moment(value: date | time) -> str:
    """Return a date, a time, or both."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else value.isoformat("minutes")
