"""Wrap every page: turn refusals into helpful pages, and send the same headers with every response."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from http import HTTPStatus
from typing import Any

from chalice import Response
from msgspec import Struct

from chalicelib.core import log
from chalicelib.core.errors import FileInvalid, Refusal
from chalicelib.core.model import Programme
from chalicelib.links import signing
from chalicelib.store import objects
from chalicelib.store.table import Changed
from chalicelib.store.unreadable import watch_rows
from chalicelib.web import forms
from chalicelib.web.bare_page import are_settings_read, bare_page
from chalicelib.web.other_address import address_at_home, home_origin, is_elsewhere
from chalicelib.web.templating import render
from chalicelib.web.way_back import find_way_back, is_console

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
NOTHING: Mapping[str, str] = {}
POST = {"methods": ["POST"], "content_types": ["application/x-www-form-urlencoded"]}


class InternalError(Refusal):
    """Our fault. Whether the last step was stored is not known."""

    status = 500
    title = "Something went wrong on our side"
    next_step = "Please try again in a minute."


INTERNAL_ERROR = InternalError(
    "Nothing you sent before is lost. If it happens again, reply to the email that brought you here."
)
READ_BELOW = "Read below what to do."


class Overtaken(Refusal):
    """A row changed between our read and our write, and the act has no answer of its own to that."""

    status = 409
    title = "Someone else changed this first"
    next_step = "Your change was not stored. Read below what to do."


OVERTAKEN = Overtaken(
    "The same thing was changed at the same moment, by someone else or in another window. "
    "Please open the page again, read what it says now, and press again if it is still needed."
)


class ShowOtherPage(Refusal):
    """Stop a page and show another one."""

    def __init__(self, template: str, status: int, **context: Any) -> None:
        super().__init__(f"shows {template}")
        self.template, self.status, self.context = template, status, context


_request: ContextVar[Any] = ContextVar("request", default=None)


@contextmanager
def answering(request: Any) -> Iterator[None]:
    """Keep a request's form while it is answered, so that a refused form can be shown again."""
    before = _request.set(request)
    try:
        yield
    finally:
        _request.reset(before)


def _typed() -> Mapping[str, str]:
    """Return what the refused form held; nothing for a page that was only opened, or for files."""
    request = _request.get()
    is_form = request is not None and request.headers.get("content-type", "").startswith(POST["content_types"][0])
    return forms.typed(request.raw_body) if is_form and request.method == "POST" else NOTHING


def _place(status: int) -> dict[str, Any]:
    """Return where the page that was asked for lies: the link to the page above, and whether the console shows it."""
    request = _request.get()
    if request is None:
        return {"above": None, "in_console": False}
    in_console = is_console(request.path)
    is_link_dead = status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) and not in_console  # so is the page above
    above = None if is_link_dead else find_way_back(request.path, request.uri_params or {})
    return {"above": above and {"url": signing.url(above.path), "label": above.label}, "in_console": in_console}


def labels(programme: Programme) -> dict[str, str]:
    """Return the labels of text fields, as far as the programme names them."""
    questions = {question.id: question.text for question in programme.open_questions}
    work = (task for milestone in programme.milestones for task in milestone.assignments)
    return questions | {f"f.{field.id}": field.ask for task in work for field in task.fields}


def page_handler(route: Callable[..., Response]) -> Callable[..., Response]:
    """Wrap a route. Chalice's middleware never sees a view's exception."""

    @wraps(route)
    @watch_rows()
    def answered(*args: Any, **kwargs: Any) -> Response:
        try:
            response = _answer(lambda: _led_home() or route(*args, **kwargs), route.__name__)
        except Exception as error:
            log.error("page_failed", error, page=route.__name__)
            response = _page_of_our_fault()
        response.headers = {**HEADERS, **response.headers}
        return _usable_elsewhere(response)

    return answered


