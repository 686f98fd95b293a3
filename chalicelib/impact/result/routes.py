"""HTTP routes for a delegate's result: the delegate reads it, and the coach with the agenda of the review."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.areas.openings import AreasPage, open_for_delegate, sign_in_coach
from chalicelib.core import clock, log
from chalicelib.core.errors import Refusal
from chalicelib.core.ids import coach_id
from chalicelib.core.state_machine import By
from chalicelib.impact.result.facts import read_facts
from chalicelib.impact.review_agenda import make_agenda
from chalicelib.jobs.commit import commit
from chalicelib.links import signing
from chalicelib.store import audit_events, impact_results, meetings, objects
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.impact_results import StoredResult
from chalicelib.store.meetings import MeetingKind
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, signed_in

bp = Blueprint(__name__)
KINDS = ("html", "pdf")  # the first if the form names none


class NoResultYet(Refusal):
    """The survey is open, or the result is being made, or the survey's form did not name the coach as a reader."""

    status = 404
    title = "There is nothing to read yet"

    def __init__(self) -> None:
        super().__init__("The page is made on the working day after the six-month survey has closed.")


@bp.route("/hub/{token}/result", **GET)
@page_handler
def show_to_delegate(token: str) -> Response:
    opened, delegate = _of_delegate(token)
    _result(opened)
    return delegate.page_with_documents("impact/result", opened=opened, programme=opened.programme, home=_home(opened))


@bp.route("/hub/{token}/result", **POST)
@page_handler
def open_as_delegate(token: str) -> Response:
    opened, delegate = _of_delegate(token)
    return _open_document(opened, delegate, f"{_home(opened)}/result")


@bp.route("/hub/{token}/result/{given}", **GET)
@page_handler
def read_as_delegate(token: str, given: str) -> Response:
    """Show the result that was opened in this session. `given`: the session's pass to it."""
    opened, delegate = _of_delegate(token)
    return _reading_page(opened, delegate, given, "Your programme")


@bp.route("/coach/{token}/{delegate_id}/review", **GET)
@page_handler
def show_to_coach(token: str, delegate_id: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    facts = read_facts(objects.load(_result(opened).facts))
    shared = [area.words_for_others for area in opened.shared]
    return coach.page_with_documents(
        "impact/review_agenda",
        opened=opened,
        programme=opened.programme,
        home=_home(opened),
        agenda=make_agenda(facts, shared),
        review=meetings.from_rows(opened.rows, MeetingKind.REVIEW).state.value,
    )


@bp.route("/coach/{token}/{delegate_id}/review", **POST)
@page_handler
def open_as_coach(token: str, delegate_id: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    return _open_document(opened, coach, f"{_home(opened)}/review")


@bp.route("/coach/{token}/{delegate_id}/review/{given}", **GET)
@page_handler
def read_as_coach(token: str, delegate_id: str, given: str) -> Response:
    """Show the result that was opened in this session. `given`: the session's pass to it."""
    opened, coach = _of_coach(token, delegate_id)
    return _reading_page(opened, coach, given, opened.delegate.person.name)


def _of_delegate(token: str) -> tuple[AreasPage, SignedIn]:
    opened = open_for_delegate(token)
    signing.refuse_ended(opened.programme, opened.ends_at, clock.now())
    return opened, signed_in(bp.current_request, opened.reader, clock.now())


def _of_coach(token: str, delegate_id: str) -> tuple[AreasPage, SignedIn]:
    return sign_in_coach(bp.current_request, token, delegate_id, clock.now())


def _result(opened: AreasPage) -> StoredResult:
    """Return the result if this reader may see it. Raises NoResultYet."""
    result = impact_results.from_rows(opened.rows)
    if result is None or (opened.by is By.COACH and not result.is_shared):
        raise NoResultYet
    return result


def _open_document(opened: AreasPage, reader: SignedIn, here: str) -> Response:
    """Open a document, and record who opened it."""
    kind = forms.choice(reader.form(bp.current_request), "kind", KINDS)
    result = _result(opened)
    delegate = opened.delegate
    coach = f"coach {coach_id(delegate.cohort_id, delegate.coach.email)}"
    who = "delegate" if opened.by is By.DELEGATE else coach
    entry = audit_events.add(
        delegate.cohort_id, AuditEvent.OPENED_RESULT, who, delegate.id, clock.now(), format=audit_events.FORMATS[kind]
    )
    commit([entry], clock.now())
    log.info("result_opened", delegate=delegate.id, role=opened.by.value)
    return reader.see_other(f"{here}/{reader.pass_to(result.html)}" if kind == "html" else objects.link(result.pdf))


def _reading_page(opened: AreasPage, reader: SignedIn, given: str, back: str) -> Response:
    result = _result(opened)
    if not reader.has_pass_to(result.html, given):
        return reader.see_other(_home(opened))
    return reader.reading_page(objects.load(result.html).decode(), _home(opened), back)


def _home(opened: AreasPage) -> str:
    is_coach = opened.by is By.COACH
    return signing.url(f"/coach/{opened.token}/{opened.delegate.id}" if is_coach else f"/hub/{opened.token}")
