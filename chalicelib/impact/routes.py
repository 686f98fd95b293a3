"""HTTP routes for the impact survey of delegate and line manager. Each page has one part, which is saved on leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.impact_background import Background
from chalicelib.forms import readers
from chalicelib.forms.survey import form_about, minutes
from chalicelib.impact import answer_survey
from chalicelib.impact.answer_survey import Form, SurveyClosed
from chalicelib.impact.baseline import find_baseline
from chalicelib.impact.counted import open_counted
from chalicelib.impact.wrote_then import Lines, fill_measures, find_wrote_then
from chalicelib.links import signing
from chalicelib.links.kinds import IMPACT
from chalicelib.web import forms
from chalicelib.web.holds import find_hold, refuse_held
from chalicelib.web.page import GET, POST, page, page_handler, see_other

bp = Blueprint(__name__)

NOTHING_WRITTEN: Lines = {}
LEARNING, QUOTING = "learning", ("work", "measures")  # ids of parts


@bp.route("/impact/{token}", **GET)
@page_handler
def landing(token: str) -> Response:
    try:
        form = answer_survey.open_form(token, clock.now())
    except SurveyClosed as closed:
        return _after_close(token, closed)
    return _page(
        "impact/landing",
        form,
        readers=readers.sentences(form_about(form.survey), readers.Names(form.delegate.person.name)),
    )


def _after_close(token: str, closed: SurveyClosed) -> Response:
    """Show the line manager the effect of their answers. Show others that the survey has closed."""
    counted = open_counted(token, clock.now())
    if counted is None:
        raise closed
    return page("impact/counted", counted=counted, programme=counted.opened.programme)


@bp.route("/impact/{token}/part/{part}", **GET)
@page_handler
def part(token: str, part: str) -> Response:
    form, place = _open_part(token, part)
    return _part(form, place, form.shown, form.faults_in(form.sections[place]), then=_then(form))


@bp.route("/impact/{token}/part/{part}", **POST)
@page_handler
def save(token: str, part: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, IMPACT.verb, token)
    form, place = _open_part(token, part)
    form, faults = answer_survey.save_part(form, form.sections[place], fields, clock.now())
    return (
        _for_script(form, place, fields, faults) if fields.get("by") == "script" else _kept(form, place, fields, faults)
    )


@bp.route("/impact/{token}/review", **GET)
@page_handler
def review(token: str) -> Response:
    form = answer_survey.open_form(token, clock.now())
    return _page("impact/review", form, faults=form.faults if form.survey.sent else ())


@bp.route("/impact/{token}/send", **POST)
@page_handler
def send(token: str) -> Response:
    forms.read_form(bp.current_request.raw_body, IMPACT.verb, token)
    form = answer_survey.open_form(token, clock.now())
    faults = answer_survey.send(form, clock.now())
    return _page("impact/review", form, status=400, faults=faults) if faults else _sent(form)


@bp.route("/impact/{token}/thanks", **GET)
@page_handler
def thanks(token: str) -> Response:
    form = answer_survey.open_form(token, clock.now())
    return _page("impact/thanks", form) if form.survey.sent else see_other(signing.url(f"/impact/{form.token}/review"))


def _sent(form: Form) -> Response:
    log.info("impact_sent", delegate=form.delegate.id, role=form.survey.role.value)
    return see_other(signing.url(f"/impact/{form.token}/thanks"))


def _kept(form: Form, place: int, fields: Mapping[str, str], faults: Sequence[FieldError]) -> Response:
    return (
        _part(form, place, fields, faults, status=400)
        if faults
        else see_other(_onward(form, place, fields.get("go", "next")))
    )


def _for_script(form: Form, place: int, fields: Mapping[str, str], faults: Sequence[FieldError]) -> Response:
    """Reply to answer.js with the next page or what was not saved, and with the marks of the stored answers."""
    go = fields.get("go", "keep")
    marks = {"shown": answer_survey.marks_of_page(form.sections[place], fields)}
    if faults:
        return Response(body={"field": faults[0].field, "message": faults[0].message, **marks}, status_code=422)
    return Response(body={"next": "" if go == "keep" else _onward(form, place, go), **marks})


def _onward(form: Form, place: int, go: str) -> str:
    target = place + (-1 if go == "back" else 1)
    if go == "later" or target < 0:
        return signing.url(f"/impact/{form.token}")
    where = f"part/{form.sections[target].id}" if target < len(form.sections) else "review"
    return signing.url(f"/impact/{form.token}/{where}")


def _then(form: Form) -> Lines:
    """Return what the delegate wrote between workshops; nothing for the line manager, or for a held address."""
    if not form.is_delegates_own or find_hold(form.reader, clock.now()):
        return {}
    return find_wrote_then(form.delegate, form.programme, form.survey.background, clock.now())


def _baseline(form: Form, place: int) -> Mapping[str, str]:
    """Return the first self-rating of each competency that is rated then and now. Shown earlier, it would bias them."""
    if not form.is_delegates_own or form.sections[place].id != LEARNING or find_hold(form.reader, clock.now()):
        return {}
    return find_baseline(form.delegate.id, form.programme, form.answers)


def _open_part(token: str, part: str) -> tuple[Form, int]:
    """Open a part. While a new address is on hold, refuse a part that quotes what the delegate wrote before."""
    form = answer_survey.open_form(token, clock.now())
    place = form.place_of(part)
    if form.is_delegates_own and form.sections[place].id in QUOTING and form.survey.background != Background():
        refuse_held(form.reader, clock.now())
    return form, place


def _filled(form: Form) -> Mapping[str, str]:
    """Return the text that is filled into an unanswered part; none for the line manager or a held address."""
    if not form.is_delegates_own or find_hold(form.reader, clock.now()):
        return {}
    background = form.survey.background
    steps = {"steps": str(background.steps_done)} if background.steps else {}
    return fill_measures(background.measures) | steps


def _part(
    form: Form,
    place: int,
    answers: Mapping[str, str],
    faults: Sequence[FieldError],
    *,
    status: int = 200,
    then: Lines = NOTHING_WRITTEN,
) -> Response:
    is_new = not form.answered(form.sections[place])
    context = {"place": place, "faults": faults, "minutes_left": minutes(form.sections[place:]), "then": then}
    context["before"] = _baseline(form, place)
    filled = _filled(form) if is_new else {}
    return _page("impact/part", form, status=status, answers={**filled, **answers}, **context)


def _page(template: str, form: Form, *, status: int = 200, **context: Any) -> Response:
    return page(
        template,
        status=status,
        form=form,
        programme=form.programme,
        minutes=minutes(form.sections),
        nonce=forms.nonce(IMPACT.verb, form.token),
        **{"faults": (), **context},
    )
