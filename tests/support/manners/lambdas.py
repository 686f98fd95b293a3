"""Lambda as in a new account: ten runs at once, of which none can be reserved."""

from __future__ import annotations

import json
from typing import Any

import moto.awslambda.urls as urls
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError

from tests.support.manners.account import account

MIN_UNRESERVED = 10  # of a new account; 100 of others
_reserve = LambdaBackend.put_function_concurrency


def apply() -> None:
    LambdaBackend.put_function_concurrency = put_function_concurrency
    LambdaResponse.get_account_settings = get_account_settings
    urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch


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
