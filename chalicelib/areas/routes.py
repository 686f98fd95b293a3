"""HTTP routes of development areas: the delegate's, the coach's and the line manager's pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from chalice import Blueprint, Response

from chalicelib.areas import acts, share, states
from chalicelib.areas import offer_help as help_offers
from chalicelib.areas.form import AREA_ID, HINTS, LINES, MAX_AREA_CHARS, NEEDED, PARTS, as_fields
from chalicelib.areas.openings import AreasPage, let_in, open_for_delegate, open_for_manager, sign_in_coach
from chalicelib.areas.plan.open_plan import open_plan
from chalicelib.core import clock, ids
from chalicelib.core.errors import FieldError
from chalicelib.core.ids import reader_key
from chalicelib.core.state_machine import By
from chalicelib.forms.impact_questions import LEVELS
from chalicelib.links import signing
from chalicelib.links.kinds import HUB, SHARED
from chalicelib.store import objects
from chalicelib.store.areas import Area
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page, page_handler, page_with_documents, see_other
from chalicelib.web.sessions import SignedIn

bp = Blueprint(__name__)

NEW = "new"  # instead of an area's id: an area to be agreed
REMARK = "remark"
ONCE = "once"  # the field with a page's random id


# --- the delegate -----------------------------------------------------------------------------------------------


@bp.route("/hub/{token}/areas", **GET)
@page_handler
def delegates_areas(token: str) -> Response:
    return _delegates_page("areas/areas", _of_delegate(token))


@bp.route("/hub/{token}/areas/share", **POST)
@page_handler
def share_areas(token: str) -> Response:
    opened, fields = _of_delegate(token), _form(token)
    choose = share.keep_to_oneself if fields.get("go") == "not-now" else None
    if choose:
        choose(opened, clock.now())
    else:
        share.save_choice(opened, fields, _once(fields), clock.now())
    return see_other(_url(opened, "areas#sharing"))


@bp.route("/hub/{token}/areas/progress", **GET)
@page_handler
def progress(token: str) -> Response:
    return _delegates_page("areas/progress", _of_delegate(token))


@bp.route("/hub/{token}/areas/progress", **POST)
@page_handler
def note_progress(token: str) -> Response:
    opened, fields = _of_delegate(token), _form(token)
    if faults := acts.note_progress(opened, fields, _once(fields), clock.now()):
        return _delegates_page("areas/progress", opened, faults, fields)
    return see_other(_url(opened, "areas"))


@bp.route("/hub/{token}/area/{area}", **GET)
@page_handler
def delegates_area(token: str, area: str) -> Response:
    opened = _of_delegate(token)
    return _delegates_page("areas/area", opened, area=opened.area(area))


@bp.route("/hub/{token}/area/{area}", **POST)
@page_handler
def revise_as_delegate(token: str, area: str) -> Response:
    opened, fields = _of_delegate(token), _form(token)
    current = opened.area(area)
    if faults := acts.revise(opened, current, fields, clock.now()):
        return _delegates_page("areas/area", opened, faults, fields, current)
    return see_other(_url(opened, f"areas#a-{area}"))


@bp.route("/hub/{token}/area/{area}/{act}", **POST)
@page_handler
def move_as_delegate(token: str, area: str, act: str) -> Response:
    opened, fields = _of_delegate(token), _form(token)
    current, act = opened.area(area), act.replace("-", " ")
    run = acts.approve if act == states.APPROVE else partial(acts.move, act=act)
    if faults := run(opened, current, fields=fields, now=clock.now()):
        return _delegates_page("areas/area", opened, faults, fields, current)
    return see_other(_url(opened, f"areas#a-{area}"))


@bp.route("/hub/{token}/plan", **POST)
@page_handler
def delegates_plan(token: str) -> Response:
    opened, _ = _of_delegate(token), _form(token)
    return see_other(_plan_url(opened))


# --- the coach --------------------------------------------------------------------------------------------------


@bp.route("/coach/{token}/{delegate_id}/areas", **GET)
@page_handler
def coachs_areas(token: str, delegate_id: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    return _coachs_page("areas/coach", opened, coach)


@bp.route("/coach/{token}/{delegate_id}/plan", **POST)
@page_handler
def coachs_plan(token: str, delegate_id: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    coach.form(bp.current_request)
    return coach.see_other(_plan_url(opened))


@bp.route("/coach/{token}/{delegate_id}/area/{area}", **GET)
@page_handler
def coachs_area(token: str, delegate_id: str, area: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    return _coachs_page("areas/area", opened, coach, area=None if area == NEW else opened.area(area))


@bp.route("/coach/{token}/{delegate_id}/area/{area}", **POST)
@page_handler
def revise_as_coach(token: str, delegate_id: str, area: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    fields = coach.form(bp.current_request)
    current = None if area == NEW else opened.area(area)
    faults = _save(opened, current, fields)
    return _after_coach(opened, coach, current, faults, fields)


@bp.route("/coach/{token}/{delegate_id}/area/{area}/{act}", **POST)
@page_handler
def move_as_coach(token: str, delegate_id: str, area: str, act: str) -> Response:
    opened, coach = _of_coach(token, delegate_id)
    fields = coach.form(bp.current_request)
    current = opened.area(area)
    faults = _acted(opened, current, act.replace("-", " "), fields)
    return _after_coach(opened, coach, current, faults, fields)


# --- the line manager -------------------------------------------------------------------------------------------


@bp.route("/shared/{token}", **GET)
@page_handler
def shared(token: str) -> Response:
    return _managers_page(_of_manager(token))


@bp.route("/shared/{token}", **POST)
@page_handler
def offer_help(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, SHARED.verb, token)
    return _after_manager(_of_manager(token), fields)


# --- helpers ----------------------------------------------------------------------------------------------------


def _of_delegate(token: str) -> AreasPage:
    return let_in(open_for_delegate(token), clock.now())


def _of_coach(token: str, delegate_id: str) -> tuple[AreasPage, SignedIn]:
    return sign_in_coach(bp.current_request, token, delegate_id, clock.now())


def _of_manager(token: str) -> AreasPage:
    return let_in(open_for_manager(token), clock.now())


def _form(token: str) -> Mapping[str, str]:
    return forms.read_form(bp.current_request.raw_body, HUB.verb, token)


def _once(fields: Mapping[str, str]) -> str:
    """Return the page's random id, or another one for a form without it."""
    given = fields.get(ONCE, "")
    return given if AREA_ID.fullmatch(given) and len(given) > 1 else _new_id()


