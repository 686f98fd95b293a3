"""How long the API function takes to import what it needs, beside the least that any function with DynamoDB needs.

Both in fresh interpreters, in turn, in one run: the ratio says more than the times, which depend on the machine.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.row import Row

RUNS = 7
BUDGET = 1.25  # times the floor
FLOOR = """
import botocore.session
botocore.session.get_session().create_client("dynamodb", region_name="eu-west-2")
"""
OURS = """
import sys
sys.modules["typing_extensions"] = None  # msgspec takes it where it is; it is a tool's, and not in the package
import app
from chalicelib.store.aws import client
client("dynamodb")
"""
ENVIRONMENT = {"FULLCIRCLE_STAGE": "bench", "AWS_DEFAULT_REGION": "eu-west-2", "AWS_EC2_METADATA_DISABLED": "true"}


def rows(runs: int = RUNS) -> list[Row]:
    with TemporaryDirectory() as compiled:  # as in the package that is deployed, everything is compiled beforehand
        _milliseconds(FLOOR, compiled), _milliseconds(OURS, compiled)
        pairs = [(_milliseconds(FLOOR, compiled), _milliseconds(OURS, compiled)) for _ in range(runs)]
    floor, ours = (median(times) for times in zip(*pairs, strict=True))
    return [
        Row("cold import, floor", floor, "ms", None),
        Row("cold import of the API function", ours, "ms", None),
        Row("cold import over the floor", ours / floor, "times", BUDGET),
    ]


def _milliseconds(code: str, compiled: str) -> float:
    """Processor time: a busy machine does not add to it."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    given = {**inherited, **ENVIRONMENT, "PYTHONPYCACHEPREFIX": compiled}
    before = _used()
    subprocess.run([sys.executable, "-c", code], check=True, env=given)  # noqa: S603 (our own code, above)
    return (_used() - before) * 1000


def _used() -> float:
    """Seconds of processor that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    for row in rows():
        print(row)  # noqa: T201
