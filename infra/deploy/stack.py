"""The CloudFormation stack: made, brought up to date, or taken out of a state that an interrupted run left it in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import yaml
from botocore.exceptions import ClientError

from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, code, found_or_none

TEMPLATE = "infra/stack.yaml"
TAG = "fullcircle"  # its value is the stage
FAILED_AT_BIRTH = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}
POLL = 3  # seconds
QUEUE_NAME_RESTS = timedelta(seconds=60)  # after a queue was deleted, before SQS takes its name again
MAX_DELETION = timedelta(hours=1)  # of a stack: AWS says when it began

Parameters = dict[str, str]


def describe(stage: Deployment) -> dict[str, Any] | None:
    answer = found_or_none(stage.client("cloudformation").describe_stacks, "ValidationError", StackName=stage.title)
    stack: dict[str, Any] | None = answer["Stacks"][0] if answer and answer["Stacks"] else None
    return None if stack and stack["StackStatus"] == "DELETE_COMPLETE" else stack


def outputs(stage: Deployment) -> dict[str, str]:
    """Empty if there is no stack."""
    stack = describe(stage) or {}
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def list_stages(stage: Deployment) -> list[str]:
    """Return the names of all deployments in this account and region."""
    stacks = stage.listed("cloudformation", "describe_stacks", "Stacks")
    tags = [tag for each in stacks for tag in each.get("Tags", [])]
    return sorted(tag["Value"] for tag in tags if tag["Key"] == TAG)


def parameters(stage: Deployment) -> Parameters:
    stack = describe(stage) or {}
    return {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])}


def owned(stage: Deployment) -> set[str]:
    """Logical names of what the stack holds."""
    if describe(stage) is None:
        return set()
    gone = {"DELETE_COMPLETE", "DELETE_SKIPPED"}
    return {each["LogicalResourceId"] for each in _resources(stage, stage.title) if each["ResourceStatus"] not in gone}


def _resources(stage: Deployment, stack: str) -> list[dict[str, Any]]:
    """stack   its name; or its id, by which AWS knows it also when it is gone"""
    return list(stage.listed("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack))


def ensure_stack(stage: Deployment, hand: Reporter, wanted: Parameters) -> None:
    """Make the stack be as the template and the wanted parameters say."""
    template = (stage.project / TEMPLATE).read_text()
    stack = _settled(stage, hand)
    values = {**_defaults(template), **wanted, "Stage": stage.name}
    if stack is None:
        hand.change(f"create stack {stage.title}", lambda: _run(stage, hand, "create_stack", template, values))
        return
    old = stage.client("cloudformation").get_template(StackName=stage.title)["TemplateBody"]
    differences = _differences(old, template, parameters(stage), values)
    if not differences:
        hand.stays(f"stack {stage.title} is up to date")
        return
    for difference in differences:
        hand.note(difference)
    hand.change(f"update stack {stage.title}", lambda: _run(stage, hand, "update_stack", template, values))


def delete(stage: Deployment, hand: Reporter) -> None:
    """Tables, bucket, sender and layers stay: the template retains them."""
    if describe(stage) is None:
        hand.stays(f"there is no stack {stage.title}")
        return
    hand.change(f"delete stack {stage.title}; tables, bucket and sender stay", lambda: _delete(stage, hand))


def _settled(stage: Deployment, hand: Reporter) -> dict[str, Any] | None:
    """Return the stack once nothing is under way in it; None if there is none, or only the rest of one that failed."""
    stack = describe(stage)
    if stack and stack["StackStatus"].endswith("_IN_PROGRESS") and stack["StackStatus"] not in FAILED_AT_BIRTH:
        hand.note(f"stack {stage.title} is busy ({stack['StackStatus']}): waiting")
        stack = _wait(stage, hand)
    if stack and stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
        go_on = stage.client("cloudformation").continue_update_rollback
        hand.change("finish the rollback of the last update", lambda: go_on(StackName=stage.title))
        stack = stack if hand.dry_run else _wait(stage, hand)
    if stack and stack["StackStatus"] in FAILED_AT_BIRTH:
        hand.change("delete what a creation that failed left behind", lambda: _delete(stage, hand))
        return None
    return stack


def _run(stage: Deployment, hand: Reporter, verb: str, template: str, values: Parameters) -> None:
    _wait_for_queue_names(stage, hand)
    try:
        getattr(stage.client("cloudformation"), verb)(
            StackName=stage.title,
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": TAG, "Value": stage.name}],
        )
    except ClientError as error:
        if code(error) != "ValidationError" or "No updates" not in str(error):
            raise
        return
    stack = _wait(stage, hand)
    status = stack["StackStatus"] if stack else "gone"
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployError(f"The stack is {status}: {_first_failure(stage)}. Fix that and run the same command again.")


def _wait_for_queue_names(stage: Deployment, hand: Reporter) -> None:
    """Or else CloudFormation cannot make the queues, and rolls the whole stack back."""
    pages = list(stage.client("cloudformation").get_paginator("list_stacks").paginate())
    now = parsedate_to_datetime(pages[-1]["ResponseMetadata"]["HTTPHeaders"]["date"])  # by AWS's own clock
    stacks = [each for page in pages for each in page["StackSummaries"] if each["StackName"] == stage.title]
    recent = [each["StackId"] for each in stacks if each.get("DeletionTime", now) > now - MAX_DELETION]
    deletions = [moment for stack in recent for moment in _deletions_of_queues(stage, stack)]
    seconds = max(((moment + QUEUE_NAME_RESTS - now).total_seconds() + 1 for moment in deletions), default=0)
    if seconds > 0:
        hand.note(f"SQS takes the name of a deleted queue again after a minute: waiting {seconds:.0f} s")
        stage.pause(seconds)


def _deletions_of_queues(stage: Deployment, stack: str) -> Iterator[datetime]:
    """Yield when each was deleted."""
    for each in _resources(stage, stack):
        if (each["ResourceType"], each["ResourceStatus"]) == ("AWS::SQS::Queue", "DELETE_COMPLETE"):
            yield each["LastUpdatedTimestamp"]


def _delete(stage: Deployment, hand: Reporter) -> None:
    stage.client("cloudformation").delete_stack(StackName=stage.title)
    stack = _wait(stage, hand)
    if stack is not None:
        raise DeployError(f"The stack is not gone ({stack['StackStatus']}): {_first_failure(stage)}.")


def _wait(stage: Deployment, hand: Reporter) -> dict[str, Any] | None:
    """Wait until nothing is under way, and report the progress."""
    progress = ""
    while (stack := describe(stage)) and stack["StackStatus"].endswith("_IN_PROGRESS"):
        answer = _resources(stage, stack["StackId"])
        done = sum(each["ResourceStatus"].endswith("_COMPLETE") for each in answer)
        if progress != (progress := f"{stack['StackStatus']}: {done} of {len(answer)} resources"):
            hand.note(progress)
        stage.pause(POLL)
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
    content: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader with CloudFormation's tags)
    return content


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
