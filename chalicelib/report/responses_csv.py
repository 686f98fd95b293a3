"""Read responses.csv as Excel and similar programs write it: decode, split, match columns, keep text word for word.

Pure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.core.file_errors import FaultList, hint, shown

SEPARATORS = ",;\t"
MAX_CELL_CHARS = 1_000_000  # characters
MAX_COLUMNS = 200  # 60 items and 18 questions at most, and some unknown ones
MAX_BYTES = 50_000_000


class Record(Struct, frozen=True):
    line: int  # line of the file on which the record begins
    cells: dict[str, str]  # by column, without outer blanks


def read_records(data: bytes, needed: Sequence[str], optional: Sequence[str], faults: FaultList) -> list[Record]:
    """Return the records that are not blank, in file order.

    Adds faults for records; raises FileFaults if the file or its header cannot be read. A missing optional column reads
    as blank.
    """
    if len(data) > MAX_BYTES:
        size = f"{len(data) // 1_000_000} MB; allowed: at most {MAX_BYTES // 1_000_000} MB"
        faults.add(1, "", f"is too large: {size}. Split it by delegate into several files, with an --out folder each")
        raise faults.refusal()
    text = _decoded(data, faults)
    rows = _rows(text, faults)
    header_line, titles = next(rows, (1, []))
    columns = [title.lower() for title in titles]
    _check_header(header_line, columns, needed, optional, faults)
    faults.refuse_if_any()
    records = []
    for line, cells in rows:
        if any(cells[len(columns) :]):
            faults.add(line, "", f"has {len(cells)} cells, but the header has {len(columns)}")
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        records.append(Record(line, dict.fromkeys(optional, "") | dict(zip(columns, padded, strict=False))))
    if not records:
        faults.add(header_line, "", "has a header only: add at least one line below it")
    return records


def _decoded(data: bytes, faults: FaultList) -> str:
    """Decode UTF-8, with or without a mark, otherwise what Excel in western Europe writes."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    faults.add(1, "", "is not text: save it as CSV UTF-8")
    raise faults.refusal()


def _rows(text: str, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    """Return rows that are not blank, each with the line on which it begins."""
    first = next(iter(text.splitlines()), "")
    csv.field_size_limit(MAX_CELL_CHARS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count), strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        faults.add(line, "", f"cannot be split into cells ({error})")
        raise faults.refusal() from error


def _check_header(
    line: int, columns: Sequence[str], needed: Sequence[str], optional: Sequence[str], faults: FaultList
) -> None:
    for column in needed:
        if column not in columns:
            faults.add(line, column, "is missing: add a column with this name")
    if len(columns) > MAX_COLUMNS:
        faults.add(line, "", f"has {len(columns)} columns; allowed: at most {MAX_COLUMNS}. Is it the right file?")
        return
    for index, column in enumerate(columns):
        if column in columns[:index]:
            faults.add(line, shown(column), "appears twice")
        elif column not in (*needed, *optional):
            faults.add(line, shown(column), f"is not a known column; {hint(column, [*needed, *optional])}")
