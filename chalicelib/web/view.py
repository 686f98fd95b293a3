"""One decorator for every page: refusals become kind pages, and every answer carries the same headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice import Response

from chalicelib import log
from chalicelib.errors import FileFaults, Refusal
from chalicelib.store import objects
from chalicelib.web.templating import render

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'{documents}; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": POLICY.format(documents=""),
}
GET = {"methods": ["GET", "HEAD"]}
FILES = {"methods": ["POST"], "content_types": ["multipart/form-data"]}
POST = {"methods": ["POST"], "content_types": ["application/x-www-form-urlencoded"]}
TROUBLE = Refusal(
    "Something went wrong on our side. Nothing you sent before is lost. Please try again in a minute; "
    "if it happens again, answer the mail that brought you here."
)


class PageInstead(Refusal):
    """Refuses a page and shows another."""

    def __init__(self, template: str, status: int, **context: Any) -> None:
        super().__init__(f"shows {template}")
        self.template, self.status, self.context = template, status, context


def view(route: Callable[..., Response]) -> Callable[..., Response]:
    """Chalice's middleware never sees a view's exception, so the view is wrapped."""

    @wraps(route)
    def answered(*args: Any, **kwargs: Any) -> Response:
        try:
            response = route(*args, **kwargs)
        except PageInstead as other:
            response = page(other.template, other.status, **other.context)
        except Refusal as refusal:
            response = refusal_page(refusal)
        except Exception as error:
            log.failure("page_failed", error, page=route.__name__)
            response = refusal_page(TROUBLE, status=500)
        response.headers = {**HEADERS, **response.headers}
        return response

    return answered


def page(template: str, status: int = 200, **context: Any) -> Response:
    return Response(
        body=render(template, **context), status_code=status, headers={"Content-Type": "text/html; charset=utf-8"}
    )


def page_with_documents(template: str, status: int = 200, **context: Any) -> Response:
    """A page whose buttons lead on to the bucket: browsers hold a form's redirects against the policy too."""
    response = page(template, status, **context)
    response.headers["Content-Security-Policy"] = POLICY.format(documents=f" {objects.origin()}")
    return response


def see_other(location: str) -> Response:
    """After a post: the browser opens another page, and Back or reload does not post again."""
    return Response(body="", status_code=303, headers={"Location": location, "Content-Type": "text/plain"})


def refusal_page(refusal: Refusal, status: int | None = None) -> Response:
    lines = [str(fault) for fault in refusal.faults] if isinstance(refusal, FileFaults) else [str(refusal)]
    shown: dict[str, Any] = {"title": refusal.title, "next_step": refusal.next_step, "lines": lines}
    if refusal.programme:
        shown["programme"] = refusal.programme
    return page("web/refusal", status or int(refusal.status), **shown)
