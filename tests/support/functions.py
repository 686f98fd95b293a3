"""Which function on AWS does what a test calls: so that every test runs with that function's rights, and no more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice.test import TestHTTPClient

import chalicelib.emails.delivery_events
import chalicelib.emails.send
import chalicelib.jobs.run
import chalicelib.jobs.sweep
from chalicelib.jobs.kinds import queue_of
from infra.local.record import running


def attribute() -> None:
    """Once, before app.py or a test has imported what is wrapped here."""
    chalicelib.jobs.sweep.sweep = _as("sweep_due")(chalicelib.jobs.sweep.sweep)
    chalicelib.emails.send.send = _as("mail")(chalicelib.emails.send.send)
    chalicelib.emails.delivery_events.record_delivery_event = _as("mail_events")(
        chalicelib.emails.delivery_events.record_delivery_event
    )
    chalicelib.jobs.run.run_job = _as_worker(chalicelib.jobs.run.run_job)
    TestHTTPClient.request = _as("api_handler")(TestHTTPClient.request)


def _as(function: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def attributed(act: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(act)
        def run(*args: Any, **kwargs: Any) -> Any:
            with running(function):
                return act(*args, **kwargs)

        return run

    return attributed


def _as_worker(act: Callable[..., bool]) -> Callable[..., bool]:
    @wraps(act)
    def run(job_id: str, *args: Any, **kwargs: Any) -> bool:
        with running(queue_of(job_id.partition("#")[0]).value):
            return act(job_id, *args, **kwargs)

    return run