def _new_id() -> str:
    return ids.random_letters(secrets.token_bytes(5))


def _save(opened: AreasPage, area: Area | None, fields: Mapping[str, str]) -> tuple[FieldError, ...]:
    if area is None:
        return acts.agree(opened, fields, _once(fields), clock.now())
    return acts.revise(opened, area, fields, clock.now())


def _acted(opened: AreasPage, area: Area, act: str, fields: Mapping[str, str]) -> tuple[FieldError, ...]:
    if act == REMARK:
        return acts.note_progress(opened, fields, _once(fields), clock.now())
    return acts.move(opened, area, act, fields, clock.now())


def _after_coach(
    opened: AreasPage, coach: SignedIn, area: Area | None, faults: Sequence[FieldError], fields: Mapping[str, str]
) -> Response:
    if faults:
        return _coachs_page("areas/area", opened, coach, faults, fields, area)
    return coach.see_other(_url(opened, "areas"))


def _after_manager(opened: AreasPage, fields: Mapping[str, str]) -> Response:
    if faults := help_offers.offer(opened, fields, _once(fields), clock.now()):
        return _managers_page(opened, faults, fields)
    return see_other(signing.url(f"/shared/{opened.token}#help"))


def _managers_page(
    opened: AreasPage, faults: Sequence[FieldError] = (), typed: Mapping[str, str] | None = None
) -> Response:
    return page(
        "areas/manager",
        status=400 if faults else 200,
        opened=opened,
        programme=opened.programme,
        nonce=forms.nonce(SHARED.verb, opened.token),
        here=signing.url(f"/shared/{opened.token}"),
        once=_new_id(),
        faults=faults,
        typed=typed or {},
        longest=help_offers.MAX_LINE_CHARS,
        may_offer=len(opened.offers) < help_offers.MAX_OFFERS,
        zone=opened.programme.organisation.timezone,
    )


def _url(opened: AreasPage, part: str) -> str:
    return signing.url(f"{_home(opened)}/{part}")


def _plan_url(opened: AreasPage) -> str:
    """Return the address of the PDF, or of the page that says it is being made."""
    pdf = open_plan(opened, clock.now())
    return objects.link(pdf) if pdf else _url(opened, "areas?plan=waits#plan")


def _home(opened: AreasPage) -> str:
    if opened.by is By.COACH:
        return f"/coach/{opened.token}/{opened.delegate.id}"
    return f"/hub/{opened.token}"


def _delegates_page(
    template: str,
    opened: AreasPage,
    faults: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
    area: Area | None = None,
) -> Response:
    context = _context(opened, faults, typed, area) | {"nonce": forms.nonce(HUB.verb, opened.token)}
    return page_with_documents(template, status=400 if faults else 200, **context)


def _coachs_page(
    template: str,
    opened: AreasPage,
    coach: SignedIn,
    faults: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
    area: Area | None = None,
) -> Response:
    status = 400 if faults else 200
    return coach.page_with_documents(template, status=status, **_context(opened, faults, typed, area))


def _context(
    opened: AreasPage, faults: Sequence[FieldError], typed: Mapping[str, str] | None, area: Area | None
) -> dict[str, Any]:
    hidden = acts.KEPT_FROM_DELEGATE if opened.by is By.DELEGATE else ()
    return {
        "opened": opened,
        "programme": opened.programme,
        "home": signing.url(_home(opened)),
        "area": area,
        "areas": opened.areas,
        "faults": faults,
        "typed": typed if typed is not None else as_fields(area, 1) if area else {},
        "parts": {part: label for part, label in PARTS.items() if part not in hidden},
        "needed": NEEDED,
        "hints": HINTS,
        "lines": LINES,
        "longest": MAX_AREA_CHARS,
        "longest_line": acts.MAX_LINE_CHARS,
        "levels": LEVELS,
        "level_words": dict(LEVELS),
        "once": _new_id(),
        "words_mark": acts.words_mark,
        "may": lambda area, act: states.AREA.allows(area.state, act, opened.by),
        "share_field": share.field,
        "shareable": share.list_shareable(opened),
        "manager_key": reader_key(opened.delegate.manager.email),
        "items": {item.id: item for item in opened.programme.items},
        "plan_waits": (bp.current_request.query_params or {}).get("plan") == "waits",
        "is_coach": opened.by is By.COACH,
        "zone": opened.programme.organisation.timezone,
    }
