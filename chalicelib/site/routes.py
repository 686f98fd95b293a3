"""HTTP routes shared by all pages: stylesheets and scripts, the front page, signing in and out."""

import secrets
from collections.abc import Mapping
from typing import Any

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.links import signing
from chalicelib.links.kinds import CODE
from chalicelib.links.signing import LinkUnknown
from chalicelib.site import reader_lookup
from chalicelib.store import second_factors
from chalicelib.web import code_links, forms, readers, second_factor, sessions, sign_in_codes, static, unsent
from chalicelib.web.code_links import CodeKey
from chalicelib.web.page import GET, HEADERS, POST, page, page_handler, see_other
from chalicelib.web.readers import SECOND_FACTOR, Reader, Role
from chalicelib.web.sessions import SignedIn, administrator, administrators_session
from chalicelib.web.sign_in_codes import CodeRefused

bp = Blueprint(__name__)

FOREVER = HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}


@bp.route("/static/{name}", **GET)
@page_handler
def static_file(name: str) -> Response:
    asset = static.find(name)
    if asset is None:
        raise LinkUnknown
    return Response(body=asset.body, status_code=200, headers=FOREVER | {"Content-Type": asset.media_type})


@bp.route("/", **GET)
@page_handler
def front() -> Response:
    return page("web/front")


# --- signing in: ask for a code, type it, sign out ------------------------------------------------------


@bp.route("/sign-in/{role}/{token}", **POST)
@page_handler
def ask_for_code(role: str, token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, f"sign-in.{role}", token)
    reader = _find(role, token)
    return _asked(reader, fields, _to())


@bp.route("/sign-in/administrator", **POST)
@page_handler
def ask_for_administrators_code() -> Response:
    """Answer the same whether or not the address is an administrator's."""
    fields = forms.read_form(bp.current_request.raw_body, f"sign-in.{Role.ADMINISTRATOR}", "")
    reader = readers.administrator(readers.administrator_token(fields.get("email", "")))
    return _asked(reader, fields, fields.get("to", ""))


def _asked(reader: Reader, fields: Mapping[str, str], to: str) -> Response:
    """Email a code, and lead to the page for it. With a form that waits, that page is no redirect: it carries it."""
    challenge = _ask(reader, fields)
    if fields.get(unsent.FIELD):
        return _code_page(reader, challenge, packed=fields[unsent.FIELD])
    return see_other(_leading_on(sessions.sign_in_url(reader.role, reader.token, challenge), to))


@bp.route("/sign-in/{role}/{token}/{challenge}", **GET)
@page_handler
def type_code(role: str, token: str, challenge: str) -> Response:
    return _code_page(_find(role, token), challenge)


@bp.route("/sign-in/{role}/{token}/{challenge}", **POST)
@page_handler
def take_code(role: str, token: str, challenge: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, f"sign-in.{role}", token)
    reader = readers.administrator(token, _to()) if role == Role.ADMINISTRATOR else _find(role, token)
    packed = fields.get(unsent.FIELD, "")
    if again := _sent_from_another_tab(reader, packed):
        return again
    try:
        return _begin(reader, challenge, fields, by_link=False)
    except CodeRefused as refused:
        return _code_page(reader, challenge, refused, packed)


def _sent_from_another_tab(reader: Reader, packed: str) -> Response | None:
    """Show the form that waits, if its sender has signed in meanwhile through the link in the email."""
    kept = unsent.unpack(packed)
    person = sessions.find_signed_in(bp.current_request, reader, clock.now()) if kept else None
    return person.send_again(kept) if person and kept else None


# --- by the link in the email with the code: other people's tries cause no wait ---------------------------


@bp.route("/code/{key}", **GET)
@page_handler
def type_code_by_link(key: str) -> Response:
    return _linked_page(code_links.open_key(key, clock.now()))


@bp.route("/code/{key}", **POST)
@page_handler
def take_code_by_link(key: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, CODE.verb, key)
    opened = code_links.open_key(key, clock.now())
    try:
        return _begin(_find(opened.role, opened.token), opened.challenge, fields, by_link=True)
    except CodeRefused as refused:
        return _linked_page(opened, refused)


@bp.route("/code/{key}/again", **POST)
@page_handler
def ask_by_link(key: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, CODE.verb, key)
    opened = code_links.open_key(key, clock.now())
    challenge = _ask(_find(opened.role, opened.token), fields, by_link=True)
    return see_other(code_links.url(opened, challenge))


# --- the second factor of administrators ----------------------------------------------------------------


@bp.route(SECOND_FACTOR, **GET)
@page_handler
def show_second_factor() -> Response:
    return _account(administrator(bp.current_request, clock.now()))


@bp.route(SECOND_FACTOR, **POST)
@page_handler
def set_up_second_factor() -> Response:
    admin, session = administrators_session(bp.current_request, clock.now())
    fields = admin.form(bp.current_request)
    try:
        recovery = second_factor.set_up(admin.reader, session, admin.session_id, fields.get("code", ""), admin.now)
    except CodeRefused as refused:
        kept = fields.get(unsent.FIELD, "")
        return _second_factor_page(admin, "set_up", refused=refused, to=fields.get("to", ""), unsent=kept)
    return _second_factor_page(admin, "done", recovery=recovery, waits=unsent.unpack(fields.get(unsent.FIELD, "")))


