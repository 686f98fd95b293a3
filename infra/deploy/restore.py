"""`make restore`: put the table back to a moment, under its own name.

API, functions, alarms, policies and stack all know the table by its name, so none of them changes. AWS restores into
another table only: that one is backed up, the table is deleted, and the backup is restored in its place. Each step
looks at what is there, so a run that was interrupted resumes. AWS keeps the deleted table for 35 days, and the backup
until someone deletes it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.store import unfinished_restore
from infra.deploy import halt, protection, restored
from infra.deploy.hand import Reporter
from infra.deploy.restored import Pause
from infra.deploy.stage import DeployError, Deployment, found_or_none


def run(stage: Deployment, hand: Reporter, to: str, pause: Pause = time.sleep) -> None:
    """to   the moment, such as 2026-10-01T12:00Z"""
    moment = read_moment(to)
    hand.steps = 4
    hand.step(f"Restore {stage.title} as of {restored.written(moment)} into a second table")
    _check_ready(stage, moment)
    backup = _backup(stage, hand, moment, pause)
    hand.step(f"Put it in the place of {stage.title}")
    _replace(stage, hand, backup, moment, pause)
    hand.step("Protection")
    _protect(stage, hand)
    hand.step("What is next")
    for line in _next(stage, moment):
        hand.note(line)


def read_moment(text: str) -> datetime:
    """Read a moment. Raises DeployError unless the text has day, time and zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise DeployError("Give day, time and zone of the moment to go back to: TO=2026-10-01T12:00Z")
    return moment.astimezone(UTC)


def _check_ready(stage: Deployment, moment: datetime) -> None:
    if not halt.stopped_since(stage):
        raise DeployError(f"Close the site first, so that the restore misses nothing: make stop STAGE={stage.name}")
    if restored.describe(stage, _copy(stage)) or _find_backup(stage, moment):
        return  # resumes
    tables = stage.client("dynamodb")
    if restored.describe(stage, stage.title) is None:
        raise DeployError(f"There is no table {stage.title}, and nothing to restore it from.")
    described = tables.describe_continuous_backups(TableName=stage.title)["ContinuousBackupsDescription"]
    window = described.get("PointInTimeRecoveryDescription", {})
    earliest, latest = (window.get(f"{each}RestorableDateTime") for each in ("Earliest", "Latest"))
    if window.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise DeployError(f"Point-in-time recovery of {stage.title} is off, so there is nothing to go back to.")
    if (earliest and moment < earliest) or (latest and moment > latest):
        first, last = (restored.written(each) if each else "now" for each in (earliest, latest))
        raise DeployError(f"{stage.title} can be restored from TO={first} to TO={last}: choose a moment in between.")


def _backup(stage: Deployment, hand: Reporter, moment: datetime, pause: Pause) -> str:
    """Return the ARN of a backup of the table as of the moment; empty in a dry run."""
    if earlier_backup := _find_backup(stage, moment):
        hand.stays(f"there is a backup {_name(moment)}")
        return earlier_backup
    copy, tables = _copy(stage), stage.client("dynamodb")
    if restored.describe(stage, copy):
        _check_same_moment(stage, moment)
        restored.wait_active(stage, hand, copy, pause)
        hand.stays(f"{copy} is there")
    else:
        restored.copy_table(stage, hand, copy, moment, pause)
    made = hand.change(
        f"back {copy} up as {_name(moment)}",
        lambda: tables.create_backup(TableName=copy, BackupName=_name(moment)),
    )
    return str(made["BackupDetails"]["BackupArn"]) if made else ""


def _check_same_moment(stage: Deployment, moment: datetime) -> None:
    """Refuse a copy of another moment, which an interrupted run may have left."""
    summary = restored.source_of(restored.describe(stage, _copy(stage)))
    of = summary.get("RestoreDateTime")
    ours = summary.get("SourceTableArn") == stage.arn("dynamodb", f"table/{stage.title}")
    if not ours or (of and abs((of - moment).total_seconds()) >= 1):
        raise DeployError(
            f"{_copy(stage)} is there, as of {restored.written(of) if of else 'an unknown moment'}. "
            "To go back to another moment, delete it first: "
            f"aws dynamodb delete-table --table-name {_copy(stage)}"
        )


def _find_backup(stage: Deployment, moment: datetime) -> str:
    ours = [arn for name, arn in list_backups(stage) if name == _name(moment)]
    return ours[-1] if ours else ""


def list_backups(stage: Deployment) -> list[tuple[str, str]]:
    """Return name and ARN of every backup that restores have made. They outlive their table, and the deployment."""
    summaries = stage.listed("dynamodb", "list_backups", "BackupSummaries", TableName=_copy(stage))
    return [(str(each["BackupName"]), str(each["BackupArn"])) for each in summaries]


