"""The six handlers on the events that Lambda sends, in a process that never imports Chalice."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.test_handlers import EVENTS, ROOT

CALL = """
import json, sys
from types import SimpleNamespace
from tests.support import plain_chalice
plain_chalice.take_its_place()
from tests.support import cloud
cloud.set_environment()
cloud.switch_on()
import app
context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: 60_000)
answers = {}
for handler, event in json.loads(sys.stdin.read()).items():
    answers[handler] = getattr(app, handler.partition(".")[2])(event, context)
answers["is_chalice_there"] = plain_chalice.is_chalice_there()
print(json.dumps(answers, default=str))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        input=json.dumps(EVENTS),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_chalice_is_not_imported(answers):
    assert answers["is_chalice_there"] is False


def test_a_page_is_answered_as_api_gateway_wants_it(answers):
    page = answers["app.app"]

    assert (page["statusCode"], page["headers"]["Cache-Control"]) == (200, "no-store")
    assert page["body"].startswith("<!doctype html>")


@pytest.mark.parametrize("handler", sorted(EVENTS.keys() - {"app.app"}))
def test_a_schedule_a_queue_and_a_topic_are_answered(answers, handler):
    assert handler in answers
    assert not answers[handler]  # nothing was due, no row was found, and the notice was of no email
