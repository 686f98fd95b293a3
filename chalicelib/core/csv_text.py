"""Decode a CSV file as Excel and similar programs write it, and split it into records. Pure."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from itertools import islice

from chalicelib.core.file_errors import FaultList
from chalicelib.core.western_text import western_text

SEPARATORS = ",;\t|"
MAX_HEADER_LINE = 10  # a list may have titles above its header
MAX_LINE_CHARS = 100_000  # characters of a line that may be the header
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?(\r\n|\n|\r)', re.IGNORECASE)
_UTF16 = (BOM_UTF16_LE, BOM_UTF16_BE)
_MOST = 0.9  # of the bytes of a text in UTF-16 without its mark: those that are zero
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls


def decode(data: bytes, faults: FaultList, save_as: str = "CSV UTF-8") -> str:
    """Return the text: UTF-16 or UTF-8 if it is that, else what Excel in western Europe writes on Windows or a Mac."""
    if data.startswith(_WORKBOOKS):
        faults.add(1, "", f"is an Excel workbook: save it as {save_as}")
        raise faults.refusal()
    text, line = _decoded(data, _utf16(data) or "utf-8-sig")
    if text is None and not data.startswith(_UTF16):
        text = western_text(data)
    if text is None or "\0" in text:
        faults.add(line, "", f"is not text, or has letters that may be read in two ways: save it as {save_as}")
        raise faults.refusal()
    return text


def _utf16(data: bytes) -> str:
    """Return which UTF-16 the bytes are, by their mark or by their zeros; empty if they are something else."""
    if data.startswith(_UTF16):
        return "utf-16"
    for encoding, high in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if high and high.count(0) >= _MOST * len(high) and len(data) % 2 == 0:
            return encoding
    return ""


def _decoded(data: bytes, encoding: str) -> tuple[str | None, int]:
    """Return the text or None, and the line of the first byte that is none."""
    try:
        return data.decode(encoding), 1
    except UnicodeDecodeError as error:
        return None, data.count(b"\n", 0, error.start) + 1


def find_separator(text: str, count_matches: Callable[[list[str]], int]) -> tuple[str, int]:
    """Return the separator and where the table starts: Excel's own `sep=` line, or what splits a header best."""
    sep_line = _SEPARATOR_LINE.match(text)
    if sep_line:
        return sep_line[1], sep_line.end()
    lines = [line[:MAX_LINE_CHARS] for line in islice(io.StringIO(text, newline=""), MAX_HEADER_LINE)]
    best = {sign: max((count_matches(line.split(sign)) for line in lines), default=0) for sign in SEPARATORS}
    return max(SEPARATORS, key=lambda sign: best[sign]), 0


def split(text: str, separator: str, start: int, max_cell: int, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins."""
    csv.field_size_limit(max(max_cell, len(text) + 1))
    skipped = 1 if start else 0
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator, strict=True)
    line = skipped + 1
    try:
        for record in reader:
            yield line, record
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        faults.add(line, "", f"cannot be split into cells. A quotation mark may be missing ({error})")
        raise faults.refusal() from error
