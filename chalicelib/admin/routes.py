"""HTTP routes for administrators: cohorts, a cohort's dashboard, a delegate, their acts, and failures."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from chalice import Blueprint, Response

from chalicelib.admin import actions, cohort_list, dashboard, failures, many, waiting
from chalicelib.admin.actions import Scope
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.admin.columns import ON_PAGE
from chalicelib.admin.home import load_home
from chalicelib.admin.rounds import WORDS, load_rounds
from chalicelib.admin.ways import list_ways
from chalicelib.core import clock, log
from chalicelib.core.errors import FormInvalid, Refusal
from chalicelib.links import signing
from chalicelib.store import delegates
from chalicelib.threads.model import Thread
from chalicelib.web.page import GET, POST, Done, page_handler
from chalicelib.web.paging import cut
from chalicelib.web.sessions import SignedIn, administrator, administrator_of_all

bp = Blueprint(__name__)

COHORT = "/admin/cohort/{cohort_id}"
ENTRIES = 100  # of the audit trail, on one page
DELEGATE = f"{COHORT}/delegate/{{delegate_id}}"
WARNINGS: dict[str, str] = {}  # of acts that are not done, or not for everyone
DONE = {"loaded": "The list is loaded. Everyone in it appears here within a minute."}
DONE |= {"replaced": "The address is being replaced: a new email goes out, and the old link stops working."}
DONE |= {"sent": "The link is being sent again.", "today": "The link was sent again earlier today already."}
WARNINGS |= {
    "link-waits": "The address was changed lately. Links to its pages go out when its wait is over, as the notice "
    "below says, or once another administrator lets its owner in sooner."
}
DONE |= {"dates": "The dates are changed. Everyone concerned gets an email, on the next working morning at the latest."}
DONE |= {"planned": "The follow-up is planned. The delegates get an email, and appear here with it within a minute."}
DONE |= {"voided": "Saved and sent answers are being destroyed, and the person is asked again."}
WARNINGS |= {
    "voided-today": "Nothing was changed: this person was asked again earlier today, and that works once a day. "
    "If someone else has their new link, revoke it now under “Revoke someone’s links”, and ask again tomorrow."
}
DONE |= {"revoked": "The links are being revoked. If the person has no new link yet, send it under “Send a lost link”."}
WARNINGS |= {
    "voided-in-part": "Saved and sent answers are being destroyed, and the person is asked again. Damaged records of "
    "this cohort were left out. Ask the operator of the service to repair them, then do this again tomorrow."
}
WARNINGS |= {
    "revoked-in-part": "The links are being revoked, but perhaps not all of them: damaged records of this cohort were "
    "left out. Ask the operator of the service to repair them, then revoke the links again."
}
DONE |= {"waived": "The work is waived."}
DONE |= {"confirmed": "The address is confirmed: sign-in codes go there now."}
DONE |= {"dismissed": "Dismissed. You see it again if another email to this address does not arrive."}
WARNINGS |= {"no-tick": "Nothing was done: no delegate was ticked. Tick some, then choose again."}
DONE |= {"changed-many": "Done, for every delegate named on the page before."}
WARNINGS |= {
    "changed-some": "Done, but not for everyone named on the page before: some of them had changed. Open the "
    "page of each to see where they are."
}
DONE |= {"as-it-is": "This was already done. The current status is below."}
DONE |= {act.id: act.done for act in actions.ACTS.values()}

SENT_AGAIN = {
    "none": "There was nothing to send: these emails are no longer needed, or are queued already.",
    "sent": "The emails are queued. They go out within five minutes.",
    "job": "The job is being run again.",
}


@bp.route("/admin", **GET)
@page_handler
def home() -> Response:
    admin = administrator(bp.current_request, clock.now())
    query = _query()
    page = load_home(admin.programmes, cohort_list.read_wanted(query), query.get("page", ""), clock.now())
    account = failures.account_trouble(clock.now())
    return admin.page("admin/home", home=page, account=account, choices=cohort_list)


@bp.route(COHORT, **GET)
@page_handler
def cohort(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope = _scope(cohort_id)
    return _board_page(admin, "admin/cohort", scope, **_chosen(scope))


@bp.route(f"{COHORT}/trail", **GET)
@page_handler
def trail(cohort_id: str) -> Response:
    from chalicelib.admin.audit_log import load_audit_log, read_wanted

    admin = administrator(bp.current_request, clock.now())
    board, wanted = dashboard.load_dashboard(cohort_id, clock.now()), read_wanted(_query())
    part = cut(load_audit_log(board, wanted), _query().get("page", ""), ENTRIES)
    return _board_page(admin, "admin/trail", Scope(board, None), part=part, wanted=wanted, asked=wanted.as_query)


@bp.route(f"{COHORT}/trail/file", **GET)
@page_handler
def trail_file(cohort_id: str) -> Response:
    from chalicelib.admin.audit_log import load_audit_log, read_wanted, render_audit_csv

    admin = administrator(bp.current_request, clock.now())
    board = dashboard.load_dashboard(cohort_id, clock.now())
    text = render_audit_csv(load_audit_log(board, read_wanted(_query())))
    return admin.file(f"{board.cohort.id}-audit-trail.csv", "text/csv", text)


@bp.route(f"{COHORT}/progress", **GET)
@page_handler
def progress(cohort_id: str) -> Response:
    from chalicelib.admin.columns import render_progress_csv

    admin = administrator(bp.current_request, clock.now())
    board = dashboard.load_dashboard(cohort_id, clock.now())
    whole = waiting.load_board(board, board.lines, clock.now())
    return admin.file(f"{board.cohort.id}-progress.csv", "text/csv", render_progress_csv(whole))


@bp.route(DELEGATE, **GET)
@page_handler
def delegate(cohort_id: str, delegate_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope = _scope(cohort_id, delegate_id)
    assert scope.one  # noqa: S101 the delegate was found
    line = waiting.load_board(scope.board, [scope.one], clock.now()).lines[0]
    return _board_page(admin, "admin/delegate", scope, acts=actions.list_actions(scope), threads=line)


# --- acts: a page that says what the act does, and the button on it -------------------------------------


@bp.route(f"{COHORT}/all/{{act_id}}", **GET)
@page_handler
def ask_of_all(cohort_id: str, act_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _act_page(admin, _scope(cohort_id), act_id)


@bp.route(f"{COHORT}/all/{{act_id}}", **POST)
@page_handler
def act_on_all(cohort_id: str, act_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _act(admin, _scope(cohort_id), act_id)


@bp.route(f"{DELEGATE}/{{act_id}}", **GET)
@page_handler
def ask(cohort_id: str, delegate_id: str, act_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _act_page(admin, _scope(cohort_id, delegate_id), act_id)


@bp.route(f"{DELEGATE}/{{act_id}}", **POST)
@page_handler
def act(cohort_id: str, delegate_id: str, act_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _act(admin, _scope(cohort_id, delegate_id), act_id)


@bp.route(f"{COHORT}/chosen", **GET)
@page_handler
def ask_of_chosen(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope = _scope(cohort_id)
    chosen = many.tick(scope, many.list_ticked(scope, _query(), clock.now()))
    if not chosen.lines:
        return admin.see_other(signing.url(f"{scope.path}?done=no-tick"))
    return _act_page(admin, chosen, _query().get("act", ""))


@bp.route(f"{COHORT}/chosen", **POST)
@page_handler
def act_on_chosen(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    fields = admin.form(bp.current_request)
    chosen = many.tick(_scope(cohort_id), fields.get("ids", "").split(","))
    if not chosen.lines:
        return admin.see_other(signing.url(f"{chosen.path}?done=no-tick"))
    return _act(admin, chosen, fields.get("act", ""))


# --- forms of the cohort's page -------------------------------------------------------------------------


@bp.route(f"{COHORT}/address", **GET)
@page_handler
def address(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope = _scope(cohort_id)
    bounce = scope.board.find_bounce(_query().get("bounce", ""))
    return _form_page(admin, "address", scope, {"address": bounce.email if bounce else _email_asked_for(scope)})


@bp.route(f"{COHORT}/address", **POST)
@page_handler
def replace_address(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope, fields = _scope(cohort_id), admin.form(bp.current_request)
    return _posted(admin, "address", scope) if "confirmed" in fields else _preview_address(admin, scope, fields)


@bp.route(f"{COHORT}/dismiss", **POST)
@page_handler
def dismiss(cohort_id: str) -> Response:
    from chalicelib.admin.dismiss_bounce import dismiss as dismiss_bounce

    admin = administrator(bp.current_request, clock.now())
    fields, scope = admin.form(bp.current_request), _scope(cohort_id)
    dismiss_bounce(scope.board, fields.get("bounce", ""), clock.now(), _by(admin))
    return admin.see_other(signing.url(f"{scope.path}?done=dismissed"))  # also if it was pressed twice


@bp.route(f"{COHORT}/void", **GET)
@page_handler
def ask_to_void(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, "void", _scope(cohort_id), {})


@bp.route(f"{COHORT}/void", **POST)
@page_handler
def void_answers(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, "void", _scope(cohort_id))


@bp.route(f"{COHORT}/confirm", **GET)
@page_handler
def ask_to_confirm(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, "confirm", _scope(cohort_id), {"hold": _query().get("hold", "")})


@bp.route(f"{COHORT}/confirm", **POST)
@page_handler
def confirm_address(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, "confirm", _scope(cohort_id))


@bp.route(f"{COHORT}/link", **GET)
@page_handler
def link(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope = _scope(cohort_id)
    bounce = scope.board.find_bounce(_query().get("bounce", ""))
    return _form_page(admin, "link", scope, {"address": bounce.email if bounce else _email_asked_for(scope)})


@bp.route(f"{COHORT}/link", **POST)
@page_handler
def send_link(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, "link", _scope(cohort_id))


@bp.route(f"{COHORT}/revoke-links", **GET)
@page_handler
def ask_to_revoke(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    scope = _scope(cohort_id)
    return _form_page(admin, "revoke-links", scope, {"address": _email_asked_for(scope)})


@bp.route(f"{COHORT}/revoke-links", **POST)
@page_handler
def revoke_links(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, "revoke-links", _scope(cohort_id))


@bp.route(f"{COHORT}/followup", **GET)
@page_handler
def followup(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, "followup", _scope(cohort_id), {})


@bp.route(f"{COHORT}/followup", **POST)
@page_handler
def plan_followup(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted(admin, "followup", _scope(cohort_id))


# --- failures -------------------------------------------------------------------------------------------


@bp.route("/admin/work", **GET)
@page_handler
def work() -> Response:
    admin = administrator_of_all(bp.current_request, clock.now())
    done = Done.find(_query().get("done", ""), SENT_AGAIN)
    return admin.page("admin/work", found=failures.find_failures(clock.now()), done=done)


@bp.route("/admin/work", **POST)
@page_handler
def retry() -> Response:
    admin = administrator_of_all(bp.current_request, clock.now())
    fields = admin.form(bp.current_request)
    done = _send_again(admin) if "mail" in fields else _start_over(admin, fields.get("job", ""))
    return admin.see_other(signing.url(f"/admin/work?done={done}"))


def _start_over(admin: SignedIn, job_id: str) -> str:
    failures.retry(job_id, clock.now(), _by(admin))
    log.info("job_started_over", job=job_id)
    return "job"


def _send_again(admin: SignedIn) -> str:
    """Send all rejected emails again. Pressing twice sends nothing twice."""
    from chalicelib.admin import retry_emails

    refused, _ = retry_emails.find([], clock.now())
    outcomes = retry_emails.retry(refused, clock.now(), _by(admin))
    log.info("mails_sent_again", count=sum(outcome.again for outcome in outcomes))
    return "sent" if any(outcome.again for outcome in outcomes) else "none"


# --- shared by the views --------------------------------------------------------------------------------


def _chosen(scope: Scope) -> Mapping[str, Any]:
    """Return what the page lists of a cohort: the delegates of a filter or a name, and the page of a long list."""
    query = _query()
    wanted = waiting.read_wanted(query)
    whole = waiting.load_board(scope.board, scope.board.lines, clock.now())
    part = cut(whole.choose(wanted), query.get("page", ""))
    labels: dict[str, Any] = {
        "labels": waiting.Show.labels(),
        "sorts": waiting.Sort.labels(),
        "threads": Thread,
        "columns": ON_PAGE,
    }
    acts = actions.list_actions(scope)
    ticked = [act for act in acts if act.of_ticked]
    labels |= {"ways": list_ways(acts, is_followup_planned=scope.board.followup is not None)}
    labels |= {"rounds": load_rounds(scope.board, clock.now()), "round_words": WORDS}
    return {"whole": whole, "part": part, "ticked_acts": ticked, "wanted": wanted, **labels}


def _query() -> Mapping[str, str]:
    return bp.current_request.query_params or {}


def _by(admin: SignedIn) -> str:
    return admin.reader.person.email if admin.reader.person else ""


def _scope(cohort_id: str, delegate_id: str = "") -> Scope:
    if not delegate_id:
        return Scope(dashboard.load_dashboard(cohort_id, clock.now()), None)
    board = dashboard.load_of_one(cohort_id, delegate_id, clock.now())
    return Scope(board, board.find(delegate_id))


def _board_page(admin: SignedIn, template: str, scope: Scope, status: int = 200, **more: Any) -> Response:
    board = scope.board
    done = Done.find(_query().get("done", ""), DONE, WARNINGS)
    return admin.page(template, status, board=board, scope=scope, programme=board.programme, done=done, **more)


def _act_page(
    admin: SignedIn,
    scope: Scope,
    act_id: str,
    refused: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    act = actions.find(act_id, scope)
    status = int(refused.status) if refused else 200
    more = {"act": act, "effect": act.effect(scope, clock.now()), "fitting": many.list_fitting(act, scope)}
    more["once"] = (typed or {}).get("once", "") or secrets.token_hex(8)
    return _board_page(admin, "admin/act", scope, status, refused=refused, typed=typed or {}, **more)


def _act(admin: SignedIn, scope: Scope, act_id: str) -> Response:
    fields = admin.form(bp.current_request)
    done = signing.url(f"{scope.path}?done={act_id}")
    try:
        act = actions.find(act_id, scope)
        if planned := actions.plan_day(act, scope, fields, clock.now()):
            return _board_page(admin, "admin/more-time", scope, act=act, planned=planned, typed=fields)
        _do(act, scope, fields, _by(admin))
    except actions.NotNow:  # pressed twice, or someone else was quicker
        return admin.see_other(signing.url(f"{scope.path}?done=as-it-is"))
    except actions.DateRefused as refused:
        return _act_page(admin, scope, act_id, refused, fields)
    except CloseRefused as refused:
        return _act_page(admin, _again(scope), act_id, refused, fields)
    log.info("administrator_decided", act=act_id, cohort=scope.board.cohort.id)
    return admin.see_other(done)


def _do(act: actions.FeedbackAct, scope: Scope, fields: Mapping[str, str], by: str) -> None:
    if act.of_ticked and (scope.ticked is not None or len(scope.lines) > many.AT_ONCE):
        many.order(act, scope, fields, clock.now(), by)
    else:
        act.run(scope, fields, clock.now(), by)


def _again(scope: Scope) -> Scope:
    again = _scope(scope.board.cohort.id, scope.one.line.delegate_id if scope.one else "")
    return again if scope.ticked is None else many.tick(again, [delegate.line.delegate_id for delegate in scope.ticked])


def _email_asked_for(scope: Scope) -> str:
    """Return the address of the delegate whose page linked here, or of their coach or line manager."""
    wanted = _query().get("delegate", "")
    if not wanted:
        return ""
    line, to = scope.board.find(wanted).line, _query().get("to")
    if to == "manager":
        delegate = delegates.find(line.delegate_id)
        return delegate.manager.email if delegate else ""
    return line.coach.email if to == "coach" else line.email


def _form_page(
    admin: SignedIn, form: str, scope: Scope, typed: Mapping[str, str], refused: FormInvalid | None = None
) -> Response:
    faults = refused.faults if refused else ()
    wrong = {fault.field: fault.message for fault in faults}
    title, status = (refused.title, int(refused.status)) if refused else ("", 200)
    return _board_page(
        admin, f"admin/{form}", scope, status, typed=typed, errors=faults, wrong=wrong, refused_title=title
    )


def _preview_address(admin: SignedIn, scope: Scope, fields: Mapping[str, str]) -> Response:
    from chalicelib.admin.form_actions import preview_address

    try:
        planned = preview_address(scope.board.cohort.id, fields, clock.now(), _by(admin))
    except FormInvalid as refused:
        return _form_page(admin, "address", scope, fields, refused)
    return _board_page(admin, "admin/address-preview", scope, planned=planned, typed=fields)


def _posted(admin: SignedIn, form: str, scope: Scope) -> Response:
    """Show what a form would do, if it has a preview; do it if that was confirmed."""
    from chalicelib.admin.act_previews import PREVIEWS
    from chalicelib.admin.form_actions import FORMS

    fields, cohort_id = admin.form(bp.current_request), scope.board.cohort.id
    try:
        if form in PREVIEWS and "confirmed" not in fields:
            planned = PREVIEWS[form](cohort_id, fields, clock.now(), _by(admin))
            typed = {name: value for name, value in fields.items() if name != "form"}
            return _board_page(admin, "admin/preview", scope, planned=planned, typed=typed, form=form)
        done = FORMS[form](cohort_id, fields, clock.now(), _by(admin))
    except FormInvalid as refused:
        return _form_page(admin, form, scope, fields, refused)
    log.info("administrator_decided", act=form, cohort=cohort_id)
    return admin.see_other(signing.url(f"{scope.path}?done={done}"))
