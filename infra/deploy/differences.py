"""What a deployment has that differs from what `make infra` and `make deploy` would set.

The steps of both run as a dry run: what they would change is what differs. What Chalice sets is compared with app.py
and .chalice/config.json, which it reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra import rights
from infra.deploy import (
    api,
    commands,
    declared,
    firewall,
    layer,
    package,
    protection,
    settings,
    stack,
    state,
    tracing,
    watching,
)
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

Line = tuple[str, bool]  # text, and whether it needs action


def look(stage: Deployment) -> Iterator[Line]:
    lines = [*_of_infra(stage), *_of_deploy(stage), *_of_chalice(stage)]
    yield from ((line, True) for line in lines)
    if not lines:
        yield "all of it is as make infra and make deploy would set it", False


def _of_infra(stage: Deployment) -> Iterator[str]:
    if stack.describe(stage) is None:
        return
    hand = Reporter(dry_run=True, say=lambda _: None)
    stack.ensure_stack(stage, hand, {**stack.parameters(stage)})
    protection.ensure_protection(stage, hand)
    watching.ensure_watching(stage, hand)
    watching.ensure_recipient(stage, hand)
    firewall.ensure_rule(stage, hand)
    yield from (f"make infra would {change}" for change in hand.changes)
    yield from (f"{name} is missing: see Recovery in docs/operations.md" for name in protection.list_missing(stage))


def _of_deploy(stage: Deployment) -> Iterator[str]:
    if not settings.read(stage) or not stack.outputs(stage):
        return
    ours = next(iter(api.list_ids(stage)), None)
    if ours is None:
        yield f"there is no API: run make deploy STAGE={stage.name}"
        return
    hand = Reporter(dry_run=True, say=lambda _: None)
    commands.set_the_rest(stage, hand, ours)
    yield from (f"make deploy would {change}" for change in hand.changes)


def _of_chalice(stage: Deployment) -> Iterator[str]:
    live = state.live_functions(stage)
    yield from _packages(stage, live)
    for name in rights.FUNCTIONS:
        if name in live:
            yield from _function(stage, name, live[name])
            yield from _other_sources(stage, name, live[name])
        else:
            yield f"there is no function {name}: run make deploy STAGE={stage.name}"
    for each in declared.list_sources(stage):
        if each.name in live:
            yield from _source(stage, each, live[each.name])
    for ours in api.list_ids(stage)[:1]:
        yield from _api(stage, ours, live.get("api_handler"))


def _packages(stage: Deployment, live: dict[str, str]) -> Iterator[str]:
    """Name the functions of each package if there are two: a deploy ended half way."""
    by_package: dict[str, list[str]] = {}
    for each in stage.listed("lambda", "list_functions", "Functions"):
        for name in (name for name, arn in live.items() if arn == each["FunctionArn"]):
            by_package.setdefault(each["CodeSha256"], []).append(name)
    if len(by_package) > 1:
        parts = "; ".join(", ".join(sorted(names)) for names in by_package.values())
        yield f"functions run different versions, {parts}: run make deploy STAGE={stage.name}"


def _api(stage: Deployment, ours: str, handler: str | None) -> Iterator[str]:
    """Compare what Chalice sets of the API when it replaces it at each deploy."""
    config, again = _settings_of(stage), f"run make deploy STAGE={stage.name}"
    rest = stage.client("apigateway").get_rest_api(restApiId=ours)
    for what, has, wanted in (
        ("as endpoint type", rest["endpointConfiguration"]["types"], [config["api_gateway_endpoint_type"]]),
        ("bytes before it compresses", rest.get("minimumCompressionSize"), config["minimum_compression_size"]),
    ):
        if has != wanted:
            yield f"the API has {has} {what} instead of {wanted}: {again}"
    if handler and not state.lets_in(stage, handler, stage.arn("execute-api", f"{ours}/")):
        yield f"api_handler does not let the API call it: {again}"


def _source(stage: Deployment, wanted: declared.Source, arn: str) -> Iterator[str]:
    again = f"run make deploy STAGE={stage.name}"
    if wanted.schedule_expression:
        yield from _schedule(stage, wanted, arn)
    if wanted.queue:
        taken = [each["EventSourceArn"] for each in state.event_sources(stage, arn)]
        if stage.arn("sqs", wanted.queue) not in taken:
            yield f"{wanted.name} takes no messages of queue {wanted.queue}: {again}"
    if wanted.topic:
        ends = [each["Endpoint"] for each in state.subscriptions(stage, stage.arn("sns", wanted.topic))]
        if arn not in ends:
            yield f"{wanted.name} is not subscribed to {wanted.topic}: {again}"
        if not state.lets_in(stage, arn, stage.arn("sns", wanted.topic)):
            yield f"{wanted.name} does not let {wanted.topic} call it: {again}"


def _other_sources(stage: Deployment, name: str, arn: str) -> Iterator[str]:
    """Name what a function takes messages from although app.py does not say so."""
    wanted = {stage.arn("sqs", each.queue) for each in declared.queues(stage) if each.name == name}
    for source in state.event_sources(stage, arn):
        if source.get("EventSourceArn") in wanted:
            continue
        origin = source.get("EventSourceArn") or source["UUID"]
        by_hand = f"aws lambda delete-event-source-mapping --uuid {source['UUID']}"
        cure = f"run make deploy STAGE={stage.name}" if state.is_own_queue(stage, source) else by_hand
        yield f"{name} takes messages of {origin} as well, which no deploy set: {cure}"


def _schedule(stage: Deployment, wanted: declared.Source, arn: str) -> Iterator[str]:
    again = f"run make deploy STAGE={stage.name}"
    rules = stage.listed("events", "list_rules", "Rules", NamePrefix=f"{stage.title}-{wanted.name}")
    rule = next(rules, None)
    if rule is None:
        yield f"{wanted.name} has no schedule: {again}"
        return
    if rule.get("ScheduleExpression") != wanted.schedule_expression:
        yield f"{wanted.name} runs at {rule.get('ScheduleExpression')} instead of {wanted.schedule_expression}: {again}"
    targets = [each["Arn"] for each in stage.listed("events", "list_targets_by_rule", "Targets", Rule=rule["Name"])]
    if arn not in targets:
        yield f"the schedule of {wanted.name} calls no function: {again}"
    if not state.lets_in(stage, arn, rule["Arn"]):
        yield f"{wanted.name} does not let its schedule call it: {again}"


def _function(stage: Deployment, name: str, arn: str) -> Iterator[str]:
    own = _settings_of(stage, name)
    configuration = stage.client("lambda").get_function_configuration(FunctionName=arn)
    layers = [each["Arn"] for each in configuration.get("Layers", [])]
    wanted_layers = [layer.layer_of(stage)] if name == "report" else own.get("layers", [])
    again = f"run make deploy STAGE={stage.name}"
    for what, has, wanted in (
        ("as runtime", configuration["Runtime"], _runtime(configuration["Runtime"])),
        ("MB", configuration["MemorySize"], own.get("lambda_memory_size")),
        ("seconds", configuration["Timeout"], own.get("lambda_timeout")),
        ("layers", layers, wanted_layers),
        ("as processor", configuration.get("Architectures"), [own.get("lambda_architecture", "x86_64")]),
        ("in its environment", _environment(configuration), own.get("environment_variables", {})),
    ):
        if has != wanted:
            yield f"{name} has {has} {what} instead of {wanted}: {again}"
    yield from _rights(stage, name, configuration["Role"].rsplit("/", 1)[1], own["iam_policy_file"])


def _settings_of(stage: Deployment, function: str = "") -> dict[str, Any]:
    """Return what .chalice/config.json says: a function's own part goes first, then the stage's."""
    config = stage.config()
    of_stage = config["stages"].get(stage.name, {})
    return {**config, **of_stage, **of_stage.get("lambda_functions", {}).get(function, {})}


def _runtime(live: str) -> str:
    """Return what a deploy sets: the runtime of releases, or that of this Python if it deployed on an emulator."""
    return live if live == package.runtime() else "python{}.{}".format(*commands.RUNTIME)


def _environment(configuration: dict[str, Any]) -> dict[str, str]:
    return dict(configuration.get("Environment", {}).get("Variables", {}))


def _rights(stage: Deployment, name: str, role: str, file: str) -> Iterator[str]:
    """Chalice writes one policy into a role, by the role's name. It takes away none that was added by hand."""
    iam = stage.client("iam")
    if found_or_none(iam.get_role, "NoSuchEntity", RoleName=role) is None:
        yield f"the role {role} of {name} is gone: run make deploy STAGE={stage.name}"
        return
    role_policy = found_or_none(iam.get_role_policy, "NoSuchEntity", RoleName=role, PolicyName=role)
    if not role_policy or role_policy["PolicyDocument"] != json.loads((stage.project / ".chalice" / file).read_text()):
        yield f"the role of {name} has other rights than {file}: run make deploy STAGE={stage.name}"
    inside = [
        {"PolicyName": policy_name}
        for policy_name in stage.listed("iam", "list_role_policies", "PolicyNames", RoleName=role)
    ]
    attached = stage.listed("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role)
    ours = (role, tracing.POLICY)
    more = [policy["PolicyName"] for policy in (*inside, *attached) if policy["PolicyName"] not in ours]
    if more:
        yield f"the role of {name} has a policy that no deploy wrote: delete {', '.join(more)} from {role} in IAM"


def look_at_addresses(stage: Deployment) -> Iterator[Line]:
    """Whether alarms reach someone, and whether the domain of one's own has a valid certificate."""
    for each in watching.recipients(stage):
        pending = each["SubscriptionArn"] == "PendingConfirmation"
        how = "has not confirmed yet: open the link that AWS emailed" if pending else "gets the alarms"
        yield f"{each['Endpoint']} {how}", pending
    wanted = stage.config()["stages"].get(stage.name, {}).get("api_gateway_custom_domain")
    if wanted:
        yield from _certificate(stage, wanted["domain_name"], wanted["certificate_arn"])
    else:
        yield "no domain of your own", False


def _certificate(stage: Deployment, name: str, arn: str) -> Iterator[Line]:
    read = stage.client("acm").describe_certificate
    details = found_or_none(read, "ResourceNotFoundException", CertificateArn=arn)
    certificate = details["Certificate"] if details else {}
    status = certificate.get("Status", "missing")
    advice = _advice(status, certificate, arn)
    yield f"the certificate of {name} is {status}{f': {advice}' if advice else ''}", status != "ISSUED"


def _advice(status: str, certificate: dict[str, Any], arn: str) -> str:
    if status == "ISSUED":
        return ""
    if status != "PENDING_VALIDATION":
        return (
            f"{arn} opens no page; ask ACM for a new one and put its ARN into .chalice/config.json (docs/operations.md)"
        )
    records = [each["ResourceRecord"] for each in certificate["DomainValidationOptions"] if "ResourceRecord" in each]
    wanted = [f"{each['Name']} {each['Type']} {each['Value']}" for each in records]
    return f"put into DNS {', and '.join(wanted) or 'the records that ACM shows'}; ACM takes minutes to hours"
