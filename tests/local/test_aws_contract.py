"""What AWS refuses and moto does not: each is caught, and what AWS takes is let through."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from infra.local import aws_contract
from infra.local.aws_contract import AwsWouldRefuse, faults

TABLE = "fullcircle-test"
KEY = {"pk": {"S": "A"}, "sk": {"S": "B"}}
ONE = {":one": {"N": "1"}}


def update(**more: Any) -> dict[str, Any]:
    return {"TableName": TABLE, "Key": KEY, **more}


def puts(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"TransactItems": [{"Put": {"TableName": TABLE, "Item": row}} for row in rows]}


def row(number: int, text: str = "") -> dict[str, Any]:
    return {"pk": {"S": "A"}, "sk": {"S": f"{number}"}, "text": {"S": text}}


def batch(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"RequestItems": {TABLE: [{"PutRequest": {"Item": row}} for row in rows]}}


def keys(*names: int) -> dict[str, Any]:
    return {"RequestItems": {TABLE: {"Keys": [{"pk": {"S": "A"}, "sk": {"S": f"{name}"}} for name in names]}}}


def messages(*ids: int, body: str = "x") -> dict[str, Any]:
    return {"QueueUrl": "q", "Entries": [{"Id": f"{each}", "MessageBody": body} for each in ids]}


def send_arguments(
    tag: str = "a-b_1", raw: bytes = b"To: a@example.org\r\n\r\nHi", to: str = "a@example.org"
) -> dict[str, Any]:
    return {
        "Destination": {"ToAddresses": [to]},
        "Content": {"Raw": {"Data": raw}},
        "EmailTags": [{"Name": "mail", "Value": tag}],
    }


REFUSED = [
    ("UpdateItem", update(UpdateExpression=" "), "UpdateExpression is empty"),
    ("UpdateItem", update(UpdateExpression="REMOVE " + "a" * 4096), "longer than 4 KB"),
    ("UpdateItem", update(UpdateExpression="REMOVE a", ExpressionAttributeValues=ONE), "unused :one"),
    ("UpdateItem", update(UpdateExpression="REMOVE a", ExpressionAttributeNames={"#b": "b"}), "unused #b"),
    ("UpdateItem", update(UpdateExpression="REMOVE a", ExpressionAttributeNames={}), "Names is empty"),
    ("UpdateItem", update(UpdateExpression="ADD n :two"), "undefined :two"),
    ("PutItem", {"TableName": TABLE, "Item": {**KEY, "n": {"N": "1" * 39}}}, "38 digits"),
    ("TransactWriteItems", {"TransactItems": []}, "0 writes"),
    ("TransactWriteItems", puts(*(row(n) for n in range(101))), "101 writes"),
    ("TransactWriteItems", puts(row(1), row(2), row(1)), "one item twice"),
    ("TransactWriteItems", puts(*(row(n, "x" * 390_000) for n in range(11))), "bytes"),
    ("BatchWriteItem", batch(*(row(n) for n in range(26))), "26 requests"),
    ("BatchWriteItem", batch(row(1), row(1)), "one item twice"),
    ("BatchGetItem", keys(*range(101)), "101 keys"),
    ("BatchGetItem", keys(1, 1), "reads one item twice"),
    ("SendMessageBatch", messages(), "0 messages"),
    ("SendMessageBatch", messages(*range(11)), "11 messages"),
    ("SendMessageBatch", messages(1, 1), "one id twice"),
    ("SendMessageBatch", messages(1, 2, body="x" * 600_000), "1 MB"),
    ("SendEmail", send_arguments(tag="invite#1"), "tag mail=invite#1"),
    ("SendEmail", send_arguments(tag=""), "tag mail="),
    ("SendEmail", send_arguments(to="a@example.org\r\nBcc: b@example.org"), "line break"),
    ("SendEmail", send_arguments(raw=b"To: a@example.org\r\nTo: b@example.org\r\n\r\nHi"), "header To twice"),
    ("SendEmail", send_arguments(raw=b"To: a@example.org\r\n\r\n" + b"x" * 999), "998 characters"),
]
TAKEN = [
    ("UpdateItem", update(UpdateExpression="ADD n :one", ExpressionAttributeValues=ONE)),
    ("PutItem", {"TableName": TABLE, "Item": {**KEY, "n": {"N": "1" * 38}}}),
    ("TransactWriteItems", puts(*(row(n) for n in range(100)))),
    ("TransactWriteItems", puts(*(row(n, "x" * 390_000) for n in range(10)))),
    ("BatchWriteItem", batch(*(row(n) for n in range(25)))),
    ("BatchGetItem", keys(*range(100))),
    ("SendMessageBatch", messages(*range(10))),
    ("SendEmail", send_arguments()),
    ("GetItem", {"TableName": TABLE, "Key": KEY}),
]


@pytest.mark.parametrize(("operation", "params", "fault"), REFUSED, ids=[f"{op}: {fault}" for op, _, fault in REFUSED])
def test_a_call_that_aws_refuses_is_a_fault(operation, params, fault):
    assert any(fault in reported for reported in faults(operation, params))


@pytest.mark.parametrize(("operation", "params"), TAKEN, ids=[operation for operation, _ in TAKEN])
def test_a_call_that_aws_takes_is_none(operation, params):
    assert list(faults(operation, params)) == []


def test_a_refused_call_is_not_made_and_is_remembered(aws):
    with pytest.raises(AwsWouldRefuse, match="UpdateItem: UpdateExpression is empty"):
        client("dynamodb").update_item(TableName=settings().table, Key=KEY, UpdateExpression=" ")

    assert aws_contract.broken == ["UpdateItem: UpdateExpression is empty"]
    aws_contract.broken.clear()


def test_our_own_email_has_no_line_that_is_too_long():
    message = EmailMessage()
    message["To"] = "a@example.org"
    message.set_content("word " * 2000)

    assert list(faults("SendEmail", send_arguments(raw=message.as_bytes()))) == []
