"""Looks at a deployment from outside, as a reader and as AWS's scheduler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from infra import rights
from infra.deploy import settings
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment

SECONDS = 30  # for one answer; a cold start takes one or two
SWEEP_SECONDS = 300  # for one sweep: longer than its function may run, because after a stop there is much to do
MAX_MESSAGE_CHARS = 500  # characters of what a function says when it fails
MAX_RETRIES = 5  # API Gateway takes a moment to publish


def check(stage: Deployment, hand: Reporter) -> None:
    """Raise Stop naming every check that failed."""
    hand.note("opening three pages and running one sweep, which may take minutes after a stop")
    for left in reversed(range(MAX_RETRIES)):
        faults = [*open_pages(settings.read(stage)["base_url"]), *_sweep(stage)]
        if not faults:
            hand.note("the front page answers, unknown paths get our page, the sweep runs")
            return
        if left:
            stage.pause(3)
    raise DeployError("Deployed, but these checks failed: " + "; ".join(faults))


def open_pages(base_url: str) -> Iterator[str]:
    for path, wanted in (("/", 200), ("/no-such-page", 404), ("/answer/forged.link.signature", 404)):
        status, headers = _ask(base_url + path)
        if status != wanted:
            yield f"{path} answers {status or headers['error']} instead of {wanted}"
        elif headers.get("cache-control") != "no-store" or "html" not in headers.get("content-type", ""):
            yield f"{path} lacks our headers"


def leads_elsewhere(address: str, home: str) -> str:
    """Return why an address does not lead to the deployment at home yet; empty if it does.

    Functions answer every address, and lead to the one of their settings: no other deployment leads there.
    """
    opener = build_opener(_Stay)
    try:
        with opener.open(address + "/", timeout=SECONDS) as answer:
            location, status = answer.headers.get("Location", ""), answer.status
    except HTTPError as answer:
        location, status = answer.headers.get("Location", ""), answer.code
    except (URLError, OSError) as error:
        return f"does not answer ({error})"
    return "" if location == home + "/" else f"answers {status} {location}".rstrip() + f" and does not lead to {home}/"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect."""


def _ask(url: str) -> tuple[int, dict[str, str]]:
    """Status and headers, names in small letters; status 0 and `error` if there is no response."""
    request = Request(url, headers={"Accept": "text/html"})  # noqa: S310 (our own settings say https)
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except HTTPError as answer:
        return answer.code, {name.lower(): value for name, value in answer.headers.items()}
    except (URLError, OSError) as error:
        return 0, {"error": str(error)}


def _sweep(stage: Deployment) -> Iterator[str]:
    """Harmless at any time: it hints at what is due, as it does every five minutes."""
    event = {
        "version": "0",
        "id": "verify",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": stage.account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": stage.region,
        "resources": [],
        "detail": {},
    }
    name = rights.function_name(stage.name, "sweep_due")
    try:
        answer = invoker().invoke(FunctionName=name, Payload=json.dumps(event).encode())
    except ReadTimeoutError:
        raise DeployError(f"{name} did not end within {SWEEP_SECONDS} seconds: see its log in CloudWatch.") from None
    if "FunctionError" in answer:
        said = answer["Payload"].read().decode(errors="replace")
        yield f"{name} fails: {said[:MAX_MESSAGE_CHARS] or 'it says nothing'}"


def invoker() -> Any:
    """Return a client that waits for the end of a sweep, and never starts a second one meanwhile."""
    patient = Config(read_timeout=SWEEP_SECONDS, retries={"total_max_attempts": 1})
    return boto3.client("lambda", config=patient)
