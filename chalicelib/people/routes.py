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
from chalicelib.nominate.emails import name_approver
from chalicelib.nominate.rater_list import RaterList
from chalicelib.nominate.seen_list import SEEN, find_changes, write_seen
from chalicelib.people import acts, cohort_acts, many
from chalicelib.people.acts import DelegateAct, Field
from chalicelib.people.cohort import LoadedCohort, find_cohort
from chalicelib.people.cohort_acts import CohortAct
from chalicelib.people.links import list_links
from chalicelib.people.loaded import LoadedDelegate, find
from chalicelib.people.planned import Asking, Planned, check_why, perform
from chalicelib.store import cohorts
from chalicelib.web.page import GET, POST, Done, page_handler
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
    choice   the list of raters that the form shows; None if it shows none
    is_done  whether a form that was confirmed twice has been done already, from what was typed
    reason_goes_out   whether the emails say the reason, too
    """

    name: str
    path: str
    after: str
    programme: Programme
    act: DelegateAct | CohortAct
    fields: Sequence[Field]
    plan: Callable[[Mapping[str, str], Asking], Planned]
    is_done: Callable[[Mapping[str, str]], bool]
    reason_goes_out: bool = False
    choice: RaterList | None = None

    @property
    def approver(self) -> str:
        """Return how the form names who is to approve the list; empty if it shows none."""
        return name_approver(self.choice) if self.choice else ""


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
    loaded = find_cohort(cohort_id)
    return admin.page("people/links", loaded=loaded, programme=loaded.programme, links=list_links(loaded.cohort))


@bp.route(CHANGE, **GET)
@page_handler
def cohort(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    loaded = find_cohort(cohort_id)
    done = _done(cohort_acts.COHORT_ACTS)
    return admin.page(
        "people/cohort", loaded=loaded, programme=loaded.programme, acts=cohort_acts.COHORT_ACTS, done=done
    )


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
    ids, at_cohort = [delegate_id for delegate_id in ids if delegate_id], f"/admin/cohort/{cohort_id}"
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
    fields = (
        []
        if not several.each
        else [replace(delegate_id, value="") for delegate_id in several.act.fields(several.each[0])]
    )
    values = {"several": several, "fields": fields, "typed": typed, "errors": faults, "wrong": wrong}
    return admin.page("people/many_form", status, **context, **values)


def _many_posted(admin: SignedIn, cohort_id: str, typed: Mapping[str, str]) -> Response:
    """Show what would happen to each; do it if that was confirmed."""
    ids = [delegate_id for delegate_id in typed.get("ids", "").split(",") if delegate_id]
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
    loaded = several.each[0] if several.each else None
    programme: dict[str, Any] = {"programme": loaded.programme} if loaded else {}
    return admin.page("people/many_preview", several=several, planned=planned, kept=kept, typed=typed, **programme)


# --- what a form is about -----------------------------------------------------------------------------


def _about_person(loaded: LoadedDelegate, change_id: str) -> Subject:
    act = acts.find_act(change_id)
    path = f"/admin/cohort/{loaded.cohort.id}/person/{loaded.delegate.id}"
    return Subject(
        loaded.name,
        path,
        path,
        loaded.programme,
        act,
        act.fields(loaded),
        lambda typed, asking: act.plan(loaded, typed, asking),
        is_done=lambda typed: act.is_done(loaded, typed),
        choice=act.choice(loaded, clock.now()) if act.choice and act.concerns(loaded) else None,
    )


def _about_cohort(loaded: LoadedCohort, change_id: str) -> Subject:
    act = cohort_acts.find_cohort_act(change_id)
    path = f"/admin/cohort/{loaded.cohort.id}/change"
    return Subject(
        loaded.cohort.title,
        path,
        "/admin" if act.ends else path,
        loaded.programme,
        act,
        act.fields(loaded),
        lambda typed, asking: act.plan(loaded, typed, asking),
        is_done=lambda typed: act.ends and cohorts.is_discarded(loaded.cohort.id),
        reason_goes_out=act.reason_goes_out,
    )


# --- shared by the views ------------------------------------------------------------------------------


def _done(known: Sequence[DelegateAct | CohortAct]) -> Done | None:
    wanted = (bp.current_request.query_params or {}).get("done", "")
    return Done.find(wanted, {act.id: act.done for act in known})


def _person_page(admin: SignedIn, loaded: LoadedDelegate) -> Response:
    at_cohort = f"/admin/cohort/{loaded.cohort.id}"
    return admin.page(
        "people/person",
        loaded=loaded,
        programme=loaded.programme,
        at_cohort=at_cohort,
        path=f"{at_cohort}/person/{loaded.delegate.id}",
        acts=acts.list_acts(loaded),
        done=_done(acts.ACTS),
    )


def _posted(admin: SignedIn, subject: Subject) -> Response:
    """Show what would happen; do it if that was confirmed."""
    typed = admin.form(bp.current_request)
    by = admin.reader.person.email if admin.reader.person else ""
    asking = Asking(by, clock.now(), typed.get("why", ""))
    if "confirmed" in typed and subject.is_done(typed):
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
    unsent = subject.choice.unsent if subject.choice else ()
    seen = write_seen(unsent)
    return admin.page(
        "people/act",
        int(refused.status) if refused else 200,
        subject=subject,
        programme=subject.programme,
        typed=typed,
        errors=faults,
        wrong={fault.field: fault.message for fault in faults},
        seen=seen,
        changes=find_changes(typed.get(SEEN, seen), unsent),
    )


def _preview_page(admin: SignedIn, subject: Subject, typed: Mapping[str, str], planned: Planned) -> Response:
    kept = {name: value for name, value in typed.items() if name not in OURS}
    why = typed.get("why", "")
    return admin.page(
        "people/preview", subject=subject, programme=subject.programme, planned=planned, kept=kept, why=why
    )
