"""What a deployment is like: roles, limits, log, pages, retries, settings."""

from __future__ import annotations

import json

import boto3
import pytest

from infra import rights
from infra.deploy import api, settings

pytestmark = pytest.mark.infra


def test_each_function_has_its_own_role_with_its_own_policy(standing):
    iam = boto3.client("iam")
    for function in rights.FUNCTIONS:
        name = f"fullcircle-prod-{function}"
        policy_document = iam.get_role_policy(RoleName=name, PolicyName=name)["PolicyDocument"]

        assert policy_document == rights.policy("prod", function)


def test_the_api_is_regional_limited_and_logs_no_path(standing):
    client = boto3.client("apigateway")
    (api,) = client.get_rest_apis()["items"]
    stage = client.get_stage(restApiId=api["id"], stageName="api")
    limits = stage["methodSettings"]["*/*"]

    assert standing.stage.config()["api_gateway_endpoint_type"] == "REGIONAL"  # moto does not read it on import
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (400, 800)
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


def test_what_reaches_no_function_gets_our_page_and_our_headers(standing):
    (ours,) = api.list_ids(standing.stage)
    gateway_response = boto3.client("apigateway").get_gateway_response(
        restApiId=ours, responseType="MISSING_AUTHENTICATION_TOKEN"
    )
    headers = {
        name.removeprefix("gatewayresponse.header."): it for name, it in gateway_response["responseParameters"].items()
    }

    assert gateway_response["statusCode"] == "404"
    assert "There is no such page" in gateway_response["responseTemplates"]["text/html"]
    assert headers["Cache-Control"] == "'no-store'"
    assert headers["Referrer-Policy"] == "'no-referrer'"
    assert all(it.count("'") == 2 for it in headers.values())


def test_an_email_event_that_fails_is_kept_and_a_sweep_is_not_repeated(standing):
    read = boto3.client("lambda").get_function_event_invoke_config
    events, sweep = (read(FunctionName=f"fullcircle-prod-{name}") for name in ("mail_events", "sweep_due"))

    assert (events["MaximumRetryAttempts"], sweep["MaximumRetryAttempts"]) == (2, 0)
    assert events["DestinationConfig"]["OnFailure"]["Destination"].endswith(":fullcircle-prod-dead")


def test_the_settings_are_complete_secret_and_know_where_the_pages_are(standing):
    listed = standing.stage.listed("ssm", "describe_parameters", "Parameters")
    parameter = next(each for each in listed if each["Name"].endswith("/settings"))
    values = settings.read(standing.stage)

    assert (parameter["Name"], parameter["Type"]) == ("/fullcircle/prod/settings", "SecureString")
    assert settings.faults(standing.stage) == ""
    assert values["base_url"] == api.url(standing.stage, api.list_ids(standing.stage)[0])
    assert values["administrators"] == ["admin@example.org"]
