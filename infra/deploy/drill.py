"""`make drill`: restore the table into a second stage, check it, say how long it took, and clean up.

Nothing runs in that stage and no email is sent: it is a table, and settings that name no key of a real link.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.row_kind import Retention
from infra.deploy import restored, settings, stack
from infra.deploy.hand import Reporter
from infra.deploy.restored import Pause
from infra.deploy.stage import DeployError, Deployment

NOWHERE = "https://drill.invalid"  # the address of its pages, by which its settings are known
MAX_NAME = 16
SHORT_LIVED = {kind.name for kind in all_kinds() if kind.retention is Retention.EXPIRY}  # codes, sessions, copies

Counts = Mapping[str, int]


def run(stage: Deployment, hand: Reporter, *, keep: bool = False, pause: Pause = time.sleep) -> None:
    """Raise DeployError that names everything that a restore would lack."""
    second = second_stage(stage)
    _check_ready(stage, second)
    hand.steps = 4
    hand.step(f"Restore {stage.title} into stage {second.name}")
    began = time.monotonic()
    try:
        _restore(stage, second, hand, pause)
        took = time.monotonic() - began
        hand.step("Count rows, check documents, open reports")
        faults = [] if hand.dry_run else _compare(stage, second, hand)
        hand.step("How long it took")
        checked = time.monotonic() - began - took
        hand.note("not measured" if hand.dry_run else f"restored in {took:.0f} s, checked in {checked:.0f} s")
    finally:
        hand.step("Clean up")
        _clean_up(second, hand, keep=keep)
    if faults:
        raise DeployError("A restore would not be whole: " + "; ".join(faults) + ".")


def refuse_drill(stage: Deployment) -> None:
    """Refuse to make functions for the rows of a drill: they would email everyone again. Raises DeployError."""
    if is_kept(stage):
        raise DeployError(
            f"{stage.name} is kept from a drill, and can only be read. "
            f"Remove it first: make remove STAGE={stage.name} DESTROY={stage.name}"
        )


def is_kept(stage: Deployment) -> bool:
    """Return whether a stage is one that a drill has made and that is still there."""
    return settings.read(stage).get("base_url") == NOWHERE


def second_stage(stage: Deployment) -> Deployment:
    return Deployment(stage.name[: MAX_NAME - len("drill")] + "drill", stage.project)


def _check_ready(stage: Deployment, second: Deployment) -> None:
    """Refuse to touch what no drill has made."""
    if not settings.read(stage):
        raise DeployError(f"{stage.parameter} is missing: make infra STAGE={stage.name}")
    table, known = restored.describe(second, second.title), settings.read(second)
    from_us = restored.source_of(table).get("SourceTableArn") == stage.arn("dynamodb", f"table/{stage.title}")
    if stack.describe(second) or (table and not from_us) or (known and known.get("base_url") != NOWHERE):
        raise DeployError(
            f"There is a deployment {second.name}, which a drill of {stage.name} would take for its own and delete. "
            f"Remove it first, if it is from a drill by hand: make remove STAGE={second.name} DESTROY={second.name}"
        )


def _restore(stage: Deployment, second: Deployment, hand: Reporter, pause: Pause) -> None:
    """Restore afresh: a table that a drill left behind is from an earlier day."""
    if restored.describe(second, second.title):
        if not hand.dry_run:
            restored.wait_active(second, hand, second.title, pause)
        what = f"delete {second.title}, which an earlier drill has left"
        hand.change(what, lambda: restored.delete_table(second, second.title))
    restored.copy_table(stage, hand, second.title, None, pause)
    settings.write(second, hand, _settings(stage))


def _settings(stage: Deployment) -> dict[str, Any]:
    """Those of the stage, with keys that sign nothing, and with addresses that lead nowhere."""
    known = settings.read(stage)
    return {
        **known,
        "base_url": NOWHERE,
        "read_only": True,
        "queues": dict.fromkeys(known["queues"], NOWHERE),
        "link_keys": [secrets.token_urlsafe(settings.KEY_BYTES)],
        "id_key": secrets.token_urlsafe(settings.KEY_BYTES),
    }


def _compare(stage: Deployment, second: Deployment, hand: Reporter) -> list[str]:
    now, restored_check = _check(stage), _check(second)
    for kind in sorted({*now["rows"], *restored_check["rows"]}):
        hand.note(f"{kind}: {restored_check['rows'].get(kind, 0)} restored, {now['rows'].get(kind, 0)} now")
    documents, opened = restored_check["documents"], restored_check["opened"]
    hand.note(f"documents with their checksums: {documents}; reports that opened: {opened}")
    return [*restored_check["faults"], *lost_kinds(now["rows"], restored_check["rows"])]


def lost_kinds(now: Counts, counted: Counts) -> Iterator[str]:
    """Name kinds that are missing as a whole. Counts may differ a little: a restore is a few minutes old."""
    for kind, count in now.items():
        if kind not in SHORT_LIVED and not counted.get(kind):
            yield f"none of {count} rows of the kind “{kind}” were restored (written within the last five minutes?)"


def _check(stage: Deployment) -> dict[str, Any]:
    """Run the product's own check on a stage."""
    command = [sys.executable, "-m", "chalicelib", "--stage", stage.name, "restore", "check", "--json"]
    done = subprocess.run(  # noqa: S603 (our own words)
        command, cwd=stage.project, env={**os.environ}, capture_output=True, text=True, check=False
    )
    if not done.stdout:
        raise DeployError(f"The check of {stage.title} ended early: {done.stderr.strip()[-1000:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _clean_up(second: Deployment, hand: Reporter, *, keep: bool) -> None:
    if keep:
        hand.note(f"kept: look at it with .venv/bin/python -m chalicelib --stage {second.name} ...")
        hand.note(f"then make remove STAGE={second.name} DESTROY={second.name}")
        return
    if hand.dry_run:
        hand.note(f"would delete {second.title} and {second.parameter} again")
        return
    if restored.describe(second, second.title):
        hand.change(f"delete {second.title}", lambda: restored.delete_table(second, second.title))
    if settings.read(second):
        delete = second.client("ssm").delete_parameter
        hand.change(f"delete {second.parameter}", lambda: delete(Name=second.parameter))
