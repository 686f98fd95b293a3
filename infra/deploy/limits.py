"""How many requests API Gateway lets through, for all pages and for single routes: infra/limits.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from infra.deploy import halt
from infra.deploy.stage import Deployment

FILE = "infra/limits.yaml"
EVERY_ROUTE = "*/*"
PRIVATE = {  # of every route: the execution log would hold paths and answers
    "logging/loglevel": "OFF",
    "logging/dataTrace": "false",
    "caching/enabled": "false",
}
SHOWN_AS = {
    "throttling/rateLimit": "throttlingRateLimit",
    "throttling/burstLimit": "throttlingBurstLimit",
    "logging/loglevel": "loggingLevel",
    "logging/dataTrace": "dataTraceEnabled",
    "caching/enabled": "cachingEnabled",
}


def read_limits(stage: Deployment) -> dict[str, Mapping[str, float]]:
    """Return the limits of every route: `*/*`, or as API Gateway writes a route and its method."""
    document = yaml.safe_load((stage.project / FILE).read_text())
    own = (document["stages"] or {}).get(stage.name, {})
    limits: dict[str, Mapping[str, float]] = {EVERY_ROUTE: {**document["pages"], **own.get("pages", {})}}
    for name, limit in {**document["routes"], **own.get("routes", {})}.items():
        method, path = name.split(" ")
        limits[f"{path.replace('/', '~1')}/{method}"] = limit
    return limits


def wanted(stage: Deployment) -> Iterator[tuple[str, str]]:
    """Yield what a stage is to have: where, in the words of a patch, and the value. A stopped one lets none through."""
    is_stopped = bool(halt.stopped_since(stage))
    for route, limit in read_limits(stage).items():
        yield f"/{route}/throttling/rateLimit", "0" if is_stopped else f"{limit['per_second']:g}"
        yield f"/{route}/throttling/burstLimit", "0" if is_stopped else f"{limit['at_once']}"
        for name, value in PRIVATE.items():
            yield f"/{route}/{name}", value


def list_left(stage: Deployment, now: Mapping[str, Any]) -> list[str]:
    """Return the routes that a stage has settings of and the file does not name, as the path of a patch."""
    wanted = {_plain(route) for route in read_limits(stage)}
    left = [route.rpartition("/") for route in now.get("methodSettings", {}) if _plain(route) not in wanted]
    return [f"/{resource.replace('/', '~1')}/{method}" for resource, _, method in left]


def shown(now: Mapping[str, Any], path: str) -> str:
    """Return what a stage has at a path of its patches, as the patch would write it."""
    _, resource, method, name = path.split("/", 3)
    settings = {_plain(route): setting for route, setting in now.get("methodSettings", {}).items()}
    number = settings.get(_plain(f"{resource}/{method}"), {}).get(SHOWN_AS[name], "")
    if isinstance(number, bool):
        return str(number).lower()
    return f"{number:g}" if isinstance(number, float) else str(number)


def _plain(route: str) -> str:
    return route.replace("~1", "/").strip("/")
