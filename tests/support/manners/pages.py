"""Answer list calls in pages, as AWS does. Which calls have pages, and how, comes from botocore's own models."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import botocore.session
from botocore.parsers import create_parser
from moto.apigateway.models import APIGatewayBackend
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.responses import BaseResponse
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from tests.support.manners.account import account

_call_action = BaseResponse.call_action
_get_resources = APIGatewayBackend.get_resources

# Rows come in pages of their own (tests of the store), and moto cuts the versions of a bucket itself.
LEFT_OUT = ("dynamodb", "s3")
# Only the first of these are shown, and there is no next page.
CUT_OFF = {"DescribeStackResources": "StackResources"}


def apply() -> None:
    BaseResponse.call_action = call_action
    APIGatewayBackend.get_resources = get_resources


def get_resources(self: Any, function_id: str) -> list[Any]:
    """AWS sorts them by random ids, so the root can be on any page: here it is on the last."""
    return sorted(_get_resources(self, function_id), key=lambda each: each.path_part in (None, "", "/"))


def call_action(self: Any) -> Any:
    name = self._get_action()
    rule = _rule(self.boto3_service_name, name)
    if rule is None:
        return _call_action(self)
    asked = _asked(self, name)
    _forget(self, rule)
    status, headers, body = _call_action(self)
    if int(status) >= 300:
        return status, headers, body
    return status, headers, _page(self, name, rule, asked, body)


@cache
def _rule(service: str, name: str) -> dict[str, Any] | None:
    """botocore's pagination of an operation; None if it has no pages here."""
    if service in LEFT_OUT or not service:
        return None
    if name in CUT_OFF:
        return {"result_key": CUT_OFF[name]}
    rule = _paginators(service).get(name)
    return None if rule is None or isinstance(rule["input_token"], list) else rule


@cache
def _paginators(service: str) -> dict[str, Any]:
    loader = botocore.session.get_session().get_component("data_loader")
    try:
        return dict(loader.load_service_model(service, "paginators-1")["pagination"])
    except Exception:  # a service without lists
        return {}


def _asked(response: Any, name: str) -> dict[str, Any]:
    """Return what the call asks for."""
    request, model = response.normalized_request, get_service_model(response.boto3_service_name)
    parser = PROTOCOL_PARSERS[response.determine_response_protocol(model)](model.operation_model(name))
    fields = {"method": request.method, "values": request.values, "headers": request.headers}
    fields |= {"body": request.data, "url_path": request.path, "url_params": response.uri_match}
    return dict(parser.parse(fields))


def _forget(response: Any, rule: dict[str, Any]) -> None:
    """moto answers the whole list: take the page and its size out of the call."""
    for name in (rule.get("input_token"), rule.get("limit_key")):
        for place in (response.querystring, getattr(response, "params", None)):
            if isinstance(place, dict):
                place.pop(name, None)
        if name and isinstance(response.body, str) and response.body.startswith("{"):
            left = {key: value for key, value in json.loads(response.body).items() if key != name}
            response.body = json.dumps(left)


def _page(response: Any, name: str, rule: dict[str, Any], asked: dict[str, Any], body: Any) -> Any:
    model = get_service_model(response.boto3_service_name)
    operation, protocol = model.operation_model(name), response.determine_response_protocol(model)
    raw = {"body": body.encode() if isinstance(body, str) else body, "headers": {}, "status_code": 200}
    parsed = create_parser(protocol).parse(raw, operation.output_shape)
    parsed.pop("ResponseMetadata", None)
    serializer = get_serializer_class(model.service_name, protocol)(operation)
    return serializer.serialize(_cut(parsed, rule, asked))["body"]


def _cut(parsed: dict[str, Any], rule: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return the page that was asked for, with the name of the next one if there is more."""
    keys = rule["result_key"] if isinstance(rule["result_key"], list) else [rule["result_key"]]
    start = int(asked.get(rule.get("input_token", "")) or 0)
    size = min(account.page_size, int(asked.get(rule.get("limit_key", "")) or account.page_size))
    is_more = any(len(parsed.get(key) or []) > start + size for key in keys)
    page = {**parsed, **{key: parsed[key][start : start + size] for key in keys if parsed.get(key)}}
    if "output_token" in rule:
        page.pop(rule["output_token"], None)
        page |= {rule["output_token"]: str(start + size)} if is_more else {}
        page |= {rule["more_results"]: is_more} if "more_results" in rule else {}
    return page
