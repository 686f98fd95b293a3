"""What someone deleted or changed by hand: the next deploy repairs it, and until then `make status` names it."""

from __future__ import annotations

import json

import boto3
import pytest

from infra.deploy import api, differences, missing, settings
from tests.support.deployment import live

pytestmark = pytest.mark.infra


def delete_function(_, name="work"):
    """Its event source mapping stays, and Lambda refuses a second one."""
    boto3.client("lambda").delete_function(FunctionName=f"fullcircle-prod-{name}")


def delete_mapping(stage):
    asked = {"FunctionName": stage.arn("lambda", "function:fullcircle-prod-report")}
    found = next(stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings", **asked))
    boto3.client("lambda").delete_event_source_mapping(UUID=found["UUID"])


def delete_rule(_):
    events = boto3.client("events")
    (rule,) = events.list_rules(NamePrefix="fullcircle-prod")["Rules"]
    targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    events.remove_targets(Rule=rule["Name"], Ids=[each["Id"] for each in targets])
    events.delete_rule(Name=rule["Name"])


def delete_role(_):
    iam = boto3.client("iam")
    iam.delete_role_policy(RoleName="fullcircle-prod-report", PolicyName="fullcircle-prod-report")


def forbid(function):
    def change(_):
        lambdas = boto3.client("lambda")
        policy = json.loads(lambdas.get_policy(FunctionName=function)["Policy"])
        for statement in policy["Statement"]:
            lambdas.remove_permission(FunctionName=function, StatementId=statement["Sid"])

    return change


def configure(**changed):
    return lambda _: boto3.client("lambda").update_function_configuration(
        FunctionName="fullcircle-prod-report", **changed
    )


def patch_api(path, value):
    def change(stage):
        patch = [{"op": "replace", "path": path, "value": value}]
        boto3.client("apigateway").update_rest_api(restApiId=api.list_ids(stage)[0], patchOperations=patch)

    return change


BY_HAND = {
    "sweep_due does not let its schedule call it": forbid("fullcircle-prod-sweep_due"),
    "mail_events does not let fullcircle-prod-mail-events call it": forbid("fullcircle-prod-mail_events"),
    "there is no function work": delete_function,
    "there is no function mail_events": lambda stage: delete_function(stage, "mail_events"),
    "report takes no messages of queue": delete_mapping,
    "sweep_due has no schedule": delete_rule,
    "the role of report has other rights": delete_role,
    "api_handler does not let the API call it": forbid("fullcircle-prod"),
    "let report run app.report": configure(Handler="app.work"),
    "report has python3.9 as runtime instead of": configure(Runtime="python3.9"),
    "the API has ['EDGE'] as endpoint type": patch_api("/endpointConfiguration/types/REGIONAL", "EDGE"),
    "the API has 9 bytes before it compresses": patch_api("/minimumCompressionSize", "9"),
}


def test_what_was_changed_by_hand_is_named_and_repaired(deployed):
    """One deployment for all of it: each change comes on top of the others."""
    whole = live(deployed.stage)
    for words, change in BY_HAND.items():
        change(deployed.stage)
        assert any(words in line for line in faults(deployed.stage)), words

    assert deployed.deploy() == 0
    assert faults(deployed.stage) == []
    assert live(deployed.stage) == whole


def faults(stage):
    return [line for line, fault in differences.look(stage) if fault]


GONE = {
    "queue fullcircle-prod-work": lambda: boto3.client("sqs").delete_queue(
        QueueUrl=boto3.client("sqs").get_queue_url(QueueName="fullcircle-prod-work")["QueueUrl"]
    ),
    "log group /aws/lambda/fullcircle-prod-mail": lambda: boto3.client("logs").delete_log_group(
        logGroupName="/aws/lambda/fullcircle-prod-mail"
    ),
    "topic arn:aws:sns:eu-west-2:123456789012:fullcircle-prod-mail-events": lambda: boto3.client("sns").delete_topic(
        TopicArn="arn:aws:sns:eu-west-2:123456789012:fullcircle-prod-mail-events"
    ),
    "dashboard fullcircle-prod": lambda: boto3.client("cloudwatch").delete_dashboards(
        DashboardNames=["fullcircle-prod"]
    ),
}


def test_what_the_stack_made_and_someone_deleted_is_named_and_can_be_made_again(deployed, capsys):
    """The commands are those that `make status` prints."""
    assert list(missing.list_missing(deployed.stage)) == []
    whole, known = live(deployed.stage), settings.read(deployed.stage)
    for delete in GONE.values():
        delete()
    assert set(missing.list_missing(deployed.stage)) == set(GONE)
    assert deployed.run("status", "--skip-verify") == 1
    assert missing.remedy(deployed.stage) in capsys.readouterr().out

    assert deployed.run("stop") == 0
    stacks = boto3.client("cloudformation")
    stacks.delete_stack(StackName="fullcircle-prod")
    stacks.get_waiter("stack_delete_complete").wait(StackName="fullcircle-prod", WaiterConfig={"Delay": 0})
    assert deployed.run("start", "--skip-verify") == 1  # says that the stack comes first
    assert deployed.run("status", "--skip-verify") == 1
    deployed.allow(seconds_passed=61)
    assert deployed.run("infra", "--alarms-to", "ops@example.org") == 0
    assert deployed.deploy() == 0
    assert deployed.run("start", "--skip-verify") == 0

    assert list(missing.list_missing(deployed.stage)) == []
    assert faults(deployed.stage) == []
    assert settings.read(deployed.stage) == known
    assert {**live(deployed.stage), "functions": {}} == {**whole, "functions": {}}  # report has the layer once more
