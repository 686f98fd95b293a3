"""`make drill` on a deployed stage: it finds what a restore would lack, and leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import boto3
import pytest

from infra.deploy import drill, restored, settings, state
from infra.deploy.__main__ import main
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment
from tests.support.deployment import ROOT

pytestmark = pytest.mark.infra

FOLDER = "reports/k3j9x2m4/baseline/0123"


def put_report(stage, pdf: bytes = b"%PDF-1.7 one page %%EOF") -> None:
    """As the product stores one."""
    facts = b'{"cells":[]}'
    checksum = hashlib.sha256(facts).hexdigest()
    documents = {"facts.json": facts, "report.html": f"<p>{checksum}</p>".encode(), "report.pdf": pdf}
    for name, body in documents.items():
        boto3.client("s3").put_object(Bucket=stage.bucket, Key=f"{FOLDER}/{name}", Body=body)
    row = {"pk": "DELEGATE#k3j9x2m4", "sk": "REPORT#baseline", "checksum": checksum}
    row |= {"facts": f"{FOLDER}/facts.json", "html": f"{FOLDER}/report.html", "pdf": f"{FOLDER}/report.pdf"}
    boto3.client("dynamodb").put_item(TableName=stage.title, Item={key: {"S": value} for key, value in row.items()})


def run(account, *, keep: bool = False, **how) -> list[str]:
    """With the product of this repository, in whose folder its check runs."""
    said: list[str] = []
    settings.write(account.stage, Reporter(say=said.append), {**settings.read(account.stage), "base_url": "https://x"})
    drill.run(Deployment("prod", ROOT), Reporter(say=said.append, **how), keep=keep, pause=lambda _: None)
    return said


def left() -> list[str]:
    pages = boto3.client("ssm").get_paginator("describe_parameters").paginate()
    names = [each["Name"] for page in pages for each in page["Parameters"]]
    names += boto3.client("dynamodb").list_tables()["TableNames"]
    return [name for name in names if "proddrill" in name]


@pytest.fixture
def in_use(account):
    """Set up, with one report."""
    account.set_up()
    put_report(account.stage)
    return account


def test_a_drill_counts_opens_a_report_says_the_time_and_leaves_nothing(in_use):
    said = "\n".join(run(in_use))

    assert "report: 1 restored, 1 now" in said
    assert "documents with their checksums: 3; reports that opened: 1" in said
    assert "restored in" in said
    assert left() == []


def test_a_damaged_report_fails_the_drill_which_cleans_up_all_the_same(in_use):
    put_report(in_use.stage, pdf=b"%PDF-1.7 cut")

    with pytest.raises(DeployError, match="not a whole PDF"):
        run(in_use)
    assert left() == []


def test_a_dry_run_restores_nothing(in_use):
    assert any("would restore" in line for line in run(in_use, dry_run=True))
    assert left() == []


def test_what_an_interrupted_drill_left_is_taken_away_first(in_use):
    stage, second = in_use.stage, drill.second_stage(in_use.stage)
    restored.copy_table(stage, Reporter(say=lambda _: None), second.title, None, lambda _: None)
    run(in_use)

    assert left() == []


@pytest.mark.parametrize("what", ["table", "settings"])
def test_another_deployment_of_that_name_is_not_touched(in_use, what):
    second = drill.second_stage(in_use.stage)
    if what == "table":
        boto3.client("dynamodb").create_table(
            TableName=second.title,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
    else:
        known = {**settings.read(in_use.stage), "base_url": "https://feedback.example.org"}
        boto3.client("ssm").put_parameter(Name=second.parameter, Type="SecureString", Value=json.dumps(known))

    with pytest.raises(DeployError, match="There is a deployment proddrill"):
        run(in_use)
    assert left() != []


def test_a_drill_stores_no_key_that_opens_a_link_or_finds_a_person(in_use):
    known, used = settings.read(in_use.stage), drill._settings(in_use.stage)

    assert not {*known["link_keys"], known["id_key"]} & {*used["link_keys"], used["id_key"]}
    assert {*used["queues"].values(), used["base_url"]} == {drill.NOWHERE}


def test_a_stage_kept_from_a_drill_reads_and_does_nothing_else(in_use):
    """Its settings name the real bucket. No functions, queues or schedule of its name exist or can be made."""
    run(in_use, keep=True)
    second, environment = drill.second_stage(in_use.stage), {**os.environ, "FULLCIRCLE_STAGE": "proddrill"}
    code = """
from chalicelib.core.aws import ReadOnly, client
from chalicelib.core.settings import settings
known = settings()
calls = {
    "s3": [("put_object", {"Bucket": known.bucket, "Key": "reports/x", "Body": b""}),
           ("delete_object", {"Bucket": known.bucket, "Key": "reports/x"})],
    "dynamodb": [("transact_write_items", {"TransactItems": []}), ("batch_write_item", {"RequestItems": {}}),
                 ("update_item", {"TableName": known.table, "Key": {}})],
    "sqs": [("send_message_batch", {"QueueUrl": "x", "Entries": []})],
    "sesv2": [("send_email", {"Content": {}})],
}
for service, each in calls.items():
    for name, params in each:
        try:
            getattr(client(service), name)(**params)
        except ReadOnly:
            print("refused", name)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.stdout.count("refused") == 7, done.stderr
    assert settings.read(second)["read_only"]
    assert second.name not in Deployment("prod", ROOT).config()["stages"]
    assert list((ROOT / ".chalice" / "policies").glob(second.name)) == []
    assert state.live_functions(second) == {}
    for command in ("infra", "deploy", "start", "rotate-keys", "status", "drill"):
        assert main([command, "--stage", second.name]) == 1
    drill._clean_up(second, Reporter(say=lambda _: None), keep=False)
    assert left() == []


def test_what_is_kept_from_a_drill_is_named_and_refuses_to_be_looked_at_as_a_deployment(in_use, capsys):
    """Its copy of all rows is one that no erasure reaches."""
    run(in_use, keep=True)
    cure = "make remove STAGE=proddrill DESTROY=proddrill"
    assert in_use.run("status", "--skip-verify") == 1
    assert cure in capsys.readouterr().out
    assert in_use.run("status", "--skip-verify", stage="proddrill") == 1

    said = capsys.readouterr()
    assert cure in said.err
    assert "make infra" not in said.out + said.err


def test_a_command_that_would_write_to_it_is_refused_in_one_line(in_use):
    run(in_use, keep=True)
    command = [sys.executable, "-m", "chalicelib", "--stage", "proddrill", "administrator", "limit", "--all"]
    done = subprocess.run([*command, "admin@example.org"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Nothing was changed" in done.stderr


def test_rows_that_expire_by_themselves_may_be_missing():
    assert {"session", "sign-in code"} <= drill.SHORT_LIVED
    assert list(drill.lost_kinds({"session": 3, "wave": 1}, {"wave": 1})) == []


def test_a_kind_of_which_nothing_came_back_is_a_fault():
    assert list(drill.lost_kinds({"wave": 3, "job": 2}, {"wave": 2, "job": 2})) == []
    assert len(list(drill.lost_kinds({"wave": 3, "job": 2}, {"job": 2}))) == 1
