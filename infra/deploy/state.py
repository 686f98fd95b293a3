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

from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

Resource = dict[str, Any]


def rebuild(stage: Deployment, hand: Reporter) -> list[Resource]:
    """Roles come before functions and functions before what calls them: Chalice deletes from the end."""
    functions = live_functions(stage)
    found = [
        *_roles(stage),
        *({"name": name, "resource_type": "lambda_function", "lambda_arn": arn} for name, arn in functions.items()),
        *_rules(stage),
        *(source for name, arn in functions.items() for source in _queues(stage, name, arn)),
        *_subscriptions(stage, functions),
        *_apis(stage),
        *_domain(stage),
    ]
    text = json.dumps({"resources": found, "schema_version": "2.0", "backend": "api"}, indent=2) + "\n"
    if stage.state_file.exists() and stage.state_file.read_text() == text:
        hand.stays(f"{len(found)} live resources, as Chalice's state says")
    else:
        hand.change(f"rebuild Chalice's state from {len(found)} live resources", lambda: _write(stage, text))
    return found


def live_functions(stage: Deployment) -> dict[str, str]:
    """Name in app.py -> ARN, of every function of this stage."""
    pages = stage.client("lambda").get_paginator("list_functions").paginate()
    arns = {each["FunctionName"]: each["FunctionArn"] for page in pages for each in page["Functions"]}
    return {_short(stage, name): arn for name, arn in sorted(arns.items()) if stage.is_ours(name)}


def event_sources(stage: Deployment, arn: str) -> list[dict[str, Any]]:
    pages = stage.client("lambda").get_paginator("list_event_source_mappings").paginate(FunctionName=arn)
    return [each for page in pages for each in page["EventSourceMappings"]]


def api_ids(stage: Deployment) -> list[str]:
    """Every REST API whose front page is answered by this stage's function; the one that is deployed comes first.

    All stages' APIs have one name, so a name does not identify one; an import that failed leaves an extra API.
    """
    gateway = stage.client("apigateway")
    pages = gateway.get_paginator("get_rest_apis").paginate()
    named = [each["id"] for page in pages for each in page["items"] if each["name"] == "fullcircle"]
    ours = [api for api in named if _leads_to(stage, api)]
    return sorted(ours, key=lambda api: not gateway.get_stages(restApiId=api)["item"])


def _short(stage: Deployment, name: str) -> str:
    return name.removeprefix(f"{stage.title}-") if name != stage.title else "api_handler"


def _roles(stage: Deployment) -> Iterator[Resource]:
    for page in stage.client("iam").get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            name = role["RoleName"]
            if name.startswith(f"{stage.title}-") and _serves_lambda(role):
                resource = f"{name.removeprefix(f'{stage.title}-')}_role"
                yield {"name": resource, "resource_type": "iam_role", "role_name": name, "role_arn": role["Arn"]}


def _serves_lambda(role: dict[str, Any]) -> bool:
    """The stack has a role too, for API Gateway."""
    trust = role["AssumeRolePolicyDocument"]
    return "lambda.amazonaws.com" in (trust if isinstance(trust, str) else json.dumps(trust))


def _rules(stage: Deployment) -> Iterator[Resource]:
    prefix = f"{stage.title}-"
    for page in stage.client("events").get_paginator("list_rules").paginate(NamePrefix=prefix):
        for rule in page["Rules"]:
            name = rule["Name"]
            yield {"name": name.removeprefix(prefix), "resource_type": "cloudwatch_event", "rule_name": name}


def _queues(stage: Deployment, name: str, arn: str) -> Iterator[Resource]:
    for source in event_sources(stage, arn):
        queue = source["EventSourceArn"].rsplit(":", 1)[1]
        yield {
            "name": f"{name}-sqs-event-source",
            "resource_type": "sqs_event",
            "queue_arn": source["EventSourceArn"],
            "queue": queue,
            "event_uuid": source["UUID"],
            "lambda_arn": arn,
        }


def _subscriptions(stage: Deployment, functions: dict[str, str]) -> Iterator[Resource]:
    topic = stage.arn("sns", f"{stage.title}-mail-events")
    listed = stage.client("sns").list_subscriptions_by_topic
    answer = found_or_none(listed, "NotFound", "NotFoundException", TopicArn=topic)
    by_arn = {arn: name for name, arn in functions.items()}
    for each in (answer or {"Subscriptions": []})["Subscriptions"]:
        if each["Endpoint"] in by_arn:
            yield {
                "name": f"{by_arn[each['Endpoint']]}-sns-subscription",
                "resource_type": "sns_event",
                "topic": topic.rsplit(":", 1)[1],
                "lambda_arn": each["Endpoint"],
                "subscription_arn": each["SubscriptionArn"],
                "topic_arn": topic,
            }


def _apis(stage: Deployment) -> Iterator[Resource]:
    for place, api in enumerate(api_ids(stage)):
        name = f"rest_api_left_over_{place}" if place else "rest_api"
        yield {"name": name, "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": url(stage, api) + "/"}


def url(stage: Deployment, api: str) -> str:
    """As API Gateway names it, or an emulator in its place; without a slash at the end."""
    if emulator := os.environ.get("AWS_ENDPOINT_URL"):
        return f"{emulator}/_aws/execute-api/{api}/{stage.config()['api_gateway_stage']}"
    return f"https://{api}.execute-api.{stage.region}.amazonaws.com/{stage.config()['api_gateway_stage']}"


def _leads_to(stage: Deployment, api: str) -> bool:
    gateway = stage.client("apigateway")
    root = next((each for each in gateway.get_resources(restApiId=api)["items"] if each["path"] == "/"), None)
    if root is None:
        return False
    gone = ("NotFoundException",)
    found = found_or_none(gateway.get_integration, *gone, restApiId=api, resourceId=root["id"], httpMethod="GET")
    return bool(found) and f":function:{stage.title}/" in found.get("uri", "")


def _domain(stage: Deployment) -> Iterator[Resource]:
    wanted = stage.config()["stages"].get(stage.name, {}).get("api_gateway_custom_domain")
    if not wanted:
        return
    name = wanted["domain_name"]
    gateway = stage.client("apigateway")
    found = found_or_none(gateway.get_domain_name, "NotFoundException", domainName=name)
    if not found:
        return
    mappings = gateway.get_base_path_mappings(domainName=name).get("items", [])
    paths = [each["basePath"] for each in mappings if each["restApiId"] in api_ids(stage)]
    yield {
        "name": "api_gateway_custom_domain",
        "resource_type": "domain_name",
        "domain_name": name,
        "hosted_zone_id": found.get("regionalHostedZoneId", found.get("distributionHostedZoneId", "")),
        "alias_domain_name": found.get("regionalDomainName", found.get("distributionDomainName", "")),
        "certificate_arn": found.get("regionalCertificateArn", found.get("certificateArn", "")),
        "security_policy": found.get("securityPolicy", ""),
        "api_mapping": [{"key": "/" if path == "(none)" else f"/{path}"} for path in paths],
    }


def _write(stage: Deployment, text: str) -> None:
    os.makedirs(stage.state_file.parent, exist_ok=True)
    stage.state_file.write_text(text)
