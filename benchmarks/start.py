"""Measure how long the API function takes to import, compared with the minimum of a function with DynamoDB.

Both in fresh interpreters, in turn, in one run: the ratio says more than the times, which depend on the machine. It is
the median of the ratios of neighbours, for a machine can slow down in the middle of a run.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.row import Row

RUNS = 15
BUDGET = 1.25  # times the floor
FLOOR = """
import botocore.session
botocore.session.get_session().create_client("dynamodb", region_name="eu-west-2")
"""
OURS = """
import sys
sys.modules["typing_extensions"] = None  # msgspec takes it where it is; it is a tool's, and not in the package
import app
from chalicelib.core.aws import client
client("dynamodb")
"""
PREPARE = """
import pickle, sys
from benchmarks.scale import SETTINGS, Cohort
from benchmarks.stand_in import StandIn
from chalicelib.core import aws
from chalicelib.links import signing
from tests.support import people
cloud = StandIn(SETTINGS)
cloud.take(aws.session())
cohort = Cohort(cloud)
cohort.open("pattern", 1, people.OPENING)
delegate, invitation = next(cohort.invitations("pattern"))
token = signing.token("answer", delegate, "baseline", invitation["id"]["S"], invitation["link_version"]["N"])
rows = {table: {pk: dict(held) for pk, held in found.items()} for table, found in cloud.rows.items()}
parameters = {"token": token, "page_id": "c-" + people.programme().competencies[0].id}
pickle.dump((SETTINGS, rows, parameters, people.OPENING), open(sys.argv[1], "wb"))
"""
FIRST_PAGE = """
import pickle, sys, time
import app
from chalicelib.core import aws, clock
started = time.process_time()
from benchmarks.stand_in import StandIn
settings, rows, parameters, now = pickle.load(open(sys.argv[1], "rb"))
cloud = StandIn(settings)
cloud.rows.update(rows)
clock.use(lambda: now)
cloud.take(aws.session())
ready = time.process_time()
route = "/answer/{token}/page/{page_id}"
class Context:
    aws_request_id = "first"
event = dict.fromkeys(("queryStringParameters", "multiValueQueryStringParameters", "stageVariables", "body"))
event |= {"requestContext": {"httpMethod": "GET", "resourcePath": route}, "headers": {}, "multiValueHeaders": {}}
answer = app.app({**event, "pathParameters": parameters, "isBase64Encoded": False}, Context())
sys.stdout.write(f"{answer['statusCode']} {1000 * (started + time.process_time() - ready)}")
"""
ENVIRONMENT = {"FULLCIRCLE_STAGE": "bench", "AWS_DEFAULT_REGION": "eu-west-2", "AWS_EC2_METADATA_DISABLED": "true"}
ENVIRONMENT |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


def rows(runs: int = RUNS) -> list[Row]:
    with TemporaryDirectory() as compiled:  # as in the package that is deployed, everything is compiled beforehand
        prepared = f"{compiled}/rows"
        _run(PREPARE, compiled, prepared)
        acts = (
            lambda: _milliseconds(FLOOR, compiled),
            lambda: _milliseconds(OURS, compiled),
            lambda: _first_page(compiled, prepared),
        )
        times = [[act() for act in acts] for _ in range(1 + runs)][1:]  # the first compiles
    floor, ours, first = (median(column) for column in zip(*times, strict=True))
    ratio = median(seconds / least for least, seconds, _ in times)
    return [
        Row("cold import, floor", floor, "ms", None),
        Row("cold import of the API function", ours, "ms", None),
        Row("cold import over the floor", ratio, "times", BUDGET),
        Row("cold import and a questionnaire's first page", first, "ms", None),
    ]


def _milliseconds(code: str, compiled: str) -> float:
    """Processor time: a busy machine adds less to it."""
    before = _used()
    _run(code, compiled)
    return (_used() - before) * 1000


def _first_page(compiled: str, prepared: str) -> float:
    """Return milliseconds of processor until the first answer of a function, without building the fake AWS."""
    status, milliseconds = _run(FIRST_PAGE, compiled, prepared).splitlines()[-1].split()  # after our log lines
    if status != "200":
        raise RuntimeError(f"the first page was answered with {status}")
    return float(milliseconds)


def _run(code: str, compiled: str, *arguments: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    given = {**inherited, **ENVIRONMENT, "PYTHONPYCACHEPREFIX": compiled}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, env=given, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 our own


def _used() -> float:
    """Seconds of processor that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    for row in rows():
        print(row)  # noqa: T201
