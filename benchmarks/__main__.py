"""Measure every budget; `benchmarks/latest.json` keeps each figure, its budget and their ratio.

Calls to AWS are counted by tests too, which fail when one is too many: tests/journey/test_budgets.py.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import acts, cohort_size, handover, one_report, pages, report, scale, start
from benchmarks.row import Row

LATEST = Path(__file__).parent / "latest.json"
BAR = 20  # characters for a budget that is used up


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=report.MANY, help="reports made in one process (%(default)s)")
    args = parser.parse_args(argv)
    console = Console()
    measured_rows = [row for subject in _subjects(args.reports) for row in _measured(console, *subject)]
    show(console, measured_rows)
    LATEST.write_text(json.dumps(as_data(measured_rows), indent=2) + "\n")
    return 0


def _subjects(reports: int) -> list[tuple[str, Callable[[], list[Row]]]]:
    """In this order: the report's memory is that of a process that has done nothing else."""
    return [
        ("cold start", start.rows),
        (f"{reports} reports", partial(report.rows, reports)),
        ("one report in a fresh process", one_report.rows),
        ("AWS calls, capacity and cost", acts.rows),
        ("pages", pages.rows),
        ("mails", handover.rows),
        (f"up to {scale.SIZES[-1]:,} delegates", scale.rows),
        (f"cohorts of up to {cohort_size.SIZES[-1]}", cohort_size.rows),
    ]


def _measured(console: Console, name: str, subject: Callable[[], list[Row]]) -> list[Row]:
    with console.status(f"Measuring {name}"):  # turns on a terminal, and says nothing when piped
        if not console.is_terminal:
            console.print(f"Measuring {name} ...")
        return subject()


def ratio(row: Row) -> float | None:
    """Share of the budget that is used; above 1 it is missed. None where there is no budget."""
    return row.figure / row.budget if row.budget else None


def as_data(rows: Sequence[Row]) -> dict[str, object]:
    machine = {"python": platform.python_version(), "system": platform.platform()}
    return {"machine": machine, "rows": [{**row._asdict(), "ratio": ratio(row)} for row in rows]}


def show(console: Console, rows: Sequence[Row]) -> None:
    """Plain lines when piped; colours and bars on a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("what", "measured", "budget", "ratio", ""):
        table.add_column(name, justify="left" if name in ("what", "") else "right")
    for row in rows:
        used = ratio(row)
        table.add_row(row.name, f"{row.figure:.2f} {row.unit}", *_compare_with_budget(row, used, console.is_terminal))
    console.print(table)
    missed = [row.name for row in rows if (ratio(row) or 0) > 1]
    console.print(f"Over budget: {', '.join(missed)}" if missed else "Every budget measured here is met.")


def _compare_with_budget(row: Row, used: float | None, bars: bool) -> tuple[str, str, str]:
    if used is None:
        return "", "", ""
    colour = "green" if used <= 1 else "red"
    bar = f"[{colour}]{'█' * min(2 * BAR, round(used * BAR))}[/]" if bars else ("met" if used <= 1 else "MISSED")
    return f"{row.budget:g}", f"{used:.2f}", bar


if __name__ == "__main__":
    raise SystemExit(main())
