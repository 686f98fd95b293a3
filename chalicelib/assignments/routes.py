"""HTTP routes for a delegate's work between workshops: fill in, submit, read the outcome, take back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib.assignments import fill_in
from chalicelib.assignments.access import OpenedTask, open_task
from chalicelib.assignments.answers_shown import show_answers
from chalicelib.assignments.fill_in import KEEP, Saved
from chalicelib.assignments.form import fields_of
from chalicelib.assignments.form_page import FormPage, draft_page, label_of, warnings_of
from chalicelib.assignments.readers import who_sees
from chalicelib.assignments.say import status_of
from chalicelib.assignments.thread import WorkState
from chalicelib.assignments.values import WorkFault
from chalicelib.core import clock, log
from chalicelib.core.formatting import local_day
from chalicelib.core.state_machine import By
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.web import forms
from chalicelib.web.holds import refuse_held
from chalicelib.web.page import GET, POST, page, page_handler, see_other
from chalicelib.web.save_moments import milliseconds

bp = Blueprint(__name__)
NEW_ROWS = 12  # ids for rows that a page may begin


@bp.route("/hub/{token}/work/{work}", **GET)
@page_handler
def work(token: str, work: str) -> Response:
    opened = _open(token, work)
    if not opened.task.allows("type", By.DELEGATE, clock.now()):
        return _submitted(opened) if opened.task.submissions else _page("assignments/closed", opened)
    return _form(opened, more=(bp.current_request.query_params or {}).get("more", ""))


@bp.route("/hub/{token}/work/{work}", **POST)
@page_handler
def save(token: str, work: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    opened, go = _open(token, work), fields.get("go", KEEP)
    saved = fill_in.save_form(opened, fields, clock.now(), submit=go == "submit")
    return _for_script(saved, go) if fields.get("by") == "script" else _saved(saved, go)


@bp.route("/hub/{token}/work/{work}/submitted", **GET)
@page_handler
def submitted(token: str, work: str) -> Response:
    opened = _open(token, work)
    return _submitted(opened) if opened.task.submissions else see_other(_url(opened))


@bp.route("/hub/{token}/work/{work}/take-back", **POST)
@page_handler
def take_back(token: str, work: str) -> Response:
    forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    opened = _open(token, work)
    fill_in.take_back(opened, clock.now())
    return see_other(_url(opened))


def _open(token: str, work: str) -> OpenedTask:
    opened = open_task(token, work, clock.now())
    refuse_held(opened.reader, clock.now())
    return opened


def _saved(saved: Saved, go: str) -> Response:
    response = _shown(saved, go)
    if response or saved.newer:
        return _form(saved.opened, response, saved.newer, submitting=go == "submit", status=400 if response else 200)
    return see_other(_onward(saved, go))


def _shown(saved: Saved, go: str) -> Sequence[WorkFault]:
    """Return the faults to show: all before a submission; otherwise those of what was typed."""
    if saved.is_submitted or go == "later" or go.startswith("remove "):
        return ()
    return saved.answers.faults if go == "submit" else saved.answers.of_draft


def _for_script(saved: Saved, go: str) -> Response:
    """Reply to answer.js with the next page, or with a message about what was saved."""
    faults = _shown(saved, go) if go != KEEP else ()
    if faults:
        return Response(body={"message": faults[0].message, "shown": saved.marks}, status_code=422)
    notes = warnings_of(saved.opened.task) | {fault.field: fault.note for fault in saved.answers.of_draft}
    body: dict[str, Any] = {"next": "" if go == KEEP else _onward(saved, go), "shown": saved.marks, "notes": notes}
    if saved.newer:
        changed = ", ".join(sorted({label_of(saved.opened.task, name) for name in saved.newer}))
        body["say"] = f"Saved. Changed on another device: {changed}. Open this page again to see it."
    return Response(body=body)


def _onward(saved: Saved, go: str) -> str:
    verb, _, about = go.partition(" ")
    address = _url(saved.opened)
    if verb == "add":
        return f"{address}?more={about}#{about}"
    if verb == "remove":
        fill_in.remove_row(saved.opened.again(clock.now()), about, clock.now())
        return f"{address}#{about.rpartition('.')[0]}"
    if go == "submit":
        log.info("work_submitted", delegate=saved.opened.delegate.id, work=saved.opened.task.id)
        return f"{address}/submitted"
    return signing.url(f"/hub/{saved.opened.token}#m-{saved.opened.task.milestone.id}") if go == "later" else address


def _form(
    opened: OpenedTask,
    faults: Sequence[WorkFault] = (),
    newer: frozenset[str] = frozenset(),
    *,
    submitting: bool = False,
    more: str = "",
    status: int = 200,
) -> Response:
    now = clock.now()
    rows = tuple(f"{milliseconds(now):x}{number:x}{secrets.token_hex(2)}" for number in range(NEW_ROWS))
    page: FormPage = draft_page(opened.book, opened.task, now, faults, rows, more)
    return _page(
        "assignments/form",
        opened,
        status=status,
        faults=faults,
        submitting=submitting,
        changed=sorted({label_of(opened.task, name) for name in newer}),
        inputs=page.inputs,
        marks=page.marks,
        is_saved=page.is_saved,
        at=milliseconds(now),
        **_returned(opened),
    )


def _returned(opened: OpenedTask) -> Mapping[str, Any]:
    work = opened.task.work
    is_returned = work is not None and work.why and opened.task.submissions and work.state in ("returned", "draft")
    if not (work and is_returned and work.decided_at):
        return {"returned": "", "returned_on": ""}
    return {"returned": work.why, "returned_on": local_day(work.decided_at, opened.task.zone)}


def _submitted(opened: OpenedTask) -> Response:
    task, now = opened.task, clock.now()
    context = opened.book.context(task, now)
    views = [
        show_answers(fields_of(task.assignment), submission.values, context, task.area_words)
        for submission in task.submissions
    ]
    part = task.part if task.part and task.part.submitted_at else None
    return _page(
        "assignments/submitted",
        opened,
        views=views[-1],
        older=[(number, view) for number, view in enumerate(views[:-1], start=1)],
        may_take_back=task.allows("take back", By.DELEGATE, now),
        **_returned(opened),
        part_views=show_answers(task.assignment.by_facilitator, part.values, context) if part else [],
    )


def _page(template: str, opened: OpenedTask, *, status: int = 200, **context: Any) -> Response:
    task = opened.task
    work, now = task.work, clock.now()
    is_reviewed = work is not None and work.why and task.state(now) in (WorkState.READ, WorkState.WAIVED)
    return page(
        template,
        status=status,
        task=task,
        delegate=opened.delegate,
        programme=opened.programme,
        when=status_of(task, now),
        who_sees=who_sees(task.assignment, opened.delegate.person.name),
        remark=work.why if work and is_reviewed else "",
        reviewer=opened.delegate.coach.name if work and work.by == By.COACH else "The programme team",
        address=_url(opened),
        home=signing.url(f"/hub/{opened.token}"),
        nonce=forms.nonce(HUB.verb, opened.token),
        **context,
    )


def _url(opened: OpenedTask) -> str:
    return signing.url(f"/hub/{opened.token}/work/{opened.task.id}")
