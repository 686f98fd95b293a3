"""A moto server of its own process for deploys: `python -m tests.support.moto_server PORT`.

Separate from the tests' other AWS, because the functions deployed here would take messages from its queues.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import moto.apigateway.models as gateway
import moto.apigateway.urls as gateway_urls
import moto.awslambda.models as lambdas
import moto.cloudformation.parsing as stacks
from moto.apigateway.responses import APIGatewayResponse
from moto.cloudformation.models import Stack
from moto.core.exceptions import JsonRESTError
from moto.iam.access_control import PermissionResult
from moto.moto_server import threaded_moto_server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.s3.models import FakeBucket

from tests.support.manners import firewall, pages, queues, record, ses, subscriptions, tables
from tests.support.manners import gateway as api_gateway
from tests.support.manners import lambdas as lambda_limits
from tests.support.manners import stacks as stack_states
from tests.support.manners import watching as watching
from tests.support.manners.account import account, change, reset

_put = gateway.APIGatewayBackend.put_rest_api
_import = gateway.APIGatewayBackend.import_rest_api
_map = lambdas.LambdaBackend.create_event_source_mapping
_answer_import = APIGatewayResponse.import_rest_api
_patch = gateway.RestAPI.apply_patch_operations
_tag = APIGatewayResponse.tag_resource
_update = stacks.parse_and_update_resource
_layer = lambdas.LayerVersion.create_from_cloudformation_json.__func__


def put_rest_api(
    self: Any, function_id: str, api_doc: dict[str, Any], fail_on_warnings: bool, mode: str = "merge"
) -> Any:
    """moto refuses Swagger 2.0, and keeps gateway responses that AWS takes away with the rest of the API."""
    document = {**api_doc, "info": {"description": "", **api_doc["info"]}, "openapi": "3.0.1"}
    document.pop("swagger", None)
    api = _put(self, function_id, document, fail_on_warnings, mode=mode)
    api.gateway_responses.clear()
    api.root_resource_id = api.default.id
    return api


def import_rest_api(self: Any, api_doc: dict[str, Any], fail_on_warnings: bool) -> Any:
    """moto needs a description, which Chalice leaves out."""
    return _import(self, {**api_doc, "info": {"description": "", **api_doc["info"]}}, fail_on_warnings)


def answer_import(self: Any) -> Any:
    """moto leaves out what is asked for next to the document."""
    status, headers, body = _answer_import(self)
    api = self.backend.get_rest_api(json.loads(body)["id"])
    api.endpoint_configuration = {"types": [self._get_param("endpointConfigurationTypes") or "EDGE"]}
    return status, headers, json.dumps(api.to_dict())


def patch_api(self: Any, patch_operations: list[dict[str, str]]) -> Any:
    """moto passes over the size from which answers are compressed."""
    for each in patch_operations:
        if each["path"] == "/minimumCompressionSize":
            self.minimum_compression_size = int(each["value"])
    return _patch(self, patch_operations)


TAGS_OF_AN_API = (
    "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::/restapis/(?P<function_id>[^/]+)$"
)


def tag_resource(self: Any) -> str:
    """moto tags stages of an API alone."""
    match = re.search(r"/restapis/(\w+)$", unquote(self.path))
    if match is None:
        return str(_tag(self))
    self.backend.get_rest_api(match[1]).tags.update(json.loads(self.body)["tags"])
    return "{}"


def create_event_source_mapping(self: Any, spec: dict[str, Any]) -> Any:
    """AWS refuses a second mapping of one queue to one function; moto makes it."""
    name = spec["FunctionName"].split(":")[-1]
    for each in self._event_source_mappings.values():
        if each.event_source_arn == spec["EventSourceArn"] and each.function_arn.split(":function:")[-1] == name:
            raise JsonRESTError("ResourceConflictException", f"mapping {each.uuid} exists")
    return _map(self, spec)


def update_resource(logical_id: str, resource_json: dict[str, Any], resources: Any, *args: Any, **kwargs: Any) -> Any:
    """moto forgets a resource that it cannot update, and keeps one whose condition no longer holds."""
    condition, made = resource_json.get("Condition"), resources._parsed_resources
    if condition and not resources.lazy_condition_map[condition]:
        if resource := made.get(logical_id):
            resources._delete_resource(resource, resource_json)
        return None
    if condition and made.get(logical_id) is None:
        made.pop(logical_id, None)
        return resources[logical_id]  # makes it
    return _update(logical_id, resource_json, resources, *args, **kwargs) or resources[logical_id]


def stack_resources(self: Any) -> list[Any]:
    """moto lists those that it does not know, with nothing in them."""
    return [each for each in self.resource_map.values() if each is not None]


def create_layer(cls: Any, resource_name: str, cloudformation_json: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    """moto makes a name up."""
    return _layer(cls, cloudformation_json["Properties"]["LayerName"], cloudformation_json, *args, **kwargs)


def get_permission(_self: Any, _action: str, _resource: str) -> Any:
    """moto does not read a policy's conditions, and would deny every call because ours denies those without TLS."""
    return PermissionResult.NEUTRAL


