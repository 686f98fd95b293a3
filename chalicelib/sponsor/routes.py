"""HTTP for sponsors: the summaries of their cohort."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import clock
from chalicelib.sponsor.shelf import document_link, open_shelf
from chalicelib.web import forms
from chalicelib.web.view import GET, POST, page_with_documents, see_other, view

bp = Blueprint(__name__)


@bp.route("/sponsor/{token}", **GET)
@view
def shelf(token: str) -> Response:
    found = open_shelf(token)
    nonce = forms.nonce("sponsor", token)
    return page_with_documents("sponsor/shelf", shelf=found, programme=found.programme, nonce=nonce)


@bp.route("/sponsor/{token}", **POST)
@view
def document(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "sponsor", token)
    return see_other(document_link(open_shelf(token), fields.get("summary", ""), fields.get("kind", ""), clock.now()))
