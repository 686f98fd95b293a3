"""What the stack made and someone has deleted since.

CloudFormation compares templates and does not look at what is there: the same template again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from botocore.exceptions import ClientError

from infra.deploy import firewall, stack
from infra.deploy.stage import DeployError, Deployment, code

Line = tuple[str, bool]  # text, and whether it needs action


class Kind(NamedTuple):
    word: str
    service: str
    operation: str  # that lists all of them
    key: str
    field: str = ""  # which names each; empty if the list holds the names


KINDS = {
    "AWS::SQS::Queue": Kind("queue", "sqs", "list_queues", "QueueUrls"),
    "AWS::SNS::Topic": Kind("topic", "sns", "list_topics", "Topics", "TopicArn"),
    "AWS::Logs::LogGroup": Kind("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    "AWS::Logs::MetricFilter": Kind("metric filter", "logs", "describe_metric_filters", "metricFilters", "filterName"),
    "AWS::CloudWatch::Alarm": Kind("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "AWS::CloudWatch::Dashboard": Kind(
        "dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"
    ),
}


KEPT = {"LogDays": ("LOG_DAYS", "30"), "Xray": ("XRAY", "0"), "WafLimit": ("WAF_LIMIT", "0")}  # by the stack alone
DEPLOYED_ONTO = ("queue", "topic")  # without which Chalice cannot connect the functions
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError")


def check_deployed_onto(stage: Deployment) -> None:
    """Raise DeployError if Chalice could not connect the functions.

    A role of before, without the right to look, deploys all the same.
    """
    try:
        check(stage, *DEPLOYED_ONTO)
    except ClientError as error:
        if code(error) not in DENIED:
            raise


def check(stage: Deployment, *words: str) -> None:
    """Raise DeployError if something is gone. words: of the kinds that matter; by default all."""
    if gone := list(list_missing(stage, *words)):
        raise DeployError(f"Someone deleted what the stack made: {', '.join(gone)}. {remedy(stage)}.")


def look(stage: Deployment) -> Iterator[Line]:
    """For `make status`."""
    gone = list(list_missing(stage))
    yield from ((f"{each}, which the stack made, is gone: someone deleted it", True) for each in gone)
    if gone:
        yield remedy(stage), False
    elif stack.outputs(stage):
        yield "queues, topics, logs and alarms of the stack are there", False


def list_missing(stage: Deployment, *words: str) -> Iterator[str]:
    """Yield what is gone, such as `queue fullcircle-prod-work`. words: of the kinds to look at; by default all."""
    if not stack.outputs(stage):
        return
    made = list(stage.listed("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stage.title))
    for type_, kind in KINDS.items():
        if words and kind.word not in words:
            continue
        wanted = [_name(kind, each["PhysicalResourceId"]) for each in made if each["ResourceType"] == type_]
        there = set(_list_names(stage, kind)) if wanted else set()
        yield from (f"{kind.word} {name}" for name in wanted if name not in there)


def remedy(stage: Deployment) -> str:
    """Return the commands that make it again."""
    of_stack, before = f"--stack-name {stage.title}", stack.parameters(stage)
    others = [f"{word}={before[name]}" for name, (word, usual) in KEPT.items() if before.get(name, usual) != usual]
    again = " ".join([f"ALARMS_TO={before.get('AlarmEmail') or '...'}", *others])
    return (
        f"make infra does not see that. To make it again: make stop STAGE={stage.name}; "
        f"{firewall.how_to_take_off(stage)}"
        f"aws cloudformation delete-stack {of_stack}; aws cloudformation wait stack-delete-complete {of_stack}; "
        f"make infra STAGE={stage.name} {again}; "
        f"make deploy STAGE={stage.name}; make start STAGE={stage.name}. "
        "Rows, documents and links stay, log lines go (docs/operations.md, Deleted by hand)"
    )


def _list_names(stage: Deployment, kind: Kind) -> Iterator[str]:
    for each in stage.listed(kind.service, kind.operation, kind.key):
        yield _name(kind, each[kind.field] if kind.field else str(each))


def _name(kind: Kind, physical_id: str) -> str:
    """Of a queue the end of its address: an emulator has a host of its own."""
    return physical_id.rsplit("/", 1)[1] if kind.word == "queue" else physical_id
