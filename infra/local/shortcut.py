"""Calls of the app to moto in the same process, without HTTP between them: a third of the time; rows, a fifth.

Other programs (the command line, a reader's presigned link) reach the same moto at its port.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse, normalize_request
from moto.core.exceptions import HTTPException, ServiceException
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler

from infra.local.account import ACCOUNT, REGION
from infra.local.memory import backend
from infra.local.moto_patches import ONE_CALL

SERVICES = {"dynamodb": ("dynamodb", "dynamodb"), "sqs": ("sqs", "sqs"), "sesv2": ("email", "sesv2")}  # host, backend


# What pages and jobs ask of DynamoDB: all of it is data, so the answer need not be made JSON and read again.
ROWS = (
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
)


def use_in_process_transport(session: Any) -> None:
    """For the clients this botocore session makes from now on: the services that every page and job calls."""
    for service, (host, name) in SERVICES.items():
        session.register(f"before-send.{service}", _straight_to(f"https://{host}.{REGION}.amazonaws.com", name))
    take_rows(session)


def take_rows(session: Any) -> None:
    """The same for DynamoDB alone."""
    session.register("before-parameter-build", _remember)
    session.register("before-call", _rows)


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """What is asked, before botocore makes it JSON."""
    context["asked"] = params


def _rows(model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
    """What botocore would have read from moto's answer, for the calls of `ROWS`.

    None for a refusal, which has changed nothing: the call then goes the longer way, which words it as AWS does.
    """
    if model.name not in ROWS or model.service_model.service_name != "dynamodb":
        return None
    handler = DynamoHandler()
    handler.current_account, handler.region, handler.headers = ACCOUNT, REGION, params["headers"]
    handler.body = handler.params = context["asked"]
    with ONE_CALL:
        try:
            answer = getattr(handler, _method(model.name))().result
        except (ServiceException, HTTPException):
            return None
    found = {name: value for name, value in answer.items() if value is not None}
    return SimpleNamespace(status_code=200), {**found, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}


def _straight_to(site: str, name: str) -> Callable[..., AWSResponse]:
    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = site + (urlsplit(request.url).path or "/")
        moved = AWSPreparedRequest(request.method, url, request.headers, request.body, request.stream_output)
        status, headers, body = _call(name, moved)
        return AWSResponse(url, status, headers, MockRawResponse(body))

    return send


def _call(name: str, request: AWSPreparedRequest) -> tuple[int, Any, Any]:
    with ONE_CALL:
        asked = normalize_request(request)
        handler = _handler(name, request.url)
        try:
            answer: tuple[int, Any, Any] = handler(asked, asked.raw_url, asked.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()
        return answer


@cache
def _method(operation: str) -> str:
    return str(camelcase_to_underscores(operation))


@cache
def _handler(name: str, url: str) -> Callable[..., Any]:
    """What moto would find by trying the addresses of all its services."""
    found: Callable[..., Any] = next(
        handler for pattern, handler in backend(name).urls.items() if re.match(pattern, url)
    )
    return found
