"""HTTP routes for delegates who choose their raters, and for the approver of the choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.forms import readers
from chalicelib.links import signing
from chalicelib.links.kinds import APPROVE, NOMINATE
from chalicelib.nominate import approve_list, edit_list, submit_list
from chalicelib.nominate.rater_list import Listed, ListRefused, RaterList, open_choice, with_warnings
from chalicelib.nominate.seen_list import SEEN, find_changes, write_seen
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page, page_handler, see_other

bp = Blueprint(__name__)

Fields = Mapping[str, str]


@bp.route("/nominate/{token}", **GET)
@page_handler
def nominate(token: str) -> Response:
    return _page(open_choice(token, clock.now()))


@bp.route("/nominate/{token}", **POST)
@page_handler
def change(token: str) -> Response:
    choice, fields = open_choice(token, clock.now()), _fields(NOMINATE.verb, token)
    return _tried(
        lambda: _changed(choice, fields), lambda refused: _refused_page(choice, refused, fields), f"/nominate/{token}"
    )


def _refused_page(choice: RaterList, refused: ListRefused, fields: Fields) -> Response:
    """Show the list as it is now, with what was typed."""
    return _page(open_choice(choice.token, clock.now()) if refused.changed else choice, refused, fields)


@bp.route("/nominate/{token}/person/{person}", **GET)
@page_handler
def person(token: str, person: str) -> Response:
    choice = with_warnings(open_choice(token, clock.now()))
    return _person_page(choice, edit_list.find_person(choice, person))


@bp.route("/nominate/{token}/person/{person}", **POST)
@page_handler
def correct(token: str, person: str) -> Response:
    choice, fields = open_choice(token, clock.now()), _fields(NOMINATE.verb, token)
    listed = edit_list.find_person(choice, person)
    return _tried(
        lambda: edit_list.change_rater(choice, listed, *_three(fields)),
        lambda refused: _person_page(choice, listed, refused, fields),
        f"/nominate/{token}",
    )


@bp.route("/nominate/{token}/check", **GET)
@page_handler
def check(token: str) -> Response:
    return _check_page(open_choice(token, clock.now()))


@bp.route("/nominate/{token}/send", **POST)
@page_handler
def send(token: str) -> Response:
    choice, fields = open_choice(token, clock.now()), _fields(NOMINATE.verb, token)
    return _tried(
        lambda: submit_list.submit_list(choice, clock.now(), fewer="fewer" in fields, seen=fields.get(SEEN, "")),
        lambda refused: _check_page(open_choice(token, clock.now()), refused, fields),
        f"/nominate/{token}",
    )


@bp.route("/approve/{token}", **GET)
@page_handler
def request(token: str) -> Response:
    return _request_page(approve_list.open_request(token, clock.now()))


@bp.route("/approve/{token}", **POST)
@page_handler
def decide(token: str) -> Response:
    choice, fields = approve_list.open_request(token, clock.now()), _fields(APPROVE.verb, token)
    decision, remark = fields.get("decision", ""), fields.get("remark", "")
    return _tried(
        lambda: approve_list.record_decision(choice, decision, remark, fields.get(SEEN, ""), clock.now()),
        lambda refused: _request_page(approve_list.open_request(token, clock.now()), refused, fields),
        f"/approve/{token}",
    )


def _fields(verb: str, token: str) -> Fields:
    return forms.read_form(bp.current_request.raw_body, verb, token)


def _tried(act: Callable[[], object], refused_page: Callable[[ListRefused], Response], after: str) -> Response:
    try:
        act()
    except ListRefused as refused:
        return refused_page(refused)
    return see_other(signing.url(after))


def _changed(choice: RaterList, fields: Fields) -> None:
    if "remove" in fields:
        edit_list.remove_rater(choice, fields["remove"])
    elif "back" in fields:
        submit_list.withdraw_list(choice, clock.now())
    elif "list" in fields:
        edit_list.paste(choice, fields.get("group", ""), fields["list"])
    else:
        edit_list.add_rater(choice, *_three(fields))


def _place(fields: Fields) -> str:
    """Return to the group after adding a person to it."""
    return "" if {"remove", "back"} & fields.keys() else f"#g-{fields.get('group', '')}"


def _three(fields: Fields) -> tuple[str, str, str]:
    return fields.get("group", ""), fields.get("name", ""), fields.get("email", "")


def _page(choice: RaterList, refused: ListRefused | None = None, fields: Fields | None = None) -> Response:
    return _shown("nominate/raters", with_warnings(choice), refused, fields)


def _person_page(
    choice: RaterList, listed: Listed, refused: ListRefused | None = None, fields: Fields | None = None
) -> Response:
    return _shown("nominate/person", choice, refused, fields, listed=listed)


def _check_page(choice: RaterList, refused: ListRefused | None = None, fields: Fields | None = None) -> Response:
    return _seen_page("nominate/check", NOMINATE.verb, choice, refused, fields)


def _request_page(choice: RaterList, refused: ListRefused | None = None, fields: Fields | None = None) -> Response:
    return _seen_page("nominate/request", APPROVE.verb, choice, refused, fields)


def _seen_page(
    template: str, verb: str, choice: RaterList, refused: ListRefused | None, fields: Fields | None
) -> Response:
    """Make a page whose form holds the list that it shows. It shows the changes since the posted page."""
    seen = write_seen(choice.unsent)
    changes = find_changes(seen if fields is None else fields.get(SEEN, ""), choice.unsent)
    return _shown(template, with_warnings(choice), refused, fields, verb, seen=seen, changes=changes)


def _names(choice: RaterList) -> readers.Names:
    return readers.Names(choice.delegate.person.name, approver=choice.approver.name if choice.approver else "")


def _shown(
    template: str,
    choice: RaterList,
    refused: ListRefused | None = None,
    fields: Fields | None = None,
    verb: str = NOMINATE.verb,
    **more: object,
) -> Response:
    return page(
        template,
        status=int(refused.status) if refused else 200,
        choice=choice,
        programme=choice.programme,
        nonce=forms.nonce(verb, choice.token),
        refused=refused,
        fields=fields or {},
        who_sees=readers.sentences(readers.Form.LIST, _names(choice)),
        **more,
    )
