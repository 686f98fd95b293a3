"""Repeat a DynamoDB call that met another transaction or a busy partition, after bounded, random waits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from botocore.exceptions import ClientError

MAX_TRIES = 8
FIRST_WAIT = 0.02  # seconds, at most; doubled with each try
MAX_WAIT = 0.5  # seconds
CONFLICT = "TransactionConflictException"  # of UpdateItem, PutItem and DeleteItem
CANCELLED = "TransactionCanceledException"
PASSING_REASONS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}  # of one write

T = TypeVar("T")


class Waits(NamedTuple):
    """How to wait between two tries."""

    sleep: Callable[[float], object] = time.sleep
    share: Callable[[], float] = random.random  # of the longest wait, 0 to 1: writers that met once spread out


_waits = Waits()


def use(waits: Waits | None) -> None:
    """Wait in another way from now on (a test's, without sleep). None restores the system's."""
    global _waits
    _waits = waits or Waits()


def each_try(waits: Waits | None = None) -> Iterator[int]:
    """Yield the number of each try from 1 to MAX_TRIES, and wait before each but the first."""
    sleep, share = waits or _waits
    for number in range(1, MAX_TRIES + 1):
        if number > 1:
            sleep(share() * min(FIRST_WAIT * 2 ** (number - 2), MAX_WAIT))
        yield number


def repeat_conflicts(call: Callable[[], T], waits: Waits | None = None) -> T:
    """Return the call's answer. Raise its last error if every try met a conflict, any other error at once."""
    for number in each_try(waits):
        try:
            return call()
        except ClientError as error:
            if number == MAX_TRIES or not is_conflict(error):
                raise
    raise AssertionError("there is at least one try")


def is_conflict(error: ClientError) -> bool:
    """Return whether the call met another transaction or a busy partition.

    A transaction that says so of one write has not been decided, even if another write was refused: the write that
    met the conflict may have a refusal of its own, which decides the class.
    """
    code = error.response["Error"]["Code"]
    return code == CONFLICT or (code == CANCELLED and not PASSING_REASONS.isdisjoint(reasons(error)))


def reasons(error: ClientError) -> list[str]:
    """Return the code of each write of a cancelled transaction; "None" for those that were not at fault."""
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]


def busy(operation: str) -> ClientError:
    """Make the error of a batch of which DynamoDB processed nothing, try after try."""
    answer = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "Nothing was processed"}}
    return ClientError(answer, operation)
