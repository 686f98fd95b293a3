"""AWS's manner at a write that meets another transaction: refused with an error of its own, nothing changed."""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSResponse

WRITES = ("UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems")

Answer = tuple[AWSResponse, dict[str, Any]]


def answer(operation: str, asked: dict[str, Any], codes: list[str] | None = None) -> Answer:
    """Return what AWS answers. codes: the reason of each write of a transaction; else all met a conflict."""
    if operation != "TransactWriteItems":
        return _refusal("TransactionConflictException")
    reasons = codes or ["TransactionConflict"] * len(asked["TransactItems"])
    return _refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in reasons])


def _refusal(code: str, **more: Any) -> Answer:
    parsed = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return AWSResponse("dynamodb", 400, {}, None), parsed


class Conflicts:
    """Watches every call, and lets the first writes meet another transaction.

    times   writes that meet one
    codes   the reasons of a transaction's writes; else all met it
    """

    def __init__(self, times: int, codes: list[str] | None = None):
        self.left = times
        self.codes = codes
        self.writes: list[str] = []

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Answer | None:
        if operation not in WRITES:
            return None
        self.writes.append(operation)
        self.left -= 1
        return answer(operation, context["asked"], self.codes) if self.left >= 0 else None

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass
