"""Write the status of a cohort as a CSV file: what the dashboard shows, and nothing more."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.delegate_status import ShownLine

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as its own encoding
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("delegate", "email", "service", "coach", "status", "raters_chosen", "group", "invited", "answered")


def render_progress_csv(board: Dashboard) -> str:
    """Write a line for each delegate and rater group."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for shown in board.lines:
        writer.writerows(map(_safe, _cells(shown)))
    return BYTE_ORDER_MARK + text.getvalue()


def _cells(shown: ShownLine) -> Iterator[list[str]]:
    line = shown.line
    start = [line.name, line.email, line.service, line.coach.name, shown.standing.words]
    start.append("yes" if line.nominated else "no")
    for count in shown.counts:
        yield [*start, count.title, str(count.invited), count.words]
    if shown.hidden or not shown.counts:
        yield [*start, "others are not counted yet" if shown.hidden else "", "", ""]


def _safe(cells: list[str]) -> list[str]:
    """Keep a cell as text that a spreadsheet would read as a formula."""
    return [f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell for cell in cells]
