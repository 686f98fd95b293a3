"""HTTP for the impact survey: one page with all questions, for the delegate and for the line manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib import clock, log
from chalicelib.impact import respond
from chalicelib.impact.fields import SurveyFault
from chalicelib.impact.respond import Form
from chalicelib.impact.survey import minutes
from chalicelib.web import forms, links
from chalicelib.web.view import GET, POST, page, see_other, view

bp = Blueprint(__name__)


@bp.route("/impact/{token}", **GET)
@view
def survey(token: str) -> Response:
    form = respond.open_form(token, clock.now())
    return _page(form, form.survey.answers)


@bp.route("/impact/{token}", **POST)
@view
def answer(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "impact", token)
    form = respond.open_form(token, clock.now())
    later = fields.get("go") == "later"
    faults = respond.answer(form, fields, send=not later, now=clock.now())
    return _page(form, fields, faults) if faults else _onward(form, later)


@bp.route("/impact/{token}/thanks", **GET)
@view
def thanks(token: str) -> Response:
    form = respond.open_form(token, clock.now())
    return page("impact/thanks", form=form, programme=form.programme)


def _onward(form: Form, later: bool) -> Response:
    log.event("impact_saved" if later else "impact_sent", delegate=form.delegate.id, role=form.survey.role.value)
    return see_other(links.url(f"/impact/{form.token}/thanks"))


def _page(form: Form, answers: Mapping[str, str], faults: Sequence[SurveyFault] = ()) -> Response:
    return page(
        "impact/survey",
        status=400 if faults else 200,
        form=form,
        programme=form.programme,
        minutes=minutes(form.sections),
        answers=answers,
        faults=faults,
        nonce=forms.nonce("impact", form.token),
    )
