"""What pages must not import: readers wait for every import at a cold start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = """
import app, json, sys
from chalicelib.core.aws import client
client("dynamodb")
print(json.dumps([*sys.modules]))
"""
NOT_FOR_PAGES = {
    "boto3": "the runtime's boto3 imports its resources; botocore alone is a third quicker",
    "moto": "the embedded cloud",
    "typst": "only the report function has it",
    "yaml": "a programme file is read when one is uploaded",
    "multipart": "the same",
    "openpyxl": "a list is rarely a workbook",
    "cryptography": "nothing is sealed yet, or nothing is opened",
    "chalicelib.emails.send": "the mail function's",
    "chalicelib.emails.mime": "the same, with the standard library's email",
    "chalicelib.emails.compose": "the same",
    "chalicelib.emails.delivery_events": "the events' function's",
    "chalicelib.jobs.run": "the work function's",
    "chalicelib.results.publish": "the report function's",
    "chalicelib.programme.cohort_form": "a programme file is read when one is uploaded",
    "chalicelib.programme.cohort_plan": "the same",
    "chalicelib.cli.parser": "for a shell",
}


@pytest.fixture(scope="module")
def imported():
    environment = {**os.environ, "FULLCIRCLE_STAGE": "test", "AWS_DEFAULT_REGION": "eu-west-2"}
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, check=True)
    return set(json.loads(done.stdout))


def test_pages_start_with_what_they_need(imported):
    assert {"app", "jinja2", "chalicelib.collect.routes"} <= imported


@pytest.mark.parametrize("name", sorted(NOT_FOR_PAGES))
def test_pages_start_without(imported, name):
    assert name not in imported, NOT_FOR_PAGES[name]


COLLECTIONS = """
import gc
phases = []
gc.callbacks.append(lambda phase, info: phases.append(phase))
import app
print(phases.count("start"), gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


def test_the_collector_rests_while_modules_are_read_and_works_afterwards():
    environment = {**os.environ, "FULLCIRCLE_STAGE": "test", "AWS_DEFAULT_REGION": "eu-west-2"}
    done = subprocess.run(
        [sys.executable, "-c", COLLECTIONS], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    collections, works, frozen = done.stdout.split()

    assert int(collections) < 5  # a hundred otherwise
    assert (works, frozen) == (b"True", b"True")
