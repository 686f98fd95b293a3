"""Taking a deployment down: what stays, and what is taken up again."""

from __future__ import annotations

import json

import boto3
import pytest

from infra import rights
from infra.deploy import api, settings
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


def test_everything_is_destroyed_only_if_the_stage_is_named_twice(deployed, capsys):
    assert deployed.run("remove", "--destroy", "dev") == 1
    assert len(live(deployed.stage)["functions"]) == len(rights.FUNCTIONS)
    assert deployed.run("remove", "--destroy", "prod") == 0

    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert settings.read(deployed.stage) == {}
    assert deployed.run("remove", "--destroy", "prod") == 0  # again: nothing is left, and that is fine
