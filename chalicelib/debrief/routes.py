"""HTTP routes for coaches: caseload, preview, debrief, release."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.areas.form import HINTS, LINES, MAX_AREA_CHARS, NEEDED, PARTS, item_field
from chalicelib.assignments.coach_view import book_of, list_for_coach
from chalicelib.core import clock, ids, log, merging
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import local_date
from chalicelib.debrief import record as records
from chalicelib.debrief import release_report as releasing
from chalicelib.debrief import ticks as ticking
from chalicelib.debrief.all_cohorts import list_cohorts
from chalicelib.debrief.behaviours import QUADRANTS, suggest_review
from chalicelib.debrief.caseload import Case, open_case, open_caseload, open_report
from chalicelib.debrief.debrief_form import MAX_NOTES_CHARS, NUMBERS
from chalicelib.debrief.next_steps import list_people, list_tasks
from chalicelib.debrief.notes import NOTES, leave_note, save_notes, stored_fields
from chalicelib.forms import readers
from chalicelib.links import signing
from chalicelib.store import attendance, delegates, objects, workshops
from chalicelib.store.reports import StoredReport
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.reading import Ticks
from chalicelib.web.sessions import SignedIn, signed_in
from chalicelib.workshops.visits import Visit, list_absences, list_visits

bp = Blueprint(__name__)

LAST = NUMBERS[-1]  # the area that is folded away
ID_FIELDS = tuple(f"id-{number}" for number in NUMBERS)  # random ids that the page gives to new areas
KINDS = ("pdf", "html", "pdf-earlier")  # the first if the form names none


@bp.route("/coach/{token}", **GET)
@page_handler
def caseload(token: str) -> Response:
    opened = open_caseload(token)
    coach = signed_in(bp.current_request, opened.reader, clock.now())
    threads = opened.threads(clock.now())
    absences = list_absences(opened.programme, opened.cohort.id, [line.delegate_id for line in opened.lines])
    return coach.page(
        "debrief/caseload",
        caseload=opened,
        programme=opened.programme,
        tasks=list_tasks(threads),
        people=list_people(threads),
        absences=absences,
        each_url=signing.url(f"/coach/{opened.token}"),
    )


@bp.route("/coach/{token}/cohorts", **GET)
@page_handler
def all_cohorts(token: str) -> Response:
    opened = open_caseload(token)
    coach = signed_in(bp.current_request, opened.reader, clock.now())
    return coach.page("debrief/cohorts", cohorts=list_cohorts(opened, clock.now()), programme=opened.programme)


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
    report = open_report(opened, kind, clock.now())
    return coach.see_other(_reading_url(coach, opened, report) if kind == "html" else objects.link(report.pdf))


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
    releasing.refuse_released(opened)
    return _typed(coach, opened, posted)


@bp.route("/coach/{token}/{delegate_id}/notes", **POST)
@page_handler
def notes(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    fields, faults = save_notes(opened, coach.form(bp.current_request), clock.now())
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


def _typed(coach: SignedIn, case: Case, posted: Mapping[str, str]) -> Response:
    """Save what was typed. If its button was pressed, start an area from a behaviour or record the debrief."""
    behaviour = posted.get(records.USE, "")
    typed, faults = records.use_behaviour(case, records.merge_typed(case, posted), behaviour)
    if posted.get("by") == "script" or behaviour:
        records.save_draft(case, typed, clock.now())
        return _draft_saved(coach, case, typed, faults, posted)
    return _recorded(coach, case, typed, {name: posted.get(name, "") for name in ID_FIELDS})


def _draft_saved(
    coach: SignedIn, case: Case, typed: Mapping[str, str], faults: tuple[FieldError, ...], posted: Mapping[str, str]
) -> Response:
    if posted.get("by") == "script":
        return coach.data({"shown": merging.marks(typed)})
    return _case_page(coach, case, faults, record=typed) if faults else coach.see_other(f"{_url(case)}#areas")


def _recorded(coach: SignedIn, case: Case, typed: Mapping[str, str], named: Mapping[str, str]) -> Response:
    form = releasing.record_debrief(case, {**typed, **named}, clock.now())
    if not form.faults:
        return coach.see_other(_url(case))
    records.save_draft(case, typed, clock.now())
    return _case_page(coach, case, form.faults, record=typed)


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


def _case_page(
    coach: SignedIn,
    case: Case,
    faults: tuple[FieldError, ...] = (),
    notes: Mapping[str, str] | None = None,
    record: Mapping[str, str] | None = None,
) -> Response:
    """Show the case. `notes` and `record`: what was typed into the forms, to be shown again."""
    stored, facts = records.stored_fields(case), None if case.is_released else records.load_facts(case)
    record_fields = stored if record is None else dict(record)
    return coach.page_with_documents(
        "debrief/case",
        status=400 if faults else 200,
        case=case,
        programme=case.programme,
        case_url=_url(case),
        visits=_visits(case),
        work=list_for_coach(book_of(case.delegate, case.programme, case.rows).tasks, clock.now()),
        faults=faults,
        typed={**stored_fields(case), **(notes or {}), **record_fields},
        parts=PARTS,
        needed=NEEDED,
        hints=HINTS,
        lines=LINES,
        longest=MAX_AREA_CHARS,
        longest_notes=MAX_NOTES_CHARS,
        numbers=NUMBERS,
        item_field=item_field,
        typed_items=_chosen(case, record_fields),
        default_reviews=_default_reviews(case, record_fields),
        quadrants=QUADRANTS,
        has_third_fault=any(fault.field.endswith("-3") for fault in faults),
        new_ids={number: ids.random_letters(secrets.token_bytes(5)) for number in NUMBERS},
        behaviours=records.list_for(case, facts) if facts else [],
        agenda=records.agenda_for(case, facts),
        who_sees=_who_sees(case),
        shown_debrief=merging.marks(stored),
        shown_notes=_marks(case, (NOTES,)),
    )


def _default_reviews(case: Case, typed: Mapping[str, str]) -> Mapping[int, str]:
    """Suggest a day for each area, by its number; none for a third area that is empty."""
    sessions = workshops.list_readable(case.delegate.cohort_id)
    today = local_date(clock.now(), case.programme.organisation.timezone)
    chosen, closed = _chosen(case, typed), delegates.days_off(case.rows)
    days = {
        number: suggest_review(case.programme, case.cohort, sessions, chosen[number], today, closed)
        for number in NUMBERS
    }
    return {number: day if number < LAST or chosen[number] else "" for number, day in days.items()}


def _chosen(case: Case, typed: Mapping[str, str]) -> Mapping[int, Sequence[str]]:
    """Return the behaviours of each area, by its number."""
    items = [item.id for item in case.programme.items]
    return {number: [item for item in items if typed.get(item_field(number, item))] for number in NUMBERS}


def _visits(case: Case) -> tuple[Visit, ...]:
    return list_visits(case.programme, case.delegate.cohort_id, attendance.from_rows(case.rows), clock.now())


def _who_sees(case: Case) -> Mapping[str, str]:
    """Return the text above each form of the page."""
    names = readers.Names(case.delegate.person.name)
    forms = (readers.Form.DEBRIEF, readers.Form.COACH_NOTES, readers.Form.HAND_OVER)
    return {form.name.lower(): " ".join(readers.sentences(form, names)) for form in forms}


def _marks(case: Case, names: Sequence[str]) -> str:
    stored = stored_fields(case)
    return merging.marks({name: stored[name] for name in names if stored.get(name)})


def _url(case: Case) -> str:
    return signing.url(f"/coach/{case.token}/{case.delegate.id}")
