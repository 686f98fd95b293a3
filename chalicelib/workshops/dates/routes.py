"""HTTP routes for administrators: change the dates of a cohort's workshops, after a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from chalice import Blueprint, Response
from msgspec import Struct

from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.schedule import Change, Session, SessionPlan, held
from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import cohorts, programmes, workshops
from chalicelib.store.unreadable import list_unreadable
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, administrator
from chalicelib.workshops import change_sessions
from chalicelib.workshops.change_words import list_changes
from chalicelib.workshops.dates.form import NOT_TYPED, Asked, fingerprint, list_rows, read_rows
from chalicelib.workshops.effects import list_effects
from chalicelib.workshops.plan_sessions import DatesRefused, Plan
from chalicelib.workshops.recipients import list_recipients

bp = Blueprint(__name__)

PAGE = "/admin/cohort/{cohort_id}/dates"
NO_FIELDS: Mapping[str, str] = {}
CHANGED = FieldError(
    "",
    "The dates were changed in the meantime. These are the dates now: make your change again.",
    "changed-meanwhile",
)


class Opened(Struct, frozen=True):
    """A cohort and its sessions."""

    cohort: Cohort
    programme: Programme
    sessions: tuple[Session, ...]

    @property
    def url(self) -> str:
        return signing.url(f"/admin/cohort/{self.cohort.id}/dates")


class DatesDamaged(Refusal):
    """A session cannot be read: a change of the others would be made without it."""

    status = HTTPStatus.CONFLICT
    title = "The dates cannot be changed now"


@bp.route(PAGE, **GET)
@page_handler
def edit_dates(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, _open(cohort_id))


@bp.route(PAGE, **POST)
@page_handler
def change_dates(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, _open(cohort_id), admin.form(bp.current_request))


def _open(cohort_id: str) -> Opened:
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise LinkUnknown
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    sessions = workshops.list_readable(cohort_id)
    if list_unreadable():
        raise DatesDamaged(
            "The record of a workshop’s date is damaged, so the dates of this cohort cannot be changed now. Ask the "
            "operator of the service to repair it, then open this page again."
        )
    return Opened(cohort, programme, sessions)


def _posted(admin: SignedIn, opened: Opened, fields: Mapping[str, str]) -> Response:
    """Show the effect of the change. Make the change if the administrator has confirmed what the page showed."""
    if fields.get("seen") != fingerprint(opened.sessions):
        done = "confirmed" in fields and _is_done(opened, fields)
        status = 409 if "seen" in fields else 400
        return _done(admin, opened) if done else _form_page(admin, opened, NO_FIELDS, [CHANGED], status)
    try:
        asked = read_rows(list_rows(opened.sessions, clock.now(), opened.programme.milestones, fields))
    except DatesRefused as refused:
        return _form_page(admin, opened, fields, refused.faults)
    return _asked(admin, opened, fields, asked)


def _is_done(opened: Opened, fields: Mapping[str, str]) -> bool:
    """Return whether the dates already are as the form asks, because it was sent twice."""
    try:
        asked = read_rows(list_rows(opened.sessions, clock.now(), opened.programme.milestones, fields))
    except DatesRefused:
        return False
    return {*asked.wanted} == {each.plan for each in held(opened.sessions)}


def _as_seen(asked: Asked, stored: Sequence[Session], seen: str) -> tuple[list[SessionPlan], list[Change]]:
    """Return the plans and changes. Refuse them if the stored dates have changed since the page was shown."""
    if fingerprint(stored) != seen:
        raise DatesRefused(CHANGED)
    return asked.wanted, asked.changes


def _asked(admin: SignedIn, opened: Opened, fields: Mapping[str, str], asked: Asked) -> Response:
    by = admin.reader.person.email if admin.reader.person else ""
    confirmed = "confirmed" in fields
    try:
        planned = change_sessions.act(
            opened.cohort.id,
            lambda stored: _as_seen(asked, stored, fields["seen"]),
            clock.now(),
            by,
            fields.get("why", "").strip(),
            dry_run=not confirmed,
        )
    except DatesRefused as refused:
        return _form_page(admin, opened, fields, [asked.place(fault) for fault in refused.faults])
    if confirmed:
        log.info("dates_changed", cohort=opened.cohort.id, count=len(planned.changes))
        return _done(admin, opened)
    return _preview_page(admin, opened, fields, planned)


def _done(admin: SignedIn, opened: Opened) -> Response:
    return admin.see_other(signing.url(f"/admin/cohort/{opened.cohort.id}?done=dates"))


def _form_page(
    admin: SignedIn,
    opened: Opened,
    fields: Mapping[str, str] | None = None,
    faults: Sequence[FieldError] = (),
    status: int = 400,
) -> Response:
    return admin.page(
        "workshops/dates",
        status if faults else 200,
        opened=opened,
        programme=opened.programme,
        milestones=[(step.id, step.title) for step in opened.programme.milestones],
        facilitators=[(facilitator.id, facilitator.person.name) for facilitator in opened.cohort.facilitators],
        rows=list_rows(opened.sessions, clock.now(), opened.programme.milestones, fields or None),
        seen=fingerprint(opened.sessions),
        why=(fields or NO_FIELDS).get("why", ""),
        errors=faults,
        wrong={fault.field: fault.message for fault in faults},
    )


def _preview_page(admin: SignedIn, opened: Opened, fields: Mapping[str, str], planned: Plan) -> Response:
    return admin.page(
        "workshops/dates_preview",
        opened=opened,
        programme=opened.programme,
        plan=planned,
        changes=[*list_changes(planned.changes, planned.before, planned.programme)],
        effects=list_effects(planned, clock.now()),
        recipients=list_recipients(planned, clock.now()),
        typed={name: value for name, value in fields.items() if name not in NOT_TYPED},
        seen=fields["seen"],
        why=fields.get("why", "").strip(),
    )
