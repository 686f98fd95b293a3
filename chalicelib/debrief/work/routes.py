"""HTTP routes for a coach who reads, returns or waives a delegate's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.assignments.access import NoSuchWork
from chalicelib.assignments.coach_view import ACTS, book_of, review_of
from chalicelib.assignments.review import MAX_REMARK_CHARS, Reviewed, Reviewer, review
from chalicelib.assignments.tasks import Book, Task
from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.debrief.caseload import Case, open_case
from chalicelib.links import signing
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, signed_in

bp = Blueprint(__name__)


@bp.route("/coach/{token}/{delegate_id}/work/{work}", **GET)
@page_handler
def read_work(token: str, delegate_id: str, work: str) -> Response:
    case, coach = _open(token, delegate_id)
    return _page(coach, case, work)


@bp.route("/coach/{token}/{delegate_id}/work/{work}", **POST)
@page_handler
def decide_work(token: str, delegate_id: str, work: str) -> Response:
    case, coach = _open(token, delegate_id)
    fields = coach.form(bp.current_request)
    faults = _decide(case, work, fields)
    return _page(coach, case, work, faults, fields) if faults else coach.see_other(f"{_url(case)}#work")


def _open(token: str, delegate_id: str) -> tuple[Case, SignedIn]:
    opened = open_case(token, delegate_id)
    return opened, signed_in(bp.current_request, opened.reader, clock.now())


def _find(case: Case, work: str) -> tuple[Book, Task]:
    """Find work that its coach may see. Raises NoSuchWork."""
    book = book_of(case.delegate, case.programme, case.rows)
    task = book.find(work)
    if task is None or By.COACH.value not in task.assignment.seen_by:
        raise NoSuchWork
    return book, task


def _decide(case: Case, work: str, fields: Mapping[str, str]) -> Sequence[FieldError]:
    _, task = _find(case, work)
    act = forms.choice(fields, "go", ACTS)
    days = working_days(case.programme.organisation, case.cohort.dates.closed)
    of = Reviewed(case.programme, case.delegate, task, days)
    faults = review(of, act, fields.get(act, ""), Reviewer(By.COACH, f"coach {case.coach_id}"), clock.now())
    if not faults:
        log.info("work_reviewed", delegate=case.delegate.id, work=work, act=act)
    return faults


def _page(
    coach: SignedIn,
    case: Case,
    work: str,
    faults: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    book, task = _find(case, work)
    return coach.page(
        "assignments/review",
        status=400 if faults else 200,
        case=case,
        programme=case.programme,
        review=review_of(book, task, clock.now()),
        case_url=_url(case),
        faults=faults,
        typed=typed or {},
        longest=MAX_REMARK_CHARS,
    )


def _url(case: Case) -> str:
    return signing.url(f"/coach/{case.token}/{case.delegate.id}")
