"""`make infra` and `make deploy`: what is done in which order."""

from __future__ import annotations

import sys
from argparse import Namespace

from infra.deploy import (
    address,
    api,
    concurrency,
    firewall,
    functions,
    gateway,
    halt,
    layer,
    missing,
    package,
    policies,
    protection,
    restore,
    sender,
    settings,
    stack,
    state,
    tracing,
    verify,
    watching,
)
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, found_or_none

RUNTIME = (3, 13)


def infra(stage: Deployment, hand: Reporter, args: Namespace) -> None:
    hand.steps = 5
    hand.step(f"Stage {stage.name} in account {stage.account}, {stage.region}")
    given, known = _check_given(stage, args)
    policies.ensure_policies(stage, hand)
    hand.step("Stack: tables, bucket, queues, topic, emails, alarms")
    before, wanted = stack.parameters(stage), _parameters(stage, known["sender"], args)
    firewall.take_off(stage, hand, wanted["WafLimit"])
    if not stack.outputs(stage):  # the layer's zip needs the bucket
        stack.ensure_stack(stage, hand, {**wanted, "LayerKey": ""})
    if stack.outputs(stage):
        protection.ensure_protection(stage, hand)
        watching.ensure_watching(stage, hand)
    for line, _ in missing.look(stage):
        hand.note(line)
    hand.step("PDF layer")
    layer.upload(stage, hand)
    if stack.outputs(stage):  # not in a dry run on an empty account
        stack.ensure_stack(stage, hand, {**wanted, "LayerKey": layer.key(stage)})
        watching.ensure_recipient(stage, hand)
        firewall.ensure_rule(stage, hand)
    if arn := layer.layer_of(stage):
        hand.stays(f"make deploy gives report the layer {arn}")
    hand.step("Settings")
    settings.ensure_settings(stage, hand, given)
    if state.live_functions(stage):
        functions.restart(stage, hand, "they read the settings when they start")
    hand.step("Email, and what is left to do")
    if not sender.report_state(stage, hand, known["sender"]):
        hand.stays(f"{known['sender']} may send")
    hand.note(sender.describe_capacity(stage, known["sender"]))
    _say_what_is_left(stage, hand, before, wanted)
    missing.check(stage)


def _check_given(stage: Deployment, args: Namespace) -> tuple[settings.Values, settings.Values]:
    """Return what a person gives now, and that with what is stored. Raises DeployError before anything is changed."""
    given = {"sender": args.sender, "reply_to": args.reply_to, "administrators": _listed(args.administrators)}
    given["second_factor"] = args.second_factor
    settings.check_choices(second_factor=args.second_factor, log_days=args.log_days, xray=args.xray)
    settings.check_addresses(
        sender=args.sender,
        reply_to=args.reply_to,
        administrators=given["administrators"],
        alarms_to=args.alarms_to,
        identity=args.identity,
    )
    args.waf_limit = firewall.check_limit(args.waf_limit)
    known = settings.check_given(stage, given)
    sender.check_covers(args.identity, known["sender"])
    return given, known


def _say_what_is_left(stage: Deployment, hand: Reporter, before: stack.Parameters, wanted: stack.Parameters) -> None:
    hand.note(concurrency.describe_limit(stage)[0])
    if not wanted["AlarmEmail"]:
        hand.note(f"alarms are sent to no one: make infra STAGE={stage.name} {settings.ALARMS} names someone")
    is_traced_anew = before.get("Xray", "0") != wanted["Xray"]
    is_limited_anew = wanted["WafLimit"] != "0" and before.get("WafLimit", "0") != wanted["WafLimit"]
    if not state.live_functions(stage):
        hand.note(f"make deploy STAGE={stage.name} comes next")
    elif is_traced_anew or is_limited_anew:
        hand.note(f"make deploy STAGE={stage.name} puts XRAY and WAF_LIMIT into effect")


def deploy(stage: Deployment, hand: Reporter, args: Namespace) -> None:
    hand.steps = 6
    hand.step(f"Stage {stage.name} in account {stage.account}, {stage.region}")
    _check_ready(stage, any_python=args.any_python)
    missing.check_deployed_onto(stage)
    hand.step("What is there")
    api.check_kept(stage)
    state.rebuild(stage, hand)
    hand.step("Package")
    package.ensure_package(stage, hand)
    hand.step("`chalice deploy`")
    hand.change("create or update functions, roles, schedule and API", lambda: package.chalice(stage, "deploy"))
    hand.step("What Chalice cannot say")
    _afterwards(stage, hand)
    hand.step("Does it work?")
    if since := halt.stopped_since(stage):
        hand.note(f"stopped since {since}: make start STAGE={stage.name} opens it")
    elif hand.dry_run or args.skip_verify:
        hand.note("not looked at")
    else:
        verify.check(stage, hand)
        hand.note(f"{settings.read(stage)['base_url']}/")


