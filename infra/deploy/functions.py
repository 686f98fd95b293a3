"""What Lambda does that Chalice cannot say: how it takes messages, how often it tries, and a fresh start."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

from infra import rights
from infra.deploy import concurrency, declared, halt, settings, state
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

# Handlers take one message at a time and never raise for a job that fails, so no part of a batch can be lost.
EVENT_SOURCE = {"BatchSize": 1, "MaximumBatchingWindowInSeconds": 0}


def ensure_functions(stage: Deployment, hand: Reporter) -> None:
    arns = state.live_functions(stage)
    wanted_sources = event_sources(stage)
    for name, arn in arns.items():
        for source in filter(partial(state.is_own_queue, stage), state.event_sources(stage, arn)):
            _event_source(stage, hand, name, source, wanted_sources.get(name, EVENT_SOURCE))
    for name in arns:
        _handler(stage, hand, name)
    for name, wanted in asynchronous(stage).items():
        if name in arns:
            _retries(stage, hand, name, wanted)
    for each in declared.list_sources(stage):
        if each.schedule_expression and each.name in arns:
            _schedule(stage, hand, each.name)


def handler(name: str) -> str:
    """Return what of app.py Lambda calls, as Chalice names it."""
    return f"app.{'app' if name == 'api_handler' else name}"


def _handler(stage: Deployment, hand: Reporter, name: str) -> None:
    """Chalice says it when it creates a function, and never again."""
    awsl, function = stage.client("lambda"), rights.function_name(stage.name, name)
    if awsl.get_function_configuration(FunctionName=function)["Handler"] != handler(name) and name in rights.FUNCTIONS:
        change = partial(configure, stage, [function], Handler=handler(name))
        hand.change(f"let {name} run {handler(name)}", change)


def _schedule(stage: Deployment, hand: Reporter, name: str) -> None:
    """On, or off while the stage is stopped."""
    events, wanted = stage.client("events"), "DISABLED" if halt.stopped_since(stage) else "ENABLED"
    for rule in stage.listed("events", "list_rules", "Rules", NamePrefix=f"{stage.title}-{name}"):
        if rule["State"] == wanted:
            hand.stays(f"the schedule of {name} is {wanted.lower()}")
            continue
        act = events.enable_rule if wanted == "ENABLED" else events.disable_rule
        hand.change(f"let the schedule of {name} be {wanted.lower()}", partial(act, Name=rule["Name"]))


def event_sources(stage: Deployment) -> dict[str, dict[str, Any]]:
    """Return how each function takes messages from its queue."""
    shares = concurrency.share_out(concurrency.declared(stage), concurrency.account_limit(stage))
    same = {**EVENT_SOURCE, "Enabled": not halt.stopped_since(stage)}
    return {name: {**same, "ScalingConfig": {"MaximumConcurrency": share}} for name, share in shares.items()}


def asynchronous(stage: Deployment) -> dict[str, dict[str, Any]]:
    """How often Lambda retries a function that was invoked asynchronously."""
    dead = {"OnFailure": {"Destination": stage.arn("sqs", f"{stage.title}-dead")}}
    return {
        # The next sweep comes five minutes later and finds everything.
        "sweep_due": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 300},
        # SES sends each event once, so an event that cannot be recorded is kept.
        "mail_events": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 21_600, "DestinationConfig": dead},
    }


def restart(stage: Deployment, hand: Reporter, why: str) -> None:
    """Warm functions hold the settings that they started with; a change of configuration starts fresh ones."""
    mark = hashlib.sha256(json.dumps(settings.read(stage), sort_keys=True).encode()).hexdigest()[:12]
    text = f"settings {mark}"
    awsl = stage.client("lambda")
    names = [rights.function_name(stage.name, name) for name in state.live_functions(stage)]
    old = [each for each in names if awsl.get_function_configuration(FunctionName=each).get("Description") != text]
    if old:
        hand.change(f"start {len(old)} functions afresh: {why}", lambda: configure(stage, old, Description=text))


def configure(stage: Deployment, names: list[str], **changed: Any) -> None:
    """Change functions, and wait: Lambda refuses the next change while one is under way."""
    awsl = stage.client("lambda")
    for name in names:
        awsl.update_function_configuration(FunctionName=name, **changed)
    for name in names:
        awsl.get_waiter("function_updated").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def source_differences(source: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what has to be changed in an event source."""
    now = {**source, "Enabled": source.get("State") not in ("Disabled", "Disabling")}
    return {key: value for key, value in wanted.items() if now.get(key, value) != value}


def _event_source(stage: Deployment, hand: Reporter, name: str, source: dict[str, Any], wanted: dict[str, Any]) -> None:
    changed = source_differences(source, wanted)
    queue = source["EventSourceArn"].rsplit(":", 1)[1]
    most = wanted.get("ScalingConfig", {}).get("MaximumConcurrency", "any number of")
    how = f"messages of {queue} one by one, {most} at once" if wanted.get("Enabled", True) else f"nothing of {queue}"
    if not changed:
        hand.stays(f"{name} takes {how}")
        return
    update = stage.client("lambda").update_event_source_mapping
    hand.change(f"let {name} take {how}", lambda: update(UUID=source["UUID"], **changed))


def _retries(stage: Deployment, hand: Reporter, name: str, wanted: dict[str, Any]) -> None:
    awsl, function = stage.client("lambda"), rights.function_name(stage.name, name)
    read = awsl.get_function_event_invoke_config
    now = found_or_none(read, "ResourceNotFoundException", FunctionName=function) or {}
    if all(_has(now.get(key), value) for key, value in wanted.items()):
        hand.stays(f"{name} is tried {wanted['MaximumRetryAttempts']} times again")
        return
    put = awsl.put_function_event_invoke_config
    what = f"have {name} tried {wanted['MaximumRetryAttempts']} times again"
    hand.change(what, lambda: put(FunctionName=function, **wanted))


def _has(now: Any, wanted: Any) -> bool:
    """AWS adds empty fields."""
    if isinstance(wanted, dict):
        return isinstance(now, dict) and all(_has(now.get(key), value) for key, value in wanted.items())
    return bool(now == wanted)
