"""Queue hints to the workers: "look at this row".

A hint may be lost, repeated or late; the sweep recovers lost ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from chalicelib.core.aws import client
from chalicelib.core.settings import Queue, settings


def hint(rows: Iterable[tuple[str, Queue]]) -> None:
    """Send hints. rows: (partition key, queue) of each job or email row."""
    by_queue: dict[Queue, list[str]] = {}
    for pk, queue in rows:
        by_queue.setdefault(queue, []).append(pk)
    for queue, keys in by_queue.items():
        for start in range(0, len(keys), 10):
            _send(settings().queues[queue], keys[start : start + 10])


def read_hint(body: str) -> str:
    """Return the partition key that a message names."""
    return str(json.loads(body)["row"])


def _send(url: str, keys: list[str]) -> None:
    entries = [{"Id": str(place), "MessageBody": json.dumps({"row": pk})} for place, pk in enumerate(keys)]
    client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
