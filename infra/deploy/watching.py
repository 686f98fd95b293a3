"""Alarms, and the figures that they watch, as the stack's template says.

CloudFormation compares templates: what someone changed by hand stays changed. So `make infra` sets it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from infra.deploy import stack, state
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

UNKNOWN = object()  # a value of the template that only CloudFormation can find
Names = Mapping[str, Any]  # of a parameter or resource of the template -> what `!Ref` gives


class Kind(NamedTuple):
    word: str
    service: str
    listing: tuple[str, str]  # operation and key of the list of all
    name: str  # the field that names one
    put: str
    wanted: Callable[[dict[str, Any]], dict[str, Any]]  # properties of the template -> fields of the list


def _of_alarm(properties: dict[str, Any]) -> dict[str, Any]:
    return {"ActionsEnabled": True, **properties}


def _of_filter(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties as the service writes them: names begin with a small letter."""
    renamed = {_small(name): value for name, value in properties.items()}
    renamed["metricTransformations"] = [
        {_small(name): value for name, value in each.items()} for each in properties["MetricTransformations"]
    ]
    return renamed


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


KINDS = {
    "AWS::CloudWatch::Alarm": Kind(
        "alarm", "cloudwatch", ("describe_alarms", "MetricAlarms"), "AlarmName", "put_metric_alarm", _of_alarm
    ),
    "AWS::Logs::MetricFilter": Kind(
        "metric filter",
        "logs",
        ("describe_metric_filters", "metricFilters"),
        "filterName",
        "put_metric_filter",
        _of_filter,
    ),
}


def ensure_watching(stage: Deployment, hand: Reporter) -> None:
    """Set what differs. What was deleted is left to missing.py: it comes back with the stack alone."""
    template = stack.read_template((stage.project / stack.TEMPLATE).read_text())
    resources = stage.listed("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stage.title)
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    before = len(hand.changes)
    for type_, kind in KINDS.items():
        there = {each[kind.name]: each for each in stage.listed(kind.service, *kind.listing)}
        for logical, resource in template["Resources"].items():
            if resource["Type"] == type_ and (live := there.get(names.get(logical, ""))):
                wanted = resolved(kind.wanted(resource["Properties"]), {**names, "Stage": stage.name})
                _ensure(stage, hand, kind, live, wanted)
    if len(hand.changes) == before:
        hand.stays("alarms and metric filters are as the template says")


def _ensure(stage: Deployment, hand: Reporter, kind: Kind, live: dict[str, Any], wanted: dict[str, Any]) -> None:
    changed = {name: value for name, value in wanted.items() if differs(live.get(name), value)}
    if not changed:
        return
    client = stage.client(kind.service)
    taken = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[kind.put]).input_shape.members
    values = {name: value for name, value in {**live, **wanted}.items() if name in taken}
    what = f"set {', '.join(changed)} of {kind.word} {live[kind.name]}"
    hand.change(what, partial(getattr(client, kind.put), **values))


def differs(live: Any, wanted: Any) -> bool:
    """Services add fields of their own."""
    if isinstance(wanted, dict):
        return not isinstance(live, dict) or any(differs(live.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        pairs = zip(live or [], wanted, strict=False)
        return len(live or []) != len(wanted) or any(differs(left, other) for left, other in pairs)
    return bool(live != wanted)


def resolved(properties: dict[str, Any], names: Names) -> dict[str, Any]:
    """Return the properties whose values are known without CloudFormation."""
    resolved = {name: _value(value, names) for name, value in properties.items()}
    return {name: value for name, value in resolved.items() if not _is_unknown(value)}


def _value(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_value(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return names.get(value["Ref"], UNKNOWN)
    if isinstance(value.get("Sub"), str):
        text = value["Sub"]
        for name, it in names.items():
            text = text.replace(f"${{{name}}}", str(it))
        return UNKNOWN if "${" in text else text
    if "GetAtt" in value or "Sub" in value or "If" in value:
        return UNKNOWN
    return {name: _value(each, names) for name, each in value.items()}


def _is_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_unknown, value.values()))
    return any(map(_is_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def recipients(stage: Deployment) -> list[dict[str, Any]]:
    """Return who gets the alarms, or is asked to. SNS lists for a while who has left."""
    listed = state.subscriptions(stage, _topic(stage))
    return [each for each in listed if each["SubscriptionArn"] != "Deleted"]


def ensure_recipient(stage: Deployment, hand: Reporter) -> None:
    """Ask again the address of ALARMS_TO if it has left: each email of an alarm has a link that does this at once."""
    address = stack.parameters(stage).get("AlarmEmail")
    if not address or address in {each["Endpoint"] for each in recipients(stage)}:
        return
    sns = stage.client("sns")
    if not found_or_none(sns.get_topic_attributes, "NotFound", "NotFoundException", TopicArn=_topic(stage)):
        return  # missing.py says how the topic comes back
    subscribe = partial(sns.subscribe, TopicArn=_topic(stage), Protocol="email", Endpoint=address)
    hand.change(f"ask {address} to confirm that it gets the alarms", subscribe)


def _topic(stage: Deployment) -> str:
    return stage.arn("sns", f"{stage.title}-alarms")
