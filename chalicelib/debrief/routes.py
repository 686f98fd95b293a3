"""HTTP routes for coaches: caseload, preview, debrief, release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib.core import clock, log, merging
from chalicelib.debrief import release_report as releasing
from chalicelib.debrief import ticks as ticking
from chalicelib.debrief.caseload import Case, open_case, open_caseload, open_report
from chalicelib.debrief.debrief_form import HINTS, MAX_AREA_CHARS, MAX_NOTES_CHARS, MOST_AREAS, NEEDED, PARTS, FormFault
from chalicelib.debrief.notes import HAND_OVER, leave_note, save_notes
from chalicelib.forms import readers
from chalicelib.links import signing
from chalicelib.store import objects
from chalicelib.store.reports import StoredReport
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.reading import Ticks
from chalicelib.web.sessions import SignedIn, signed_in

bp = Blueprint(__name__)

DEBRIEF_FIELDS = ("held_on", *(f"{part}-{number}" for part in PARTS for number in range(1, MOST_AREAS + 1)))
NOTES_FIELDS = ("notes-text",)
KINDS = ("pdf", "html", "pdf-earlier")  # the first if the form names none


@bp.route("/coach/{token}", **GET)
@page_handler
def caseload(token: str) -> Response:
    opened = open_caseload(token)
    coach = signed_in(bp.current_request, opened.reader, clock.now())
    return coach.page("debrief/caseload", caseload=opened, programme=opened.programme)


@bp.route("/coach/{token}/{delegate_id}", **GET)
@page_handler
def case(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    return _case_page(coach, opened)


@bp.route("/coach/{token}/{delegate_id}/report", **POST)
@page_handler
def report(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    kind = forms.choice(coach.form(bp.current_request), "kind", KINDS)
    found = open_report(opened, kind, clock.now())
    return coach.see_other(_reading_url(coach, opened, found) if kind == "html" else objects.link(found.pdf))


@bp.route("/coach/{token}/{delegate_id}/report/{given}", **GET)
@page_handler
def read_report(token: str, delegate_id: str, given: str) -> Response:
    """Show the report that was opened in this session. `given`: the session's pass to it."""
    opened, coach = _open(token, delegate_id)
    has_pass = opened.report is not None and coach.has_pass_to(opened.report.html, given)
    return _reading_page(coach, opened) if has_pass else coach.see_other(_url(opened))


