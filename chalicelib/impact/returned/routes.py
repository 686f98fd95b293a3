"""HTTP routes for the delegate's thanks to the raters: write, preview, send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.areas.openings import AreasPage, let_in, open_for_delegate
from chalicelib.core import clock, log
from chalicelib.impact.returned import acts
from chalicelib.impact.returned.form import AREA, MAX_CHARS, TEXT, Words, find_risks, read_words
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page, page_handler, see_other

bp = Blueprint(__name__)


@bp.route("/hub/{token}/thank-raters", **GET)
@page_handler
def write(token: str) -> Response:
    opened = _open(token)
    return _form(opened, {f"{AREA}{area.id}": "on" for area in acts.offered_areas(opened)})


@bp.route("/hub/{token}/thank-raters", **POST)
@page_handler
def preview(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    opened = _open(token)
    words = read_words(fields, acts.offered_areas(opened))
    return _form(opened, fields, words) if words.fault or fields.get("go") == "change" else _preview(opened, words)


@bp.route("/hub/{token}/thank-raters/send", **POST)
@page_handler
def send(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    opened = _open(token, must_be_new=False)
    words = read_words(fields, acts.offered_areas(opened))
    return _form(opened, fields, words) if words.fault else _sent(opened, words)


@bp.route("/hub/{token}/thank-raters/sent", **GET)
@page_handler
def sent(token: str) -> Response:
    opened = _open(token, must_be_new=False)
    return page("impact/thanked", opened=opened, programme=opened.programme, home=_home(opened))


def _open(token: str, *, must_be_new: bool = True) -> AreasPage:
    """Open the page. Raises NothingToReturn unless there is something to send."""
    opened = let_in(open_for_delegate(token), clock.now())
    if must_be_new:
        acts.find_occasion(opened)
    return opened


def _form(opened: AreasPage, typed: Mapping[str, str], words: Words | None = None) -> Response:
    fault = words.fault if words else ""
    return page(
        "impact/thank_raters",
        status=400 if fault else 200,
        opened=opened,
        programme=opened.programme,
        home=_home(opened),
        offered=acts.offered_areas(opened),
        typed=typed,
        fault=fault,
        longest=MAX_CHARS,
        nonce=forms.nonce(HUB.verb, opened.token),
    )


def _preview(opened: AreasPage, words: Words) -> Response:
    chosen = [area for area in acts.offered_areas(opened) if area.text in words.areas]
    return page(
        "impact/thanks_preview",
        opened=opened,
        programme=opened.programme,
        home=_home(opened),
        words=words,
        kept={**{f"{AREA}{area.id}": "on" for area in chosen}, TEXT: words.text},
        risks=_risks(opened, words),
        month=acts.next_survey(opened, acts.find_occasion(opened)),
        nonce=forms.nonce(HUB.verb, opened.token),
    )


def _risks(opened: AreasPage, words: Words) -> Sequence[str]:
    return list(find_risks(words.text, acts.names_of_asked(opened.delegate.id)))


def _sent(opened: AreasPage, words: Words) -> Response:
    acts.send(opened, words, clock.now())
    log.info("raters_thanked", delegate=opened.delegate.id)
    return see_other(f"{_home(opened)}/thank-raters/sent")


def _home(opened: AreasPage) -> str:
    return signing.url(f"/hub/{opened.token}")
