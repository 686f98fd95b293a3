"""HTTP for delegates: their own page, the released report, notes on assignments."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import clock
from chalicelib.milestones import hub as hubs
from chalicelib.web import forms, links
from chalicelib.web.sessions import signed_in
from chalicelib.web.view import GET, POST, page, see_other, view

bp = Blueprint(__name__)


@bp.route("/hub/{token}", **GET)
@view
def hub(token: str) -> Response:
    found = hubs.open_hub(token)
    return page("milestones/hub", hub=found, programme=found.programme, nonce=forms.nonce("hub", token))


@bp.route("/hub/{token}/report", **GET)
@view
def report(token: str) -> Response:
    found = hubs.open_hub(token)
    delegate = signed_in(bp.current_request, found.reader, clock.now())
    return delegate.page_with_documents("milestones/report", hub=found, programme=found.programme)


@bp.route("/hub/{token}/report", **POST)
@view
def open_report(token: str) -> Response:
    found = hubs.open_hub(token)
    delegate = signed_in(bp.current_request, found.reader, clock.now())
    fields = delegate.form(bp.current_request)
    return delegate.see_other(hubs.document_link(found, fields.get("kind", "pdf"), clock.now()))


@bp.route("/hub/{token}/assignment", **POST)
@view
def assignment(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "hub", token)
    hubs.note_assignment(hubs.open_hub(token), fields, clock.now())
    return see_other(links.url(f"/hub/{token}"))
