"""API Gateway takes back the settings of one route; moto passes over that."""

from __future__ import annotations

from typing import Any

from moto.apigateway.exceptions import NotFoundException
from moto.apigateway.models import Stage

_apply_operations = Stage.apply_operations


def apply() -> None:
    Stage.apply_operations = apply_operations


def apply_operations(self: Any, patch_operations: list[dict[str, Any]]) -> Any:
    for operation in patch_operations:
        route = operation["path"].removeprefix("/")
        if operation["op"] != "remove" or route == "accessLogSettings":
            continue
        if route not in self.method_settings:
            raise NotFoundException(f"Invalid method setting path: {operation['path']}")
        del self.method_settings[route]
    return _apply_operations(self, patch_operations)
