"""What a tired operator does: wrong addresses, a wrong stage, Ctrl-C, a deploy that ends half way."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import boto3
import pytest

from infra.deploy import concurrency, differences, restored, sender, stack, verify
from infra.deploy.__main__ import INTERRUPTED
from infra.deploy.hand import Reporter
from tests.support.deployment import ROOT, WHO, Account
from tests.support.emulator import HERE, Processes
from tests.support.packaged.functions import Broken

pytestmark = pytest.mark.infra

TYPED_WRONG = ["--sender", "Fullcircle feedback", "--reply-to", "office", "--administrators", "ada, ben@example.org"]
TYPED_WRONG += ["--alarms-to", "ops", "--identity", "example"]


def test_every_address_that_is_none_is_named_before_anything_is_made(account, capsys):
    assert account.run("infra", *TYPED_WRONG) == 1

    said = capsys.readouterr().err
    variables = ("SENDER", "REPLY_TO", "ADMINISTRATORS", "ALARMS_TO", "IDENTITY")
    assert [each for each in variables if f"{each}: '" not in said] == []
    assert "ben@example.org" not in said
    assert stack.describe(account.stage) is None


CHOSEN_WRONG = ["--log-days", "17", "--xray", "on", "--second-factor", "maybe"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (CHOSEN_WRONG, ["LOG_DAYS=17", "14, 30, 60, 90", "XRAY=on", "SECOND_FACTOR=maybe", "Nothing was changed"]),
        ([*WHO, "--administrators", "ada@example.org ben@example.org"], ["ADMINISTRATORS=one@example.org,two@"]),
        ([*WHO, "--identity", "other.example.net"], ["IDENTITY=other.example.net does not cover"]),
        ([], ["SENDER=", "ALARMS_TO="]),
    ],
)
def test_what_is_given_wrong_is_named_in_words_of_make(account, capsys, given, named):
    assert account.run("infra", *given) == 1

    said = capsys.readouterr().err
    assert [words for words in named if words not in said] == []
    assert "usage:" not in said
    assert stack.describe(account.stage) is None


def test_infra_says_what_is_left_to_do(account, capsys):
    assert account.run("infra", *WHO[:-2]) == 0
    said = capsys.readouterr().out
    assert "alarms are sent to no one: make infra STAGE=prod ALARMS_TO=" in said
    assert "make deploy STAGE=prod comes next" in said


def test_infra_says_that_traces_wait_for_a_deploy(deployed, capsys):
    assert deployed.run("infra", "--xray", "1") == 0
    assert "make deploy STAGE=prod puts XRAY and WAF_LIMIT into effect" in capsys.readouterr().out
    assert deployed.run("infra") == 0
    assert "into effect" not in capsys.readouterr().out


def test_ctrl_c_says_how_to_go_on_and_the_next_run_resumes(account, capsys):
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    assert Account(account.url, account.project, interrupt).run("infra", *WHO) == INTERRUPTED
    assert "it resumes" in capsys.readouterr().err
    assert account.run("infra", *WHO) == 0


@pytest.mark.parametrize("command", ["status", "stop", "start", "drill", "rotate-keys", "restore"])
def test_a_stage_that_is_not_there_is_refused_and_those_that_are_there_are_named(standing, capsys, command):
    to = ("--to", "2026-10-01T12:00Z") if command == "restore" else ()
    assert standing.run(command, *to, stage="prd") == 1

    said = capsys.readouterr()
    assert "There is nothing of a stage prd" in said.err
    assert "Stages there: prod." in said.err
    assert "make stop" not in said.err


def test_removing_a_stage_that_is_not_there_changes_nothing_and_says_so(standing, capsys):
    assert standing.run("remove", stage="prd") == 0

    said = capsys.readouterr().out
    assert "There is nothing of a stage prd" in said
    assert "Done: 0 changes." in said


def test_a_command_for_a_stage_that_is_not_there_names_the_stage(standing):
    command = [sys.executable, "-m", "chalicelib", "--stage", "prd", "jobs", "due"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "no deployment 'prd'" in done.stderr
    assert "GetParameter" not in done.stderr


def other_package() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("app.py", "# another version")
    return content.getvalue()


def test_functions_of_two_versions_are_named_after_a_deploy_that_ended_half_way(deployed):
    boto3.client("lambda").update_function_code(FunctionName="fullcircle-prod-report", ZipFile=other_package())

    lines = [line for line, fault in differences.look(deployed.stage) if fault]
    assert any("run different versions" in line and "; report" in line for line in lines)


def test_who_left_the_alarms_is_named_and_asked_again(deployed, capsys):
    deployed.allow(confirmed=["ops@example.org"])
    topic = deployed.stage.arn("sns", "fullcircle-prod-alarms")
    sns = boto3.client("sns")
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])

    lines = [line for line, fault in differences.look(deployed.stage) if fault]
    assert any("ask ops@example.org to confirm" in line for line in lines)
    assert deployed.run("infra") == 0
    (again,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert again["Endpoint"] == "ops@example.org"


def test_the_look_after_a_deploy_waits_for_a_whole_sweep_and_starts_one_alone(standing):
    longest = standing.stage.config()["stages"]["prod"]["lambda_functions"]["sweep_due"]["lambda_timeout"]
    config = verify.invoker().meta.config

    assert config.read_timeout > longest
    assert config.retries["total_max_attempts"] == 1


def test_only_queues_that_are_held_back_are_named(standing):
    line, needs_action = concurrency.describe_limit(standing.stage)

    assert needs_action
    assert "work 2 instead of 10, report 2 instead of 5. " in line


def test_a_sender_at_another_domain_is_verified_as_the_first_was(account):
    account.set_up()
    assert account.run("infra", "--sender", "Fullcircle <feedback@other.example.net>") == 0
    assert stack.parameters(account.stage)["Sender"] == "other.example.net"
    assert account.run("infra") == 0
    assert stack.parameters(account.stage)["Sender"] == "other.example.net"


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("feedback@mail.example.org", True),
        ("mail.example.org", True),
        ("example.org", True),
        ("ample.org", False),
        ("ada@mail.example.org", False),
    ],
)
def test_an_identity_covers_its_address_its_domain_and_those_below(name, covered):
    assert sender.covers(name, "Fullcircle <feedback@mail.example.org>") is covered


class Slow:
    """A table that AWS restores for a quarter of an hour."""

    def __init__(self) -> None:
        self.waited = 0.0

    def pause(self, seconds: float) -> None:
        self.waited += seconds
        if self.waited >= 900:
            key = {"AttributeName": "pk", "KeyType": "HASH"}
            kind = {"AttributeName": "pk", "AttributeType": "S"}
            boto3.client("dynamodb").create_table(
                TableName="slow", KeySchema=[key], AttributeDefinitions=[kind], BillingMode="PAY_PER_REQUEST"
            )


def test_a_long_restore_says_every_five_minutes_that_it_is_still_at_work(account):
    said: list[str] = []
    restored.wait_active(account.stage, Reporter(say=said.append), "slow", Slow().pause)

    assert [line.strip() for line in said] == [
        "slow is CREATING: waiting",
        "slow is still CREATING after 5 minutes",
        "slow is still CREATING after 10 minutes",
    ]


def test_the_emulator_says_that_a_package_is_for_another_processor(tmp_path):
    other = "arm64" if HERE == "x86_64" else "x86_64"
    function = SimpleNamespace(function_name="f", code_sha_256="1", description="", architectures=[other])

    with pytest.raises(Broken, match=json.dumps({"lambda_architecture": HERE})[1:-1]):
        Processes(0, tmp_path).call(function, {})
