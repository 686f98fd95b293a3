"""`make restore`: the table goes back, and everything that knows it stays; any step may break off."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.deploy import api, differences, halt, restore, stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment

pytestmark = pytest.mark.infra

PARTS = ("restore_table_to_point_in_time", "create_backup", "delete_table", "restore_table_from_backup")


def latest() -> str:
    """Return the latest moment that the table can be put back to."""
    recovery = boto3.client("dynamodb").describe_continuous_backups(TableName="fullcircle-prod")
    window = recovery["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return str(window["LatestRestorableDateTime"].isoformat())


def put(pk: str) -> None:
    row = {"pk": {"S": pk}, "sk": {"S": "META"}}
    boto3.client("dynamodb").put_item(TableName="fullcircle-prod", Item=row)


def rows() -> list[str]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="fullcircle-prod")
    return [item["pk"]["S"] for page in pages for item in page["Items"]]


def run(stage, to: str, **how) -> list[str]:
    said: list[str] = []
    restore.run(stage, Reporter(say=said.append, **how), to, pause=lambda _: None)
    return said


def product(account, *command: str) -> None:
    """Run a command of the product as an operator does."""
    line = [sys.executable, "-m", "chalicelib", "--stage", "prod", *command]
    subprocess.run(line, env={**os.environ, "PYTHONPATH": str(account.project)}, check=True)


def test_the_table_goes_back_and_api_stack_alarms_and_protection_stay(deployed, capsys):
    put("DELEGATE#one")
    before = api.list_ids(deployed.stage), stack.owned(deployed.stage)
    assert deployed.run("stop") == 0
    assert deployed.run("restore", "--to", latest()) == 0

    assert rows() == ["DELEGATE#one"]
    assert (api.list_ids(deployed.stage), stack.owned(deployed.stage)) == before
    assert [line for line, fault in differences.look(deployed.stage) if fault] == []
    assert {*boto3.client("dynamodb").list_tables()["TableNames"]} == {"fullcircle-prod", "fullcircle-prod-keys"}
    assert deployed.run("infra") == 0
    assert "Done: 0 changes." in capsys.readouterr().out


def test_a_restored_stage_starts_only_when_the_restore_is_finished(deployed, capsys):
    """Who was erased since is in the restored table again, until `restore finish` repeats the erasure."""
    moment = latest()
    assert deployed.run("stop") == 0
    assert deployed.run("restore", "--to", moment) == 0
    capsys.readouterr()
    assert deployed.run("start", "--skip-verify") == 1
    refused = capsys.readouterr().err
    assert "restore finish --since" in refused
    assert halt.stopped_since(deployed.stage)
    assert deployed.run("status") == 1
    assert "restore finish --since" in capsys.readouterr().out

    since = re.search(r"--since (\S+?),", refused)[1]
    product(deployed, "restore", "finish", "--since", since, "--dry-run")
    assert deployed.run("start", "--skip-verify") == 1
    product(deployed, "restore", "finish", "--since", since)
    assert deployed.run("start", "--skip-verify") == 0
    assert not halt.stopped_since(deployed.stage)


def test_a_copy_that_an_interrupted_restore_left_is_named_with_its_moment(deployed, capsys):
    moment = latest()
    put = boto3.client("dynamodb").restore_table_to_point_in_time
    put(SourceTableName="fullcircle-prod", TargetTableName="fullcircle-prod-restored", RestoreDateTime=moment)

    assert deployed.run("status", "--skip-verify") == 1
    said = capsys.readouterr().out
    assert f"STAGE=prod TO={moment[:19]}Z" in said
    assert "delete-table --table-name fullcircle-prod-restored" in said


def test_a_moment_out_of_reach_is_refused_with_moments_that_can_be_typed(deployed, capsys):
    assert deployed.run("stop") == 0
    assert deployed.run("restore", "--to", "2020-10-01T12:00Z") == 1

    first, last = re.findall(r"TO=(\S+Z)", capsys.readouterr().err)
    assert restore.read_moment(first) <= restore.read_moment(last)


def test_a_bucket_that_someone_deleted_does_not_break_status_off(deployed, capsys):
    assert deployed.run("stop") == 0
    remove_bucket(deployed.stage)
    capsys.readouterr()

    assert deployed.run("status") == 1
    printed = capsys.readouterr().out
    assert f"bucket {deployed.stage.bucket} is missing" in printed
    assert "make start STAGE=prod opens it" in printed


def test_status_names_a_table_that_is_missing(deployed, capsys):
    name = "fullcircle-prod-keys"
    boto3.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)
    boto3.client("dynamodb").delete_table(TableName=name)
    capsys.readouterr()

    assert deployed.run("status") == 1
    assert f"table {name} is missing" in capsys.readouterr().out


def remove_bucket(stage: Deployment) -> None:
    s3 = boto3.client("s3")
    page = s3.list_object_versions(Bucket=stage.bucket)
    for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
        s3.delete_object(Bucket=stage.bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=stage.bucket)


def test_a_repeat_of_a_finished_restore_asks_for_nothing_more(deployed):
    moment = latest()
    assert deployed.run("stop") == 0
    run(deployed.stage, moment)
    product(deployed, "restore", "finish", "--since", moment)
    run(deployed.stage, moment)

    assert deployed.run("start", "--skip-verify") == 0


@pytest.mark.parametrize("broken", PARTS)
def test_a_restore_that_breaks_off_resumes(deployed, broken, monkeypatch):
    """It breaks off right after a step was taken, before its answer came."""
    put("DELEGATE#one")
    assert deployed.run("stop") == 0
    stage, to = deployed.stage, latest()
    tables = stage.client("dynamodb")
    act = getattr(tables, broken)

    def break_off(**asked):
        act(**asked)
        raise ClientError({"Error": {"Code": "Broken", "Message": "the line is cut"}}, broken)

    with monkeypatch.context() as patch:
        patch.setattr(tables, broken, break_off)
        with pytest.raises(ClientError, match="the line is cut"):
            run(stage, to)
    run(stage, to)
    assert any("restored already" in line for line in run(stage, to))

    assert rows() == ["DELEGATE#one"]
    assert [line for line, fault in differences.look(stage) if fault] == []
    assert len(boto3.client("dynamodb").list_tables()["TableNames"]) == 2


def test_a_moment_outside_what_aws_keeps_is_refused_before_anything_happens(deployed):
    assert deployed.run("stop") == 0

    with pytest.raises(DeployError, match="can be restored from"):
        run(deployed.stage, "2020-01-01T12:00Z")


def test_what_was_restored_to_another_moment_is_not_taken(deployed):
    assert deployed.run("stop") == 0
    client = boto3.client("dynamodb")
    client.restore_table_to_point_in_time(
        SourceTableName="fullcircle-prod", TargetTableName="fullcircle-prod-restored", RestoreDateTime="2026-01-01"
    )

    with pytest.raises(DeployError, match="aws dynamodb delete-table"):
        run(deployed.stage, latest())


def test_a_stage_that_runs_is_not_restored(deployed):
    with pytest.raises(DeployError, match="make stop STAGE=prod"):
        run(deployed.stage, latest())


def test_a_dry_run_changes_nothing(deployed):
    put("DELEGATE#one")
    assert deployed.run("stop") == 0
    run(deployed.stage, latest(), dry_run=True)

    assert rows() == ["DELEGATE#one"]
    assert len(boto3.client("dynamodb").list_tables()["TableNames"]) == 2


@pytest.mark.parametrize("text", ["yesterday", "2026-10-01T12:00", ""])
def test_a_moment_has_a_day_a_time_and_a_zone(text):
    with pytest.raises(DeployError, match="zone"):
        restore.read_moment(text)
