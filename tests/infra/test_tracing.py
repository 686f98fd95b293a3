"""X-Ray traces of the functions: off until they are asked for, and off again; no trace holds a link."""

from __future__ import annotations

import re

import boto3
import pytest

from infra import rights
from infra.deploy import api, differences
from tests.support.deployment import ROOT, live

ALL = ", ".join(sorted(rights.FUNCTIONS))


def modes() -> set[str]:
    read = boto3.client("lambda").get_function_configuration
    names = [rights.function_name("prod", function) for function in rights.FUNCTIONS]
    return {read(FunctionName=name)["TracingConfig"]["Mode"] for name in names}


def policies() -> list[dict]:
    """Return those that let a role write traces."""
    iam, documents = boto3.client("iam"), []
    for function in rights.FUNCTIONS:
        role = f"fullcircle-prod-{function}"
        names = [
            name
            for page in iam.get_paginator("list_role_policies").paginate(RoleName=role)
            for name in page["PolicyNames"]
        ]
        documents += [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names if name != role
        ]
    return documents


def faults(stage) -> list[str]:
    return [line for line, fault in differences.look(stage) if fault]


def is_stage_traced(stage) -> bool:
    (ours,) = api.list_ids(stage)
    return boto3.client("apigateway").get_stage(restApiId=ours, stageName="api").get("tracingEnabled", False)


@pytest.mark.infra
def test_traces_are_off_until_they_are_asked_for_and_off_again_when_they_are_not(deployed, capsys):
    before = live(deployed.stage)
    assert (modes(), policies()) == ({"PassThrough"}, [])
    assert deployed.run("infra", "--xray", "1") == 0
    assert faults(deployed.stage) == [
        f"make deploy would let {ALL} write traces",
        f"make deploy would turn X-Ray traces of {ALL} on",
    ]
    assert deployed.run("deploy", "--any-python", "--skip-verify", "--dry-run") == 0
    assert (modes(), policies()) == ({"PassThrough"}, [])
    assert deployed.deploy() == 0

    assert modes() == {"Active"}
    assert policies() == [rights.policy_of_traces()] * len(rights.FUNCTIONS)
    assert not is_stage_traced(deployed.stage)
    capsys.readouterr()
    assert deployed.run("infra") == 0
    assert "Done: 0 changes." in capsys.readouterr().out
    assert deployed.deploy() == 0
    assert (modes(), faults(deployed.stage)) == ({"Active"}, [])
    assert deployed.run("status", "--skip-verify") == 1  # email is not set up
    assert "X-Ray traces: on" in capsys.readouterr().out

    assert deployed.run("infra", "--xray", "0") == 0
    assert faults(deployed.stage) == [
        f"make deploy would turn X-Ray traces of {ALL} off",
        f"make deploy would no longer let {ALL} write traces",
    ]
    assert deployed.deploy() == 0
    assert (modes(), policies(), faults(deployed.stage)) == ({"PassThrough"}, [], [])
    assert live(deployed.stage) == before


@pytest.mark.infra
def test_a_right_that_iam_has_not_spread_yet_is_waited_for(deployed):
    assert deployed.run("infra", "--xray", "1") == 0
    deployed.allow(refusals_of_a_right=2)

    assert deployed.deploy() == 0
    assert modes() == {"Active"}


@pytest.mark.infra
def test_what_was_changed_by_hand_is_named_and_repaired(deployed):
    """Tracing of the API's stage most of all, whose traces would hold links."""
    (ours,) = api.list_ids(deployed.stage)
    patch = [{"op": "replace", "path": "/tracingEnabled", "value": "true"}]
    assert deployed.run("infra", "--xray", "1") == 0
    assert deployed.deploy() == 0
    boto3.client("apigateway").update_stage(restApiId=ours, stageName="api", patchOperations=patch)
    boto3.client("lambda").update_function_configuration(
        FunctionName="fullcircle-prod-report", TracingConfig={"Mode": "PassThrough"}
    )
    boto3.client("iam").delete_role_policy(RoleName="fullcircle-prod-work", PolicyName="traces")

    assert faults(deployed.stage) == [
        "make deploy would set tracingEnabled of the API",
        "make deploy would let work write traces",
        "make deploy would turn X-Ray traces of report on",
    ]
    assert deployed.deploy() == 0
    assert (faults(deployed.stage), is_stage_traced(deployed.stage)) == ([], False)


def test_only_lambda_itself_writes_into_a_trace():
    """A library that traces calls would add names of tables and parts of requests."""
    libraries = re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert libraries
    assert [name for name in libraries if re.search("xray|x-ray|opentelemetry|powertools", name)] == []
