"""A deployment in use: its status, and new keys for links."""

from __future__ import annotations

import boto3
import pytest

from infra.deploy import settings
from tests.support.deployment import live

pytestmark = pytest.mark.infra


def test_status_names_what_needs_action_and_how_to_fix_it(deployed, capsys):
    queue = boto3.client("sqs").get_queue_url(QueueName="fullcircle-prod-dead")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    boto3.client("lambda").delete_function(FunctionName="fullcircle-prod-mail")

    assert deployed.run("status", "--skip-verify") == 1
    said = capsys.readouterr().out
    assert "mail is missing: run make deploy STAGE=prod" in said
    assert "dead: 1 waiting" in said
    assert "SES is in its sandbox" in said


def test_link_keys_are_kept_and_rotate_without_losing_the_old_one(deployed):
    (old,) = settings.read(deployed.stage)["link_keys"]
    id_key = settings.read(deployed.stage)["id_key"]
    assert deployed.run("infra") == 0
    assert settings.read(deployed.stage)["link_keys"] == [old]
    before = live(deployed.stage)["functions"]["fullcircle-prod"]["Description"]
    assert deployed.run("rotate-keys") == 0

    assert settings.read(deployed.stage)["link_keys"][0] == old
    assert len(settings.read(deployed.stage)["link_keys"]) == 2
    assert live(deployed.stage)["functions"]["fullcircle-prod"]["Description"] != before  # a fresh start
    assert deployed.run("rotate-keys", "--drop-oldest") == 0
    assert old not in settings.read(deployed.stage)["link_keys"]
    assert settings.read(deployed.stage)["id_key"] == id_key
    assert deployed.run("rotate-keys", "--drop-oldest") == 1  # the last key stays
