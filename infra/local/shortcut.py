"""Calls of the app to moto in the same process, without HTTP between them. The tests call moto in the same way.

Other programs (the command line, a reader's presigned link) reach the same moto at its port.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ParamValidationError
from botocore.response import StreamingBody
from botocore.validate import ParamValidationDecorator, ParamValidator
from moto.core.botocore_stubber import MockRawResponse, normalize_request
from moto.core.exceptions import HTTPException, ServiceException
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler

from infra.local.account import ACCOUNT, REGION
from infra.local.memory import backend
from infra.local.moto_patches import ONE_CALL, accept_email

SERVICES = {"dynamodb": ("dynamodb", "dynamodb"), "sqs": ("sqs", "sqs"), "sesv2": ("email", "sesv2")}  # host, backend


Asked: TypeAlias = dict[str, Any] | HTTPException | None
Call: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

# What pages and jobs ask of DynamoDB: all of it is data, so the answer need not be made JSON and read again.
ROWS = (
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
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
    answer_at_once(session)


def answer_at_once(session: Any) -> None:
    """Answer the commonest calls without preparing an HTTP request. botocore emits every event of a call as ever."""
    for service in {service for service, _ in AT_ONCE}:
        session.register(f"creating-client-class.{service}", _call_at_once)


def _call_at_once(base_classes: list[type], **_: Any) -> None:
    base_classes.insert(0, _AtOnce)


class _AtOnce(BaseClient):  # type: ignore[misc]
    """A client whose steps between botocore's events are left out where moto can be asked directly."""

    def _resolve_endpoint_ruleset(self, model: Any, params: Any, context: dict[str, Any], **options: Any) -> Any:
        context["asked"] = params
        if _at_once(model, context):
            return "", {}, {}
        return super()._resolve_endpoint_ruleset(model, params, context, **options)

    def _convert_to_request_dict(self, api_params: Any, operation_model: Any, **request: Any) -> Any:
        if not _at_once(operation_model, request["context"]):
            return super()._convert_to_request_dict(api_params, operation_model, **request)
        if isinstance(self._serializer, ParamValidationDecorator):  # the embedded cloud goes without
            _validate(api_params, operation_model)
        return {"headers": {}, "body": b"", "url_path": "/", "context": request["context"]}

    def _make_request(self, model: Any, request: dict[str, Any], context: dict[str, Any]) -> tuple[Any, Any]:
        call = _at_once(model, context)
        if call is None:
            return self._make_request_over_http(model, request, context)
        answer = _ask(call, context["asked"])
        if answer is None:
            return self._make_request_over_http(model, self._prepare(model, context), context)
        if isinstance(answer, HTTPException):
            return SimpleNamespace(status_code=answer.code), _refusal(self, model, answer)
        return SimpleNamespace(status_code=200), answer

    def _make_request_over_http(self, model: Any, request: Any, context: Any) -> tuple[Any, Any]:
        answer: tuple[Any, Any] = super()._make_request(model, request, context)
        return answer

    def _prepare(self, model: Any, context: dict[str, Any]) -> Any:
        params = context["asked"]
        url, headers, properties = super()._resolve_endpoint_ruleset(model, params, context)
        context["endpoint_properties"] = properties
        return super()._convert_to_request_dict(params, model, endpoint_url=url, context=context, headers=headers)


def _at_once(model: Any, context: dict[str, Any]) -> Call | None:
    """Return what moto is asked for this call; None for a link that is signed, and for calls that need HTTP."""
    return None if context.get("is_presign_request") else AT_ONCE.get((model.service_model.service_name, model.name))


def _validate(params: Any, model: Any) -> None:
    report = ParamValidator().validate(params, model.input_shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


def _refusal(client: Any, model: Any, refusal: HTTPException) -> Any:
    """Return what botocore makes of a refusal: it reads the same status and body."""
    answer = {"status_code": refusal.code, "headers": {}, "body": str(refusal.get_body()).encode()}
    read = client._response_parser.parse(answer, model.output_shape)
    client._endpoint._add_modeled_error_fields(answer, read, model, client._response_parser)
    return read


def _ask(call: Call, params: dict[str, Any]) -> Asked:
    """Return what botocore would have read from moto's answer, or moto's refusal.

    None for a refusal without a body, which has changed nothing: the call then goes the longer way, which words it as
    AWS does.
    """
    with ONE_CALL:
        try:
            answer = call(params)
        except ServiceException:
            return None
        except HTTPException as refusal:
            return refusal
    return {**answer, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}


def _of_rows(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    handler = DynamoHandler()
    handler.current_account, handler.region, handler.headers = ACCOUNT, REGION, {}
    handler.body = handler.params = params
    answer = getattr(handler, _method(operation))().result
    return {name: value for name, value in answer.items() if value is not None}


def _queue_messages(params: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {"MessageAttributes": {}, "DelaySeconds": None}
    entries = {str(place): {**plain, **entry} for place, entry in enumerate(params["Entries"])}
    queued, failed = backend("sqs").send_message_batch(params["QueueUrl"].rpartition("/")[2], entries)
    return {"Successful": [{"Id": message.user_id, "MessageId": message.id} for message in queued], "Failed": failed}


def _send_email(params: dict[str, Any]) -> dict[str, Any]:
    to, raw = list(params["Destination"]["ToAddresses"]), params["Content"]["Raw"]["Data"]
    ses = backend("ses")
    sent = accept_email(ses, params, lambda: ses.send_raw_email(params.get("FromEmailAddress"), to, raw.decode()))
    return {"MessageId": sent.id}


def _load_object(params: dict[str, Any]) -> dict[str, Any]:
    stored = backend("s3").get_object(params["Bucket"], params["Key"])
    if stored is None:
        raise ServiceException("NoSuchKey")
    body = stored.value
    return {"Body": StreamingBody(BytesIO(body), len(body)), "ContentLength": len(body)}


AT_ONCE: dict[tuple[str, str], Call] = {
    **{("dynamodb", operation): partial(_of_rows, operation) for operation in ROWS},
    ("sqs", "SendMessageBatch"): _queue_messages,
    ("sesv2", "SendEmail"): _send_email,
    ("s3", "GetObject"): _load_object,
}


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
    """Return what moto would find by trying the addresses of all its services."""
    handler: Callable[..., Any] = next(
        handler for pattern, handler in backend(name).urls.items() if re.match(pattern, url)
    )
    return handler
