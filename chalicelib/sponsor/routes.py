"""HTTP routes for sponsors: the summaries of their cohort."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.sponsor.portal import document_link, open_portal
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import signed_in
from chalicelib.workshops.counts import count_cohort

bp = Blueprint(__name__)


@bp.route("/sponsor/{token}", **GET)
@page_handler
def shelf(token: str) -> Response:
    opened = open_portal(token)
    sponsor = signed_in(bp.current_request, opened.reader, clock.now())
    attended = count_cohort(opened.cohort, opened.programme)
    return sponsor.page_with_documents("sponsor/shelf", shelf=opened, programme=opened.programme, attended=attended)


@bp.route("/sponsor/{token}", **POST)
@page_handler
def document(token: str) -> Response:
    opened = open_portal(token)
    sponsor = signed_in(bp.current_request, opened.reader, clock.now())
    fields = sponsor.form(bp.current_request)
    link = document_link(opened, fields.get("summary", ""), fields.get("kind", ""), clock.now())
    return sponsor.see_other(link)
