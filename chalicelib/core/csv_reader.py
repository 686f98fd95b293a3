"""Read a CSV file as Excel and similar programs write it: decode, split and match columns. Pure."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from chalicelib.core.addresses import clean_text
from chalicelib.core.file_errors import FaultList, hint, shown

SEPARATORS = ",;\t"
MAX_BYTES = 2_000_000
MAX_ROWS = 30_000  # 500 delegates with 60 raters each
MAX_COLUMNS = 50
MAX_CELL = 2_000  # characters
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?(\r\n|\n|\r)', re.IGNORECASE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls


class Row(Struct, frozen=True):
    line: int  # line of the file where the record begins
    cells: dict[str, str]  # by expected column, cleaned


def read_table(data: bytes, columns: Sequence[str], faults: FaultList) -> list[Row]:
    """Return the rows that are not blank. Raises FileFaults if the file or its header cannot be read."""
    _refuse_too_large(data, faults)
    text = _decoded(data, faults)
    separator, start = _separator(text, columns)
    records = list(islice(_records(text, separator, start, faults), MAX_ROWS + 2))
    if not records:
        faults.add(1, "", f"is empty. It needs a header line with {','.join(columns)}, then a line for each person")
        raise faults.refusal()
    if len(records) > MAX_ROWS + 1:
        faults.add(records[-1][0], "", f"is one row too many; allowed: {MAX_ROWS:,}. Split the list into two files")
        raise faults.refusal()
    header_line, header = records[0]
    places = _places(header, header_line, columns, faults)
    if len(records) == 1:
        faults.add(header_line, "", "has a header only: add at least one line below it")
    faults.refuse_if_any()
    return [_row(line, cells, places, len(header), faults) for line, cells in records[1:]]


def _refuse_too_large(data: bytes, faults: FaultList) -> None:
    if len(data) > MAX_BYTES:
        size = f"{len(data) // 1000:,} kB; allowed: at most {MAX_BYTES // 1000:,} kB"
        faults.add(1, "", f"is too large: {size}. Split the list into several files, and load them one after another")
        raise faults.refusal()


def _decoded(data: bytes, faults: FaultList) -> str:
    """Return the text: try UTF-8 or UTF-16 by their marks, then UTF-8, then what Excel in western Europe writes."""
    if data.startswith(_WORKBOOKS):
        faults.add(1, "", "is an Excel workbook: save it as CSV UTF-8")
        raise faults.refusal()
    utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    line = 1
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            continue
        if "\0" not in text:
            return text
    faults.add(line, "", "is not text: save it as CSV UTF-8")
    raise faults.refusal()


def _separator(text: str, columns: Sequence[str]) -> tuple[str, int]:
    """Return the separator and where the table starts: Excel's own `sep=` line, or what splits the header best."""
    sep_line = _SEPARATOR_LINE.match(text)
    if sep_line:
        return sep_line[1], sep_line.end()
    first = next((line for line in text.splitlines() if line.strip(SEPARATORS + ' "')), "")[: MAX_COLUMNS * MAX_CELL]
    expected = {_bare(column) for column in columns}
    return max(SEPARATORS, key=lambda sign: len(expected & set(map(_bare, first.split(sign))))), 0


def _records(text: str, separator: str, start: int, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    """Return the records that are not blank, each with the line on which it begins."""
    skipped = 1 if start else 0
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator, strict=True)
    line = skipped + 1
    try:
        for record in reader:
            cells = [clean_text(cell) for cell in record]
            if any(cells):
                _refuse_odd_record(line, cells, faults)
                yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        faults.add(line, "", f"cannot be split into cells. A quotation mark may be missing ({error})")
        raise faults.refusal() from error


def _refuse_odd_record(line: int, cells: list[str], faults: FaultList) -> None:
    """Reject a row that no list of people has: it is the wrong file, or a quotation mark is missing."""
    if len(cells) > MAX_COLUMNS:
        faults.add(line, "", f"has {len(cells)} cells; allowed: at most {MAX_COLUMNS}. Is it the right file?")
        raise faults.refusal()
    if (longest := max(map(len, cells))) > MAX_CELL:
        faults.add(line, "", f"has a cell of {longest} characters; allowed: at most {MAX_CELL}. Is it the right file?")
        raise faults.refusal()


def _bare(name: str) -> str:
    """Normalise a column name: compare without case, blanks, quotes, hyphens and underscores."""
    return "".join(sign for sign in clean_text(name).lower() if sign.isalnum())


def _places(header: list[str], line: int, columns: Sequence[str], faults: FaultList) -> dict[str, int]:
    """Return where each column is. Add a fault for each unknown, repeated or missing column."""
    expected = {_bare(column): column for column in columns}
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        column = expected.get(_bare(title))
        if column is None:
            if title:
                faults.add(line, shown(title), f"is not a known column; {hint(title, columns)}")
        elif column in places:
            faults.add(line, column, "appears twice")
        else:
            places[column] = place
    for column in columns:
        if column not in places:
            faults.add(line, column, "is missing: add a column with this name")
    return places


def _row(line: int, cells: list[str], places: dict[str, int], width: int, faults: FaultList) -> Row:
    if any(cells[width:]):
        faults.add(line, "", f"has {len(cells)} cells, but the header has {width}")
    return Row(line, {column: cells[index] if index < len(cells) else "" for column, index in places.items()})
