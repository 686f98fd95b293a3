"""API Gateway on this machine: Chalice's own local server, made to hand on what a REST API hands on."""

from __future__ import annotations

import base64
import json
import sys
import uuid
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from chalice import local
from chalice.app import Chalice
from chalice.config import Config

from infra.local import record
from infra.local.account import ACCOUNT

STAGE_PREFIX = "/api"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Outside(Protocol):
    """Answers for the paths that are not the API's; None leaves a path to API Gateway."""

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None: ...


class Gateway(local.LocalGateway):  # type: ignore[misc]
    def _generate_lambda_event(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Any:
        """Make the event of a REST API. Chalice's lacks the stage, keeps %20 in paths and gives the body as bytes."""
        if not path.startswith(f"{STAGE_PREFIX}/"):
            raise ValueError(path)  # Chalice answers it with API Gateway's 403
        inner = path.removeprefix(STAGE_PREFIX)
        event = super()._generate_lambda_event(method, inner, headers, body)
        event["pathParameters"] = {name: unquote(value) for name, value in event["pathParameters"].items()} or None
        if isinstance(event["body"], bytes):
            event |= self._body(event["headers"], event["body"])
        context = event["requestContext"]
        context.update(
            accountId=ACCOUNT,
            stage=STAGE_PREFIX.strip("/"),
            path=urlsplit(path).path,
            domainName=headers.get("Host", ""),
            requestId=str(uuid.uuid4()),
        )
        event.update(
            resource=context["resourcePath"],
            path=urlsplit(inner).path,
            httpMethod=method,
            isBase64Encoded=event.get("isBase64Encoded", False),
        )
        return json.loads(json.dumps(event))

    def _body(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """Chalice compares the whole header with the binary types; API Gateway leaves the boundary out."""
        kind = {name.lower(): value for name, value in headers.items()}.get("content-type", "")
        if kind.partition(";")[0].strip().lower() in self._app_object.api.binary_types:
            return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        return {"body": body.decode("utf-8", "replace")}


class Handler(local.ChaliceRequestHandler):  # type: ignore[misc]
    disable_nagle_algorithm = True  # head and body are two writes: without this each answer waits 40 ms
    outside: Outside

    def __init__(self, request: Any, client_address: Any, server: Any, app_object: Chalice, config: Config):
        self.local_gateway = Gateway(app_object, config)
        local.BaseHTTPRequestHandler.__init__(self, request, client_address, server)

    def _parse_payload(self) -> Any:
        return self._payload

    def _generic_handle(self) -> None:
        self._payload = super()._parse_payload()  # read once, for whichever side answers
        headers, body = self._payload
        answer = self.outside(self.command, self.path, headers, body or b"")
        if answer is None:
            with record.running("api_handler"):
                super()._generic_handle()
        else:
            self._send_http_response(answer.status, dict(answer.headers), answer.body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815

    def _send_http_response_with_body(self, code: int, headers: dict[str, Any], body: str | bytes) -> None:
        """Chalice sends the body of a HEAD, which the reader takes for the next answer."""
        if self.command != "HEAD":
            super()._send_http_response_with_body(code, headers, body)
            return
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(code)
        self._send_headers({"Content-Type": "application/json", **headers, "Content-Length": str(len(data))})

    def log_message(self, *_: Any) -> None:
        """Links are secrets: no access log."""


class Server(local.ThreadedHTTPServer):  # type: ignore[misc]
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a browser that hangs up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(app: Chalice, port: int, outside: Outside) -> local.LocalDevServer:
    """Bound to the port, not yet serving."""
    local.CustomLocalChalice.__bases__ = (local.LocalChalice, app.__class__)
    app.__class__ = local.CustomLocalChalice  # each thread has a current_request of its own
    handler = type("BoundHandler", (Handler,), {"outside": staticmethod(outside)})
    config = Config(chalice_stage="local", user_provided_params={"app_name": "fullcircle", "lambda_timeout": 60})
    return local.LocalDevServer(app, config, HOST, port, handler_cls=handler, server_cls=Server)
