"""Lambda as in a new account, with ten runs at once and none to reserve; a change of a function takes a while."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import moto.awslambda.urls as urls
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError
from moto.iam.models import iam_backends

from infra.local.account import ACCOUNT
from tests.support.manners.account import account, change

MIN_UNRESERVED = 10  # of a new account; 100 of others
_configuration = LambdaFunction.get_configuration
_configure = LambdaBackend.update_function_configuration
_reserve = LambdaBackend.put_function_concurrency


def apply() -> None:
    LambdaBackend.update_function_configuration = one_at_a_time(update_function_configuration)
    LambdaBackend.update_function_code = one_at_a_time(LambdaBackend.update_function_code)
    LambdaFunction.get_configuration = get_configuration
    LambdaBackend.put_function_concurrency = put_function_concurrency
    LambdaResponse.get_account_settings = get_account_settings
    urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch


def answer(path: str) -> str:
    """Return what a person at the emulator did, in words: `/_lambda/limit` in place of AWS's yes to a higher limit."""
    if path != "/_lambda/limit":
        return "There is no such address. /_lambda/limit raises the limit of Lambda.\n"
    change(lambdas_at_once=1000)
    return "Lambda allows 1,000 runs at once in this account. Run make deploy again.\n"


def one_at_a_time(update: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a change while another is under way."""

    def changed(self: Any, function_name: str, *args: Any, **kwargs: Any) -> Any:
        function = self.get_function(function_name, None)
        if getattr(function, "looks", 0):
            raise JsonRESTError(
                "ResourceConflictException", "The operation cannot be performed at this time. An update is in progress"
            )
        answer = update(self, function_name, *args, **kwargs)
        function.looks = account.looks_at_a_function
        return answer

    return changed


def update_function_configuration(self: Any, function_name: str, qualifier: Any, body: dict[str, Any]) -> Any:
    """Set how a function is traced, which moto passes over; Lambda refuses it to a role that may not write traces."""
    tracing = body.get("TracingConfig")
    if tracing:
        function = self.get_function(function_name, None)
        if tracing["Mode"] == "Active" and not _may_write_traces(function.role):
            raise JsonRESTError(
                "InvalidParameterValueException",
                "The provided execution role does not have permissions to call PutTraceSegments on XRAY",
            )
        function.tracing_config = tracing
    return _configure(self, function_name, qualifier, body)


def _may_write_traces(arn: str) -> bool:
    role = iam_backends[ACCOUNT]["aws"].get_role(arn.rsplit("/", 1)[1])
    if not any("xray:PutTraceSegments" in document for document in role.policies.values()):
        return False
    account.refusals_of_a_right -= 1
    return account.refusals_of_a_right < 0


def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
    configuration: dict[str, Any] = _configuration(self, on_create)
    if looks := getattr(self, "looks", 0):
        self.looks = looks - 1
        configuration["LastUpdateStatus"] = "InProgress"
    return configuration


def get_account_settings(_: Any) -> str:
    limit = account.lambdas_at_once
    return json.dumps({"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit}})


def put_function_concurrency(self: Any, function_name: str, reserved_concurrency: str) -> Any:
    least = min(100, max(MIN_UNRESERVED, account.lambdas_at_once // 10))
    if account.lambdas_at_once - int(reserved_concurrency) < least:
        raise JsonRESTError(
            "InvalidParameterValueException",
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{least}].",
        )
    return _reserve(self, function_name, reserved_concurrency)
