"""A second opinion on what is deployed: the SAM template that `chalice package` writes of the same functions.

It is held against infra/stack.yaml and infra/rights.yaml, and AWS's own linter reads it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import rights
from infra.deploy.stack import read_template
from infra.deploy.stage import Deployment
from tests.infra.test_tools import ROOT, tool
from tests.support import deployment

pytestmark = pytest.mark.infra

PROGRAM = "import sys; from chalice.cli import main; sys.exit(main())"
TRIES = 6  # AWS's advice: a message stays invisible for six times as long as its function may run


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    project = tmp_path_factory.mktemp("sam")
    deployment.copy_project(project)
    deployment.put_package(Deployment("prod", project))
    command = [sys.executable, "-c", PROGRAM, "--project-dir", str(project), "package", "--stage", "prod", "out"]
    environment = {**os.environ, **deployment.ENVIRONMENT}
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True, timeout=120)
    return project / "out" / "sam.json"


@pytest.fixture(scope="module")
def functions(written) -> dict[str, dict]:
    """By their names in app.py."""
    resources = json.loads(written.read_text())["Resources"]
    lambdas = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Serverless::Function"]
    names = [each["Handler"].removeprefix("app.") for each in lambdas]
    return {"api_handler" if name == "app" else name: each for name, each in zip(names, lambdas, strict=True)}


def test_the_linter_finds_nothing(written):
    done = tool("cfn-lint", "--", str(written))

    assert (done.returncode, done.stdout) == (0, "")


def test_there_are_six_functions_in_app_py(functions):
    assert functions.keys() == {*rights.FUNCTIONS}
    assert {each["Handler"].count(".") for each in functions.values()} == {1}


@pytest.mark.parametrize("function", rights.FUNCTIONS)
def test_each_function_may_do_what_rights_yaml_says_and_no_more(written, functions, function):
    resources = json.loads(written.read_text())["Resources"]
    role = functions[function]["Role"]["Fn::GetAtt"][0]
    (policy,) = resources[role]["Properties"]["Policies"]

    assert policy["PolicyDocument"] == rights.policy("prod", function)


def test_every_queue_and_topic_is_one_of_the_stack_and_gives_its_function_time(functions):
    resources = read_template((ROOT / "infra" / "stack.yaml").read_text())["Resources"].values()
    made = {
        str(each["Properties"].get("QueueName", each["Properties"].get("TopicName", {}))): each["Properties"]
        for each in resources
        if each["Type"] in ("AWS::SQS::Queue", "AWS::SNS::Topic")
    }
    by_name = {name.partition("fullcircle-${Stage}-")[2].rstrip("'}"): properties for name, properties in made.items()}
    taken = set()
    for function in functions.values():
        for event in function.get("Events", {}).values():
            source = event["Properties"].get("Queue") or event["Properties"].get("Topic")
            if event["Type"] in ("SQS", "SNS"):
                name = source["Fn::Sub"].rsplit("fullcircle-prod-", 1)[1]
                taken.add(name)
                assert by_name[name].get("VisibilityTimeout", 1e9) >= TRIES * function["Timeout"]

    assert taken == {"work", "report", "mail", "mail-events"}
