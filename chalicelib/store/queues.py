"""Hints to the workers: "look at this row". May be lost, doubled or late; the sweep finds what was lost."""

from __future__ import annotations

import json
from collections.abc import Iterable

from chalicelib.config import settings
from chalicelib.store.aws import client

QUEUE_OF_KIND = {"mail": "mail", "report": "report"}  # every other kind goes to `work`


def hint(rows: Iterable[tuple[str, str]]) -> None:
    """rows: (partition key, kind) of each job or mail row."""
    by_queue: dict[str, list[str]] = {}
    for pk, kind in rows:
        by_queue.setdefault(QUEUE_OF_KIND.get(kind, "work"), []).append(pk)
    for queue, keys in by_queue.items():
        for start in range(0, len(keys), 10):
            _send(settings().queues[queue], keys[start : start + 10])


def read_hint(body: str) -> str:
    """The partition key a message names."""
    return str(json.loads(body)["row"])


def _send(url: str, keys: list[str]) -> None:
    entries = [{"Id": str(place), "MessageBody": json.dumps({"row": pk})} for place, pk in enumerate(keys)]
    client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
