"""First deploy, redeploy, another stage, a renamed function, a dry run; what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from infra import rights
from infra.deploy import api, differences, gateway, settings
from tests.support.deployment import ROOT, WHO, live, put_package

pytestmark = pytest.mark.infra


def test_a_first_deploy_makes_everything_and_a_second_changes_nothing(deployed, capfd):
    first = live(deployed.stage)
    assert deployed.run("infra") == 0
    assert "Done: 0 changes." in capfd.readouterr().out
    assert deployed.deploy() == 0

    assert live(deployed.stage) == first
    assert first["functions"].keys() == {rights.function_name("prod", name) for name in rights.FUNCTIONS}
    assert first["functions"]["fullcircle-prod-report"]["Layers"]
    assert not first["functions"]["fullcircle-prod"]["Layers"]
    assert {function["Architectures"][0] for function in first["functions"].values()} == {"arm64"}
    assert len(first["sources"]) == 3
    assert (len(first["rules"]), len(first["subscriptions"]), first["apis"]) == (1, 1, 1)
    assert set(first["pages"]) == set(gateway.PAGES)


def test_chalice_itself_deploys_after_the_set_up(account):
    account.set_up()
    command = [str(Path(sys.executable).parent / "chalice"), "--project-dir", str(account.project)]
    done = subprocess.run([*command, "deploy", "--stage", "prod"], env=os.environ, check=False)

    assert done.returncode == 0
    assert "report has [] layers" in " ".join(line for line, _ in differences.look(account.stage))
    assert account.deploy() == 0
    assert live(account.stage)["functions"]["fullcircle-prod-report"]["Layers"]
    assert live(account.stage)["apis"] == 1


def test_no_tracked_file_holds_what_is_of_one_account(deployed):
    """The whole way from the set-up to a deploy leaves the files as they were cloned: nothing to commit."""
    for name in ("prod", "dev"):
        assert deployed.run("infra", *WHO, stage=name) == 0
        assert deployed.deploy(stage=name) == 0
    tracked = {path.relative_to(ROOT / ".chalice") for path in (ROOT / ".chalice").rglob("*.json")}
    ours = {path for path in tracked if not path.is_relative_to("deployed")}

    assert len(ours) > len(rights.FUNCTIONS)
    for path in ours:
        assert (deployed.project / ".chalice" / path).read_text() == (ROOT / ".chalice" / path).read_text()


def test_an_api_is_found_by_its_tag_and_a_lost_one_is_not_replaced_unasked(deployed, capsys):
    (ours,) = api.list_ids(deployed.stage)
    gateway = boto3.client("apigateway")
    assert gateway.get_rest_api(restApiId=ours)["tags"] == {"fullcircle": "prod"}
    assert api.kept_id(deployed.stage) == ours
    gateway.delete_rest_api(restApiId=ours)

    assert deployed.deploy() == 1
    assert f"API {ours}, which readers' links lead to, is gone" in capsys.readouterr().err
    assert live(deployed.stage)["apis"] == 0
    boto3.client("ssm").delete_parameter(Name="/fullcircle/prod/api")
    assert deployed.deploy() == 0
    assert live(deployed.stage)["apis"] == 1


def test_an_api_whose_kept_id_or_tag_is_lost_is_found_by_the_other(deployed):
    """A second API would have another address, and every link that is out would open nothing."""
    (ours,) = api.list_ids(deployed.stage)
    gateway = boto3.client("apigateway")
    boto3.client("ssm").delete_parameter(Name="/fullcircle/prod/api")
    assert api.list_ids(deployed.stage) == [ours]
    assert deployed.deploy() == 0
    assert api.kept_id(deployed.stage) == ours

    arn = f"arn:aws:apigateway:eu-west-2::/restapis/{ours}"
    gateway.tag_resource(resourceArn=arn, tags={"fullcircle": "another"})
    assert api.list_ids(deployed.stage) == [ours]
    assert deployed.deploy() == 0
    assert gateway.get_rest_api(restApiId=ours)["tags"] == {"fullcircle": "prod"}
    assert live(deployed.stage)["apis"] == 1


def test_an_empty_address_is_explained(deployed, capsys, monkeypatch):
    monkeypatch.setattr("infra.deploy.package.chalice", lambda *_: None)
    (ours,) = api.list_ids(deployed.stage)
    boto3.client("apigateway").delete_rest_api(restApiId=ours)
    boto3.client("ssm").delete_parameter(Name="/fullcircle/prod/api")

    assert deployed.deploy() == 1
    said = capsys.readouterr().err
    assert "none is tagged fullcircle=prod" in said
    assert "make deploy STAGE=prod" in said


def test_a_renamed_function_replaces_the_old_one(deployed):
    app = deployed.project / "app.py"
    app.write_text(app.read_text().replace("def work(", "def toil("))
    config = deployed.project / ".chalice" / "config.json"
    config.write_text(config.read_text().replace('"work": {', '"toil": {'))
    put_package(deployed.stage)
    assert deployed.deploy() == 0

    functions_now = live(deployed.stage)
    assert "fullcircle-prod-toil" in functions_now["functions"]
    assert "fullcircle-prod-work" not in functions_now["functions"]
    assert "fullcircle-prod-work" not in functions_now["roles"]
    assert [arn.rsplit(":", 1)[1] for queue, arn in functions_now["sources"] if queue.endswith("-work")] == [
        "fullcircle-prod-toil"
    ]


def test_another_deployment_in_the_account_is_left_alone(deployed):
    before = live(deployed.stage)
    deployed.set_up(stage="prod2")
    assert deployed.deploy(stage="prod2") == 0
    assert deployed.run("remove", "--destroy", "prod2", stage="prod2") == 0

    assert {**live(deployed.stage), "apis": 1} == before


def test_a_dry_run_changes_nothing(account, capsys):
    assert account.run("infra", *WHO, "--dry-run") == 0
    assert "would create stack fullcircle-prod" in capsys.readouterr().out
    assert boto3.client("cloudformation").describe_stacks()["Stacks"] == []
    account.set_up()
    before = live(account.stage)
    assert account.run("deploy", "--any-python", "--dry-run") == 0
    assert account.run("remove", "--destroy", "prod", "--dry-run") == 0
    assert live(account.stage) == before
    assert not account.stage.state_file.exists()


def test_what_is_missing_is_said_all_at_once(account, capsys):
    assert account.run("infra") == 1
    said = capsys.readouterr().err
    assert all(name in said for name in ("SENDER=", "REPLY_TO=", "ADMINISTRATORS="))
    assert account.deploy() == 1
    said = capsys.readouterr().err
    assert "make infra STAGE=prod" in said
    assert "/fullcircle/prod/settings is missing" in said


@pytest.mark.skipif(sys.version_info[:2] == (3, 13), reason="this is the right Python")
def test_a_deploy_with_another_python_is_refused(account, capsys):
    account.set_up()

    assert account.run("deploy") == 1
    assert "make install PYTHON=python3.13" in capsys.readouterr().err


def test_no_email_can_be_made_before_it_is_known_where_its_links_lead(account):
    account.set_up()

    assert "base_url is not an address yet: make deploy sets it" in settings.faults(account.stage)