def stop(stage: Deployment, hand: Reporter, args: Namespace) -> None:
    hand.steps = 1
    hand.step(f"Stop {stage.name}: pages say “back soon”, no job runs, no email is sent")
    api_id = _require_stack_and_api(stage)
    halt.remember(stage, hand)
    _switch(stage, hand, api_id)
    hand.note("functions that have begun end within five minutes; messages and rows wait for make start")


def start(stage: Deployment, hand: Reporter, args: Namespace) -> None:
    hand.steps = 2
    hand.step(f"Start {stage.name}")
    api_id = _require_stack_and_api(stage)
    restore.check_finished(stage)
    halt.forget(stage, hand)
    _switch(stage, hand, api_id)
    hand.step("Does it work?")
    if hand.dry_run or args.skip_verify:
        hand.note("not looked at")
    else:
        verify.check(stage, hand)


def _require_stack_and_api(stage: Deployment) -> str:
    """Return the API. Raises DeployError before anything is changed."""
    if not stack.outputs(stage):
        raise DeployError(
            f"There is no whole stack {stage.title}: make infra STAGE={stage.name}, make deploy STAGE={stage.name}, "
            "then this command again."
        )
    return api.require(stage)


def _switch(stage: Deployment, hand: Reporter, api_id: str) -> None:
    if hand.dry_run:
        return
    gateway.ensure_gateway(stage, hand, api_id)
    functions.ensure_functions(stage, hand)


def rotate_keys(stage: Deployment, hand: Reporter, args: Namespace) -> None:
    hand.steps = 2
    hand.step("Link keys")
    settings.rotate(stage, hand, drop_oldest=args.drop_oldest)
    hand.step("Functions")
    functions.restart(stage, hand, "they read the settings when they start")


def _afterwards(stage: Deployment, hand: Reporter) -> None:
    if hand.dry_run and not api.list_ids(stage):
        hand.note("the rest follows once there is an API")
        return
    api_id = api.require(stage)
    set_the_rest(stage, hand, api_id)


def set_the_rest(stage: Deployment, hand: Reporter, api_id: str) -> None:
    """Set what Chalice cannot say. `found` is the API. `make status` runs this as a dry run."""
    api.keep(stage, hand, api_id)
    known = settings.read(stage)
    base_url = known.get("base_url") or api.url(stage, api_id)
    settings.write(stage, hand, settings.with_id_key({**known, "base_url": base_url}))
    if hand.dry_run and not known.get("base_url"):
        return
    gateway.ensure_gateway(stage, hand, api_id)
    firewall.ensure_firewall(stage, hand, api_id)
    functions.ensure_functions(stage, hand)
    tracing.ensure_tracing(stage, hand)
    functions.restart(stage, hand, "they read the settings when they start")
    address.ensure_address(stage, hand, api_id)


def _check_ready(stage: Deployment, *, any_python: bool) -> None:
    """Raise Stop naming everything that `make infra` has still to do."""
    wrong = []
    if sys.version_info[:2] != RUNTIME and not any_python:
        wrong.append(
            f"this is {package.runtime()}, and Chalice deploys for the Python that runs it: "
            "make install PYTHON=python3.13, then again"
        )
    config = stage.config()["stages"].get(stage.name)
    if config is None or not stack.outputs(stage):
        wrong.append(f"there is no stage {stage.name} yet: make infra STAGE={stage.name}")
    elif not layer.layer_of(stage):
        wrong.append(f"there is no PDF layer yet: make infra STAGE={stage.name}")
    if list(policies.stale(stage.project, stage.name)):
        wrong.append("policy files differ from infra/rights.yaml: make policies")
    if not settings.read(stage):
        wrong.append(f"{stage.parameter} is missing: make infra STAGE={stage.name}")
    if wrong:
        raise DeployError("Not yet: " + "; ".join(wrong) + ".")


def _parameters(stage: Deployment, from_whom: str, args: Namespace) -> stack.Parameters:
    before = stack.parameters(stage)
    return {
        **_data(stage),
        **sender.parameters(stage, from_whom, args.identity),
        "Architecture": layer.architecture(stage),
        "ManyEmails": str(sender.many_emails(stage)),
        "AlarmEmail": args.alarms_to or before.get("AlarmEmail", ""),
        "LogDays": args.log_days or before.get("LogDays", "30"),
        "Xray": args.xray or before.get("Xray", "0"),
        "WafLimit": args.waf_limit or before.get("WafLimit", "0"),
    }


def _data(stage: Deployment) -> stack.Parameters:
    """Tables and bucket that are there outside the stack are taken up as they are."""
    owned = stack.owned(stage)
    table, head = stage.client("dynamodb").describe_table, stage.client("s3").head_bucket
    absent = ("ResourceNotFoundException", "404", "NoSuchBucket")
    there = {
        "Table": found_or_none(table, *absent, TableName=stage.title),
        "Keys": found_or_none(table, *absent, TableName=f"{stage.title}-keys"),
        "Bucket": found_or_none(head, *absent, Bucket=stage.bucket),
    }
    return {f"Makes{name}": "no" if is_there and name not in owned else "yes" for name, is_there in there.items()}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
