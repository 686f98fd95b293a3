"""While SSM does not answer, a function that starts shows our own page, with what was typed, and recovers by itself."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from chalicelib.core.settings import settings
from chalicelib.links import signing
from chalicelib.web import static
from chalicelib.web.page import page, page_handler
from tests.support.calls import watched_by
from tests.support.visitor import FORM


class Trouble:
    """Watches every call, and lets SSM refuse or not answer."""

    def __init__(self, code: str):
        self.code = code
        self.asked = 0

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        if service != "ssm":
            return None
        self.asked += 1
        if not self.code:
            raise ReadTimeoutError(endpoint_url="https://ssm.example.org")
        error = {"Error": {"Code": self.code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        return AWSResponse("ssm", 400, {}, None), error

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


@pytest.fixture(params=["ThrottlingException", "AccessDeniedException", "ParameterNotFound", ""])
def trouble(visitor, request) -> Iterator[Trouble]:
    """In a function that has just started."""
    forget()
    with watched_by(watcher := Trouble(request.param)):
        yield watcher
    settings.cache_clear()


def forget() -> None:
    settings.cache_clear()
    static.path.cache_clear()


def assert_is_our_page(response) -> None:
    style = re.findall(r"<style>(.*)</style>", response.body.decode())[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Cache-Control"] == "no-store"
    assert f"style-src 'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert b'data-message="internal-error"' in response.body
    assert not re.search(rb"(src|href|action)=\"(?!data:)", response.body), "what it leads to cannot be read either"


@pytest.mark.parametrize("path", ["/", "/admin", "/answer/a.link.of-someone"])
def test_a_page_that_is_opened_is_ours_and_ssm_is_asked_once(visitor, trouble, path):
    response = visitor.client.get(path)

    assert_is_our_page(response)
    assert trouble.asked == 1


def test_what_was_typed_can_be_copied(visitor, trouble):
    response = visitor.client.post("/answer/a.link/send", headers=FORM, body=b"story=What+I+did+last+year")

    assert_is_our_page(response)
    assert b"What I did last year" in response.body


def test_the_next_page_after_it_is_over_is_whole(aws):
    """Nothing is remembered of the trouble."""
    forget()
    with watched_by(Trouble("ThrottlingException")):
        assert page_handler(lambda: page("web/front"))().status_code == 500

    response = page_handler(lambda: page("web/front"))()
    assert response.status_code == 200
    assert f'href="{signing.url("/static/")}' in response.body
