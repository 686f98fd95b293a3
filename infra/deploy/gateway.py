"""What API Gateway does that Chalice cannot say: limits, the access log, pages for what reaches no function."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from chalicelib.core import settings as config
from chalicelib.core.errors import Refusal
from chalicelib.web import static
from chalicelib.web.page import HEADERS, INTERNAL_ERROR, refusal_page
from infra.deploy import halt, limits, settings, stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment

# By route template, never by path: paths hold people's links. No addresses of readers.
ACCESS_LOG = json.dumps(
    {
        "gateway": "$context.requestId",  # as in the function's own lines
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "milliseconds": "$context.responseLatency",
    }
).replace('"$context.status"', "$context.status")  # a number, for the figures made of it

TRACING = "/tracingEnabled"  # of the API's stage, never on: see tracing.py


class Gone(Refusal):
    status = 404
    title = "There is no such page"
    next_step = "Use the link in your email."


class Busy(Refusal):
    status = 429
    title = "The site is very busy at the moment"
    next_step = "Please wait a minute and try again."


class Refused(Refusal):
    title = "We could not read the form"


class TooLarge(Refusal):
    status = 413
    title = "This is too large to send"


class BackSoon(Refusal):
    status = 503
    title = "We are back soon"
    next_step = "Please come back later."


BACK_SOON = BackSoon(
    "The site is closed for a short while. Later, use the link in your email again. Nothing you sent before is lost. "
    "If you have just sent a form, it was not received: go back, keep the page open, and send it again later."
)
NO_PAGE = Gone("Please open the link in your email again. If it was broken over two lines, copy all of it.")
BUSY = Busy(
    "Nothing you sent before is lost. If you have just sent a form, it was not received: go back, keep the page open, "
    "and send it again."
)
TOO_LARGE = TooLarge("Go back, and shorten the text or choose a smaller file. Files of more than 2 MB are refused.")
REFUSED = Refused("Go back, open the page again from the link in your email, and repeat the step.")


class Page(NamedTuple):
    status: str | None  # None leaves it as API Gateway has it
    refusal: Refusal


PAGES = {
    "MISSING_AUTHENTICATION_TOKEN": Page("404", NO_PAGE),  # so it calls an unknown path
    "RESOURCE_NOT_FOUND": Page("404", NO_PAGE),
    "THROTTLED": Page("429", BUSY),
    "QUOTA_EXCEEDED": Page("429", BUSY),
    "REQUEST_TOO_LARGE": Page("413", TOO_LARGE),
    "DEFAULT_4XX": Page(None, REFUSED),
    "DEFAULT_5XX": Page(None, INTERNAL_ERROR),
}


def ensure_gateway(stage: Deployment, hand: Reporter, api: str) -> None:
    _log_role(stage, hand)
    _pages(stage, hand, api)
    _stage_settings(stage, hand, api)


def _log_role(stage: Deployment, hand: Reporter) -> None:
    """One for the whole account and region; without it API Gateway refuses an access log."""
    gateway = stage.client("apigateway")
    if gateway.get_account().get("cloudwatchRoleArn"):
        hand.stays("API Gateway has a role to write logs with")
        return
    role = stack.outputs(stage)["GatewayLogs"]
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    hand.change(f"let API Gateway write logs as {role}", lambda: gateway.update_account(patchOperations=patch))


def _stage_settings(stage: Deployment, hand: Reporter, api: str) -> None:
    gateway, name = stage.client("apigateway"), stage.config()["api_gateway_stage"]
    now = gateway.get_stage(restApiId=api, stageName=name)
    log = {"destinationArn": stack.outputs(stage)["AccessLog"].removesuffix(":*"), "format": ACCESS_LOG}
    wanted = {**dict(limits.wanted(stage)), **{f"/accessLogSettings/{key}": value for key, value in log.items()}}
    wanted[TRACING] = "false"
    changed = {path: value for path, value in wanted.items() if _value(now, path) != value}
    left = limits.list_left(stage, now)
    if not changed and not left:
        hand.stays("limits and access log are set")
        return
    patch = [{"op": "replace", "path": path, "value": value} for path, value in changed.items()]
    patch += [{"op": "remove", "path": path} for path in left]
    names = dict.fromkeys(path.rsplit("/", 1)[1] for path in changed)
    words = [f"set {', '.join(names)} of the API"] if names else []
    words += [f"take back the limit of {path.replace('~1', '/').lstrip('/')}" for path in left]
    what = " and ".join(words)
    hand.change(what, lambda: gateway.update_stage(restApiId=api, stageName=name, patchOperations=patch))


def _value(now: dict[str, Any], path: str) -> str:
    """Return what a stage has at a path of its patches, as the patch would write it."""
    if path == TRACING:
        return str(now.get("tracingEnabled", False)).lower()
    if path.startswith("/accessLogSettings/"):
        return str(now.get("accessLogSettings", {}).get(path.rsplit("/", 1)[1], ""))
    return limits.shown(now, path)


def _pages(stage: Deployment, hand: Reporter, api: str) -> None:
    """`chalice deploy` removes them each time, because it replaces the whole API."""
    gateway_responses = stage.listed("apigateway", "get_gateway_responses", "items", restApiId=api)
    here = {each["responseType"]: each for each in gateway_responses}
    changed = [kind for kind, wanted in responses(stage) if not _is(here.get(kind), wanted)]
    if not changed:
        hand.stays("API Gateway answers with our pages")
        return
    hand.change(f"put our pages for {', '.join(changed)}, and publish them", lambda: _put(stage, api, changed))


def _put(stage: Deployment, api: str, kinds: list[str]) -> None:
    gateway = stage.client("apigateway")
    for kind, wanted in responses(stage):
        if kind in kinds:
            gateway.put_gateway_response(restApiId=api, responseType=kind, **wanted)
    gateway.create_deployment(restApiId=api, stageName=stage.config()["api_gateway_stage"])


def responses(stage: Deployment) -> Iterator[tuple[str, dict[str, Any]]]:
    base_url = settings.read(stage)["base_url"]
    closed = {"THROTTLED": Page("503", BACK_SOON)} if halt.stopped_since(stage) else {}
    for kind, page in {**PAGES, **closed}.items():
        yield (
            kind,
            {
                **({"statusCode": page.status} if page.status else {}),
                "responseParameters": {f"gatewayresponse.header.{name}": f"'{it}'" for name, it in _headers(base_url)},
                "responseTemplates": {"text/html": _render(stage, page.refusal)},
            },
        )


def _headers(base_url: str) -> Iterator[tuple[str, str]]:
    """Return the headers of every page. A policy's quotes are not allowed inside those that API Gateway needs."""
    site = "{0.scheme}://{0.netloc}".format(urlsplit(base_url))
    for name, value in {**HEADERS, "Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY"}.items():
        yield name, f"default-src {site}; sandbox" if name == "Content-Security-Policy" else value


def _render(stage: Deployment, refusal: Refusal) -> str:
    """Render the page that a function would answer with; its links come from the stage's settings."""
    os.environ["FULLCIRCLE_STAGE"] = stage.name
    config.settings.cache_clear()
    static.path.cache_clear()
    return str(refusal_page(refusal).body)


def _is(here: dict[str, Any] | None, wanted: dict[str, Any]) -> bool:
    """Return whether the stage has what is wanted. API Gateway adds fields of its own."""
    return here is not None and all(here.get(name) == value for name, value in wanted.items())
