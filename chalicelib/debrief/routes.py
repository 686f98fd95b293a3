"""HTTP for coaches: caseload, preview, debrief, release."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib import clock, log
from chalicelib.debrief import release as releasing
from chalicelib.debrief.areas import MOST_AREAS, PARTS, FormFault
from chalicelib.debrief.caseload import Case, document_link, open_case, open_caseload
from chalicelib.web import forms, links
from chalicelib.web.view import GET, POST, page, page_with_documents, see_other, view

bp = Blueprint(__name__)


@bp.route("/coach/{token}", **GET)
@view
def caseload(token: str) -> Response:
    found = open_caseload(token)
    return page("debrief/caseload", caseload=found, programme=found.programme)


@bp.route("/coach/{token}/{delegate_id}", **GET)
@view
def case(token: str, delegate_id: str) -> Response:
    return _case_page(open_case(token, delegate_id))


@bp.route("/coach/{token}/{delegate_id}/report", **POST)
@view
def report(token: str, delegate_id: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "coach", token)
    return see_other(document_link(open_case(token, delegate_id), fields.get("kind", "pdf"), clock.now()))


@bp.route("/coach/{token}/{delegate_id}/debrief", **POST)
@view
def debrief(token: str, delegate_id: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "coach", token)
    found = open_case(token, delegate_id)
    form = releasing.record_debrief(found, fields, clock.now())
    return _case_page(found, form.faults, fields) if form.faults else see_other(_url(found))


@bp.route("/coach/{token}/{delegate_id}/release", **GET)
@view
def ask_to_release(token: str, delegate_id: str) -> Response:
    found = open_case(token, delegate_id)
    nonce = forms.nonce("coach", token)
    return page("debrief/release", case=found, programme=found.programme, nonce=nonce, case_url=_url(found))


@bp.route("/coach/{token}/{delegate_id}/release", **POST)
@view
def release(token: str, delegate_id: str) -> Response:
    forms.read_form(bp.current_request.raw_body, "coach", token)
    found = open_case(token, delegate_id)
    releasing.release(found, clock.now())
    log.event("report_released", delegate=delegate_id)
    return see_other(_url(found))


def _case_page(case: Case, faults: tuple[FormFault, ...] = (), typed: Any = None) -> Response:
    shown = typed or _stored(case)
    return page_with_documents(
        "debrief/case",
        status=400 if faults else 200,
        case=case,
        programme=case.programme,
        nonce=forms.nonce("coach", case.token),
        case_url=_url(case),
        faults=faults,
        typed=shown,
        parts=PARTS,
        numbers=range(1, MOST_AREAS + 1),
    )


def _stored(case: Case) -> dict[str, str]:
    """What is stored, as the form's fields."""
    shown = {f"{part}-{area.id}": getattr(area, part) for area in case.areas for part in PARTS}
    return shown | ({"held_on": case.debrief.held_on.isoformat()} if case.debrief else {})


def _url(case: Case) -> str:
    return links.url(f"/coach/{case.token}/{case.delegate.id}")
