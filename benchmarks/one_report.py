"""Render a few reports in a process of their own: `python -m benchmarks.one_report COUNT`.

A fresh process shows what a cold start costs; the difference between two counts shows what one report costs.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from itertools import islice

from benchmarks.report import different_reports
from benchmarks.row import Row
from chalicelib.report.render import documents
from infra.local.example import read_example

MAX_MILLIONS = 1_000  # instructions of one report: facts, page and PDF; missed, see docs/decisions/0056
MAX_COLD_SECONDS = 6.0  # processor time of a process that makes one report
COUNTED = re.compile(r"Collected : (\d+)")


def rows() -> list[Row]:
    """Measure one report by instructions, which no other process can disturb, and a cold report by processor time.

    Instructions are left out where valgrind is not installed.
    """
    return [
        *rows_of_instructions(),
        Row("report in a fresh process, processor time", _cold_seconds(), "s", MAX_COLD_SECONDS),
    ]


def rows_of_instructions() -> list[Row]:
    if shutil.which("valgrind") is None:
        return []
    of_one, two = (_counted(count) for count in (1, 2))
    return [
        Row("report, instructions (facts, page and PDF)", (two - of_one) / 1e6, "million", MAX_MILLIONS),
        Row("report in a fresh process, instructions", of_one / 1e6, "million", None),
    ]


def _counted(count: int) -> int:
    """Return the instructions of a process that makes `count` reports, on one thread so that the count repeats."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *_command(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment())  # noqa: S603 our own
    match = COUNTED.search(done.stderr)
    if match is None:
        raise ValueError(f"valgrind printed no count: {done.stderr[-300:]}")
    return int(match[1])


def _cold_seconds() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(_command(1), check=True, env=_environment())  # noqa: S603 our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _command(count: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.one_report", str(count)]


def _environment() -> dict[str, str]:
    return os.environ | {"RAYON_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


def main(arguments: list[str]) -> None:
    programme, _ = read_example()
    for facts in islice(different_reports(programme), int(arguments[0])):
        documents(programme, facts)


if __name__ == "__main__":
    main(sys.argv[1:])
