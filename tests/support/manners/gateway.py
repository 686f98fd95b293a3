"""API Gateway takes back the settings of one route, deletes a domain by either of its APIs, keeps the web ACL of a
stage that is deployed again, and deletes no API that a domain leads to; moto does none of it.
"""

from __future__ import annotations

from typing import Any

from moto.apigateway.exceptions import BadRequestException, NotFoundException
from moto.apigateway.models import APIGatewayBackend, RestAPI, Stage, apigateway_backends
from moto.apigatewayv2.models import ApiGatewayV2Backend

_apply_operations = Stage.apply_operations
_create_deployment = RestAPI.create_deployment
_delete_api = APIGatewayBackend.delete_rest_api
_delete_domain = ApiGatewayV2Backend.delete_domain_name


def apply() -> None:
    Stage.apply_operations = apply_operations
    RestAPI.create_deployment = create_deployment
    ApiGatewayV2Backend.delete_domain_name = delete_domain_name
    APIGatewayBackend.delete_rest_api = delete_rest_api


def create_deployment(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    before = self.stages.get(name)
    deployment = _create_deployment(self, name, *args, **kwargs)
    if before:
        self.stages[name].web_acl_arn = before.web_acl_arn
    return deployment


def delete_rest_api(self: Any, function_id: str) -> Any:
    paths = {name: self.base_path_mappings.get(name, {}).values() for name in self.domain_names}
    domains = [name for name, each in paths.items() if function_id in {mapping.rest_api_id for mapping in each}]
    if domains:
        raise BadRequestException(
            f"Deleting RestApi {function_id} failed. Please remove all base path mappings related to the RestApi in "
            f"your domains: {', '.join(domains)}"
        )
    return _delete_api(self, function_id)


def delete_domain_name(self: Any, domain_name: str) -> None:
    """Chalice makes it by the first API, and deletes it by the second."""
    first = apigateway_backends[self.account_id][self.region_name]
    if domain_name in first.domain_names:
        first.delete_domain_name(domain_name)
    else:
        _delete_domain(self, domain_name)


def apply_operations(self: Any, patch_operations: list[dict[str, Any]]) -> Any:
    for operation in patch_operations:
        route = operation["path"].removeprefix("/")
        if operation["op"] != "remove" or route == "accessLogSettings":
            continue
        if route not in self.method_settings:
            raise NotFoundException(f"Invalid method setting path: {operation['path']}")
        del self.method_settings[route]
    return _apply_operations(self, patch_operations)
