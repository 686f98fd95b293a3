"""Tables from a restore: wait for them, and take them away. AWS restores into a table of another name only."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

ABSENT = "ResourceNotFoundException"
POLL = 10  # seconds; AWS takes minutes
SAY_EVERY = 300  # seconds: AWS does not say how far it is, only that it is still at work

Pause = Callable[[float], None]


def written(moment: datetime) -> str:
    """Return a moment as an operator types it after TO=."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def describe(stage: Deployment, name: str) -> dict[str, Any] | None:
    reply = found_or_none(stage.client("dynamodb").describe_table, ABSENT, TableName=name)
    table: dict[str, Any] | None = reply["Table"] if reply else None
    return table


def source_of(table: dict[str, Any] | None) -> dict[str, Any]:
    """Return what a table was restored from; empty for any other table."""
    return dict(table.get("RestoreSummary", {})) if table else {}


def copy_table(stage: Deployment, hand: Reporter, target: str, moment: datetime | None, pause: Pause) -> None:
    """Restore the deployment's table into another one, as of a moment; None: the latest that AWS can."""
    when: dict[str, Any] = {"RestoreDateTime": moment} if moment else {"UseLatestRestorableTime": True}
    of = written(moment) if moment else "the latest moment"
    hand.change(
        f"restore {stage.title} as of {of} into {target}",
        lambda: stage.client("dynamodb").restore_table_to_point_in_time(
            SourceTableName=stage.title, TargetTableName=target, **when
        ),
    )
    if not hand.dry_run:
        wait_active(stage, hand, target, pause)


def wait_active(stage: Deployment, hand: Reporter, name: str, pause: Pause = time.sleep) -> None:
    """Wait until a table can be read. A restore of a large table takes hours, so there is no limit."""
    said, waited = "", 0
    while (status := (describe(stage, name) or {}).get("TableStatus", "CREATING")) != "ACTIVE":
        if said != (said := status):
            hand.note(f"{name} is {status}: waiting")
        elif waited % SAY_EVERY == 0:
            hand.note(f"{name} is still {status} after {waited // 60} minutes")
        pause(POLL)
        waited += POLL


def say_what_aws_keeps(stage: Deployment, name: str) -> str:
    """Say how long AWS keeps the rows of a table after its deletion; empty if the table has no recovery."""
    now = stage.client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    status = now.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    return "; AWS keeps a backup of its own for 35 days" if status == "ENABLED" else ""


def delete_table(stage: Deployment, name: str) -> None:
    """Delete a table with its protection. If it has recovery, AWS keeps a backup of its own for 35 days."""
    tables = stage.client("dynamodb")
    if (describe(stage, name) or {}).get("DeletionProtectionEnabled"):
        tables.update_table(TableName=name, DeletionProtectionEnabled=False)
        tables.get_waiter("table_exists").wait(TableName=name)
    tables.delete_table(TableName=name)
    tables.get_waiter("table_not_exists").wait(TableName=name)
