"""HTTP for delegates who choose their raters."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import clock
from chalicelib.nominate import choose
from chalicelib.nominate.choose import Choice, ListRefused
from chalicelib.web import forms, links
from chalicelib.web.view import GET, POST, page, see_other, view

bp = Blueprint(__name__)


@bp.route("/nominate/{token}", **GET)
@view
def nominate(token: str) -> Response:
    return _page(choose.open_choice(token))


@bp.route("/nominate/{token}", **POST)
@view
def change(token: str) -> Response:
    choice = choose.open_choice(token)
    fields = forms.read_form(bp.current_request.raw_body, "nominate", token)
    try:
        if "remove" in fields:
            choose.remove_rater(choice, fields["remove"])
        else:
            choose.add_rater(choice, fields.get("group", ""), fields.get("name", ""), fields.get("email", ""))
    except ListRefused as refused:
        return _page(choice, refused, fields)
    return see_other(links.url(f"/nominate/{token}"))


@bp.route("/nominate/{token}/check", **GET)
@view
def check(token: str) -> Response:
    choice = choose.open_choice(token)
    return page("nominate/check", choice=choice, programme=choice.programme, nonce=forms.nonce("nominate", token))


@bp.route("/nominate/{token}/send", **POST)
@view
def send(token: str) -> Response:
    choice = choose.open_choice(token)
    fields = forms.read_form(bp.current_request.raw_body, "nominate", token)
    try:
        choose.send(choice, clock.now(), fewer="fewer" in fields)
    except ListRefused as refused:
        return _page(choice, refused, {})
    return see_other(links.url(f"/nominate/{token}"))


def _page(choice: Choice, refused: ListRefused | None = None, fields: object = None) -> Response:
    return page(
        "nominate/raters",
        status=int(refused.status) if refused else 200,
        choice=choice,
        programme=choice.programme,
        nonce=forms.nonce("nominate", choice.token),
        refused=refused,
        fields=fields or {},
    )