@bp.route("/coach/{token}/{delegate_id}/ticks", **POST)
@page_handler
def tick(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    fields = coach.form(bp.current_request)
    report = ticking.save_ticks(opened, fields, clock.now())
    return coach.see_other(_reading_url(coach, opened, report))


@bp.route("/coach/{token}/{delegate_id}/debrief", **POST)
@page_handler
def debrief(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    posted = coach.form(bp.current_request)
    fields = _merged(opened, posted, DEBRIEF_FIELDS)
    behaviour = posted.get(ticking.USE, "")
    return _area_started(coach, opened, fields, behaviour) if behaviour else _recorded(coach, opened, fields)


@bp.route("/coach/{token}/{delegate_id}/notes", **POST)
@page_handler
def notes(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    fields = _merged(opened, coach.form(bp.current_request), NOTES_FIELDS)
    faults = save_notes(opened, fields, clock.now())
    return _case_page(coach, opened, faults, fields) if faults else coach.see_other(f"{_url(opened)}#notes")


@bp.route("/coach/{token}/{delegate_id}/hand-over", **POST)
@page_handler
def hand_over(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    fields = coach.form(bp.current_request)
    faults = leave_note(opened, fields, clock.now())
    return _case_page(coach, opened, faults, fields) if faults else coach.see_other(f"{_url(opened)}")


@bp.route("/coach/{token}/{delegate_id}/release", **GET)
@page_handler
def ask_to_release(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    return coach.page("debrief/release", case=opened, programme=opened.programme, case_url=_url(opened))


@bp.route("/coach/{token}/{delegate_id}/release", **POST)
@page_handler
def release(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    coach.form(bp.current_request)
    releasing.release(opened, clock.now())
    log.info("report_released", delegate=delegate_id)
    return coach.see_other(_url(opened))


def _recorded(coach: SignedIn, case: Case, fields: Mapping[str, str]) -> Response:
    form = releasing.record_debrief(case, fields, clock.now())
    return _case_page(coach, case, form.faults, fields) if form.faults else coach.see_other(_url(case))


def _area_started(coach: SignedIn, case: Case, fields: Mapping[str, str], behaviour: str) -> Response:
    started, faults = ticking.start_area(case, fields, behaviour)
    return _case_page(coach, case, faults, started)


def _reading_page(coach: SignedIn, case: Case) -> Response:
    assert case.report  # noqa: S101 the caller has looked
    boxes = None if case.is_released else _boxes(coach, case)
    return coach.reading_page(objects.load(case.report.html).decode(), _url(case), case.delegate.person.name, boxes)


def _boxes(coach: SignedIn, case: Case) -> Ticks:
    titles = {item.id: item.others_wording for item in case.programme.items}
    return Ticks(f"{_url(case)}/ticks", coach.nonce, ticking.marks(case), frozenset(case.ticks), titles)


def _reading_url(coach: SignedIn, case: Case, report: StoredReport) -> str:
    return f"{_url(case)}/report/{coach.pass_to(report.html)}"


def _open(token: str, delegate_id: str) -> tuple[Case, SignedIn]:
    opened = open_case(token, delegate_id)
    return opened, signed_in(bp.current_request, opened.reader, clock.now())


def _case_page(coach: SignedIn, case: Case, faults: tuple[FormFault, ...] = (), typed: Any = None) -> Response:
    return coach.page_with_documents(
        "debrief/case",
        status=400 if faults else 200,
        case=case,
        programme=case.programme,
        case_url=_url(case),
        faults=faults,
        typed=_stored(case) | dict(typed or {}),
        parts=PARTS,
        needed=NEEDED,
        hints=HINTS,
        longest=MAX_AREA_CHARS,
        longest_notes=MAX_NOTES_CHARS,
        numbers=range(1, MOST_AREAS + 1),
        who_sees=_who_sees(case),
        ticked=ticking.ticked_items(case),
        shown_debrief=_marks(case, DEBRIEF_FIELDS),
        shown_notes=_marks(case, NOTES_FIELDS),
    )


def _who_sees(case: Case) -> Mapping[str, str]:
    """Return the text above each form of the page."""
    names = readers.Names(case.delegate.person.name)
    forms = (readers.Form.DEBRIEF, readers.Form.COACH_NOTES, readers.Form.HAND_OVER)
    return {form.name.lower(): " ".join(readers.sentences(form, names)) for form in forms}


def _merged(case: Case, fields: Mapping[str, str], names: Sequence[str]) -> Mapping[str, str]:
    """Return the fields of a form, without changes that an older page would undo. See core/merging.py."""
    typed = {name: fields.get(name, "").replace("\r\n", "\n").strip() for name in names}
    return merging.merge(_stored(case), typed, merging.read_marks(fields), names)


def _marks(case: Case, names: Sequence[str]) -> str:
    stored = _stored(case)
    return merging.marks({name: stored[name] for name in names if stored.get(name)})


def _stored(case: Case) -> dict[str, str]:
    """Return the stored debrief as the form's fields."""
    fields = {f"{part}-{area.id}": getattr(area, part) for area in case.areas for part in PARTS}
    fields["held_on"] = case.debrief.held_on.isoformat() if case.debrief else ""
    fields["notes-text"] = case.notes.text if case.notes else ""
    return fields | {HAND_OVER: case.own_left.text if case.own_left else ""}


def _url(case: Case) -> str:
    return signing.url(f"/coach/{case.token}/{case.delegate.id}")
