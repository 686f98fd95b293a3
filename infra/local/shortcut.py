"""Calls of the app to moto in the same process, without HTTP between them: a third of the time.

Other programs (the command line, a reader's presigned link) reach the same moto at its port.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from infra.local.account import REGION

HOSTS = {"dynamodb": "dynamodb", "sqs": "sqs", "sesv2": "email"}  # the services that every page and job calls

_moto = BotocoreStubber()


def take(session: Any) -> None:
    """For the clients this botocore session makes from now on."""
    for service, host in HOSTS.items():
        session.register(f"before-send.{service}", _straight_to(f"https://{host}.{REGION}.amazonaws.com"))


def _straight_to(site: str) -> Callable[..., AWSResponse]:
    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = site + (urlsplit(request.url).path or "/")
        moved = AWSPreparedRequest(request.method, url, request.headers, request.body, request.stream_output)
        status, headers, body = _moto.process_request(moved)
        return AWSResponse(url, status, headers, MockRawResponse(body))

    return send
