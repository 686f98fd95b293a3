"""HTTP for what all pages share: stylesheets and scripts, the way in without a link, signing in and out."""

import secrets

from chalice import Blueprint, Response

from chalicelib import clock, doors
from chalicelib.web import codes, forms, readers, sessions, static
from chalicelib.web.codes import CodeRefused
from chalicelib.web.links import LinkUnknown
from chalicelib.web.readers import Reader, Role
from chalicelib.web.view import GET, HEADERS, POST, page, see_other, view

bp = Blueprint(__name__)

FOREVER = HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}


@bp.route("/static/{name}", **GET)
@view
def static_file(name: str) -> Response:
    asset = static.find(name)
    if asset is None:
        raise LinkUnknown
    return Response(body=asset.body, status_code=200, headers=FOREVER | {"Content-Type": asset.media_type})


@bp.route("/", **GET)
@view
def front() -> Response:
    return page("web/front")


# --- signing in: ask for a code, type it, and out again ------------------------------------------------


@bp.route("/sign-in/{role}/{token}", **POST)
@view
def ask_for_code(role: str, token: str) -> Response:
    forms.read_form(bp.current_request.raw_body, f"sign-in.{role}", token)
    reader = _find(role, token)
    challenge = codes.ask(reader, secrets.token_hex(16), clock.now())
    return see_other(_leading_on(sessions.sign_in_url(reader.role, token, challenge), _to()))


@bp.route("/sign-in/administrator", **POST)
@view
def ask_for_administrators_code() -> Response:
    """The same answer whether or not the address is an administrator's."""
    fields = forms.read_form(bp.current_request.raw_body, f"sign-in.{Role.ADMINISTRATOR}", "")
    reader = readers.administrator(readers.administrator_token(fields.get("email", "")))
    challenge = codes.ask(reader, secrets.token_hex(16), clock.now())
    return see_other(
        _leading_on(sessions.sign_in_url(Role.ADMINISTRATOR, reader.token, challenge), fields.get("to", ""))
    )


@bp.route("/sign-in/{role}/{token}/{challenge}", **GET)
@view
def type_code(role: str, token: str, challenge: str) -> Response:
    return _code_page(_find(role, token), challenge)


@bp.route("/sign-in/{role}/{token}/{challenge}", **POST)
@view
def take_code(role: str, token: str, challenge: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, f"sign-in.{role}", token)
    reader = readers.administrator(token, _to()) if role == Role.ADMINISTRATOR else _find(role, token)
    try:
        return sessions.begin(reader, challenge, fields.get("code", ""), secrets.token_urlsafe(24), clock.now())
    except CodeRefused as refused:
        return _code_page(reader, challenge, refused)


@bp.route("/sign-out", **POST)
@view
def sign_out() -> Response:
    return sessions.sign_out(bp.current_request, clock.now())


def _find(role: str, token: str) -> Reader:
    """Raises LinkUnknown, LinkRevoked or LinkEnded."""
    reader = doors.find(role, token)
    reader.refuse_ended(clock.now())
    return reader


def _to() -> str:
    """The page of the console that an administrator was on the way to."""
    return str((bp.current_request.query_params or {}).get("to", ""))


def _leading_on(url: str, to: str) -> str:
    return f"{url}?to={to}" if readers.console_page(to) else url


def _code_page(reader: Reader, challenge: str, refused: CodeRefused | None = None) -> Response:
    return page(
        "web/code",
        400 if refused else 200,
        reader=reader,
        nonce=forms.nonce(f"sign-in.{reader.role}", reader.token),
        refused=refused,
        code_action=_leading_on(sessions.sign_in_url(reader.role, reader.token, challenge), _to()),
        ask_action=_leading_on(sessions.sign_in_url(reader.role, reader.token), _to()),
        **({"programme": reader.programme} if reader.programme else {}),
    )
