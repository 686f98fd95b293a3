"""The example role for a public CI can do what `make deploy` does, and no more; its workflow runs what is pinned."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from infra import rights
from infra.deploy.stack import read_template
from tests.support.deployment import ROOT, put_package

FOLDER = ROOT / "infra" / "examples" / "github"
ROLE = read_template((FOLDER / "deploy-role.yaml").read_text())["Resources"]["DeployRole"]["Properties"]
STATEMENTS = ROLE["Policies"][0]["PolicyDocument"]["Statement"]
WORKFLOW = (FOLDER / "deploy.yml").read_text()

NEEDS_NO_RIGHT = {"sts:GetCallerIdentity"}
NAMED_OTHERWISE = {"lambda:Invoke": "lambda:InvokeFunction"}
# What a deploy does only when something is taken away or replaced, or what AWS asks for in passing.
RARE = {
    "apigateway:DELETE",
    "apigateway:SetWebACL",
    "events:DisableRule",
    "events:EnableRule",
    "iam:PassRole",
    "iam:UpdateAssumeRolePolicy",
    "lambda:GetLayerVersion",
    "lambda:InvokeFunction",
    "lambda:TagResource",
    "lambda:UntagResource",
}


def granted() -> set[str]:
    actions = (each["Action"] for each in STATEMENTS)
    return {action for each in actions for action in ([each] if isinstance(each, str) else each)}


def right(call: str) -> str:
    """Return the name of a call's right: of API Gateway, its method."""
    service, operation, method = call.split(":")
    if service == "apigateway":
        return f"apigateway:{method}"
    return NAMED_OTHERWISE.get(f"{service}:{operation}", f"{service}:{operation}")


@pytest.mark.infra
def test_the_role_may_do_what_a_deploy_does_and_no_more(account):
    account.set_up()
    account.calls()
    assert account.deploy() == 0
    assert account.deploy() == 0
    take_functions_away(account)
    assert account.deploy() == 0
    calls = account.calls()
    assert account.run("infra", "--xray", "1", "--waf-limit", "60000") == 0  # by an administrator
    account.calls()
    assert [account.deploy(), account.deploy()] == [0, 0]
    needed = {right(call) for call in [*calls, *account.calls()]} - NEEDS_NO_RIGHT

    assert needed - granted() == set()
    assert granted() - needed == RARE


def take_functions_away(account) -> None:
    """As a version does that has fewer functions, with all that led to them."""
    app = account.project / "app.py"
    text = app.read_text()
    begins, ends = text.index("@app.schedule("), text.index('@app.on_sqs_message(queue=f"fullcircle-{STAGE}-work"')
    email, rest = text.index('@app.on_sqs_message(queue=f"fullcircle-{STAGE}-mail"'), text.index("def _row_id(")
    app.write_text(text[:begins] + text[ends:email] + text[rest:])
    put_package(account.stage)


def test_the_role_is_for_one_environment_of_one_repository():
    (statement,) = ROLE["AssumeRolePolicyDocument"]["Statement"]
    condition = statement["Condition"]["StringEquals"]

    assert condition["token.actions.githubusercontent.com:sub"] == {"Sub": "repo:${Repository}:environment:${Stage}"}
    assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_only_lists_reach_beyond_the_stage():
    for each in STATEMENTS:
        if each["Resource"] == "*":
            assert "Condition" in each or all(":List" in action or ":Get" in action for action in each["Action"])
        elif each["Sid"] not in ("Pages", "RoleOfTheAccessLog"):  # an API has no name
            assert "${Stage}" in json.dumps(each["Resource"])


def test_the_role_may_write_the_functions_roles_and_not_its_own():
    (roles,) = (each["Resource"] for each in STATEMENTS if each["Sid"] == "RolesOfFunctions")

    assert {each["Sub"].rsplit("-", 1)[1] for each in roles} == set(rights.FUNCTIONS)


def test_every_action_of_the_workflow_is_pinned_and_it_stores_no_key():
    used = re.findall(r"uses: (\S+)", WORKFLOW)

    assert used
    assert [each for each in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", each)] == []
    assert yaml.safe_load(WORKFLOW)["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in WORKFLOW


def test_what_the_workflow_asks_make_for_is_there():
    asked = set(re.findall(r"run: make ([a-z-]+)", WORKFLOW))
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert asked <= there
    assert asked == {"install", "check", "deploy"}
