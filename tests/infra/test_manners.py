"""The emulator behaves as AWS does where moto is kinder; each test shows a careless program failing on it."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.infra


def test_a_program_that_reads_one_page_sees_one_function_of_six(standing):
    lambdas = boto3.client("lambda")
    pages = list(lambdas.get_paginator("list_functions").paginate())

    assert len(lambdas.list_functions()["Functions"]) == 1
    assert len(pages) == 6


PAGED = (
    ("apigateway", "get_resources", "items", True),
    ("apigateway", "get_gateway_responses", "items", True),
    ("iam", "list_roles", "Roles", False),
    ("events", "list_rules", "Rules", False),
    ("cloudformation", "list_stack_resources", "StackResourceSummaries", False),
    ("cloudformation", "describe_stack_events", "StackEvents", False),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", False),
)


@pytest.mark.parametrize(("service", "operation", "key", "of_api"), PAGED)
def test_every_kind_of_list_comes_in_pages_and_whole_to_a_paginator(standing, service, operation, key, of_api):
    client = boto3.client(service)
    asked = {"restApiId": boto3.client("apigateway").get_rest_apis()["items"][0]["id"]} if of_api else {}
    asked |= {"StackName": "fullcircle-prod"} if service == "cloudformation" else {}
    pages = [page[key] for page in client.get_paginator(operation).paginate(**asked)]

    assert [len(page) for page in pages] == [1] * len(pages)
    assert len({str(each) for page in pages for each in page}) == len(pages)
    assert len(getattr(client, operation)(**asked)[key]) == 1


def test_the_root_of_an_api_is_not_on_the_first_page(standing):
    client = boto3.client("apigateway")
    (api,) = client.get_rest_apis()["items"]

    assert client.get_resources(restApiId=api["id"])["items"][0]["path"] != "/"
    assert client.get_resource(restApiId=api["id"], resourceId=api["rootResourceId"])["path"] == "/"


def test_a_role_without_the_right_to_write_traces_cannot_be_traced(standing):
    with pytest.raises(ClientError, match="does not have permissions to call PutTraceSegments"):
        boto3.client("lambda").update_function_configuration(
            FunctionName="fullcircle-prod-work", TracingConfig={"Mode": "Active"}
        )


def test_a_web_acl_in_front_of_an_api_cannot_be_deleted(standing):
    waf, (api,) = boto3.client("wafv2"), boto3.client("apigateway").get_rest_apis()["items"]
    view = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "one"}
    which = {"Name": "one", "Scope": "REGIONAL"}
    made = waf.create_web_acl(**which, DefaultAction={"Allow": {}}, VisibilityConfig=view)["Summary"]
    which |= {"Id": made["Id"], "LockToken": made["LockToken"]}
    place = f"arn:aws:apigateway:eu-west-2::/restapis/{api['id']}/stages/api"
    waf.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=place)
    with pytest.raises(ClientError, match="WAFAssociatedItemException"):
        waf.delete_web_acl(**which)
    waf.disassociate_web_acl(ResourceArn=place)
    waf.delete_web_acl(**which)
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_an_address_that_has_not_confirmed_is_listed_without_an_arn(account):
    """A program that takes who is listed for who gets the emails is wrong."""
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.org")

    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    account.allow(confirmed=["ops@example.org"])
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed["SubscriptionArn"].startswith(topic)


def send(to: str) -> None:
    boto3.client("sesv2").send_email(
        FromEmailAddress="Fullcircle <feedback@example.org>",
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    )


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        ({}, "not verified.*feedback@example.org"),
        ({"verified": ["example.org"]}, "not verified.*reader@example.com"),
        ({"verified": ["example.org"], "is_production": True, "emails_a_day": 0}, "Daily message quota exceeded"),
        ({"verified": ["example.org"], "is_production": True, "emails_a_second": 0}, "Maximum sending rate exceeded"),
    ],
)
def test_ses_refuses_what_a_new_account_may_not_send(account, allowed, says):
    account.allow(**allowed)

    with pytest.raises(ClientError, match=says):
        send("reader@example.com")


def test_ses_sends_once_the_account_may(account):
    account.allow(verified=["example.org"], is_production=True, emails_a_second=10)
    send("reader@example.com")

    assert boto3.client("sesv2").get_account()["SendQuota"]["SentLast24Hours"] == 1


def test_no_run_can_be_reserved_in_a_new_account(deployed):
    with pytest.raises(ClientError, match="below its minimum value"):
        boto3.client("lambda").put_function_concurrency(FunctionName="fullcircle-prod", ReservedConcurrentExecutions=4)


QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "one"}}}}
STACK = {"StackName": "queues", "TemplateBody": json.dumps(QUEUE)}


def stack_status() -> str:
    return str(boto3.client("cloudformation").describe_stacks(StackName="queues")["Stacks"][0]["StackStatus"])


def test_a_queues_name_cannot_be_used_again_for_a_minute(account):
    sqs = boto3.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName="one")["QueueUrl"])

    account.pause(58)
    with pytest.raises(ClientError, match="wait 60 seconds"):
        sqs.create_queue(QueueName="one")
    account.pause(3)
    assert sqs.create_queue(QueueName="one")


def test_a_stack_that_is_made_again_at_once_is_rolled_back(account):
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(**STACK)
    wait_for("stack_create_complete")
    cloudformation.delete_stack(StackName="queues")
    wait_for("stack_delete_complete")

    cloudformation.create_stack(**STACK)
    assert [stack_status(), stack_status()] == ["ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]


def wait_for(name: str) -> None:
    boto3.client("cloudformation").get_waiter(name).wait(StackName="queues", WaiterConfig={"Delay": 0})


def test_a_stack_is_under_way_has_no_outputs_and_takes_no_update_until_it_is_complete(account):
    cloudformation = boto3.client("cloudformation")
    account.allow(looks_at_a_stack=2)
    cloudformation.create_stack(**{**STACK, "TemplateBody": json.dumps({**QUEUE, "Outputs": {"Name": {"Value": "x"}}})})

    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state"):
        cloudformation.update_stack(**STACK)
    (stack,) = cloudformation.describe_stacks(StackName="queues")["Stacks"]
    assert (stack["StackStatus"], stack.get("Outputs", [])) == ("CREATE_IN_PROGRESS", [])
    assert [stack_status(), stack_status()] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]


def test_a_stack_keeps_its_name_until_it_is_gone(account):
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(**STACK)
    wait_for("stack_create_complete")
    cloudformation.delete_stack(StackName="queues")

    with pytest.raises(ClientError, match="is in DELETE_IN_PROGRESS state"):
        cloudformation.create_stack(**STACK)
    assert stack_status() == "DELETE_IN_PROGRESS"
    with pytest.raises(ClientError, match="does not exist"):
        stack_status()
