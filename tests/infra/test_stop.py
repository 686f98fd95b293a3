"""A stage that is stopped answers with one page, runs nothing, loses nothing, and stays stopped until it is started."""

from __future__ import annotations

import boto3
import pytest

from infra.deploy import api, differences

pytestmark = pytest.mark.infra


def seen(stage) -> dict:
    (ours,) = api.list_ids(stage)
    gateway = boto3.client("apigateway")
    sources = stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings")
    page = gateway.get_gateway_response(restApiId=ours, responseType="THROTTLED")
    limits = gateway.get_stage(restApiId=ours, stageName="api")["methodSettings"]["*/*"]
    return {
        "takes messages": {each["State"] == "Enabled" for each in sources},
        "schedule": {each["State"] for each in stage.listed("events", "list_rules", "Rules")},
        "requests": limits["throttlingRateLimit"],
        "says": "back soon" in page["responseTemplates"]["text/html"],
        "status": page["statusCode"],
    }


STOPPED = {"takes messages": {False}, "schedule": {"DISABLED"}, "requests": 0, "says": True, "status": "503"}
RUNNING = {"takes messages": {True}, "schedule": {"ENABLED"}, "requests": 400, "says": False, "status": "429"}


def test_a_stopped_stage_runs_nothing_keeps_its_messages_and_stays_stopped_over_a_deploy(deployed, capsys):
    assert seen(deployed.stage) == RUNNING
    assert deployed.run("stop") == 0
    assert seen(deployed.stage) == STOPPED
    queue = boto3.client("sqs").get_queue_url(QueueName="fullcircle-prod-work")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody='{"row": "JOB#one"}')
    assert deployed.deploy() == 0
    assert seen(deployed.stage) == STOPPED

    assert [line for line, fault in differences.look(deployed.stage) if fault] == []
    assert deployed.run("status") == 1
    assert "make start STAGE=prod opens it" in capsys.readouterr().out
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "1"
    assert deployed.run("start", "--skip-verify") == 0
    assert seen(deployed.stage) == RUNNING


def test_stopping_and_starting_twice_is_the_same_as_once(deployed, capsys):
    assert [deployed.run("stop", "--dry-run"), seen(deployed.stage)] == [0, RUNNING]
    assert [deployed.run("stop"), deployed.run("stop")] == [0, 0]
    assert "Done: 0 changes." in capsys.readouterr().out
    assert [deployed.run("start", "--skip-verify"), deployed.run("start", "--skip-verify")] == [0, 0]
    assert seen(deployed.stage) == RUNNING
