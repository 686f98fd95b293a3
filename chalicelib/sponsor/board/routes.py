"""HTTP routes for administrators and coaches: requests to the board, and editions for the sponsor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response
from msgspec import Struct

from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Cohort, Programme
from chalicelib.links import signing
from chalicelib.sponsor.board import requests as board
from chalicelib.sponsor.board.coach import CoachedCohort, open_for_coach
from chalicelib.sponsor.portal import link_to_evidence
from chalicelib.sponsor.prepare.enter_costs import CohortUnknown
from chalicelib.store import board_requests, cohorts, programmes, summaries
from chalicelib.web.page import GET, POST, Done, page_handler
from chalicelib.web.sessions import SignedIn, administrator, signed_in

bp = Blueprint(__name__)

PAGE = "/admin/cohort/{cohort_id}/board"
DONE = {
    "saved": "The requests are saved. The next edition shows them.",
    "ordered": "The edition is being made. The sponsor gets an email.",
    "same": "There is nothing new since the last edition, so none is made.",
    "first": "The first edition is made automatically, five working days after the last survey has closed.",
}


class Opened(Struct, frozen=True):
    cohort: Cohort
    programme: Programme

    @property
    def url(self) -> str:
        return signing.url(f"/admin/cohort/{self.cohort.id}/board")


@bp.route(PAGE, **GET)
@page_handler
def show_board(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _board_page(admin, _open(cohort_id))


@bp.route(PAGE, **POST)
@page_handler
def change_asks(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, _open(cohort_id), admin.form(bp.current_request))


@bp.route(f"{PAGE}/edition", **POST)
@page_handler
def make_edition(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    admin.form(bp.current_request)
    return _ordered(admin, _open(cohort_id))


@bp.route(f"{PAGE}/evidence", **POST)
@page_handler
def download_evidence(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    admin.form(bp.current_request)
    return admin.see_other(link_to_evidence(_open(cohort_id).cohort.id, _by(admin), clock.now()))


# --- a coach --------------------------------------------------------------------------------------------------------


@bp.route("/coach/{token}/board", **GET)
@page_handler
def show_board_to_coach(token: str) -> Response:
    opened = open_for_coach(token)
    return _coachs_page(signed_in(bp.current_request, opened.reader, clock.now()), opened)


@bp.route("/coach/{token}/board", **POST)
@page_handler
def change_asks_as_coach(token: str) -> Response:
    opened = open_for_coach(token)
    coach = signed_in(bp.current_request, opened.reader, clock.now())
    return _posted_by_coach(coach, opened, coach.form(bp.current_request))


def _posted_by_coach(coach: SignedIn, opened: CoachedCohort, fields: Mapping[str, str]) -> Response:
    faults = board.save_asks(opened.cohort, fields, "coach", clock.now())
    if faults:
        return _coachs_page(coach, opened, fields, faults)
    log.info("board_asked", cohort=opened.cohort.id)
    return coach.see_other(f"{_coachs_url(opened)}?done=saved")


def _coachs_url(opened: CoachedCohort) -> str:
    return signing.url(f"/coach/{opened.reader.token}/board")


def _coachs_page(
    coach: SignedIn, opened: CoachedCohort, typed: Mapping[str, str] | None = None, faults: Sequence[FieldError] = ()
) -> Response:
    context = _asks(opened.cohort, opened.programme, typed, faults)
    here = {"here": _coachs_url(opened), "home": opened.reader.home}
    return coach.page("sponsor/board_coach", 400 if faults else 200, opened=opened, **here, **context)


# --- helpers --------------------------------------------------------------------------------------------------------


def _open(cohort_id: str) -> Opened:
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    return Opened(cohort, programmes.load(cohort.programme_id, cohort.programme_version))


def _by(admin: SignedIn) -> str:
    return admin.reader.person.email if admin.reader.person else ""


def _posted(admin: SignedIn, opened: Opened, fields: Mapping[str, str]) -> Response:
    faults = board.save_asks(opened.cohort, fields, _by(admin), clock.now())
    if faults:
        return _board_page(admin, opened, fields, faults)
    log.info("board_asked", cohort=opened.cohort.id)
    return admin.see_other(f"{opened.url}?done=saved")


def _ordered(admin: SignedIn, opened: Opened) -> Response:
    done = board.order_edition(opened.programme, opened.cohort, _by(admin), clock.now())
    log.info("edition_ordered", cohort=opened.cohort.id, done=done)
    return admin.see_other(f"{opened.url}?done={done}")


def _board_page(
    admin: SignedIn, opened: Opened, typed: Mapping[str, str] | None = None, faults: Sequence[FieldError] = ()
) -> Response:
    editions = summaries.of_cohort(opened.cohort.id)
    context = _asks(opened.cohort, opened.programme, typed, faults)
    return admin.page(
        "sponsor/board", 400 if faults else 200, opened=opened, here=opened.url, editions=editions, **context
    )


def _asks(
    cohort: Cohort, programme: Programme, typed: Mapping[str, str] | None, faults: Sequence[FieldError]
) -> dict[str, Any]:
    """Return what the form of the requests shows."""
    stored = board_requests.find(cohort.id)
    asks = {f"ask.{number}": ask for number, ask in enumerate(stored.asks if stored else (), start=1)}
    return {
        "programme": programme,
        "typed": asks if typed is None else typed,
        "seen": board.revision_of(stored),
        "numbers": range(1, board.MAX_ASKS + 1),
        "longest": board.MAX_ASK_CHARS,
        "barriers": board.rank_barriers(programme, cohort),
        "done": Done.find((bp.current_request.query_params or {}).get("done", ""), DONE),
        "errors": faults,
        "wrong": {fault.field: fault.message for fault in faults},
    }
