"""What someone deleted or changed by hand: the next deploy repairs it, and until then `make status` names it."""

from __future__ import annotations

import json

import boto3
import pytest

from infra.deploy import api, differences, functions, missing, settings
from infra.deploy.hand import Reporter
from tests.support.deployment import live

pytestmark = pytest.mark.infra


def delete_function(_, name="work"):
    """Its event source mapping stays, and Lambda refuses a second one."""
    boto3.client("lambda").delete_function(FunctionName=f"fullcircle-prod-{name}")


def delete_mapping(stage):
    asked = {"FunctionName": stage.arn("lambda", "function:fullcircle-prod-report")}
    mapping = next(stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings", **asked))
    boto3.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def delete_rule(_):
    events = boto3.client("events")
    (rule,) = events.list_rules(NamePrefix="fullcircle-prod")["Rules"]
    targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    events.remove_targets(Rule=rule["Name"], Ids=[each["Id"] for each in targets])
    events.delete_rule(Name=rule["Name"])


def delete_policy(_):
    iam = boto3.client("iam")
    iam.delete_role_policy(RoleName="fullcircle-prod-report", PolicyName="fullcircle-prod-report")


def delete_role(_):
    """After its policy: IAM refuses to delete a role that has one."""
    boto3.client("iam").delete_role(RoleName="fullcircle-prod-report")


def map_queue(name, function="work"):
    """As someone does in Lambda's console."""
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=f"arn:aws:lambda:eu-west-2:123456789012:function:fullcircle-prod-{function}",
        EventSourceArn=f"arn:aws:sqs:eu-west-2:123456789012:{name}",
    )


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
    "the role of report has other rights": delete_policy,
    "the role fullcircle-prod-report of report is gone": delete_role,
    "takes messages of arn:aws:sqs:eu-west-2:123456789012:fullcircle-prod-report as well": lambda _: map_queue(
        "fullcircle-prod-report", "mail"
    ),
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


def test_a_queue_of_another_application_is_named_and_left_alone(deployed):
    """Someone mapped it to a function of ours. No deploy fails because of it, changes it or takes it away."""
    boto3.client("sqs").create_queue(QueueName="orders")
    map_queue("orders")
    before = mappings(deployed.stage)

    assert deployed.deploy() == 0
    assert deployed.run("stop") == 0
    assert deployed.run("start", "--skip-verify") == 0
    (line,) = faults(deployed.stage)
    assert "work takes messages of arn:aws:sqs:eu-west-2:123456789012:orders as well" in line
    assert mappings(deployed.stage) == before
    boto3.client("lambda").delete_event_source_mapping(UUID=line.rsplit(" ", 1)[1])
    assert faults(deployed.stage) == []


def mappings(stage):
    listed_mappings = stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings")
    return [each for each in listed_mappings if each["EventSourceArn"].endswith(":orders")]


def test_what_is_set_for_one_stage_alone_is_no_difference(deployed):
    file = deployed.project / ".chalice" / "config.json"
    config = json.loads(file.read_text())
    config["stages"]["prod"] |= {"api_gateway_endpoint_type": "EDGE", "minimum_compression_size": 9}
    file.write_text(json.dumps(config))
    assert len(faults(deployed.stage)) == 2
    patch_api("/endpointConfiguration/types/REGIONAL", "EDGE")(deployed.stage)
    patch_api("/minimumCompressionSize", "9")(deployed.stage)

    assert faults(deployed.stage) == []


def test_a_change_waits_until_lambda_has_done_the_one_before(deployed):
    configure(Handler="app.work")(None)
    deployed.allow(looks_at_a_function=2)
    quiet = Reporter(say=lambda _: None)
    settings.rotate(deployed.stage, quiet, drop_oldest=False)

    functions.ensure_functions(deployed.stage, quiet)
    functions.restart(deployed.stage, quiet, "it has a new key")

    assert faults(deployed.stage) == []


WATCHING = {
    "set Threshold of alarm fullcircle-prod-dead-letters": lambda alarm: {**alarm, "Threshold": 1000},
    "set ActionsEnabled of alarm fullcircle-prod-dead-letters": lambda alarm: {**alarm, "ActionsEnabled": False},
    "set AlarmActions of alarm fullcircle-prod-dead-letters": lambda alarm: {**alarm, "AlarmActions": []},
}


def test_an_alarm_or_a_figure_that_was_changed_by_hand_is_named_and_set_again(deployed):
    watch, logs = boto3.client("cloudwatch"), boto3.client("logs")
    names = ["fullcircle-prod-dead-letters"]
    (whole,) = watch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    for words, change in WATCHING.items():
        watch.put_metric_alarm(**{key: it for key, it in change(whole).items() if key in PUT})
        (line,) = faults(deployed.stage)
        assert words in line
        assert deployed.run("infra") == 0
        (alarm_now,) = watch.describe_alarms(AlarmNames=names)["MetricAlarms"]
        assert {key: alarm_now[key] for key in PUT if key in alarm_now} == {
            key: whole[key] for key in PUT if key in whole
        }

    (figure, *_) = deployed.stage.listed("logs", "describe_metric_filters", "metricFilters")
    logs.put_metric_filter(
        logGroupName=figure["logGroupName"],
        filterName=figure["filterName"],
        filterPattern="nothing",
        metricTransformations=figure["metricTransformations"],
    )
    (line,) = faults(deployed.stage)
    assert f"set filterPattern of metric filter {figure['filterName']}" in line
    assert deployed.run("infra") == 0
    assert faults(deployed.stage) == []


PUT = boto3.client("cloudwatch", "eu-west-2").meta.service_model.operation_model("PutMetricAlarm").input_shape.members


def test_a_certificate_that_waits_says_which_record_dns_lacks(deployed):
    arn = boto3.client("acm").request_certificate(DomainName="360.example.org", ValidationMethod="DNS")[
        "CertificateArn"
    ]
    file = deployed.project / ".chalice" / "config.json"
    config = json.loads(file.read_text())
    config["stages"]["prod"]["api_gateway_custom_domain"] = {"domain_name": "360.example.org", "certificate_arn": arn}
    file.write_text(json.dumps(config))

    (line,) = [line for line, fault in differences.look_at_addresses(deployed.stage) if fault and "certificate" in line]
    (asked,) = boto3.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = asked["ResourceRecord"]
    assert f"put into DNS {record['Name']} {record['Type']} {record['Value']}" in line


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
    "topic arn:aws:sns:eu-west-2:123456789012:fullcircle-prod-alarms": lambda: boto3.client("sns").delete_topic(
        TopicArn="arn:aws:sns:eu-west-2:123456789012:fullcircle-prod-alarms"
    ),
    "alarm fullcircle-prod-failed-jobs": lambda: boto3.client("cloudwatch").delete_alarms(
        AlarmNames=["fullcircle-prod-failed-jobs"]
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
    assert deployed.run("infra") == 1, "the rest is done, and this is left to do"
    assert missing.remedy(deployed.stage) in capsys.readouterr().err
    assert deployed.deploy() == 1
    said = capsys.readouterr().err
    assert missing.remedy(deployed.stage) in said
    assert "dashboard" not in said, "Chalice needs queues and topics"

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
