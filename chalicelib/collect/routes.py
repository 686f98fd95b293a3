"""HTTP for raters: the landing page, one competency a page, review, send, decline, and the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib import clock, log, wording
from chalicelib.collect import decline as declining
from chalicelib.collect import form
from chalicelib.collect import inbox as inboxes
from chalicelib.collect.form import AnswerFault, Page
from chalicelib.collect.save import save_page
from chalicelib.collect.sheet import Sheet, head, open_sheet, read_ticket
from chalicelib.collect.submit import submit
from chalicelib.web import forms, links
from chalicelib.web.links import LinkUnknown
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
    return _questions(sheet, _place(sheet.pages, page_id))


@bp.route("/answer/{token}/page/{page_id}", **POST)
@view
def save(token: str, page_id: str) -> Response:
    ticket = read_ticket(token)
    fields = forms.read_form(bp.current_request.raw_body, "answer", token)
    wave = head(ticket, clock.now())
    pages = form.pages(wave.programme, "")
    place = _place(pages, page_id)
    saved, faults = form.read_page(pages[place], wave.programme.top, fields)
    save_page(ticket, wave, page_id, saved)
    if faults:
        return _questions(open_sheet(ticket, clock.now()), place, faults, fields)
    return see_other(_onward(token, pages, place, fields.get("go", "next")))


@bp.route("/answer/{token}/review", **GET)
@view
def review(token: str) -> Response:
    sheet = open_sheet(read_ticket(token), clock.now())
    return _page("collect/review", sheet, left_blank=form.left_blank)


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


def _place(pages: Sequence[Page], page_id: str) -> int:
    for place, found in enumerate(pages):
        if found.id == page_id:
            return place
    raise LinkUnknown


def _onward(token: str, pages: Sequence[Page], place: int, go: str) -> str:
    """Where a saved page leads: on, back, or to the landing page for later."""
    if go == "later":
        return links.url(f"/answer/{token}")
    target = place + (-1 if go == "back" else 1)
    if target < 0:
        return links.url(f"/answer/{token}")
    where = "review" if target == len(pages) else f"page/{pages[target].id}"
    return links.url(f"/answer/{token}/{where}")


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
