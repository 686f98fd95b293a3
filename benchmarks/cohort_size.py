"""Check that one more delegate costs the same in a small cohort as in a large one; real code over stand_in.py.

Each size in a process of its own: a cohort is loaded, asked and closed. Calls, units of DynamoDB and refused writes
are counted, so the figures are the same on every machine. Reports are left out: each is six calls, and most of the
time. A cohort has work of its own, about 120 calls, which few delegates share, so the cost of a delegate falls with
the size of the cohort; what one more delegate adds is flat. tests/test_cohort_size.py holds both to the budget.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise

from benchmarks.row import Row
from benchmarks.scale import ENVIRONMENT, SETTINGS, Cohort

SIZES = (4, 30, 120, 500)  # delegates
BUDGET = 1.02  # times
COUNTED = {"calls": "AWS calls", "units": "DynamoDB units, in write units", "refused": "refused writes"}
MAX_REFUSED = 1.5  # writes of a delegate: the count of answers is planned already, or a digest took the email along
READ_IN_WRITE_UNITS = 0.2  # by price: benchmarks/prices.yaml

Figures = Mapping[int, Mapping[str, float]]  # by the size of the cohort: what a delegate of it costs


def rows() -> list[Row]:
    measured = measure_each(SIZES, "--without-reports")
    few, many = SIZES[0], SIZES[-1]
    each = [
        row
        for what, label in COUNTED.items()
        for row in (
            Row(f"{label} of a delegate in a cohort of {few}", measured[few][what], "", None),
            Row(f"the same in cohorts of up to {many}, at most, over that", over(measured, what), "times", BUDGET),
            Row(f"{label} of one more delegate, from {few} to {many}", max(added(measured, what)), "", None),
            Row("the same, the most over the least", spread(measured, what), "times", BUDGET),
        )
    ]
    return [*each, Row("refused writes of a delegate, at most", most(measured, "refused"), "", MAX_REFUSED)]


def most(figures: Figures, what: str) -> float:
    return max(of_size[what] for of_size in figures.values())


def over(figures: Figures, what: str) -> float:
    """Return the largest figure of a delegate over that in the smallest cohort, which bears a cohort's own work."""
    first, *others = figures.values()
    return max(other[what] for other in others) / first[what]


def added(figures: Figures, what: str) -> list[float]:
    """Return what each further delegate adds, from each size to the next."""
    totals = [(size, size * of_size[what]) for size, of_size in sorted(figures.items())]
    return [(more - less) / (larger - size) for (size, less), (larger, more) in pairwise(totals)]


def spread(figures: Figures, what: str) -> float:
    return max(added(figures, what)) / min(added(figures, what))


def measure_each(sizes: Sequence[int], *options: str) -> Figures:
    return {size: _in_a_process(size, *options) for size in sizes}


def _in_a_process(size: int, *options: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.cohort_size", str(size), *options]
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **ENVIRONMENT})  # noqa: S603
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(size: int, *, without_reports: bool = False) -> dict[str, float]:
    """Figures of one size, in a process that has made no client yet.

    without_reports   do not print: a report costs six calls, and most of the time
    """
    import logging

    from benchmarks.stand_in import StandIn
    from benchmarks.units import Meter
    from chalicelib.core import aws

    logging.disable(logging.WARNING)
    cloud = StandIn(SETTINGS)
    cloud.take(aws.session())
    cohort = Cohort(cloud, left_out=("report",) if without_reports else ())
    cohort.go("pattern", 1)
    cloud.meter = Meter()
    cohort.go("measured", size)
    meter = cloud.meter
    units = meter.writes + READ_IN_WRITE_UNITS * meter.reads
    return {"calls": meter.calls.total() / size, "units": units / size, "refused": meter.refused / size}


if __name__ == "__main__":
    found = measure(int(sys.argv[1]), without_reports="--without-reports" in sys.argv)
    sys.stdout.write(json.dumps(found) + "\n")
