"""HTTP routes for administrators: change people, after a preview that says what happens and who is emailed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalice import Blueprint, Response
from msgspec import Struct

from chalicelib.core import clock, log
from chalicelib.core.errors import FormInvalid
from chalicelib.core.model import Programme
from chalicelib.links import signing
from chalicelib.people import acts, cohort_acts
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
        is_done=bool(act.step) and not act.fits(found.standing),
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
