"""What each function may do on AWS: read from rights.yaml, written as the policies that Chalice deploys."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import yaml

from chalicelib.core.settings import Queue

FILE = Path(__file__).parent / "rights.yaml"
FUNCTIONS = ("api_handler", "sweep_due", *(queue.value for queue in Queue), "mail_events")

Right = tuple[str, str]  # (action, name of a resource in rights.yaml)


def function_name(stage: str, function: str) -> str:
    """As Chalice names it on AWS."""
    return f"fullcircle-{stage}" if function == "api_handler" else f"fullcircle-{stage}-{function}"


@cache
def document() -> dict[str, Any]:
    rights: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return rights


def given(function: str, *parts: str) -> set[Right]:
    """parts: `code`, `lambda`; both if left out."""
    granted = [document()[part][function] for part in parts or ("code", "lambda")]
    return {(action, resource) for each in granted for resource, actions in each.items() for action in actions}


def policy(stage: str, function: str) -> dict[str, Any]:
    """Return the policy document of one function: a statement for each set of actions, its resources together."""
    by_resource: defaultdict[str, set[str]] = defaultdict(set)
    for action, resource in given(function):
        by_resource[resource].add(action)
    statements: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for resource, actions in by_resource.items():
        statements[tuple(sorted(actions))].append(arn(resource, stage, function))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": list(actions), "Resource": sorted(arns)}
            for actions, arns in sorted(statements.items())
        ],
    }


def policy_of_traces() -> dict[str, Any]:
    """Return the policy document that each role has while X-Ray is on."""
    statement = {"Effect": "Allow", "Action": document()["traces"], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def text(stage: str, function: str) -> str:
    return json.dumps(policy(stage, function), indent=2) + "\n"


def arn(resource: str, stage: str, function: str) -> str:
    template = Template(document()["resources"][resource])
    return template.substitute(stage=stage, function=function_name(stage, function))


# --- what a call needs ----------------------------------------------------------------------------------------------

IAM_NAMES = {"sqs:SendMessageBatch": "sqs:SendMessage", "sqs:DeleteMessageBatch": "sqs:DeleteMessage"}
IAM_SERVICES = {"sesv2": "ses"}
QUEUES = {queue.value: f"{queue}_queue" for queue in Queue} | {"dead": "dead_letters"}


def needed(service: str, operation: str, params: Mapping[str, Any]) -> set[Right]:
    """Return the rights that a call of botocore with these parameters takes. Raises KeyError for one not foreseen here.

    Source: AWS's service authorization reference. A transaction needs the rights of the writes it is made of. SES
    asks for SendRawEmail for raw emails, and AWS's own examples grant SendEmail as well.
    """
    if service == "sesv2":
        return {(f"ses:{action}", on) for action in _email_actions(params) for on in ("sender", "configuration_set")}
    action = f"{IAM_SERVICES.get(service, service)}:{operation}"
    if operation == "TransactWriteItems":
        return set(_transaction(params["TransactItems"]))
    return {(IAM_NAMES.get(action, action), resource) for resource in RESOURCES[service](params)}


def _email_actions(params: Mapping[str, Any]) -> tuple[str, ...]:
    return ("SendEmail", "SendRawEmail") if "Raw" in params["Content"] else ("SendEmail",)


def _transaction(items: Iterable[Mapping[str, Any]]) -> Iterator[Right]:
    names = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
    for item in items:
        ((kind, inner),) = item.items()
        yield f"dynamodb:{names[kind]}", _table(inner["TableName"])


def _tables(params: Mapping[str, Any]) -> Iterator[str]:
    if "IndexName" in params:
        yield params["IndexName"]
    elif "RequestItems" in params:
        yield from map(_table, params["RequestItems"])
    else:
        yield _table(params["TableName"])


def _table(name: str) -> str:
    return "keys" if name.endswith("-keys") else "table"


RESOURCES: dict[str, Callable[[Mapping[str, Any]], Iterable[str]]] = {
    "dynamodb": _tables,
    "s3": lambda params: [params["Key"].split("/", 1)[0]],
    "sqs": lambda params: [QUEUES[params["QueueUrl"].rsplit("-", 1)[1]]],
    "ssm": lambda params: [params["Name"].rsplit("/", 1)[1]],
}
