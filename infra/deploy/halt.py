"""`make stop` and `make start`: pages say “back soon”, no job runs and no email is sent; nothing is lost.

API Gateway answers by itself, because it lets no request through. Queues keep their messages, and rows say what is due,
so the first sweep after the start finds everything.
"""

from __future__ import annotations

from datetime import UTC, datetime

from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none


def stopped_since(stage: Deployment) -> str:
    """Return when the stage was stopped; empty if it runs."""
    parameter = found_or_none(stage.client("ssm").get_parameter, "ParameterNotFound", Name=_parameter(stage))
    return str(parameter["Parameter"]["Value"]) if parameter else ""


def remember(stage: Deployment, hand: Reporter) -> None:
    """Mark the stage as stopped, so that a deploy in between does not start it."""
    if stopped_since(stage):
        hand.stays(f"{stage.name} is stopped since {stopped_since(stage)}")
        return
    put, now = stage.client("ssm").put_parameter, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    hand.change("stop pages, schedule and queues", lambda: put(Name=_parameter(stage), Type="String", Value=now))


def forget(stage: Deployment, hand: Reporter) -> None:
    if not stopped_since(stage):
        hand.stays(f"{stage.name} is not stopped")
        return
    delete = stage.client("ssm").delete_parameter
    hand.change("start pages, schedule and queues", lambda: delete(Name=_parameter(stage)))


def _parameter(stage: Deployment) -> str:
    return f"/fullcircle/{stage.name}/stopped"
