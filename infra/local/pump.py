"""Carries what AWS would carry: messages from the queues to the handlers, and SES's word of each email."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import datetime

from chalice.app import Chalice, SQSEventConfig

from infra.local import memory, outbox
from infra.local.invoke import invoke, queue_event, topic_event

MAX_MESSAGES = 200_000  # of one run until empty; beyond it, jobs cause one another without end


class Dispatcher:
    """Not for two threads at once."""

    def __init__(self, app: Chalice, topic: str, now: Callable[[], datetime]):
        self.app = app
        self.now = now
        self.bouncing: set[str] = set()  # addresses whose email comes back
        self._topic = topic
        self._sources = [(each.queue, each.name) for each in app.event_sources if isinstance(each, SQSEventConfig)]
        self._reported = 0

    def is_idle(self) -> bool:
        """Nothing waits to be carried."""
        return not any(memory.waiting(queue) for queue, _handler in self._sources) and not self._unreported()

    def until_empty(self) -> int:
        """Return how many messages were handled."""
        handled = 0
        while carried := self.once():
            handled += carried
            if handled > MAX_MESSAGES:
                raise RuntimeError(f"still busy after {handled} messages")
        return handled

    def once(self) -> int:
        """At most ten messages of each queue, and every email whose event is not yet sent."""
        handled = sum(self._carry(queue, handler) for queue, handler in self._sources if memory.waiting(queue))
        return handled + self._report_emails()

    def notify(self, message: str) -> None:
        """One mail event to its handler. An event that fails is lost, as after SNS's last attempt."""
        self._try("mail_events", topic_event(self._topic, message, self.now()))

    def _carry(self, queue: str, handler: str) -> int:
        messages = memory.receive(queue)
        done = [message for message in messages if self._try(handler, queue_event(queue, message))]
        memory.delete_messages(queue, [message["ReceiptHandle"] for message in done])
        return len(messages)

    def _unreported(self) -> list[outbox.Accepted]:
        return outbox.accepted(self._reported)

    def _report_emails(self) -> int:
        fresh = self._unreported()
        for email in fresh:
            self._reported += 1
            self.notify(outbox.send(email, self.now()))
            bounces = self.bouncing.intersection(email.addresses)
            self.notify((outbox.bounce if bounces else outbox.delivery)(email, self.now()))
        return len(fresh)

    def _try(self, handler: str, event: dict[str, object]) -> bool:
        """Run a handler. Return False if it raised: its message stays hidden until it times out, as on AWS."""
        try:
            invoke(self.app, handler, event)
        except Exception:
            print(f"{handler} failed:", file=sys.stderr)
            traceback.print_exc()
            return False
        return True
