"""Write a table of the console as a CSV file that a spreadsheet opens as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as its own encoding
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_keep_as_text(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


def _keep_as_text(cell: str) -> str:
    """Keep a cell as text that a spreadsheet would read as a formula."""
    return f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell
