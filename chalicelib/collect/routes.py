"""HTTP for raters: the landing page, one competency a page, review, send, decline, and the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib import clock, log, wording
from chalicelib.collect import decline as declining
from chalicelib.collect import form
from chalicelib.collect import inbox as inboxes
from chalicelib.collect.form import AnswerFault
from chalicelib.collect.save import Kept, place_of, save_page
from chalicelib.collect.selfcheck import Hint, self_check
from chalicelib.collect.sheet import Sheet, open_sheet, read_ticket
from chalicelib.collect.submit import submit
from chalicelib.web import forms, links
from chalicelib.web.view import GET, POST, page, see_other, view

bp = Blueprint(__name__)


@bp.route("/answer/{token}", **GET)
@view
def landing(token: str) -> Response:
    sheet = open_sheet(read_ticket(token), clock.now())
    return _page("collect/landing", sheet, minutes=wording.minutes(sheet.programme))


@bp.route("/answer/{token}/page/{page_id}", **GET)
@view
def questions(token: str, page_id: str) -> Response:
    sheet = open_sheet(read_ticket(token), clock.now())
    return _questions(sheet, place_of(sheet.pages, page_id))


@bp.route("/answer/{token}/page/{page_id}", **POST)
@view
def save(token: str, page_id: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "answer", token)
    kept = save_page(read_ticket(token), page_id, fields, clock.now())
    if kept.faults:
        return _questions(open_sheet(read_ticket(token), clock.now()), kept.place, kept.faults, fields)
    return see_other(_onward(token, kept, fields.get("go", "next")))


@bp.route("/answer/{token}/review", **GET)
@view
def review(token: str) -> Response:
    sheet = open_sheet(read_ticket(token), clock.now())
    return _page("collect/review", sheet, left_blank=form.left_blank, hints=_hints(sheet))


@bp.route("/answer/{token}/send", **POST)
@view
def send(token: str) -> Response:
    forms.read_form(bp.current_request.raw_body, "answer", token)
    sheet = submit(read_ticket(token), clock.now())
    log.event("answers_sent", delegate=sheet.delegate.id, wave=sheet.wave.wave.value)
    return see_other(links.url(f"/answer/{token}/thanks"))


@bp.route("/answer/{token}/thanks", **GET)
@view
def thanks(token: str) -> Response:
    sheet = open_sheet(read_ticket(token), clock.now())
    if not sheet.sent_as_saved:
        return see_other(links.url(f"/answer/{token}/review"))
    return _page("collect/thanks", sheet)


@bp.route("/decline/{token}", **GET)
@view
def ask_to_decline(token: str) -> Response:
    return _page("collect/decline", open_sheet(read_ticket(token, "decline"), clock.now()), verb="decline")


@bp.route("/decline/{token}", **POST)
@view
def decline(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, "decline", token)
    sheet = declining.decline(read_ticket(token, "decline"), fields.get("reason", ""), clock.now())
    return _page("collect/declined", sheet, verb="decline")


@bp.route("/inbox/{token}", **GET)
@view
def inbox(token: str) -> Response:
    return page("collect/inbox", asked=inboxes.inbox(token, clock.now()))


def _onward(token: str, kept: Kept, go: str) -> str:
    """Where a saved page leads: on, back, or to the landing page for later."""
    target = kept.place + (-1 if go == "back" else 1)
    if go == "later" or target < 0:
        return links.url(f"/answer/{token}")
    where = "review" if target == len(kept.pages) else f"page/{kept.pages[target].id}"
    return links.url(f"/answer/{token}/{where}")


def _hints(sheet: Sheet) -> list[Hint]:
    """None for those who are shown by name anyway."""
    if sheet.programme.group(sheet.invitation.group).named:
        return []
    titles = [
        sheet.programme.organisation.name,
        sheet.programme.title,
        sheet.delegate.service,
        sheet.delegate.job_title,
    ]
    known = " ".join([sheet.delegate.person.name, *titles])
    return self_check(sheet.pages, sheet.saved, sheet.invitation.rater.name, known)


def _questions(sheet: Sheet, place: int, faults: Sequence[AnswerFault] = (), typed: Any = None) -> Response:
    shown = sheet.pages[place]
    answers = {**sheet.saved.get(shown.id, {}), **{fault.field: (typed or {})[fault.field] for fault in faults}}
    return _page(
        "collect/questions",
        sheet,
        status=400 if faults else 200,
        shown=shown,
        place=place,
        answers=answers,
        faults=faults,
        options=[(str(rating), label) for rating, label in enumerate(sheet.programme.scale, start=1)],
        longest=form.LONGEST_COMMENT,
    )


def _page(template: str, sheet: Sheet, *, status: int = 200, verb: str = "answer", **context: Any) -> Response:
    ticket = sheet.ticket
    decline_token = links.token("decline", *links.read(verb, ticket.token, 4))
    return page(
        template,
        status=status,
        sheet=sheet,
        token=ticket.token,
        decline_token=decline_token,
        programme=sheet.programme,
        group=sheet.programme.group(sheet.invitation.group),
        nonce=forms.nonce(verb, ticket.token),
        reasons=declining.REASONS,
        **context,
    )
