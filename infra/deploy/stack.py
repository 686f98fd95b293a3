"""The CloudFormation stack: made, brought up to date, or taken out of a state that an interrupted run left it in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import yaml
from botocore.exceptions import ClientError

from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, code, found_or_none

TEMPLATE = "infra/stack.yaml"
FAILED_AT_BIRTH = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}
POLL = 3  # seconds

Parameters = dict[str, str]


def describe(stage: Deployment) -> dict[str, Any] | None:
    answer = found_or_none(stage.client("cloudformation").describe_stacks, "ValidationError", StackName=stage.title)
    stack: dict[str, Any] | None = answer["Stacks"][0] if answer and answer["Stacks"] else None
    return None if stack and stack["StackStatus"] == "DELETE_COMPLETE" else stack


def outputs(stage: Deployment) -> dict[str, str]:
    """Empty if there is no stack."""
    stack = describe(stage) or {}
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def parameters(stage: Deployment) -> Parameters:
    stack = describe(stage) or {}
    return {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])}


def owned(stage: Deployment) -> set[str]:
    """Logical names of what the stack holds."""
    if describe(stage) is None:
        return set()
    gone = {"DELETE_COMPLETE", "DELETE_SKIPPED"}
    return {each["LogicalResourceId"] for each in _resources(stage) if each["ResourceStatus"] not in gone}


def _resources(stage: Deployment) -> list[dict[str, Any]]:
    return list(stage.listed("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stage.title))


def ensure_stack(
    stage: Deployment, hand: Reporter, wanted: Parameters, pause: Callable[[float], None] = time.sleep
) -> None:
    """Make the stack be as the template and the wanted parameters say."""
    template = (stage.project / TEMPLATE).read_text()
    stack = _settled(stage, hand, pause)
    values = {**_defaults(template), **wanted, "Stage": stage.name}
    if stack is None:
        hand.change(f"create stack {stage.title}", lambda: _run(stage, hand, "create_stack", template, values, pause))
        return
    old = stage.client("cloudformation").get_template(StackName=stage.title)["TemplateBody"]
    differences = _differences(old, template, parameters(stage), values)
    if not differences:
        hand.stays(f"stack {stage.title} is up to date")
        return
    for difference in differences:
        hand.note(difference)
    hand.change(f"update stack {stage.title}", lambda: _run(stage, hand, "update_stack", template, values, pause))


def delete(stage: Deployment, hand: Reporter, pause: Callable[[float], None] = time.sleep) -> None:
    """Tables, bucket, sender and layers stay: the template retains them."""
    if describe(stage) is None:
        hand.stays(f"there is no stack {stage.title}")
        return
    hand.change(f"delete stack {stage.title}; tables, bucket and sender stay", lambda: _delete(stage, hand, pause))


def _settled(stage: Deployment, hand: Reporter, pause: Callable[[float], None]) -> dict[str, Any] | None:
    """The stack once nothing is under way in it; None if there is none, or only the rest of one that never stood."""
    stack = describe(stage)
    if stack and stack["StackStatus"].endswith("_IN_PROGRESS") and stack["StackStatus"] not in FAILED_AT_BIRTH:
        hand.note(f"stack {stage.title} is busy ({stack['StackStatus']}): waiting")
        stack = _wait(stage, hand, pause)
    if stack and stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
        go_on = stage.client("cloudformation").continue_update_rollback
        hand.change("finish the rollback of the last update", lambda: go_on(StackName=stage.title))
        stack = stack if hand.dry_run else _wait(stage, hand, pause)
    if stack and stack["StackStatus"] in FAILED_AT_BIRTH:
        hand.change("delete what a creation that failed left behind", lambda: _delete(stage, hand, pause))
        return None
    return stack


def _run(
    stage: Deployment, hand: Reporter, verb: str, template: str, values: Parameters, pause: Callable[[float], None]
) -> None:
    try:
        getattr(stage.client("cloudformation"), verb)(
            StackName=stage.title,
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": "fullcircle", "Value": stage.name}],
        )
    except ClientError as error:
        if code(error) != "ValidationError" or "No updates" not in str(error):
            raise
        return
    stack = _wait(stage, hand, pause)
    status = stack["StackStatus"] if stack else "gone"
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployError(f"The stack is {status}: {_first_failure(stage)}. Fix that and run the same command again.")


def _delete(stage: Deployment, hand: Reporter, pause: Callable[[float], None]) -> None:
    stage.client("cloudformation").delete_stack(StackName=stage.title)
    stack = _wait(stage, hand, pause)
    if stack is not None:
        raise DeployError(f"The stack is not gone ({stack['StackStatus']}): {_first_failure(stage)}.")


def _wait(stage: Deployment, hand: Reporter, pause: Callable[[float], None]) -> dict[str, Any] | None:
    """Wait until nothing is under way, and report the progress."""
    progress = ""
    while (stack := describe(stage)) and stack["StackStatus"].endswith("_IN_PROGRESS"):
        answer = _resources(stage)
        done = sum(each["ResourceStatus"].endswith("_COMPLETE") for each in answer)
        if progress != (progress := f"{stack['StackStatus']}: {done} of {len(answer)} resources"):
            hand.note(progress)
        pause(POLL)
    return stack


def _first_failure(stage: Deployment) -> str:
    events = stage.listed("cloudformation", "describe_stack_events", "StackEvents", StackName=stage.title)
    failed = [each for each in events if each.get("ResourceStatus", "").endswith("_FAILED")]
    if not failed:
        return "no resource says why"
    reason = failed[-1].get("ResourceStatusReason", "no reason given").rstrip(".")
    return f"{failed[-1]['LogicalResourceId']}: {reason}"


# --- what would change ----------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` and the like as what they are written as."""


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)  # noqa: S101 (YAML has no fourth kind)
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


def read_template(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader with CloudFormation's tags)
    return found


def _defaults(template: str) -> Parameters:
    declared = read_template(template)["Parameters"]
    return {name: str(each["Default"]) for name, each in declared.items() if "Default" in each}


def _differences(old: Any, new: str, values: Parameters, wanted: Parameters) -> list[str]:
    before = read_template(old) if isinstance(old, str) else old
    after = read_template(new)
    differences = []
    for name in sorted({*before["Resources"], *after["Resources"]}):
        was, will = before["Resources"].get(name), after["Resources"].get(name)
        if was != will:
            differences.append(f"{'new' if was is None else 'removed' if will is None else 'changed'}: {name}")
    differences += [
        f"{name}: {values.get(name, '')!r} becomes {wanted[name]!r}"
        for name in wanted
        if values.get(name) != wanted[name]
    ]
    if not differences and before != after:
        differences.append("changed: descriptions, conditions or outputs")
    return differences
