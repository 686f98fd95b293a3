"""What an account is asked for, by service and operation, in the order of the alphabet."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse

_called: set[str] = set()


def apply() -> None:
    """After every other manner, so that it sees what is refused too."""
    answer = BaseResponse.call_action

    def call_action(self: Any) -> Any:
        _called.add(f"{self.boto3_service_name}:{self._get_action()}:{self.method}")
        return answer(self)

    BaseResponse.call_action = call_action


def forget() -> list[str]:
    """Return what was asked since the last time."""
    called = sorted(_called)
    _called.clear()
    return called
