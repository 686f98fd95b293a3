"""Every handler that Chalice deploys is imported by its string and called, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from chalice.config import Config
from chalice.deploy.appgraph import ApplicationGraphBuilder
from chalice.deploy.models import LambdaFunction

from tests.support import cloud

ROOT = Path(__file__).parent.parent
CALL = """
import importlib, json, sys
from tests.support import cloud
cloud.set_environment()
cloud.switch_on()
module, _, name = sys.argv[1].partition(".")
handler = getattr(importlib.import_module(module), name)
class Context:
    function_name, aws_request_id, memory_limit_in_mb = "f", "r", "512"
    invoked_function_arn, log_group_name, log_stream_name, function_version = "arn", "g", "s", "1"
    def get_remaining_time_in_millis(self): return 60000
print(json.dumps(handler(json.loads(sys.argv[2]), Context()), default=str))
"""
HINT = '{"row": "%s"}'
RECORD = {"messageId": "1", "receiptHandle": "1", "eventSource": "aws:sqs", "eventSourceARN": "arn", "attributes": {}}
SCHEDULE = {"id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1", "region": "eu-west-2"}
REQUEST = {"resource": "/", "path": "/", "httpMethod": "GET", "headers": {}, "multiValueHeaders": {}, "body": None}
EVENTS = {
    "app.app": {
        **REQUEST,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "isBase64Encoded": False,
        "requestContext": {"resourcePath": "/", "httpMethod": "GET", "path": "/", "identity": {"sourceIp": "::1"}},
    },
    "app.sweep_due": {**SCHEDULE, "time": "2026-09-07T09:00:00Z", "resources": [], "detail": {}, "version": "0"},
    "app.work": {"Records": [{**RECORD, "body": HINT % "JOB#none"}]},
    "app.report": {"Records": [{**RECORD, "body": HINT % "JOB#none"}]},
    "app.mail": {"Records": [{**RECORD, "body": HINT % "MAIL#none"}]},
    "app.mail_events": {
        "Records": [
            {"Sns": {"Message": "{}", "Subject": "x", "MessageId": "1", "TopicArn": "arn", "MessageAttributes": {}}}
        ]
    },
}


def deployed() -> dict[str, LambdaFunction]:
    cloud.set_environment()
    from app import app

    on_disk = json.loads((ROOT / ".chalice" / "config.json").read_text())
    given = {"chalice_app": app, "project_dir": str(ROOT)}
    config = Config(chalice_stage="dev", user_provided_params=given, config_from_disk=on_disk)
    application = ApplicationGraphBuilder().build(config, "dev")
    functions = [function for function in _all(application) if isinstance(function, LambdaFunction)]
    return {function.handler: function for function in functions}


def _all(model):
    yield model
    for dependency in model.dependencies():
        yield from _all(dependency)


def test_every_handler_lives_in_app_and_has_an_event_here():
    assert set(deployed()) == set(EVENTS)


@pytest.mark.parametrize("handler", sorted(EVENTS))
def test_a_deployed_handler_answers_in_a_fresh_process(handler):
    done = subprocess.run(
        [sys.executable, "-c", CALL, handler, json.dumps(EVENTS[handler])],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    if handler == "app.app":
        assert json.loads(done.stdout.splitlines()[-1])["statusCode"] == 200
