"""A fault at every AWS call of an act: throttled, answer lost, killed, a conflict of transactions; then checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations, product
from typing import Any, TypeVar

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from chalicelib.core.settings import settings
from tests.support import cloud, conflicts
from tests.support.calls import watched_by
from tests.support.clock import MONDAY

Env = TypeVar("Env")
Plan = Mapping[int, str]  # number of the call -> what happens to it; numbers run on through redeliveries

KINDS = ("throttled", "answer lost", "killed before", "killed after")
CONFLICT = "conflict"  # with another transaction: a write is refused once, and has changed nothing
THROTTLES = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sesv2": (429, "TooManyRequestsException"),
    "s3": (503, "SlowDown"),
    "sqs": (403, "RequestThrottled"),
    "ssm": (400, "ThrottlingException"),
}
REDELIVERED_AFTER = timedelta(minutes=30)  # the queues' visibility timeout
MAX_DELIVERIES = 8


class Killed(BaseException):
    """The function was stopped in the middle: no handler may catch it."""


def single_faults(
    setup: Callable[[], Env],
    act: Callable[[Env, datetime], object],
    check: Callable[[Env], list[str]],
) -> int:
    """Act under every single fault. Fails with all violations; returns how many plans were tried.

    Each plan starts from an empty account and `setup`. `act` is delivered until it returns, each time half an hour
    later, and then once more, as a queue may. `check` names what is wrong afterwards.
    """
    return _try_all(setup, act, check, faults_at_once=1)


def double_faults(
    setup: Callable[[], Env],
    act: Callable[[Env, datetime], object],
    check: Callable[[Env], list[str]],
) -> int:
    """As `single_faults`, under every single fault and every pair of them."""
    return _try_all(setup, act, check, faults_at_once=2)


def _try_all(
    setup: Callable[[], Env],
    act: Callable[[Env, datetime], object],
    check: Callable[[Env], list[str]],
    faults_at_once: int,
) -> int:
    clean, wrong = _play({}, setup, act, check)
    assert not wrong, f"without any fault: {wrong}"
    tried, violations = 1, []
    for plan in _plans(clean.calls, faults_at_once):
        played, wrong = _play(plan, setup, act, check)
        tried += 1
        where = [f"{kind} at call {number}, {played.calls[number - 1]}" for number, kind in plan.items()]
        violations += [f"{' and '.join(where)}: {violation}" for violation in wrong]
    assert not violations, f"{len(violations)} violations in {tried} plans:\n" + "\n".join(violations)
    return tried


def kinds_at(operation: str) -> tuple[str, ...]:
    """Return the faults that a call may meet."""
    return (*KINDS, CONFLICT) if operation in conflicts.WRITES else KINDS


def _plans(calls: Sequence[str], faults_at_once: int) -> Iterator[Plan]:
    for count in range(1, faults_at_once + 1):
        for numbers in combinations(range(1, len(calls) + 1), count):
            for kinds in product(*(kinds_at(calls[number - 1]) for number in numbers)):
                yield dict(zip(numbers, kinds, strict=True))


def _play(
    plan: Plan,
    setup: Callable[[], Env],
    act: Callable[[Env, datetime], object],
    check: Callable[[Env], list[str]],
) -> tuple[Striking, list[str]]:
    cloud.empty()
    settings()  # a warm function: its settings are read
    env = setup()
    striking = Striking(plan)
    now = MONDAY
    for _ in range(MAX_DELIVERIES):
        if _delivered(striking, act, env, now):
            break
        now += REDELIVERED_AFTER
    else:
        return striking, [f"not done after {MAX_DELIVERIES} deliveries"]
    _delivered(striking, act, env, now + REDELIVERED_AFTER)
    return striking, check(env)


def _delivered(striking: Striking, act: Callable[[Env, datetime], object], env: Env, now: datetime) -> bool:
    try:
        with watched_by(striking):
            act(env, now)
    except (Killed, ClientError, BotoCoreError):
        return False
    return True


class Striking:
    """Watches every call, and strikes those of the plan."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.calls: list[str] = []

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        self.calls.append(operation)
        context["fault"] = self.plan.get(len(self.calls), "")
        if context["fault"] == "killed before":
            raise Killed
        if context["fault"] == CONFLICT:
            return conflicts.answer(operation, context["asked"])
        return _throttled(service) if context["fault"] == "throttled" else None

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        if context["fault"] == "answer lost":
            raise ReadTimeoutError(endpoint_url=service)
        if context["fault"] == "killed after":
            raise Killed


def _throttled(service: str) -> tuple[AWSResponse, dict[str, Any]]:
    """botocore has tried as often as it may, so its own retries are not played."""
    status, code = THROTTLES[service]
    answer = {"Error": {"Code": code, "Message": "slow down"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return AWSResponse(service, status, {}, None), answer
