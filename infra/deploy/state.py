"""Rebuild Chalice's record of a deployment from what is deployed.

Chalice writes `.chalice/deployed/<stage>.json` at the end of a deploy and believes it at the next one. After a deploy
that failed, or on another machine, the file is missing or wrong, and Chalice then creates twice or fails
(aws/chalice#1340). So each deploy starts from a file made of live resources. What app.py no longer names is in it
too, under its old name: Chalice deletes everything that is in its file and not in the app.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from infra.deploy import api, declared
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

Resource = dict[str, Any]


def rebuild(stage: Deployment, hand: Reporter) -> list[Resource]:
    """Roles come before functions and functions before what calls them: Chalice deletes from the end."""
    functions = live_functions(stage)
    resources = [
        *_roles(stage),
        *({"name": name, "resource_type": "lambda_function", "lambda_arn": arn} for name, arn in functions.items()),
        *_rules(stage),
        *_queues(stage),
        *_subscriptions(stage, functions),
        *api.list_resources(stage),
        *_domain(stage),
    ]
    text = json.dumps({"resources": resources, "schema_version": "2.0", "backend": "api"}, indent=2) + "\n"
    before = stage.state_file.read_text() if stage.state_file.exists() else None
    if before == text or (before is None and not resources):
        hand.stays(f"{len(resources)} live resources, as Chalice's state says")
    else:
        hand.change(f"rebuild Chalice's state from {len(resources)} live resources", lambda: _write(stage, text))
    return resources


def live_functions(stage: Deployment) -> dict[str, str]:
    """Name in app.py -> ARN, of every function of this stage."""
    listed_functions = stage.listed("lambda", "list_functions", "Functions")
    arns = {each["FunctionName"]: each["FunctionArn"] for each in listed_functions}
    return {_short(stage, name): arn for name, arn in sorted(arns.items()) if stage.is_ours(name)}


def event_sources(stage: Deployment, arn: str) -> list[dict[str, Any]]:
    return list(stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings", FunctionName=arn))


def is_own_queue(stage: Deployment, source: dict[str, Any]) -> bool:
    """Return whether messages come from a queue of this deployment: someone may have mapped others by hand."""
    queue = source.get("EventSourceArn", "").rsplit(":", 1)[-1]
    return stage.is_ours(queue) and source["EventSourceArn"] == stage.arn("sqs", queue)


def _short(stage: Deployment, name: str) -> str:
    return name.removeprefix(f"{stage.title}-") if name != stage.title else "api_handler"


def _roles(stage: Deployment) -> Iterator[Resource]:
    for role in stage.listed("iam", "list_roles", "Roles"):
        name = role["RoleName"]
        if name.startswith(f"{stage.title}-") and _serves_lambda(role):
            resource = f"{name.removeprefix(f'{stage.title}-')}_role"
            yield {"name": resource, "resource_type": "iam_role", "role_name": name, "role_arn": role["Arn"]}


def _serves_lambda(role: dict[str, Any]) -> bool:
    """Return whether a role is of a function. The stack has one for API Gateway, too."""
    trust = role["AssumeRolePolicyDocument"]
    return "lambda.amazonaws.com" in (trust if isinstance(trust, str) else json.dumps(trust))


def _rules(stage: Deployment) -> Iterator[Resource]:
    prefix = f"{stage.title}-"
    for rule in stage.listed("events", "list_rules", "Rules", NamePrefix=prefix):
        name = rule["Name"]
        yield {"name": name.removeprefix(prefix), "resource_type": "cloudwatch_event", "rule_name": name}


def _queues(stage: Deployment) -> Iterator[Resource]:
    """Those of functions that someone deleted too: they stay, and Lambda refuses a second one for the same queue.

    What a function takes of another queue of ours gets a name that the app does not have, so that Chalice deletes it.
    """
    wanted = {each.name: each.queue for each in declared.queues(stage)}
    for source in stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings"):
        name = source["FunctionArn"].split(":function:")[1].split(":")[0]
        if stage.is_ours(name) and is_own_queue(stage, source):
            function, queue = _short(stage, name), source["EventSourceArn"].rsplit(":", 1)[1]
            is_left_over = wanted.get(function, queue) != queue
            yield {
                "name": f"{function}-sqs-event-source{f'-{queue}' if is_left_over else ''}",
                "resource_type": "sqs_event",
                "queue_arn": source["EventSourceArn"],
                "queue": source["EventSourceArn"].rsplit(":", 1)[1],
                "event_uuid": source["UUID"],
                "lambda_arn": source["FunctionArn"],
            }


def subscriptions(stage: Deployment, topic: str) -> list[dict[str, Any]]:
    """Empty if there is no such topic."""

    def read() -> list[dict[str, Any]]:
        return list(stage.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic))

    return found_or_none(read, "NotFound", "NotFoundException") or []


def lets_in(stage: Deployment, arn: str, source: str) -> bool:
    """Return whether a function's own policy allows calls from a source, by the start of the source's ARN."""
    read = stage.client("lambda").get_policy
    policy = found_or_none(read, "ResourceNotFoundException", FunctionName=arn)
    statements = json.loads(policy["Policy"])["Statement"] if policy else []
    return any(each["Effect"] == "Allow" and source in json.dumps(each.get("Condition", {})) for each in statements)


def _subscriptions(stage: Deployment, functions: dict[str, str]) -> Iterator[Resource]:
    """Without those that their function does not let in: Chalice allows a call only where it subscribes."""
    topic = stage.arn("sns", f"{stage.title}-mail-events")
    by_arn = {arn: name for name, arn in functions.items()}
    for each in subscriptions(stage, topic):
        if each["Endpoint"] in by_arn and lets_in(stage, each["Endpoint"], topic):
            yield {
                "name": f"{by_arn[each['Endpoint']]}-sns-subscription",
                "resource_type": "sns_event",
                "topic": topic.rsplit(":", 1)[1],
                "lambda_arn": each["Endpoint"],
                "subscription_arn": each["SubscriptionArn"],
                "topic_arn": topic,
            }


def _domain(stage: Deployment) -> Iterator[Resource]:
    wanted = stage.config()["stages"].get(stage.name, {}).get("api_gateway_custom_domain")
    if not wanted:
        return
    name = wanted["domain_name"]
    gateway = stage.client("apigateway")
    domain = found_or_none(gateway.get_domain_name, "NotFoundException", domainName=name)
    if not domain:
        return
    ours = api.list_ids(stage)
    mappings = stage.listed("apigateway", "get_base_path_mappings", "items", domainName=name)
    paths = [each["basePath"] for each in mappings if each["restApiId"] in ours]
    yield {
        "name": "api_gateway_custom_domain",
        "resource_type": "domain_name",
        "domain_name": name,
        "hosted_zone_id": domain.get("regionalHostedZoneId", domain.get("distributionHostedZoneId", "")),
        "alias_domain_name": domain.get("regionalDomainName", domain.get("distributionDomainName", "")),
        "certificate_arn": domain.get("regionalCertificateArn", domain.get("certificateArn", "")),
        "security_policy": domain.get("securityPolicy", ""),
        "api_mapping": [{"key": "/" if path == "(none)" else f"/{path}"} for path in paths],
    }


def _write(stage: Deployment, text: str) -> None:
    os.makedirs(stage.state_file.parent, exist_ok=True)
    stage.state_file.write_text(text)
