"""HTTP routes for sponsors: the summaries of their cohort."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.sponsor.interim import load_interim
from chalicelib.sponsor.portal import Portal, document_link, evidence_link, load_all_cohorts, open_portal
from chalicelib.sponsor.start_link import start_link
from chalicelib.store import area_counts
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import signed_in
from chalicelib.workshops.facilitator import open_page

bp = Blueprint(__name__)


@bp.route("/sponsor/{token}", **GET)
@page_handler
def shelf(token: str) -> Response:
    opened = open_portal(token)
    sponsor = signed_in(bp.current_request, opened.reader, clock.now())
    interim = load_interim(opened.cohort, opened.programme)
    all_cohorts = load_all_cohorts(opened, clock.now())
    return sponsor.page_with_documents(
        "sponsor/shelf", shelf=opened, programme=opened.programme, interim=interim, all_cohorts=all_cohorts
    )


@bp.route("/sponsor/{token}", **POST)
@page_handler
def document(token: str) -> Response:
    opened = open_portal(token)
    sponsor = signed_in(bp.current_request, opened.reader, clock.now())
    fields = sponsor.form(bp.current_request)
    link = _link(opened, fields.get("summary", ""), fields.get("kind", ""))
    return sponsor.see_other(link)


@bp.route("/facilitator/{token}/start", **GET)
@page_handler
def show_start(token: str) -> Response:
    opened = open_page(token)
    reader = signed_in(bp.current_request, opened.reader, clock.now())
    counts = area_counts.find_newest(opened.cohort.id)
    return reader.page_with_documents(
        "sponsor/start_page", opened=opened, programme=opened.programme, area_counts=counts
    )


@bp.route("/facilitator/{token}/start", **POST)
@page_handler
def open_start(token: str) -> Response:
    opened = open_page(token)
    reader = signed_in(bp.current_request, opened.reader, clock.now())
    fields = reader.form(bp.current_request)
    return reader.see_other(start_link(opened, fields.get("kind", ""), clock.now()))


def _link(opened: Portal, name: str, kind: str) -> str:
    return evidence_link(opened, clock.now()) if kind == "evidence" else document_link(opened, name, kind, clock.now())
