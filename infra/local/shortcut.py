"""Calls of the app to moto in the same process, without HTTP between them: a third of the time.

Other programs (the command line, a reader's presigned link) reach the same moto at its port.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse, normalize_request
from moto.core.exceptions import HTTPException

from infra.local.account import REGION
from infra.local.memory import backend
from infra.local.moto_patches import ONE_CALL

SERVICES = {"dynamodb": ("dynamodb", "dynamodb"), "sqs": ("sqs", "sqs"), "sesv2": ("email", "sesv2")}  # host, backend


def take(session: Any) -> None:
    """For the clients this botocore session makes from now on: the services that every page and job calls."""
    for service, (host, name) in SERVICES.items():
        session.register(f"before-send.{service}", _straight_to(f"https://{host}.{REGION}.amazonaws.com", name))


def _straight_to(site: str, name: str) -> Callable[..., AWSResponse]:
    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = site + (urlsplit(request.url).path or "/")
        moved = AWSPreparedRequest(request.method, url, request.headers, request.body, request.stream_output)
        status, headers, body = _call(name, moved)
        return AWSResponse(url, status, headers, MockRawResponse(body))

    return send


def _call(name: str, request: AWSPreparedRequest) -> tuple[int, Any, Any]:
    with ONE_CALL:
        asked = normalize_request(request)
        handler = _handler(name, request.url)
        try:
            answer: tuple[int, Any, Any] = handler(asked, asked.raw_url, asked.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()
        return answer


@cache
def _handler(name: str, url: str) -> Callable[..., Any]:
    """What moto would find by trying the addresses of all its services."""
    found: Callable[..., Any] = next(
        handler for pattern, handler in backend(name).urls.items() if re.match(pattern, url)
    )
    return found
