"""HTTP routes for raters: the landing page, one competency a page, review, send, decline, and the inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib.collect import decline as declining
from chalicelib.collect import inbox as inboxes
from chalicelib.collect import pages as form
from chalicelib.collect.comment_check import Hint, for_script, self_check
from chalicelib.collect.questionnaire import Questionnaire, open_questionnaire, parse_answer_link
from chalicelib.collect.save_page import KEEP, SavedPage, page_position, save_page
from chalicelib.collect.submit_answers import submit
from chalicelib.core import clock, formatting, log
from chalicelib.core.errors import FieldError
from chalicelib.core.model import RaterGroup
from chalicelib.forms import readers
from chalicelib.forms.pulse import PULSE_PAGE
from chalicelib.links import signing
from chalicelib.links.kinds import ANSWER, DECLINE, INBOX, RaterLinkKind
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page, page_handler, see_other
from chalicelib.web.save_moments import milliseconds

bp = Blueprint(__name__)


@bp.route("/answer/{token}", **GET)
@page_handler
def landing(token: str) -> Response:
    opened = open_questionnaire(parse_answer_link(token), clock.now())
    if opened.wave.wave.is_pulse:
        return _pulse(opened)
    if opened.is_at_the_first_part:
        return _questions(opened, 0, template="collect/begin")
    carry_on = _place(opened.link.token, opened.pages, opened.furthest)
    return _page("collect/landing", opened, minutes=formatting.minutes(opened.programme), carry_on=carry_on)


@bp.route("/answer/{token}/pulse", **POST)
@page_handler
def send_pulse(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, ANSWER.verb, token)
    saved = save_page(parse_answer_link(token), PULSE_PAGE, fields, clock.now())
    return _pulse_sent(token, saved, fields)


@bp.route("/answer/{token}/page/{page_id}", **GET)
@page_handler
def questions(token: str, page_id: str) -> Response:
    opened = open_questionnaire(parse_answer_link(token), clock.now())
    asked_about = "blank" in (bp.current_request.query_params or {})
    return _questions(opened, page_position(opened.pages, page_id), asked_about=asked_about)


@bp.route("/answer/{token}/page/{page_id}", **POST)
@page_handler
def save(token: str, page_id: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, ANSWER.verb, token)
    saved = save_page(parse_answer_link(token), page_id, fields, clock.now())
    if fields.get("by") == "script":
        return _for_script(token, saved, fields.get("go", KEEP))
    return _saved(token, saved, fields)


@bp.route("/answer/{token}/review", **GET)
@page_handler
def review(token: str) -> Response:
    opened = open_questionnaire(parse_answer_link(token), clock.now())
    return _page("collect/review", opened, hints=_hints(opened))


@bp.route("/answer/{token}/send", **POST)
@page_handler
def send(token: str) -> Response:
    forms.read_form(bp.current_request.raw_body, ANSWER.verb, token)
    opened = submit(parse_answer_link(token), clock.now())
    log.info("answers_sent", delegate=opened.delegate.id, wave=opened.wave.wave.value)
    return see_other(signing.url(f"/answer/{token}/thanks"))


@bp.route("/answer/{token}/thanks", **GET)
@page_handler
def thanks(token: str) -> Response:
    opened = open_questionnaire(parse_answer_link(token), clock.now())
    if not opened.is_sent_as_saved:
        return see_other(signing.url(f"/answer/{opened.link.token}/review"))
    return _page("collect/thanks", opened)


@bp.route("/decline/{token}", **GET)
@page_handler
def ask_to_decline(token: str) -> Response:
    return _decline_page(token)


@bp.route("/decline/{token}", **POST)
@page_handler
def decline(token: str) -> Response:
    reason = forms.read_form(bp.current_request.raw_body, DECLINE.verb, token).get("reason", "")
    if reason not in declining.REASONS:
        return _decline_page(token, fault="Choose the reason that comes closest.")
    opened = declining.decline(parse_answer_link(token, DECLINE), reason, clock.now())
    return _page("collect/declined", opened, kind=DECLINE)


@bp.route("/inbox/{token}", **GET)
@page_handler
def inbox(token: str) -> Response:
    requests = inboxes.inbox(token, clock.now())
    return page("collect/inbox", asked=requests, **inboxes.theme(requests))


def _decline_page(token: str, fault: str = "") -> Response:
    opened = open_questionnaire(parse_answer_link(token, DECLINE), clock.now())
    return _page("collect/decline", opened, kind=DECLINE, status=400 if fault else 200, fault=fault)


def _saved(token: str, saved: SavedPage, fields: Mapping[str, str]) -> Response:
    if saved.faults:
        return _questions(open_questionnaire(parse_answer_link(token), clock.now()), saved.place, saved.faults, fields)
    return see_other(_onward(token, saved, fields.get("go", "next")))


def _pulse(
    opened: Questionnaire, faults: Sequence[FieldError] = (), typed: Mapping[str, str] | None = None
) -> Response:
    """Show all questions of a pulse and its one button: it takes a minute, and may be changed later."""
    answers = opened.saved.get(PULSE_PAGE, {}) if typed is None else typed
    return _page(
        "collect/pulse",
        opened,
        status=400 if faults else 200,
        faults=faults,
        answers=answers,
        carried=opened.seen_fields(PULSE_PAGE),
    )


def _pulse_sent(token: str, saved: SavedPage, fields: Mapping[str, str]) -> Response:
    faults = saved.faults or form.is_empty(saved.pages[saved.place], saved.saved)
    if faults:
        return _pulse(open_questionnaire(parse_answer_link(token), clock.now()), faults, fields)
    opened = submit(parse_answer_link(token), clock.now())
    log.info("answers_sent", delegate=opened.delegate.id, wave=opened.wave.wave.value)
    return see_other(signing.url(f"/answer/{token}/thanks"))


def _for_script(token: str, saved: SavedPage, go: str) -> Response:
    """Answer answer.js: where to go, or what could not be kept."""
    if saved.faults:
        return Response(body={"field": saved.faults[0].field, "message": saved.faults[0].message}, status_code=422)
    return Response(body={"next": "" if go == KEEP else _onward(token, saved, go)})


def _onward(token: str, saved: SavedPage, go: str) -> str:
    """Return where a saved page leads: on, back, to the landing page, or to itself once more to ask about blanks."""
    target = saved.place + (-1 if go == "back" else 1)
    if go == "later" or target < 0:
        return signing.url(f"/answer/{token}")
    if go == "next" and form.list_unanswered(saved.pages[saved.place], saved.saved):
        return _place(token, saved.pages, saved.place) + "?blank=1"
    return _place(token, saved.pages, target)


def _place(token: str, pages: Sequence[form.Page], place: int) -> str:
    where = f"page/{pages[place].id}" if place < len(pages) else "review"
    return signing.url(f"/answer/{token}/{where}")


def _hints(opened: Questionnaire) -> list[Hint]:
    """Return the rules for hints; None for raters who are shown by name."""
    if opened.programme.group(opened.invitation.group).named:
        return []
    return self_check(opened.pages, opened.saved, opened.invitation.rater.name, _known(opened))


def _known(opened: Questionnaire) -> str:
    """Return words that reveal no one."""
    delegate, programme = opened.delegate, opened.programme
    titles = [programme.organisation.name, programme.title, delegate.service, delegate.job_title]
    return " ".join([delegate.person.name, *titles])


def _questions(
    opened: Questionnaire,
    place: int,
    faults: Sequence[FieldError] = (),
    typed: Any = None,
    *,
    asked_about: bool = False,
    template: str = "collect/questions",
) -> Response:
    page = opened.pages[place]
    saved = opened.saved.get(page.id, {})
    named = opened.programme.group(opened.invitation.group).named
    return _page(
        template,
        opened,
        status=400 if faults else 200,
        shown=page,
        place=place,
        at=milliseconds(clock.now()),
        carried=opened.seen_fields(page.id),
        answers={**saved, **{fault.field: (typed or {})[fault.field] for fault in faults}},
        faults=faults,
        blank=form.list_unanswered(page, saved),
        asked_about=asked_about,
        minutes_left=form.minutes_left(opened.pages[place:]),
        check=None if named else for_script(opened.invitation.rater.name, _known(opened)),
        options=[(str(rating), label) for rating, label in enumerate(opened.programme.scale, start=1)],
        in_a_row=form.fits_in_a_row(opened.programme.scale),
    )


def _who_sees(opened: Questionnaire, group: RaterGroup) -> tuple[str, ...]:
    form = readers.form_of_wave(opened.wave.wave, group)
    rater = opened.invitation.rater.name
    return readers.sentences(form, readers.names_for(opened.programme, opened.delegate.person.name, group, rater))


def _page(
    template: str, opened: Questionnaire, *, status: int = 200, kind: RaterLinkKind = ANSWER, **context: Any
) -> Response:
    link = opened.link
    return page(
        template,
        status=status,
        opened=opened,
        token=link.token,
        answer_token=ANSWER.token(opened.invitation),
        decline_token=DECLINE.token(opened.invitation),
        programme=opened.programme,
        group=(group := opened.programme.group(opened.invitation.group)),
        who_sees=_who_sees(opened, group),
        nonce=forms.nonce(kind.verb, link.token),
        left_blank=form.list_unanswered,
        inbox_url=INBOX.url(opened.invitation),
        reasons=declining.REASONS,
        **context,
    )
