"""HTTP routes of meetings: the coach offers times, the delegate chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib.areas.openings import AreasPage, let_in, open_for_delegate, sign_in_coach
from chalicelib.core import clock
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.model import Wave
from chalicelib.core.state_machine import By
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.meetings import acts, machine
from chalicelib.meetings.agreed import find_agreed
from chalicelib.meetings.emails import TITLES
from chalicelib.meetings.form import MAX_PLACE_CHARS, MAX_SLOTS, SHOWN_SLOTS, USUAL_MINUTES
from chalicelib.meetings.review.form import OUTCOMES
from chalicelib.store import meetings
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page, page_handler, see_other
from chalicelib.web.sessions import SignedIn

bp = Blueprint(__name__)


class NoMeetingYet(Refusal):
    """The meeting cannot be arranged yet."""

    status = 404
    title = "There is nothing to arrange yet"

    def __init__(self) -> None:
        super().__init__("The debrief is arranged once the report is made, the review once the survey has closed.")


@bp.route("/hub/{token}/meeting/{kind}", **GET)
@page_handler
def delegates_meeting(token: str, kind: str) -> Response:
    opened = _of_delegate(token)
    return _delegates_page(opened, find_meeting(opened, kind))


@bp.route("/hub/{token}/meeting/{kind}/{act}", **POST)
@page_handler
def act_as_delegate(token: str, kind: str, act: str) -> Response:
    opened, fields = _of_delegate(token), forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    before = find_meeting(opened, kind)
    faults = _delegate_acts(opened, before, act, fields)
    return _delegates_page(opened, before, faults, fields) if faults else see_other(_url(opened, kind))


@bp.route("/coach/{token}/{delegate_id}/meeting/{kind}", **GET)
@page_handler
def coachs_meeting(token: str, delegate_id: str, kind: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    return _coachs_page(opened, coach, find_meeting(opened, kind))


@bp.route("/coach/{token}/{delegate_id}/meeting/{kind}/{act}", **POST)
@page_handler
def act_as_coach(token: str, delegate_id: str, kind: str, act: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    fields, before = coach.form(bp.current_request), find_meeting(opened, kind)
    faults = _coach_acts(opened, before, act, fields)
    return _coachs_page(opened, coach, before, faults, fields) if faults else coach.see_other(_url(opened, kind))


def _delegate_acts(opened: AreasPage, before: Meeting, act: str, fields: Mapping[str, str]) -> Sequence[FieldError]:
    if act == "choose":
        acts.choose(opened, before, fields.get("slot", ""), clock.now())
        return ()
    return acts.ask(opened, before, fields.get("line", ""), clock.now())


def _coach_acts(opened: AreasPage, before: Meeting, act: str, fields: Mapping[str, str]) -> Sequence[FieldError]:
    if act == "offer":
        return acts.offer(opened, before, fields, clock.now())
    if act == "enter":
        return acts.enter(opened, before, fields, clock.now())
    acts.miss(opened, before, clock.now())
    return ()


def find_meeting(opened: AreasPage, kind: str) -> Meeting:
    """Find the meeting. Raises NoMeetingYet."""
    known = next((each for each in MeetingKind if each.value == kind), None)
    has_report = DelegateRecord(opened.rows).has_report(Wave.BASELINE)
    is_surveyed = any(not survey.is_open for survey in surveys_from(opened.rows))
    if known is None or not (has_report if known is MeetingKind.DEBRIEF else is_surveyed):
        raise NoMeetingYet
    return meetings.from_rows(opened.rows, known)


def _of_delegate(token: str) -> AreasPage:
    return let_in(open_for_delegate(token), clock.now())


def _of_coach(token: str, delegate_id: str) -> tuple[AreasPage, SignedIn]:
    return sign_in_coach(bp.current_request, token, delegate_id, clock.now())


def home_of(opened: AreasPage) -> str:
    is_coach = opened.by is By.COACH
    return signing.url(f"/coach/{opened.token}/{opened.delegate.id}" if is_coach else f"/hub/{opened.token}")


def _url(opened: AreasPage, kind: str) -> str:
    return f"{home_of(opened)}/meeting/{kind}"


def _delegates_page(
    opened: AreasPage, meeting: Meeting, faults: Sequence[FieldError] = (), typed: Mapping[str, str] | None = None
) -> Response:
    context = _context(opened, meeting, faults, typed or {}) | {"nonce": forms.nonce(HUB.verb, opened.token)}
    return page("meetings/delegate", status=400 if faults else 200, **context)


def _coachs_page(
    opened: AreasPage,
    coach: SignedIn,
    meeting: Meeting,
    faults: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    context = _context(opened, meeting, faults, typed or {})
    return coach.page("meetings/coach", status=400 if faults else 200, **context)


def _context(
    opened: AreasPage, meeting: Meeting, faults: Sequence[FieldError], typed: Mapping[str, str]
) -> dict[str, Any]:
    now = clock.now()
    return {
        "opened": opened,
        "programme": opened.programme,
        "zone": opened.programme.organisation.timezone,
        "home": home_of(opened),
        "record_url": f"{home_of(opened)}/review-record" if meeting.kind is MeetingKind.REVIEW else home_of(opened),
        "here": _url(opened, meeting.kind.value),
        "meeting": meeting,
        "what": TITLES[meeting.kind],
        "agreed": find_agreed(opened, meeting.kind),
        "outcomes": OUTCOMES,
        "slots": acts.open_slots(opened, meeting, now) if meeting.slots else [],
        "stamp": stamp,
        "has_begun": meeting.booked is not None and meeting.booked.starts <= now,
        "may": lambda act: machine.MACHINES[meeting.kind].allows(meeting.state, act, opened.by),
        "faults": faults,
        "typed": typed,
        "numbers": range(1, MAX_SLOTS + 1),
        "shown_numbers": SHOWN_SLOTS,
        "longest_place": MAX_PLACE_CHARS,
        "longest_line": acts.MAX_LINE_CHARS,
        "usual_minutes": USUAL_MINUTES,
    }
