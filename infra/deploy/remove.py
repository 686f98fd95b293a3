"""Takes a deployment down. What people wrote stays, unless its name is said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from typing import Any

from infra.deploy import api, domains, firewall, halt, package, restore, restored, settings, stack, state
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, found_or_none

STEPS = 3
STEPS_WITH_DATA = 4
ABSENT = ("ResourceNotFoundException", "NoSuchBucket", "404", "ParameterNotFound")


def run(stage: Deployment, hand: Reporter, destroy: str) -> None:
    """destroy   the stage's name again, to delete tables, documents and settings as well; empty keeps them"""
    if destroy and destroy != stage.name:
        raise DeployError(f"DESTROY={destroy} does not name the stage {stage.name}: nothing was removed.")
    if absent := why_absent(stage):
        hand.note(absent)
        return
    hand.steps = STEPS_WITH_DATA if destroy else STEPS
    hand.step("Functions, roles, schedule, API")
    firewall.take_off(stage, hand)
    domains.take_off(stage, hand)
    if len(state.rebuild(stage, hand)):
        hand.change("delete them with `chalice delete`", lambda: package.chalice(stage, "delete"))
    else:
        hand.stays("there are none")
    api.forget(stage, hand)
    if halt.stopped_since(stage):
        halt.forget(stage, hand)
    hand.step("Stack")
    stack.delete(stage, hand)
    if destroy:
        hand.step("Tables, documents, layers and settings")
        _destroy(stage, hand)
    hand.step("What stays")
    for line in _left(stage, is_destroyed=bool(destroy)):
        hand.note(line)


def why_absent(stage: Deployment) -> str:
    """Return a line if nothing of this deployment is there, as after a slip of the pen; empty if something is."""
    if stack.describe(stage) or settings.read(stage) or _tables(stage) or _bucket(stage) or _layers(stage):
        return ""
    if state.live_functions(stage) or api.list_ids(stage) or restore.list_backups(stage):
        return ""
    others = ", ".join(stack.list_stages(stage)) or "none"
    where = f"account {stage.account}, {stage.region}"
    return f"There is nothing of a stage {stage.name} in {where}. Stages there: {others}."


def require(stage: Deployment) -> None:
    """Raise DeployError if nothing of this deployment is there."""
    if absent := why_absent(stage):
        raise DeployError(f"{absent} make infra STAGE={stage.name} makes it.")


def _destroy(stage: Deployment, hand: Reporter) -> None:
    for name in _tables(stage):
        what = f"delete table {name} and everything in it{restored.say_what_aws_keeps(stage, name)}"
        hand.change(what, lambda name=name: restored.delete_table(stage, name))  # type: ignore[misc]
    if backups := restore.list_backups(stage):
        hand.change(f"delete {_count(backups, 'backup')} of restores", lambda: _delete_backups(stage, backups))
    if _bucket(stage):
        hand.change(f"delete bucket {stage.bucket} and every version in it", lambda: _delete_bucket(stage))
    if layers := _layers(stage):
        hand.change(f"delete {_count(layers, 'version')} of the PDF layer", lambda: _delete_layers(stage, layers))
    if settings.read(stage):
        delete = stage.client("ssm").delete_parameter
        hand.change(f"delete {stage.parameter}: every link that is out ends", lambda: delete(Name=stage.parameter))


def _delete_backups(stage: Deployment, backups: list[tuple[str, str]]) -> None:
    for _, arn in backups:
        stage.client("dynamodb").delete_backup(BackupArn=arn)


def _count(what: Sized, noun: str) -> str:
    return f"{len(what)} {noun}{'' if len(what) == 1 else 's'}"


def _tables(stage: Deployment) -> list[str]:
    describe = stage.client("dynamodb").describe_table
    names = (stage.title, f"{stage.title}-keys")
    return [name for name in names if found_or_none(describe, *ABSENT, TableName=name)]


def _bucket(stage: Deployment) -> bool:
    return found_or_none(stage.client("s3").head_bucket, *ABSENT, Bucket=stage.bucket) is not None


def _delete_bucket(stage: Deployment) -> None:
    s3 = stage.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=stage.bucket):
        each = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": it["Key"], "VersionId": it["VersionId"]} for it in each]
        if keys:
            s3.delete_objects(Bucket=stage.bucket, Delete={"Objects": keys, "Quiet": True})
    s3.delete_bucket(Bucket=stage.bucket)


def _layers(stage: Deployment) -> list[int]:
    layer_versions = stage.listed("lambda", "list_layer_versions", "LayerVersions", LayerName=f"{stage.title}-pdf")
    return found_or_none(lambda: [each["Version"] for each in layer_versions], *ABSENT) or []


def _delete_layers(stage: Deployment, versions: list[int]) -> None:
    delete: Callable[..., Any] = stage.client("lambda").delete_layer_version
    for version in versions:
        delete(LayerName=f"{stage.title}-pdf", VersionNumber=version)


def _left(stage: Deployment, *, is_destroyed: bool) -> Iterator[str]:
    kept = [] if is_destroyed else list(_kept(stage))
    if kept:
        yield from kept
        yield f"make infra STAGE={stage.name} takes them up again; DESTROY={stage.name} deletes them."
    yield "the sender in SES, and the role that API Gateway writes logs with: other stages may use them"


def _kept(stage: Deployment) -> Iterator[str]:
    yield from (f"table {name}" for name in _tables(stage))
    yield from (f"backup {name} of a restore" for name, _ in restore.list_backups(stage))
    if _bucket(stage):
        yield f"bucket {stage.bucket}"
    if layers := _layers(stage):
        yield f"{_count(layers, 'version')} of layer {stage.title}-pdf"
    if settings.read(stage):
        yield f"settings {stage.parameter}, with the link keys"
