"""Refuses, before the call, what AWS refuses and moto lets through."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
MAX_EXPRESSION_BYTES = 4 * 1024
MAX_BATCH_BYTES = 1024 * 1024  # all of one batch
MAX_DIGITS = 38
KEPT = 4096  # expressions: the code's have few shapes
EXPRESSIONS = (
    "ConditionExpression",
    "UpdateExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
HEADER_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
ONCE_ONLY = ("From", "To", "Subject", "Reply-To", "Date", "Message-ID")

Params = dict[str, Any]

broken: list[str] = []  # kept, because the code under test may well catch the exception


class AwsWouldRefuse(Exception):
    """A call that works here and fails on AWS."""


def watch(session: Any) -> None:
    """Check every call of the clients this botocore session makes from now on."""
    session.register("before-parameter-build", _check)


def _check(params: Params, model: Any, **_: Any) -> None:
    for fault in faults(model.name, params):
        broken.append(f"{model.name}: {fault}")
        raise AwsWouldRefuse(broken[-1])


def faults(operation: str, params: Params) -> Iterator[str]:
    yield from _expression_faults(params)
    if operation in CHECKS:
        yield from CHECKS[operation](params)


# --- DynamoDB -------------------------------------------------------------------------------------------------------


def _expression_faults(params: Params) -> Iterator[str]:
    texts = {name: params[name] for name in EXPRESSIONS if name in params}
    for name, text in texts.items():
        if not text.strip():
            yield f"{name} is empty"
        if len(text.encode()) > MAX_EXPRESSION_BYTES:
            yield f"{name} is longer than 4 KB"
    used = _placeholders(" ".join(texts.values()))
    for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if kind in params and not params[kind]:
            yield f"{kind} is empty"
        if unused := sorted(set(params.get(kind, ())) - used):
            yield f"{kind} has unused {', '.join(unused)}"
    known = {*params.get("ExpressionAttributeNames", ()), *params.get("ExpressionAttributeValues", ())}
    if undefined := sorted(used - known):
        yield f"undefined {', '.join(undefined)}"


@lru_cache(KEPT)
def _placeholders(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[#:]\w+", text))


def _transaction(params: Params) -> Iterator[str]:
    actions = [next(iter(item.items())) for item in params["TransactItems"]]
    if not 1 <= len(actions) <= 100:
        yield f"{len(actions)} writes"
    for _verb, action in actions:
        yield from _expression_faults(action)
        yield from _item_faults(action.get("Item", {}))
    size = sum(_size(action.get("Item") or action.get("ExpressionAttributeValues", {})) for _verb, action in actions)
    if size > MAX_TRANSACTION_BYTES:
        yield f"{size} bytes"
    keys = [_key(action, action.get("Item") or action["Key"]) for _verb, action in actions]
    if len(set(keys)) < len(keys):
        yield "writes one item twice"


def _batch_write(params: Params) -> Iterator[str]:
    requests = [(table, each) for table, group in params["RequestItems"].items() for each in group]
    if not 1 <= len(requests) <= 25:
        yield f"{len(requests)} requests"
    puts = [(table, each["PutRequest"]["Item"]) for table, each in requests if "PutRequest" in each]
    for _table, item in puts:
        yield from _item_faults(item)
    deletes = [(table, each["DeleteRequest"]["Key"]) for table, each in requests if "DeleteRequest" in each]
    keys = [_key({"TableName": table}, item) for table, item in puts + deletes]
    if len(set(keys)) < len(keys):
        yield "writes one item twice"


def _batch_get(params: Params) -> Iterator[str]:
    keys = [_key({"TableName": table}, key) for table, group in params["RequestItems"].items() for key in group["Keys"]]
    if not 1 <= len(keys) <= 100:
        yield f"{len(keys)} keys"
    if len(set(keys)) < len(keys):
        yield "reads one item twice"


def _put(params: Params) -> Iterator[str]:
    yield from _item_faults(params["Item"])


def _item_faults(item: Params) -> Iterator[str]:
    numbers = [value["N"] for value in item.values() if "N" in value]
    if any(len(number.strip("-").replace(".", "").strip("0")) > MAX_DIGITS for number in numbers):
        yield "a number of more than 38 digits"


def _key(action: Params, item: Params) -> tuple[str, ...]:
    """Both tables' keys are strings: pk and sk, or id."""
    parts = (item.get(name, {}).get("S", "") for name in ("pk", "sk", "id"))
    return (action["TableName"], *parts)


def _size(values: Params) -> int:
    """Bytes as DynamoDB counts them, near enough."""
    return sum(len(name.encode()) + _value_size(value) for name, value in values.items())


def _value_size(typed: Params) -> int:
    ((kind, value),) = typed.items()
    if kind == "M":
        return 3 + _size(value)
    if kind == "L":
        return 3 + sum(1 + _value_size(inner) for inner in value)
    return len(value if isinstance(value, bytes) else str(value).encode())


# --- SQS and SES ----------------------------------------------------------------------------------------------------


def _message_batch(params: Params) -> Iterator[str]:
    entries = params["Entries"]
    if not 1 <= len(entries) <= 10:
        yield f"{len(entries)} messages"
    if len({entry["Id"] for entry in entries}) < len(entries):
        yield "one id twice"
    if sum(len(entry["MessageBody"].encode()) for entry in entries) > MAX_BATCH_BYTES:
        yield "messages of more than 1 MB"


def _email_faults(params: Params) -> Iterator[str]:
    for tag in params.get("EmailTags", []):
        if not (TAG.fullmatch(tag["Name"]) and TAG.fullmatch(tag["Value"])):
            yield f"tag {tag['Name']}={tag['Value']}"
    addresses = [*params["Destination"].get("ToAddresses", []), params.get("FromEmailAddress", "")]
    if any(re.search(r"[\r\n]", address) for address in addresses):
        yield "an address with a line break"
    if "Raw" not in params["Content"]:
        return
    raw = params["Content"]["Raw"]["Data"]
    names = Counter(name.title() for name in HEADER_NAME.findall(raw.partition(b"\r\n\r\n")[0]))
    for name in ONCE_ONLY:
        if names[name.title().encode()] > 1:
            yield f"header {name} twice"
    if max(map(len, raw.splitlines()), default=0) > 998:
        yield "a line of more than 998 characters"


CHECKS: dict[str, Callable[[Params], Iterator[str]]] = {
    "TransactWriteItems": _transaction,
    "BatchWriteItem": _batch_write,
    "BatchGetItem": _batch_get,
    "PutItem": _put,
    "SendMessageBatch": _message_batch,
    "SendEmail": _email_faults,
}
