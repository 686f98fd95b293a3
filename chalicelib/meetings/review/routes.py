"""HTTP routes of the record of the six-month review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.areas.form import MAX_AREA_CHARS
from chalicelib.areas.openings import AreasPage, sign_in_coach
from chalicelib.core import clock, merging
from chalicelib.core.errors import FieldError
from chalicelib.meetings.review import record as records
from chalicelib.meetings.review.form import MAX_ALSO_CHARS, OUTCOMES
from chalicelib.meetings.routes import find_meeting, home_of
from chalicelib.store import reviews
from chalicelib.store.meetings import MeetingKind
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn

bp = Blueprint(__name__)


@bp.route("/coach/{token}/{delegate_id}/review-record", **GET)
@page_handler
def show_record(token: str, delegate_id: str) -> Response:
    opened, coach = _open(token, delegate_id)
    find_meeting(opened, MeetingKind.REVIEW.value)
    return _page(opened, coach)


@bp.route("/coach/{token}/{delegate_id}/review-record", **POST)
@page_handler
def save_record(token: str, delegate_id: str) -> Response:
    """Save what the page's script sends. Record the review if its button was pressed."""
    opened, coach = _open(token, delegate_id)
    return _typed(opened, coach, coach.form(bp.current_request))


def _typed(opened: AreasPage, coach: SignedIn, posted: Mapping[str, str]) -> Response:
    meeting = find_meeting(opened, MeetingKind.REVIEW.value)
    typed = records.merge_typed(opened, posted)
    if posted.get("by") == "script":
        records.save_draft(opened, typed, clock.now())
        return coach.data({"shown": merging.marks(typed)})
    if records.is_recorded(opened, posted):
        return coach.see_other(f"{home_of(opened)}/review-record")
    form = records.record(opened, meeting, typed, clock.now())
    if form.faults:
        records.save_draft(opened, typed, clock.now())
        return _page(opened, coach, form.faults, typed)
    return coach.see_other(f"{home_of(opened)}/review-record")


def _open(token: str, delegate_id: str) -> tuple[AreasPage, SignedIn]:
    return sign_in_coach(bp.current_request, token, delegate_id, clock.now())


def _page(
    opened: AreasPage, coach: SignedIn, faults: Sequence[FieldError] = (), typed: Mapping[str, str] | None = None
) -> Response:
    stored = records.stored_fields(opened)
    return coach.page(
        "meetings/review",
        status=400 if faults else 200,
        opened=opened,
        programme=opened.programme,
        home=home_of(opened),
        here=f"{home_of(opened)}/review-record",
        review=reviews.from_rows(opened.rows),
        draft=records.find_draft(opened),
        outcomes=OUTCOMES,
        faults=faults,
        typed=stored if typed is None else typed,
        shown=merging.marks(stored),
        longest=MAX_AREA_CHARS,
        longest_also=MAX_ALSO_CHARS,
    )
