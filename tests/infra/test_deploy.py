"""First deploy, redeploy, deploys that break off, renaming, removal: against a moto server of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import boto3
import pytest

from infra import rights
from infra.deploy import gateway, package, settings, state
from infra.deploy.__main__ import main
from infra.deploy.stage import Stage
from tests.support.served import free_port

pytestmark = pytest.mark.infra

ROOT = Path(__file__).parents[2]
WHO = ["--sender", "Fullcircle <feedback@example.org>", "--reply-to", "office@example.org"]
WHO += ["--administrators", "admin@example.org", "--alarms-to", "ops@example.org"]


@dataclass
class Account:
    """An empty account, and a copy of the project that deploys into it."""

    url: str
    project: Path

    def run(self, command: str, *options: str) -> int:
        return main(["--project", str(self.project), command, "--stage", "prod", *options])

    def deploy(self) -> int:
        return self.run("deploy", "--any-python", "--skip-verify")

    def set_up(self) -> None:
        assert self.run("infra", *WHO) == 0
        put_package(self.stage)

    def break_after(self, calls: int) -> None:
        ask(f"{self.url}/_break/{calls}")

    @property
    def stage(self) -> Stage:
        return Stage("prod", self.project)


def ask(url: str, data: bytes | None = None) -> None:
    urlopen(url, data, timeout=60).close()  # noqa: S310 (our own server's)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.support.moto_server", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def account(server, tmp_path, monkeypatch, aws_environment) -> Account:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    ask(f"{server}/_break/0")
    ask(f"{server}/moto-api/reset", b"")
    for name in ("app.py", "chalicelib", "infra", ".chalice", "requirements.txt", "requirements-report.txt"):
        source = ROOT / name
        leave = shutil.ignore_patterns("__pycache__", "deployments", "deployed", "local")
        shutil.copytree(source, tmp_path / name, ignore=leave) if source.is_dir() else shutil.copy(source, tmp_path)
    monkeypatch.setattr("infra.deploy.layer.build", small_layer)
    return Account(server, tmp_path)


@pytest.fixture
def aws_environment(monkeypatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("HTTP_PROXY", "http_proxy", "AWS_PROFILE", "FULLCIRCLE_STAGE"):
        monkeypatch.delenv(name, raising=False)


def small_layer(folder: Path, *_: object) -> Path:
    archive = folder / "layer.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("python/typst.py", "")
    return archive


def put_package(stage: Stage) -> None:
    """Where Chalice looks for it, so that pip need not be asked for libraries each time."""
    archive = package.path(stage)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", "")


def live(stage: Stage) -> dict[str, object]:
    """Everything that a deploy makes, without what changes with each."""
    awsl, events = boto3.client("lambda"), boto3.client("events")
    functions = {each["FunctionName"]: each for each in awsl.list_functions()["Functions"]}
    sources = awsl.list_event_source_mappings()["EventSourceMappings"]
    api = state.api_ids(stage)
    kept = ("Handler", "MemorySize", "Timeout", "Role", "Environment", "Architectures", "Layers", "Description")
    return {
        "functions": {name: {key: each.get(key) for key in kept} for name, each in functions.items()},
        "sources": sorted((each["EventSourceArn"], each["FunctionArn"]) for each in sources),
        "rules": [each["Name"] for each in events.list_rules()["Rules"]],
        "roles": sorted(
            each["RoleName"] for each in boto3.client("iam").list_roles()["Roles"] if "Logs" not in each["RoleName"]
        ),
        "subscriptions": [
            each["Endpoint"]
            for each in boto3.client("sns").list_subscriptions()["Subscriptions"]
            if ":function:" in each["Endpoint"]
        ],
        "apis": len(boto3.client("apigateway").get_rest_apis()["items"]),
        "pages": sorted(
            each["responseType"] for each in boto3.client("apigateway").get_gateway_responses(restApiId=api[0])["items"]
        )
        if api
        else [],
        "access_log": boto3.client("apigateway").get_stage(restApiId=api[0], stageName="api").get("accessLogSettings")
        if api
        else None,
    }


@pytest.fixture
def deployed(account) -> Account:
    account.set_up()
    assert account.deploy() == 0
    return account


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


def test_each_function_has_its_own_role_with_its_own_policy(deployed):
    iam = boto3.client("iam")
    for function in rights.FUNCTIONS:
        name = f"fullcircle-prod-{function}"
        found = iam.get_role_policy(RoleName=name, PolicyName=name)["PolicyDocument"]

        assert found == rights.policy("prod", function)


def test_the_api_is_regional_limited_and_logs_no_path(deployed):
    client = boto3.client("apigateway")
    (api,) = client.get_rest_apis()["items"]
    stage = client.get_stage(restApiId=api["id"], stageName="api")
    limits = stage["methodSettings"]["*/*"]

    assert deployed.stage.config()["api_gateway_endpoint_type"] == "REGIONAL"  # moto does not read it on import
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (50, 100)
    assert limits["dataTraceEnabled"] is False
    logged = json.loads(stage["accessLogSettings"]["format"].replace("$context.status", "200"))
    assert set(logged.values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        200,
        "$context.responseLatency",
    }


def test_what_reaches_no_function_gets_our_page_and_our_headers(deployed):
    (api,) = state.api_ids(deployed.stage)
    found = boto3.client("apigateway").get_gateway_response(restApiId=api, responseType="MISSING_AUTHENTICATION_TOKEN")
    headers = {name.removeprefix("gatewayresponse.header."): it for name, it in found["responseParameters"].items()}

    assert found["statusCode"] == "404"
    assert "There is no such page" in found["responseTemplates"]["text/html"]
    assert headers["Cache-Control"] == "'no-store'"
    assert headers["Referrer-Policy"] == "'no-referrer'"
    assert all(it.count("'") == 2 for it in headers.values())


def test_a_mail_event_that_fails_is_kept_and_a_sweep_is_not_repeated(deployed):
    read = boto3.client("lambda").get_function_event_invoke_config
    events, sweep = (read(FunctionName=f"fullcircle-prod-{name}") for name in ("mail_events", "sweep_due"))

    assert (events["MaximumRetryAttempts"], sweep["MaximumRetryAttempts"]) == (2, 0)
    assert events["DestinationConfig"]["OnFailure"]["Destination"].endswith(":fullcircle-prod-dead")


def test_the_settings_are_complete_secret_and_know_where_the_pages_are(deployed):
    parameter = boto3.client("ssm").describe_parameters()["Parameters"][0]
    found = settings.read(deployed.stage)

    assert (parameter["Name"], parameter["Type"]) == ("/fullcircle/prod/settings", "SecureString")
    assert settings.faults(deployed.stage) == ""
    assert found["base_url"] == state.url(deployed.stage, state.api_ids(deployed.stage)[0])
    assert found["administrators"] == ["admin@example.org"]


def test_no_mail_can_be_made_before_it_is_known_where_its_links_lead(account):
    account.set_up()

    assert "base_url is no address yet: make deploy sets it" in settings.faults(account.stage)


def test_link_keys_are_kept_and_rotate_without_losing_the_old_one(deployed):
    (old,) = settings.read(deployed.stage)["link_keys"]
    assert deployed.run("infra") == 0
    assert settings.read(deployed.stage)["link_keys"] == [old]
    before = live(deployed.stage)["functions"]["fullcircle-prod"]["Description"]
    assert deployed.run("rotate-keys") == 0

    assert settings.read(deployed.stage)["link_keys"][0] == old
    assert len(settings.read(deployed.stage)["link_keys"]) == 2
    assert live(deployed.stage)["functions"]["fullcircle-prod"]["Description"] != before  # a fresh start
    assert deployed.run("rotate-keys", "--drop-oldest") == 0
    assert old not in settings.read(deployed.stage)["link_keys"]
    assert deployed.run("rotate-keys", "--drop-oldest") == 1  # the last key stays


@pytest.mark.parametrize("calls", [4, 12, 25, 40, 55, 70, 85, 100])
def test_a_deploy_that_breaks_off_is_resumed(account, calls):
    account.set_up()
    account.break_after(calls)
    broken = account.deploy()
    account.break_after(0)
    shutil.rmtree(account.project / ".chalice" / "deployed", ignore_errors=True)  # as on another machine
    assert account.deploy() == 0

    whole = live(account.stage)
    assert broken == 1 or calls > 90
    assert whole["apis"] == 1
    assert len(whole["functions"]) == len(rights.FUNCTIONS)
    assert (len(whole["sources"]), len(whole["subscriptions"])) == (3, 1)
    assert set(whole["pages"]) == set(gateway.PAGES)


@pytest.mark.parametrize("calls", [3, 6, 9, 12, 15, 18, 21])
def test_setting_up_that_breaks_off_is_resumed(account, calls):
    account.break_after(calls)
    account.run("infra", *WHO)
    account.break_after(0)
    assert account.run("infra", *WHO) == 0
    put_package(account.stage)
    assert account.deploy() == 0
    assert settings.faults(account.stage) == ""


def test_a_renamed_function_replaces_the_old_one(deployed):
    app = deployed.project / "app.py"
    app.write_text(app.read_text().replace("def work(", "def toil("))
    config = deployed.project / ".chalice" / "config.json"
    config.write_text(config.read_text().replace('"work": {', '"toil": {'))
    put_package(deployed.stage)
    assert deployed.deploy() == 0

    found = live(deployed.stage)
    assert "fullcircle-prod-toil" in found["functions"]
    assert "fullcircle-prod-work" not in found["functions"]
    assert "fullcircle-prod-work" not in found["roles"]
    assert [arn.rsplit(":", 1)[1] for queue, arn in found["sources"] if queue.endswith("-work")] == [
        "fullcircle-prod-toil"
    ]


def test_another_stage_beside_it_is_left_alone(deployed):
    before = live(deployed.stage)
    beside = Account(deployed.url, deployed.project)
    assert main(["--project", str(beside.project), "infra", "--stage", "prod2", *WHO]) == 0
    put_package(Stage("prod2", beside.project))
    assert main(["--project", str(beside.project), "deploy", "--stage", "prod2", "--any-python", "--skip-verify"]) == 0
    assert main(["--project", str(beside.project), "remove", "--stage", "prod2", "--destroy", "prod2"]) == 0

    assert {**live(deployed.stage), "apis": 1} == before


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
    assert settings.read(deployed.stage)["link_keys"] == keys
    assert boto3.client("dynamodb").scan(TableName="fullcircle-prod")["Count"] == 1


def test_everything_is_destroyed_only_if_the_stage_is_named_twice(deployed, capsys):
    assert deployed.run("remove", "--destroy", "dev") == 1
    assert len(live(deployed.stage)["functions"]) == len(rights.FUNCTIONS)
    assert deployed.run("remove", "--destroy", "prod") == 0

    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert settings.read(deployed.stage) == {}
    assert deployed.run("remove", "--destroy", "prod") == 0  # again: nothing is left, and that is fine


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


def test_status_names_what_needs_a_person_and_how_to_mend_it(deployed, capsys):
    queue = boto3.client("sqs").get_queue_url(QueueName="fullcircle-prod-dead")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    boto3.client("lambda").delete_function(FunctionName="fullcircle-prod-mail")

    assert deployed.run("status") == 1
    said = capsys.readouterr().out
    assert "mail is missing: run make deploy STAGE=prod" in said
    assert "dead: 1 waiting" in said
    assert "SES is in its sandbox" in said


def test_chalice_itself_deploys_after_the_set_up(account):
    account.set_up()
    command = [str(Path(sys.executable).parent / "chalice"), "--project-dir", str(account.project)]
    done = subprocess.run([*command, "deploy", "--stage", "prod"], env=os.environ, check=False)

    assert done.returncode == 0
    assert live(account.stage)["functions"]["fullcircle-prod-report"]["Layers"]
    assert account.deploy() == 0
    assert live(account.stage)["apis"] == 1
