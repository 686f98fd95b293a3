"""`make status` is the truth: each difference from what a deploy would set is a line, and the exit status is 1."""

from __future__ import annotations

import json

import boto3
import pytest

from infra.deploy import api, differences

pytestmark = pytest.mark.infra


def table(**changed):
    boto3.client("dynamodb").update_table(TableName="fullcircle-prod", **changed)


def recovery(enabled):
    spec = {"PointInTimeRecoveryEnabled": enabled}
    boto3.client("dynamodb").update_continuous_backups(
        TableName="fullcircle-prod", PointInTimeRecoverySpecification=spec
    )


def source(stage, **changed):
    mapping = next(stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings"))
    boto3.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], **changed)


def patch_stage(stage, path, value):
    (ours,) = api.list_ids(stage)
    patch = [{"op": "replace", "path": path, "value": value}]
    boto3.client("apigateway").update_stage(restApiId=ours, stageName="api", patchOperations=patch)


def widen(role, policy):
    every = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(every))


def drop_page(stage):
    (ours,) = api.list_ids(stage)
    boto3.client("apigateway").delete_gateway_response(restApiId=ours, responseType="THROTTLED")


def unsubscribe(stage):
    subscriptions = stage.listed("sns", "list_subscriptions", "Subscriptions")
    arn = next(each["SubscriptionArn"] for each in subscriptions if ":function:" in each["Endpoint"])
    boto3.client("sns").unsubscribe(SubscriptionArn=arn)


def rule(stage):
    return next(stage.listed("events", "list_rules", "Rules"))["Name"]


DRIFT = {
    "switch deletion protection of fullcircle-prod on": lambda _: table(DeletionProtectionEnabled=False),
    "switch point-in-time recovery of fullcircle-prod on": lambda _: recovery(False),
    "let rows of fullcircle-prod expire by gone_at": lambda _: boto3.client("dynamodb").update_time_to_live(
        TableName="fullcircle-prod", TimeToLiveSpecification={"Enabled": False, "AttributeName": "gone_at"}
    ),
    "keep bucket": lambda stage: boto3.client("s3").delete_public_access_block(Bucket=stage.bucket),
    "put the policy of bucket": lambda stage: boto3.client("s3").delete_bucket_policy(Bucket=stage.bucket),
    "keep earlier versions": lambda stage: boto3.client("s3").put_bucket_versioning(
        Bucket=stage.bucket, VersioningConfiguration={"Status": "Suspended"}
    ),
    "runs at rate(1 hour) instead of rate(5 minutes)": lambda stage: boto3.client("events").put_rule(
        Name=rule(stage), ScheduleExpression="rate(1 hour)"
    ),
    "let the schedule of sweep_due be enabled": lambda stage: boto3.client("events").disable_rule(Name=rule(stage)),
    "one by one": lambda stage: source(stage, Enabled=False),
    "2 at once": lambda stage: source(stage, ScalingConfig={"MaximumConcurrency": 9}),
    "put our pages for THROTTLED": drop_page,
    "format of the API": lambda stage: patch_stage(stage, "/accessLogSettings/format", "$context.path"),
    "set burstLimit": lambda stage: patch_stage(stage, "/*/*/throttling/burstLimit", "5"),
    "mail_events is not subscribed": unsubscribe,
    "mail has 128 MB instead of 512": lambda _: boto3.client("lambda").update_function_configuration(
        FunctionName="fullcircle-prod-mail", MemorySize=128
    ),
    "mail has {'FULLCIRCLE_STAGE': 'dev'} in its environment": lambda _: boto3.client(
        "lambda"
    ).update_function_configuration(
        FunctionName="fullcircle-prod-mail", Environment={"Variables": {"FULLCIRCLE_STAGE": "dev"}}
    ),
    "the role of mail has other rights than policies/prod/mail.json": lambda _: widen(
        "fullcircle-prod-mail", "fullcircle-prod-mail"
    ),
}


def test_each_difference_is_a_line(deployed, capsys):
    """One deployment for all of them: each is changed by hand on top of the others."""
    before = [line for line, fault in differences.look(deployed.stage) if fault]
    assert before == []
    for words, change in DRIFT.items():
        change(deployed.stage)
        lines = [line for line, _ in differences.look(deployed.stage)]
        assert any(words in line for line in lines), (words, lines)

    assert deployed.run("status", "--skip-verify") == 1
    said = capsys.readouterr().out
    assert [words for words in DRIFT if words not in said] == []
    assert deployed.run("infra") == 0
    assert deployed.deploy() == 0
    assert [line for line, fault in differences.look(deployed.stage) if fault] == []


def test_status_opens_pages_and_says_which_do_not_answer(deployed, capsys):
    """The emulator of this test has no pages, so each is found out."""
    assert deployed.run("status") == 1
    said = capsys.readouterr().out
    assert "/no-such-page" in said
    assert "/ answers 404 instead of 200" in said


def test_alarms_that_reach_no_one_are_named_until_their_address_is_confirmed(deployed):
    def pending() -> list[str]:
        return [line for line, fault in differences.look_at_addresses(deployed.stage) if fault]

    (line,) = pending()
    assert line.startswith("ops@example.org has not confirmed yet")
    deployed.allow(confirmed=["ops@example.org"])
    assert pending() == []


def test_a_policy_that_someone_added_to_a_role_is_named(deployed):
    """No deploy takes it away."""
    widen("fullcircle-prod-work", "by-hand")
    assert deployed.deploy() == 0

    (line,) = [line for line, fault in differences.look(deployed.stage) if fault]
    assert "delete by-hand from fullcircle-prod-work" in line


def test_a_function_that_someone_deleted_is_named(deployed):
    boto3.client("lambda").delete_function(FunctionName="fullcircle-prod-mail_events")

    lines = [line for line, fault in differences.look(deployed.stage) if fault]
    assert any("there is no function mail_events" in line for line in lines)