def _answer(route: Callable[[], Response], name: str) -> Response:
    """Return the route's page, or the page of its refusal. Raises what no page is for, also while it makes one."""
    try:
        return route()
    except ShowOtherPage as other:
        return page(other.template, other.status, **other.context)
    except Refusal as refusal:
        return refusal_page(refusal, typed=_typed())
    except Changed as race:
        log.warning("page_overtaken", page=name, why=str(race))
        return refusal_page(OVERTAKEN, typed=_typed())


def _page_of_our_fault() -> Response:
    """Render the page of an error that no route expects; it may be that the settings cannot be read."""
    if are_settings_read():
        return refusal_page(INTERNAL_ERROR, typed=_typed())
    return bare_page(INTERNAL_ERROR, _typed())


def _led_home() -> Response | None:
    """Return the redirect of a page that was opened at another address of the API."""
    request = _request.get()
    address = request and address_at_home(request)
    return see_other(address) if address else None


def _usable_elsewhere(response: Response) -> Response:
    """Let the answer to a form that was sent to another address lead home: by its files, buttons, or a link."""
    request = _request.get()
    if request is None or request.method != "POST" or not are_settings_read() or not is_elsewhere(request):
        return response
    home, location = home_origin(), str(response.headers.get("Location", ""))
    if response.status_code == HTTPStatus.SEE_OTHER and location.startswith(home):
        kept = {name: value for name, value in response.headers.items() if name not in ("Location", "Content-Type")}
        response = page("web/new_address", location=location)
        response.headers = {**kept, **response.headers}
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace("'self'", f"'self' {home}")
    return response


class Done(Struct, frozen=True):
    """What a page says about the act that led to it. `id` is how a test finds it."""

    id: str
    words: str
    kind: str = "good"  # of the notice; "warn" if the act is not done, or not for everyone

    @classmethod
    def find(cls, done: str, words: Mapping[str, str], warnings: Mapping[str, str] | None = None) -> Done | None:
        """Return what `words` or `warnings` say about an act; None if the page follows no act that they know."""
        if warnings and done in warnings:
            return cls(done, warnings[done], "warn")
        return cls(done, words[done]) if done in words else None


def page(template: str, status: int = 200, **context: Any) -> Response:
    return Response(
        body=render(template, **context), status_code=status, headers={"Content-Type": "text/html; charset=utf-8"}
    )


def page_with_documents(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page whose buttons lead to the bucket: browsers apply the policy to a form's redirects too."""
    response = page(template, status, **context)
    response.headers["Content-Security-Policy"] = POLICY.format(documents=f" {objects.origin()}")
    return response


def text_file(name: str, media_type: str, text: str) -> Response:
    """Return a text file to download."""
    kind = {"Content-Type": f"{media_type}; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, status_code=200, headers=kind)


def see_other(location: str) -> Response:
    """Redirect after a post, so that Back or reload does not post again."""
    return Response(body="", status_code=303, headers={"Location": location, "Content-Type": "text/plain"})


def _next_step(refusal: Refusal) -> str:
    """Return the status line. Of a page that was only opened it goes without saying that nothing was changed."""
    request = _request.get()
    is_opened = request is not None and request.method != "POST"
    is_said = refusal.title.startswith("Nothing was")
    return READ_BELOW if refusal.next_step == Refusal.next_step and (is_opened or is_said) else refusal.next_step


def refusal_page(refusal: Refusal, status: int | None = None, typed: Mapping[str, str] = NOTHING) -> Response:
    """Render a refusal. `typed`: what the form held that is not stored, to be copied."""
    lines = [str(fault) for fault in refusal.faults] if isinstance(refusal, FileInvalid) else [str(refusal)]
    context: dict[str, Any] = {"message": refusal.name, "title": refusal.title, "next_step": _next_step(refusal)}
    context |= {"lines": lines, "typed": typed, "way_on": refusal.way_on and signing.url(refusal.way_on)}
    context |= _place(int(status or refusal.status))
    if refusal.programme:
        context |= {"programme": refusal.programme, "labels": labels(refusal.programme)}
    return page("web/refusal", status or int(refusal.status), **context)
