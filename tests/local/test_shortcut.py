"""Calls that take the short way to moto give what botocore reads from moto's answer over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.exceptions import ClientError, ParamValidationError

from chalicelib.core.settings import settings
from infra.local import account, outbox, shortcut
from infra.local.memory import backend

pytestmark = pytest.mark.usefixtures("aws")

RAW = b"From: feedback@programmes.example.org\r\nTo: amara@example.org\r\nSubject: Hello\r\n\r\nA text.\r\n"


def client(service: str) -> Any:
    """Return a client that goes the long way: over HTTP, as moto has it answered."""
    return botocore.session.get_session().create_client(service, region_name=account.REGION)


@pytest.fixture(scope="module")
def session() -> Any:
    session = botocore.session.get_session()
    shortcut.use_in_process_transport(session)
    return session


def short(session: Any, service: str) -> Any:
    return session.create_client(service, region_name=account.REGION)


def email(configuration_set: str) -> dict[str, Any]:
    return {
        "Destination": {"ToAddresses": ["amara@example.org"]},
        "Content": {"Raw": {"Data": RAW}},
        "ConfigurationSetName": configuration_set,
        "EmailTags": [{"Name": "attempt", "Value": "1"}],
    }


def test_an_email_is_accepted_alike(session):
    asked = email(settings().configuration_set)

    answers = [sesv2.send_email(**asked)["MessageId"] for sesv2 in (client("sesv2"), short(session, "sesv2"))]

    sent = outbox.accepted()
    assert [message.id for message in sent] == answers
    assert len({(message.to, message.raw, str(message.tags)) for message in sent}) == 1
    assert sent[1].subject == "Hello"


def test_an_email_that_ses_refuses_is_refused_alike(session):
    asked = email("no such set")

    for sesv2 in (client("sesv2"), short(session, "sesv2")):
        with pytest.raises(ClientError, match="Configuration set <no such set> does not exist"):
            sesv2.send_email(**asked)

    assert outbox.accepted() == []


def test_messages_are_queued_alike(session):
    url = settings().queues["work"]
    entries = [{"Id": str(place), "MessageBody": f"message {place}"} for place in range(3)]

    answers = [sqs.send_message_batch(QueueUrl=url, Entries=entries) for sqs in (client("sqs"), short(session, "sqs"))]

    assert [[entry["Id"] for entry in answer["Successful"]] for answer in answers] == [["0", "1", "2"]] * 2
    queued = [message.body for message in backend("sqs").get_queue(url.rpartition("/")[2]).messages]
    assert queued == [entry["MessageBody"] for entry in entries] * 2


def test_a_document_is_read_alike(session):
    client("s3").put_object(Bucket=settings().bucket, Key="reports/a.json", Body=b"{}")

    assert short(session, "s3").get_object(Bucket=settings().bucket, Key="reports/a.json")["Body"].read() == b"{}"
    with pytest.raises(ClientError, match="NoSuchKey"):
        short(session, "s3").get_object(Bucket=settings().bucket, Key="reports/b.json")


KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
IS_THERE = {"ConditionExpression": "attribute_exists(pk)"}
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("update_item", {"Key": KEY, "UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}),
    ("put_item", {"Item": KEY}),
]


@pytest.mark.parametrize(("operation", "asked"), REFUSED)
def test_a_write_is_refused_alike(session, operation, asked):
    asked = {"TableName": settings().table, **asked, **IS_THERE}

    assert refusal(short(session, "dynamodb"), operation, asked) == refusal(client("dynamodb"), operation, asked)


@pytest.mark.made_up_rows
def test_a_scan_reads_alike(session):
    pages = []
    for dynamodb in (client("dynamodb"), short(session, "dynamodb")):
        dynamodb.put_item(TableName=settings().table, Item={**KEY, "n": {"N": "1"}, "seal": {"B": b"sealed"}})
        pages.append(dynamodb.scan(TableName=settings().table, Limit=5))

    first, second = ({name: page[name] for name in page if name != "ResponseMetadata"} for page in pages)
    assert first == second
    assert first["Count"] == 1


def test_what_a_call_may_not_be_given_is_refused_alike(session):
    for dynamodb in (client("dynamodb"), short(session, "dynamodb")):
        with pytest.raises(ParamValidationError, match="TableName"):
            dynamodb.get_item(Key=KEY)


def test_a_link_to_a_document_is_signed_for_its_address(session):
    asked = {"Bucket": settings().bucket, "Key": "reports/a.pdf"}

    url = short(session, "s3").generate_presigned_url("get_object", Params=asked)

    assert urlsplit(url).path.endswith("/reports/a.pdf")
    assert "X-Amz-Signature" in url or "Signature" in url


def test_each_event_of_a_call_is_emitted_once(session):
    session, seen = botocore.session.get_session(), []
    shortcut.use_in_process_transport(session)
    for event in ("before-parameter-build", "before-call", "after-call"):
        session.register(f"{event}.dynamodb", lambda event_name, **_: seen.append(event_name))

    with pytest.raises(ClientError):
        short(session, "dynamodb").get_item(TableName="no such table", Key=KEY)

    assert seen == [f"{event}.dynamodb.GetItem" for event in ("before-parameter-build", "before-call", "after-call")]


def test_a_transaction_is_refused_alike(session):
    table = {"TableName": settings().table}
    asked = {
        "TransactItems": [
            {"Put": {**table, "Item": KEY, **IS_THERE}},
            {"Delete": {**table, "Key": {**KEY, "sk": {"S": "c"}}}},
        ]
    }

    refused = refusal(short(session, "dynamodb"), "transact_write_items", asked)

    assert refused == refusal(client("dynamodb"), "transact_write_items", asked)
    assert [reason["Code"] for reason in refused[2]] == ["ConditionalCheckFailed", "None"]


def refusal(dynamodb: Any, operation: str, asked: dict[str, Any]) -> tuple[str, Any, Any, int]:
    with pytest.raises(ClientError) as refused:
        getattr(dynamodb, operation)(**asked)
    answer = refused.value.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return refused.type.__name__, answer["Error"], answer.get("CancellationReasons"), status
