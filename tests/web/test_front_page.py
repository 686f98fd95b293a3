"""The front page is opened as a reader would, and what is logged says how long it took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chalicelib.core import log
from chalicelib.site import front_page


@contextmanager
def answering(status: int) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("status", [200, 404, 503])
def test_the_status_is_the_pages(status):
    with answering(status) as url:
        assert front_page.open_page(url) == status


def test_a_page_that_does_not_answer_has_no_status():
    with answering(200) as url:
        pass

    assert front_page.open_page(url) == 0


@pytest.mark.parametrize(("status", "milliseconds"), [(200, 1500), (503, front_page.NO_PAGE), (0, front_page.NO_PAGE)])
def test_a_page_that_fails_counts_as_the_slowest(log_lines, status, milliseconds):
    moments = iter([10.0, 11.5])
    front_page.look("https://feedback.example.org", clock=lambda: next(moments), opened=lambda _: status)

    assert [line for line in log_lines() if line["message"] == "front_page"] == [
        {"levelname": "INFO", "message": "front_page", "status": status, "milliseconds": milliseconds}
    ]


def test_a_page_on_this_machine_is_not_looked_at(log_lines):
    front_page.look("http://127.0.0.1:1/api", clock=time.monotonic)

    assert log_lines() == []


def test_a_pages_lines_carry_the_id_that_the_access_log_has(log_lines):
    from chalice.app import Request

    from app import bind_request_id

    class Context:
        aws_request_id = "of-the-run"

    asked = {"multiValueQueryStringParameters": None, "headers": {}, "pathParameters": None, "body": None}
    asked |= {"requestContext": {"httpMethod": "GET", "resourcePath": "/", "requestId": "of-the-gateway"}}
    asked |= {"stageVariables": None, "isBase64Encoded": False}
    bind_request_id(Request(asked, Context()), lambda _: log.info("page"))
    (line,) = log_lines()

    assert (line["request"], line["gateway"]) == ("of-the-run", "of-the-gateway")
