"""How long the API function takes to import what it needs, beside the least that any function with DynamoDB needs.

Both in fresh interpreters, in turn, in one run: the ratio says more than the times, which depend on the machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.report import Row

RUNS = 7
BUDGET = 1.25  # times the floor
FLOOR = """
import botocore.session
botocore.session.get_session().create_client("dynamodb", region_name="eu-west-2")
"""
OURS = """
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
    before = os.times()
    given = {**inherited, **ENVIRONMENT, "PYTHONPYCACHEPREFIX": compiled}
    subprocess.run([sys.executable, "-c", code], check=True, env=given)  # noqa: S603 (our own code, above)
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return used * 1000


if __name__ == "__main__":
    for row in rows():
        print(row)  # noqa: T201
