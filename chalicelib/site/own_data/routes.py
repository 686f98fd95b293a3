"""HTTP routes for everyone with a page of their own: a copy of their own data."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.ownership import own_copy
from chalicelib.ownership.until_deleted import find_story_url
from chalicelib.site.reader_lookup import find_owner
from chalicelib.web.page import GET, POST, page_handler, see_other
from chalicelib.web.readers import Role
from chalicelib.web.sessions import signed_in

bp = Blueprint(__name__)


@bp.route("/own-data/{token}", **GET)
@page_handler
def show(token: str) -> Response:
    owner = signed_in(bp.current_request, find_owner(token), clock.now())
    copy = own_copy.find(owner.reader)
    return owner.page_with_documents(
        "ownership/own_data",
        copy=copy,
        until=own_copy.kept_until(owner.reader, copy),
        programme=owner.reader.programme,
        now=clock.now(),
        story_url=find_story_url(owner.reader),
    )


@bp.route("/own-data/{token}", **POST)
@page_handler
def ask(token: str) -> Response:
    owner = signed_in(bp.current_request, find_owner(token), clock.now())
    owner.form(bp.current_request)
    own_copy.ask(owner.reader, clock.now())
    return owner.see_other(owner.reader.home)


@bp.route("/own-data/{token}/file", **POST)
@page_handler
def take(token: str) -> Response:
    owner = signed_in(bp.current_request, find_owner(token), clock.now())
    owner.form(bp.current_request)
    return owner.see_other(own_copy.take(owner.reader, clock.now()) or owner.reader.home)


@bp.route("/deletion/{token}", **GET)
@page_handler
def until_deleted(token: str) -> Response:
    return see_other(find_owner(f"{Role.DELETION}.{token}").home)
