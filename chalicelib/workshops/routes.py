"""HTTP routes for facilitators: their workshops, and the register of each session."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.web.page import GET, page_handler
from chalicelib.web.sessions import signed_in
from chalicelib.workshops import facilitator

bp = Blueprint(__name__)


@bp.route("/facilitator/{token}", **GET)
@page_handler
def workshops(token: str) -> Response:
    opened = facilitator.open_page(token)
    reader = signed_in(bp.current_request, opened.reader, clock.now())
    return reader.page("workshops/facilitator", opened=opened, programme=opened.programme)
