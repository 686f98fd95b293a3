"""HTTP routes for administrators: change people, after a preview that says what happens and who is emailed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin.actions import Scope
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.many import list_ticked
from chalicelib.core import clock, log
from chalicelib.core.errors import FormInvalid
from chalicelib.core.model import Programme
from chalicelib.links import signing
from chalicelib.people import acts, cohort_acts, many
from chalicelib.people.acts import Act, Field
from chalicelib.people.cohort import FoundCohort, find_cohort
from chalicelib.people.cohort_acts import CohortAct
from chalicelib.people.found import Found, find
from chalicelib.people.links import list_links
from chalicelib.people.planned import Asking, Planned, check_why, perform
from chalicelib.store import cohorts
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, administrator

bp = Blueprint(__name__)

CHANGE = "/admin/cohort/{cohort_id}/change"
MANY = "/admin/cohort/{cohort_id}/many"
PERSON = "/admin/cohort/{cohort_id}/person/{delegate_id}"
NOTHING: Mapping[str, str] = {}
OURS = ("form", "why", "confirmed")  # fields of every form


class Subject(Struct, frozen=True):
    """Who or what a form is about, and where its pages are.

    path     of the list of changes; each form is below it
    after    where the act leads
    is_done  whether a form that was confirmed twice has been done already
    """

    name: str
    path: str
    after: str
    programme: Programme
    act: Act | CohortAct
    fields: Sequence[Field]
    plan: Callable[[Mapping[str, str], Asking], Planned]
    is_done: bool = False


@bp.route(PERSON, **GET)
@page_handler
def person(cohort_id: str, delegate_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _person_page(admin, find(cohort_id, delegate_id))


@bp.route(f"{PERSON}/{{change_id}}", **GET)
@page_handler
def ask(cohort_id: str, delegate_id: str, change_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, _about_person(find(cohort_id, delegate_id), change_id))


@bp.route(f"{PERSON}/{{change_id}}", **POST)
@page_handler
def act(cohort_id: str, delegate_id: str, change_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, _about_person(find(cohort_id, delegate_id), change_id))


@bp.route("/admin/cohort/{cohort_id}/links", **GET)
@page_handler
def links(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    found = find_cohort(cohort_id)
    return admin.page("people/links", found=found, programme=found.programme, links=list_links(found.cohort))


@bp.route(CHANGE, **GET)
@page_handler
def cohort(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    found = find_cohort(cohort_id)
    done = _done(cohort_acts.COHORT_ACTS)
    return admin.page("people/cohort", found=found, programme=found.programme, acts=cohort_acts.COHORT_ACTS, done=done)


@bp.route(f"{CHANGE}/{{cohort_change}}", **GET)
@page_handler
def ask_about_cohort(cohort_id: str, cohort_change: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, _about_cohort(find_cohort(cohort_id), cohort_change))


@bp.route(f"{CHANGE}/{{cohort_change}}", **POST)
@page_handler
def act_on_cohort(cohort_id: str, cohort_change: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, _about_cohort(find_cohort(cohort_id), cohort_change))


# --- several delegates at once --------------------------------------------------------------------------


@bp.route(MANY, **GET)
@page_handler
def ask_about_many(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    query = bp.current_request.query_params or {}
    ids = query["ids"].split(",") if "ids" in query else _ticked(cohort_id, query)
    return _many_form(admin, cohort_id, query.get("act", ""), ids)


@bp.route(MANY, **POST)
@page_handler
def act_on_many(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _many_posted(admin, cohort_id, admin.form(bp.current_request))


def _ticked(cohort_id: str, query: Mapping[str, str]) -> list[str]:
    board = load_dashboard(cohort_id, clock.now())
    return list_ticked(Scope(board, None), query, clock.now())


def _many_form(
    admin: SignedIn,
    cohort_id: str,
    act_id: str,
    ids: Sequence[str],
    typed: Mapping[str, str] = NOTHING,
    refused: FormInvalid | None = None,
) -> Response:
    """Ask which act, and then what it needs. Go back if no one is ticked."""
    ids, at_cohort = [one for one in ids if one], f"/admin/cohort/{cohort_id}"
    if not ids:
        return admin.see_other(signing.url(f"{at_cohort}?done=no-tick"))
    cohort = find_cohort(cohort_id)
    context: dict[str, Any] = {
        "cohort": cohort.cohort,
        "programme": cohort.programme,
        "at_cohort": at_cohort,
        "ids": ",".join(ids),
    }
    if not act_id:
        return admin.page("people/many", count=len(ids), acts=many.OF_TICKED, most=many.MAX_AT_ONCE, **context)
    several = many.find_several(many.find_act_of_several(act_id), cohort_id, ids)
    faults = refused.faults if refused else ()
    wrong = {fault.field: fault.message for fault in faults}
    status = int(refused.status) if refused else 200
    fields = [] if not several.each else [replace(one, value="") for one in several.act.fields(several.each[0])]
    shown = {"several": several, "fields": fields, "typed": typed, "errors": faults, "wrong": wrong}
    return admin.page("people/many_form", status, **context, **shown)


def _many_posted(admin: SignedIn, cohort_id: str, typed: Mapping[str, str]) -> Response:
    """Show what would happen to each; do it if that was confirmed."""
    ids = [one for one in typed.get("ids", "").split(",") if one]
    act_id, done = typed.get("act", ""), f"/admin/cohort/{cohort_id}?done="
    if not ids:
        return admin.see_other(signing.url(f"{done}no-tick"))
    several = many.find_several(many.find_act_of_several(act_id), cohort_id, ids)
    asking = Asking(admin.reader.person.email if admin.reader.person else "", clock.now(), typed.get("why", ""))
    if not several.each and "confirmed" in typed:
        return admin.see_other(signing.url(f"{done}as-it-is"))  # pressed twice
    try:
        check_why(asking.why)
        planned = many.plan_several(several, typed, asking)
    except FormInvalid as refused:
        return _many_form(admin, cohort_id, act_id, ids, typed, refused)
    if "confirmed" not in typed:
        return _many_preview(admin, several, planned, typed)
    left_out = many.perform_several(several, typed, asking)
    log.info("people_changed", act=act_id, count=len(planned.plans), left_out=len(left_out))
    said = "changed-some" if left_out else "changed-many"
    return admin.see_other(signing.url(f"{done}{said if planned.plans else 'as-it-is'}"))


def _many_preview(
    admin: SignedIn, several: many.Several, planned: many.ManyPlanned, typed: Mapping[str, str]
) -> Response:
    kept = {name: value for name, value in typed.items() if name not in OURS} | {"ids": ",".join(planned.ids)}
    found = several.each[0] if several.each else None
    programme: dict[str, Any] = {"programme": found.programme} if found else {}
    return admin.page("people/many_preview", several=several, planned=planned, kept=kept, typed=typed, **programme)


# --- what a form is about -----------------------------------------------------------------------------


def _about_person(found: Found, change_id: str) -> Subject:
    act = acts.find_act(change_id)
    path = f"/admin/cohort/{found.cohort.id}/person/{found.delegate.id}"
    return Subject(
        found.name,
        path,
        path,
        found.programme,
        act,
        act.fields(found),
        lambda typed, asking: act.plan(found, typed, asking),
        is_done=(bool(act.step) and not act.fits(found.standing)) or not act.concerns(found),
    )


def _about_cohort(found: FoundCohort, change_id: str) -> Subject:
    act = cohort_acts.find_cohort_act(change_id)
    path = f"/admin/cohort/{found.cohort.id}/change"
    return Subject(
        found.cohort.title,
        path,
        "/admin" if act.ends else path,
        found.programme,
        act,
        act.fields(found),
        lambda typed, asking: act.plan(found, typed, asking),
        is_done=act.ends and cohorts.is_discarded(found.cohort.id),
    )


# --- shared by the views ------------------------------------------------------------------------------


def _done(known: Sequence[Act | CohortAct]) -> str:
    wanted = (bp.current_request.query_params or {}).get("done", "")
    return next((act.done for act in known if act.id == wanted), "")


def _person_page(admin: SignedIn, found: Found) -> Response:
    at_cohort = f"/admin/cohort/{found.cohort.id}"
    return admin.page(
        "people/person",
        found=found,
        programme=found.programme,
        at_cohort=at_cohort,
        path=f"{at_cohort}/person/{found.delegate.id}",
        acts=acts.list_acts(found),
        done=_done(acts.ACTS),
    )


def _posted(admin: SignedIn, subject: Subject) -> Response:
    """Show what would happen; do it if that was confirmed."""
    typed = admin.form(bp.current_request)
    by = admin.reader.person.email if admin.reader.person else ""
    asking = Asking(by, clock.now(), typed.get("why", ""))
    if "confirmed" in typed and subject.is_done:
        return _see_other(admin, subject)  # pressed twice
    try:
        check_why(asking.why)
        planned = subject.plan(typed, asking)
        if "confirmed" not in typed:
            return _preview_page(admin, subject, typed, planned)
        perform(planned, asking.now)
    except FormInvalid as refused:
        return _form_page(admin, subject, typed, refused)
    log.info("person_changed", act=subject.act.id)
    return _see_other(admin, subject)


def _see_other(admin: SignedIn, subject: Subject) -> Response:
    return admin.see_other(signing.url(f"{subject.after}?done={subject.act.id}"))


def _form_page(
    admin: SignedIn, subject: Subject, typed: Mapping[str, str] = NOTHING, refused: FormInvalid | None = None
) -> Response:
    faults = refused.faults if refused else ()
    return admin.page(
        "people/act",
        int(refused.status) if refused else 200,
        subject=subject,
        programme=subject.programme,
        typed=typed,
        errors=faults,
        wrong={fault.field: fault.message for fault in faults},
    )


def _preview_page(admin: SignedIn, subject: Subject, typed: Mapping[str, str], planned: Planned) -> Response:
    kept = {name: value for name, value in typed.items() if name not in OURS}
    why = typed.get("why", "")
    return admin.page(
        "people/preview", subject=subject, programme=subject.programme, planned=planned, kept=kept, why=why
    )
