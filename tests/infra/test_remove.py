"""Taking a deployment down: what stays, and what is taken up again."""

from __future__ import annotations

import json

import boto3
import pytest

from infra import rights
from infra.deploy import api, restore, settings
from tests.support.deployment import live

pytestmark = pytest.mark.infra


def test_removing_keeps_what_people_wrote_and_the_next_set_up_takes_it_up(deployed):
    boto3.client("s3").put_object(Bucket=deployed.stage.bucket, Key="reports/one.pdf", Body=b"%PDF")
    put = boto3.client("dynamodb").put_item
    put(TableName="fullcircle-prod", Item={"pk": {"S": "COHORT#1"}, "sk": {"S": "META"}})
    keys = settings.read(deployed.stage)["link_keys"]
    assert deployed.run("remove") == 0

    assert live(deployed.stage)["functions"] == {}
    assert boto3.client("dynamodb").scan(TableName="fullcircle-prod")["Count"] == 1
    assert deployed.run("infra") == 0
    assert deployed.deploy() == 0
    assert settings.read(deployed.stage)["base_url"] == api.url(deployed.stage, api.list_ids(deployed.stage)[0])
    assert settings.read(deployed.stage)["link_keys"] == keys
    assert boto3.client("dynamodb").scan(TableName="fullcircle-prod")["Count"] == 1


def test_a_domain_of_ones_own_goes_with_the_rest(deployed):
    file = deployed.project / ".chalice" / "config.json"
    config = json.loads(file.read_text())
    own = {"domain_name": "360.example.org", "certificate_arn": "arn:aws:acm:eu-west-2:123456789012:certificate/x"}
    config["stages"]["prod"]["api_gateway_custom_domain"] = own
    file.write_text(json.dumps(config))
    assert deployed.deploy() == 0
    assert len(boto3.client("apigateway").get_domain_names()["items"]) == 1

    assert deployed.run("remove") == 0
    assert boto3.client("apigateway").get_domain_names()["items"] == []


def test_a_domain_whose_lines_were_taken_out_goes_too_unless_it_leads_elsewhere(deployed):
    """API Gateway deletes no API that a domain leads to, and Chalice knows only the domain of the lines."""
    gateway = boto3.client("apigateway")
    (ours,) = api.list_ids(deployed.stage)
    other = gateway.create_rest_api(name="another application")["id"]
    for name in ("old.example.org", "shared.example.org"):
        gateway.create_domain_name(domainName=name)
        gateway.create_base_path_mapping(domainName=name, restApiId=ours)
    gateway.create_base_path_mapping(domainName="shared.example.org", restApiId=other, basePath="other")

    assert deployed.run("remove") == 0
    assert api.list_ids(deployed.stage) == []
    assert [each["domainName"] for each in gateway.get_domain_names()["items"]] == ["shared.example.org"]
    left = gateway.get_base_path_mappings(domainName="shared.example.org")["items"]
    assert [each["restApiId"] for each in left] == [other]


def test_everything_is_destroyed_only_if_the_stage_is_named_twice(deployed, capsys):
    assert deployed.run("remove", "--destroy", "dev") == 1
    assert len(live(deployed.stage)["functions"]) == len(rights.FUNCTIONS)
    assert deployed.run("remove", "--destroy", "prod") == 0

    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert settings.read(deployed.stage) == {}
    assert deployed.run("remove", "--destroy", "prod") == 0  # again: nothing is left, and that is fine


def back_up_as_a_restore_does(table: str) -> None:
    """Leave what `make restore` leaves: the backup of a table that is gone."""
    client = boto3.client("dynamodb")
    client.create_backup(TableName=table, BackupName="as-of-2026-10-01T12-00-00Z")
    client.delete_table(TableName=table)


def make_copy(name: str) -> None:
    boto3.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )


def test_the_backup_of_a_restore_is_named_and_goes_with_the_data(account, capsys):
    account.set_up()
    make_copy("fullcircle-prod-restored")
    back_up_as_a_restore_does("fullcircle-prod-restored")
    ((_, arn),) = restore.list_backups(account.stage)

    assert account.run("status", "--skip-verify") == 1
    assert f"aws dynamodb delete-backup --backup-arn {arn}" in capsys.readouterr().out
    assert account.run("remove") == 0
    assert "as-of-2026-10-01T12-00-00Z" in capsys.readouterr().out
    assert account.run("remove", "--destroy", "prod") == 0
    assert restore.list_backups(account.stage) == []


def test_a_backup_alone_is_found_and_destroyed(account):
    make_copy("fullcircle-prod-restored")
    back_up_as_a_restore_does("fullcircle-prod-restored")

    assert account.run("remove", "--destroy", "prod") == 0
    assert restore.list_backups(account.stage) == []


def test_a_dry_run_that_destroys_does_not_say_that_the_data_stays(account, capsys):
    account.set_up()
    capsys.readouterr()
    assert account.run("remove", "--destroy", "prod", "--dry-run") == 0

    stays = capsys.readouterr().out.split("What stays")[1]
    assert "fullcircle-prod" not in stays
    assert "DESTROY" not in stays


def test_a_table_that_aws_backs_up_by_itself_is_destroyed_with_this_said(account, capsys):
    account.set_up()
    assert account.run("remove", "--destroy", "prod", "--dry-run") == 0

    said = capsys.readouterr().out.splitlines()
    kept = [line.split(" and ")[0].split()[-1] for line in said if "keeps a backup of its own for 35 days" in line]
    assert kept == ["fullcircle-prod"]  # its keys have no recovery
