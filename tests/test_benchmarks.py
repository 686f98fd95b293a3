"""The arithmetic beside the figures; times themselves are nobody's assertion."""

import io

from rich.console import Console

from benchmarks.__main__ import as_data, ratio, show
from benchmarks.row import Row

ROWS = [Row("quick", 30.0, "ms", 120.0), Row("slow", 150.0, "ms", 120.0), Row("size", 12.0, "kB", None)]


def test_a_ratio_is_the_share_of_the_budget_that_is_used():
    assert [ratio(row) for row in ROWS] == [0.25, 1.25, None]


def test_what_is_kept_has_every_row_with_its_ratio():
    kept = as_data(ROWS)["rows"]

    assert [(row["name"], row["budget"], row["ratio"]) for row in kept] == [
        ("quick", 120.0, 0.25),
        ("slow", 120.0, 1.25),
        ("size", None, None),
    ]


def test_a_missed_budget_is_said_in_plain_lines_when_piped():
    written = io.StringIO()
    show(Console(file=written, width=100), ROWS)

    assert "\x1b" not in written.getvalue()
    assert "MISSED" in written.getvalue()
    assert written.getvalue().splitlines()[-1] == "Over budget: slow"