@bp.route(f"{SECOND_FACTOR}/confirm", **POST)
@page_handler
def confirm_second_factor() -> Response:
    admin, session = administrators_session(bp.current_request, clock.now())
    fields = admin.form(bp.current_request)
    try:
        second_factor.confirm(admin.reader, session, fields.get("code", ""), admin.now)
    except CodeRefused as refused:
        to, packed = readers.console_page(fields.get("to", "")), fields.get(unsent.FIELD, "")
        return _second_factor_page(admin, "confirm", refused=refused, to=to, unsent=packed)
    return _confirmed(admin, fields)


def _confirmed(admin: SignedIn, fields: Mapping[str, str]) -> Response:
    """Lead to the form that waits, or to the page that the administrator wanted."""
    if kept := unsent.unpack(fields.get(unsent.FIELD, "")):
        return admin.send_again(kept)
    return admin.see_other(signing.url(readers.console_page(fields.get("to", "")) or readers.ADMIN_HOME))


@bp.route(f"{SECOND_FACTOR}/remove", **POST)
@page_handler
def remove_second_factor() -> Response:
    now = clock.now()
    admin, (_, session) = administrator(bp.current_request, now), administrators_session(bp.current_request, now)
    fields = admin.form(bp.current_request)
    try:
        second_factor.remove(admin.reader, session, fields.get("code", ""), now)
    except CodeRefused as refused:
        return _account(admin, refused)
    return admin.see_other(signing.url(SECOND_FACTOR))


@bp.route("/sign-out", **POST)
@page_handler
def sign_out() -> Response:
    return sessions.sign_out(bp.current_request, clock.now())


def _find(role: str, token: str) -> Reader:
    """Find the reader. Raises LinkUnknown, LinkRevoked or LinkEnded."""
    reader = reader_lookup.find_reader(role, token)
    reader.refuse_ended(clock.now())
    return reader


def _to() -> str:
    """Return the console page that an administrator wanted."""
    return str((bp.current_request.query_params or {}).get("to", ""))


def _leading_on(url: str, to: str) -> str:
    return f"{url}?to={to}" if readers.console_page(to) else url


def _ask(reader: Reader, fields: Mapping[str, str], *, by_link: bool = False) -> str:
    now, fresh = clock.now(), secrets.token_hex(16)
    challenge = sign_in_codes.challenge_of(fields.get("once") or fresh, now)
    return sign_in_codes.ask(reader, challenge, now, otherwise=fresh, by_link=by_link)


def _begin(reader: Reader, challenge: str, fields: Mapping[str, str], *, by_link: bool) -> Response:
    session_id = secrets.token_urlsafe(24)
    kept = unsent.unpack(fields.get(unsent.FIELD, ""))
    code = fields.get("code", "")
    return sessions.begin(reader, challenge, code, session_id, clock.now(), by_link=by_link, kept=kept)


def _code_page(reader: Reader, challenge: str, refused: CodeRefused | None = None, packed: str = "") -> Response:
    """Show where the code is typed. packed: a form that is sent again afterwards."""
    take = _leading_on(sessions.sign_in_url(reader.role, reader.token, challenge), _to())
    again = _leading_on(sessions.sign_in_url(reader.role, reader.token), _to())
    nonce = forms.nonce(f"sign-in.{reader.role}", reader.token)
    return _typing_page(reader, nonce, take, again, refused, packed=packed)


def _linked_page(opened: CodeKey, refused: CodeRefused | None = None) -> Response:
    reader, here = _find(opened.role, opened.token), signing.url(f"/{CODE.verb}/{opened.key}")
    return _typing_page(reader, forms.nonce(CODE.verb, opened.key), here, f"{here}/again", refused, by_link=True)


def _typing_page(
    reader: Reader,
    nonce: str,
    take: str,
    again: str,
    refused: CodeRefused | None,
    *,
    by_link: bool = False,
    packed: str = "",
) -> Response:
    context = {"reader": reader, "nonce": nonce, "refused": refused, "code_action": take, "ask_action": again}
    context |= {"unsent": packed}
    frame = {"programme": reader.programme} if reader.programme else {}
    once = secrets.token_hex(16)
    return page("web/code", 400 if refused else 200, once=once, by_link=by_link, **context, **frame)


def _account(admin: SignedIn, refused: CodeRefused | None = None) -> Response:
    stored = second_factors.find(admin.reader.who)
    return _second_factor_page(admin, "account" if stored else "set_up", refused=refused, stored=stored)


def _second_factor_page(admin: SignedIn, step: str, *, refused: CodeRefused | None = None, **context: Any) -> Response:
    context = {"to": "", "stored": None, "unsent": "", "waits": None, **context}
    status = 400 if refused else 200
    return admin.page("web/second_factor", status, step=step, refused=refused, proposal=admin.proposal, **context)