def _set_mark(stage: Deployment, hand: Reporter, moment: datetime) -> None:
    """Make `make start` wait for `restore finish`, which repeats the erasures before anyone opens a page."""
    if unfinished_since(stage) == moment:
        hand.stays("make start waits for `restore finish`")
        return
    put, body = stage.client("s3").put_object, unfinished_restore.encode(moment)
    hand.change(
        "make start wait for `restore finish`",
        lambda: put(Bucket=stage.bucket, Key=unfinished_restore.NAME, Body=body, ServerSideEncryption="AES256"),
    )


def unfinished_since(stage: Deployment) -> datetime | None:
    """Return the moment of a restore that was not finished; None if there is none."""
    get = stage.client("s3").get_object
    mark = found_or_none(get, "NoSuchKey", "NoSuchBucket", Bucket=stage.bucket, Key=unfinished_restore.NAME)
    return unfinished_restore.decode(mark["Body"].read()) if mark else None


def what_waits(stage: Deployment) -> str:
    """Say that the table was restored and `restore finish` was not run since; empty if nothing waits."""
    moment = unfinished_since(stage)
    if moment is None:
        return ""
    return (
        f"the table was put back to {restored.written(moment)} and the restore is not finished, so people who were "
        f"erased since then are in it again: {_finish(stage, moment)}, then make start STAGE={stage.name}"
    )


def list_copies(stage: Deployment) -> Iterator[str]:
    """Name every copy of all rows that a restore has left. Its backup is needed until the stage is started."""
    if copy := restored.describe(stage, _copy(stage)):
        of = restored.source_of(copy).get("RestoreDateTime")
        again = f"make restore STAGE={stage.name} TO={restored.written(of) if of else '...'}"
        yield (
            f"{_copy(stage)} is left from a restore that ended half way, with everyone's rows: end it with {again}, "
            f"or aws dynamodb delete-table --table-name {_copy(stage)}"
        )
    if halt.stopped_since(stage):
        return
    for name, arn in list_backups(stage):
        yield (
            f"a restore left the backup {name} of all rows, which no erasure reaches: "
            f"aws dynamodb delete-backup --backup-arn {arn}"
        )


def check_finished(stage: Deployment) -> None:
    """Raise DeployError if the table was restored and `restore finish` was not run since."""
    if wait := what_waits(stage):
        raise DeployError(f"Not yet: {wait}.")


def _replace(stage: Deployment, hand: Reporter, backup: str, moment: datetime, pause: Pause) -> None:
    table, tables = restored.describe(stage, stage.title), stage.client("dynamodb")
    if backup and restored.source_of(table).get("SourceBackupArn") == backup:
        hand.stays(f"{stage.title} was restored already from {backup}; to do it once more, delete this backup first")
    else:
        if not hand.dry_run:
            _wait_backup(stage, backup, pause)
        _set_mark(stage, hand, moment)
        if table:
            what = f"delete {stage.title}{restored.say_what_aws_keeps(stage, stage.title)}"
            hand.change(what, lambda: restored.delete_table(stage, stage.title))
        put = tables.restore_table_from_backup
        what = f"restore the backup as {stage.title}"
        hand.change(what, lambda: put(TargetTableName=stage.title, BackupArn=backup))
    if hand.dry_run:
        return
    restored.wait_active(stage, hand, stage.title, pause)
    if restored.describe(stage, _copy(stage)):
        hand.change(f"delete {_copy(stage)}", lambda: restored.delete_table(stage, _copy(stage)))


def _wait_backup(stage: Deployment, backup: str, pause: Pause) -> None:
    while _status(stage, backup) == "CREATING":
        pause(restored.POLL)


def _status(stage: Deployment, backup: str) -> str:
    description: dict[str, Any] = stage.client("dynamodb").describe_backup(BackupArn=backup)["BackupDescription"]
    return str(description["BackupDetails"]["BackupStatus"])


def _protect(stage: Deployment, hand: Reporter) -> None:
    """Protect a restored table: AWS gives it no expiry, no recovery, no protection and no tags."""
    protection.ensure_protection(stage, hand)
    tag, arn = stage.client("dynamodb").tag_resource, stage.arn("dynamodb", f"table/{stage.title}")
    hand.change(f"tag {stage.title}", lambda: tag(ResourceArn=arn, Tags=[{"Key": "fullcircle", "Value": stage.name}]))


def _next(stage: Deployment, moment: datetime) -> list[str]:
    return [
        f"{_finish(stage, moment)} --dry-run    # then without --dry-run",
        f"{_product(stage)} check",
        f"make start STAGE={stage.name}",
    ]


def _finish(stage: Deployment, moment: datetime) -> str:
    return f"{_product(stage)} finish --since {restored.written(moment)}"


def _product(stage: Deployment) -> str:
    return f".venv/bin/python -m chalicelib --stage {stage.name} restore"


def _copy(stage: Deployment) -> str:
    return f"{stage.title}-restored"


def _name(moment: datetime) -> str:
    return f"as-of-{moment:%Y-%m-%dT%H-%M-%SZ}"