XML_REFUSAL = b"<ErrorResponse><Error><Code>Broken</Code><Message>the line is cut</Message></Error></ErrorResponse>"


def _speaks_xml(environ: dict[str, Any]) -> bool:
    """By the service's name in the call's signature."""
    return any(f"/{service}/aws4" in environ.get("HTTP_AUTHORIZATION", "") for service in XML_SERVICES)


XML_SERVICES = ("cloudformation", "iam", "s3", "sns", "sts")


class Breaking:
    """In front of moto: after `GET /_break/3` two calls are answered and all later ones refused, until `/_break/0`."""

    left = 0  # calls until the break; 0 is never

    def __init__(self, application: Any):
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/_account":
            reset()
            ses.reset()
            change(**json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b""]
        if environ["PATH_INFO"] == "/_calls":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(record.forget()).encode()]
        if environ["PATH_INFO"].startswith("/_pass/"):
            change(seconds_passed=account.seconds_passed + float(environ["PATH_INFO"].rsplit("/", 1)[1]))
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b""]
        if environ["PATH_INFO"].startswith("/_break/"):
            Breaking.left = int(environ["PATH_INFO"].rsplit("/", 1)[1])
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b""]
        if Breaking.left == 1:
            start_response("403 Forbidden", [("x-amzn-ErrorType", "Broken")])
            return [XML_REFUSAL if _speaks_xml(environ) else b'{"__type": "Broken", "message": "the line is cut"}']
        if Breaking.left:
            Breaking.left -= 1
        return self._application(environ, start_response)


def serve(port: int, front: Callable[[Any], Any]) -> None:
    """Until the process ends. `front` wraps moto's WSGI application."""
    FakeBucket.get_permission = get_permission
    assert watching  # CloudFormation finds its classes
    for manner in (
        pages,
        ses,
        lambda_limits,
        tables,
        api_gateway,
        queues,
        stack_states,
        subscriptions,
        firewall,
        record,
    ):
        manner.apply()
    stacks.parse_and_update_resource = update_resource
    Stack.stack_resources = property(stack_resources)
    lambdas.LayerVersion.physical_resource_id = property(lambda self: self.arn)  # what `!Ref` gives
    lambdas.LayerVersion.create_from_cloudformation_json = classmethod(create_layer)
    gateway.APIGatewayBackend.put_rest_api = put_rest_api
    APIGatewayResponse.tag_resource = tag_resource
    gateway_urls.url_paths[TAGS_OF_AN_API] = APIGatewayResponse.dispatch
    gateway.APIGatewayBackend.import_rest_api = import_rest_api
    APIGatewayResponse.import_rest_api = answer_import
    gateway.RestAPI.apply_patch_operations = patch_api
    lambdas.LambdaBackend.create_event_source_mapping = create_event_source_mapping
    threaded_moto_server.DomainDispatcherApplication = lambda *args: front(DomainDispatcherApplication(*args))
    threaded_moto_server.ThreadedMotoServer("127.0.0.1", port, verbose=False).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    change(page_size=1)
    serve(int(sys.argv[1]), Breaking)
