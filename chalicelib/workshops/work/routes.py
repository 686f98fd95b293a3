"""HTTP routes for a facilitator who reads delegates' work and fills in their own part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.assignments.coach_view import review_of
from chalicelib.assignments.facilitator import OpenedPart, part_page, save_part, take_back_part
from chalicelib.assignments.review import MAX_REMARK_CHARS, READ, Reviewed, Reviewer, review
from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.links import signing
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.save_moments import milliseconds
from chalicelib.web.sessions import SignedIn, signed_in
from chalicelib.workshops.facilitator import FacilitatorPage, open_page
from chalicelib.workshops.work.opening import OpenedWork, open_own_part, open_work

bp = Blueprint(__name__)

WORK = "/facilitator/{token}/{delegate_id}/work/{work}"
PART = "/facilitator/{token}/{delegate_id}/part/{work}"
SUBMIT = "submit"


@bp.route(WORK, **GET)
@page_handler
def show_work(token: str, delegate_id: str, work: str) -> Response:
    page, reader = _open(token)
    return _work_page(reader, page, open_work(page, delegate_id, work))


@bp.route(WORK, **POST)
@page_handler
def read_work(token: str, delegate_id: str, work: str) -> Response:
    page, reader = _open(token)
    fields = reader.form(bp.current_request)
    return _read(reader, page, open_work(page, delegate_id, work), fields)


@bp.route(PART, **GET)
@page_handler
def show_part(token: str, delegate_id: str, work: str) -> Response:
    page, reader = _open(token)
    return _part_page(reader, page, open_own_part(page, delegate_id, work))


@bp.route(PART, **POST)
@page_handler
def note_part(token: str, delegate_id: str, work: str) -> Response:
    page, reader = _open(token)
    fields = reader.form(bp.current_request)
    return _save(reader, page, open_own_part(page, delegate_id, work), fields)


@bp.route(f"{PART}/take-back", **POST)
@page_handler
def take_part_back(token: str, delegate_id: str, work: str) -> Response:
    page, reader = _open(token)
    reader.form(bp.current_request)
    opened = take_back_part(open_own_part(page, delegate_id, work), clock.now())
    return reader.see_other(_part_url(page, opened))


def _open(token: str) -> tuple[FacilitatorPage, SignedIn]:
    opened = open_page(token)
    return opened, signed_in(bp.current_request, opened.reader, clock.now())


def _read(reader: SignedIn, page: FacilitatorPage, opened: OpenedWork, fields: Mapping[str, str]) -> Response:
    days = working_days(page.programme.organisation, page.cohort.dates.closed)
    of = Reviewed(page.programme, opened.delegate, opened.task, days)
    faults = review(of, READ, fields.get(READ, ""), Reviewer(By.FACILITATOR, page.actor.name), clock.now())
    if faults:
        return _work_page(reader, page, opened, faults, fields)
    log.info("work_reviewed", delegate=opened.delegate.id, work=opened.task.id, act=READ)
    return reader.see_other(_home(page))


def _save(reader: SignedIn, page: FacilitatorPage, opened: OpenedPart, fields: Mapping[str, str]) -> Response:
    submit = fields.get("go") == SUBMIT
    saved = save_part(opened, fields, clock.now(), submit=submit)
    answers = saved.answers(clock.now())
    if answers.faults if submit else answers.of_draft:
        return _part_page(reader, page, saved, submitting=submit, status=400)
    return reader.see_other(f"{_part_url(page, saved)}?saved=1")


def _work_page(
    reader: SignedIn,
    page: FacilitatorPage,
    opened: OpenedWork,
    faults: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    return reader.page(
        "assignments/review",
        status=400 if faults else 200,
        case=opened,
        programme=page.programme,
        review=review_of(opened.book, opened.task, clock.now(), By.FACILITATOR),
        case_url=f"{_home(page)}/{opened.delegate.id}",
        back_url=_home(page),
        back_words="Your workshops",
        faults=faults,
        typed=typed or {},
        longest=MAX_REMARK_CHARS,
    )


def _part_page(
    reader: SignedIn, page: FacilitatorPage, opened: OpenedPart, *, submitting: bool = False, status: int = 200
) -> Response:
    now, days = clock.now(), opened.task.days
    return reader.page(
        "workshops/part",
        status=status,
        programme=page.programme,
        part=opened,
        form_page=part_page(opened, now, submitting=submitting),
        may_type=not opened.delegate.withdrawn and opened.task.part_state(now).value in ("open", "draft"),
        opens_at=days.opens_at if days.opens_at and now < days.opens_at and not opened.delegate.withdrawn else None,
        at=milliseconds(now),
        address=_part_url(page, opened),
        home=_home(page),
        submitting=submitting,
        saved=(bp.current_request.query_params or {}).get("saved", ""),
    )


def _home(page: FacilitatorPage) -> str:
    return signing.url(f"/facilitator/{page.token}")


def _part_url(page: FacilitatorPage, opened: OpenedPart) -> str:
    return f"{_home(page)}/{opened.delegate.id}/part/{opened.task.id}"
