"""SQS does not give the name of a deleted queue again for a minute; moto gives it at once."""

from __future__ import annotations

import time
from typing import Any

from moto.sqs.exceptions import SQSException
from moto.sqs.models import SQSBackend

from tests.support.manners.account import account

REST = 60  # seconds
_create = SQSBackend.create_queue
_delete = SQSBackend.delete_queue


def apply() -> None:
    SQSBackend.create_queue = create_queue
    SQSBackend.delete_queue = delete_queue


def create_queue(self: Any, name: str, tags: dict[str, str] | None = None, **kwargs: Any) -> Any:
    if name not in self.queues and _now() - _deleted(self).get(name, 0) < REST:
        raise SQSException(
            "AWS.SimpleQueueService.QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        )
    return _create(self, name, tags, **kwargs)


def delete_queue(self: Any, queue_name: str) -> None:
    _delete(self, queue_name)
    _deleted(self)[queue_name] = _now()


def _deleted(backend: Any) -> dict[str, float]:
    """Return when each queue was deleted; moto's reset forgets it with the queues."""
    deleted_at: dict[str, float] = backend.__dict__.setdefault("deleted_at", {})
    return deleted_at


def _now() -> float:
    return time.time() + account.seconds_passed
