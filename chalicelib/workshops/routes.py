"""HTTP routes for facilitators and administrators: workshops, and the register of each session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.core.addresses import clean_text
from chalicelib.links import signing
from chalicelib.web import sessions, uploads
from chalicelib.web.page import FILES, GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, signed_in
from chalicelib.web.uploads import Upload
from chalicelib.workshops import console, facilitator
from chalicelib.workshops.console import Registers
from chalicelib.workshops.facilitator import FacilitatorPage
from chalicelib.workshops.mark import Actor, MarkRefused
from chalicelib.workshops.register import CHOICES, Register
from chalicelib.workshops.register_form import WHO, save_catch_up, save_register
from chalicelib.workshops.register_upload import UploadRefused, read_upload
from chalicelib.workshops.work.opening import list_own_parts, list_work, names_of

bp = Blueprint(__name__)

SESSION = "/facilitator/{token}/session/{session}"
COHORT = "/admin/cohort/{cohort_id}"
REGISTER = f"{COHORT}/register/{{session}}"
Fields = Mapping[str, str]
Save = Callable[[Callable[[], Register], Fields, Actor, datetime], int]


# --- facilitators -----------------------------------------------------------------------------------------


@bp.route("/facilitator/{token}", **GET)
@page_handler
def workshops(token: str) -> Response:
    opened, reader = _open(token)
    work: dict[str, Any] = {"waiting": list_work(opened), "parts": list_own_parts(opened), "names": names_of(opened)}
    return reader.page("workshops/facilitator", opened=opened, programme=opened.programme, now=clock.now(), **work)


@bp.route(SESSION, **GET)
@page_handler
def register(token: str, session: str) -> Response:
    opened, reader = _open(token)
    return _register_page(reader, opened, opened.register(session), saved=_saved())


@bp.route(SESSION, **POST)
@page_handler
def mark(token: str, session: str) -> Response:
    opened, reader = _open(token)
    return _save(reader, opened, session, save_register)


@bp.route(f"{SESSION}/catch-up", **POST)
@page_handler
def catch_up(token: str, session: str) -> Response:
    opened, reader = _open(token)
    return _save(reader, opened, session, save_catch_up)


def _open(token: str) -> tuple[FacilitatorPage, SignedIn]:
    opened = facilitator.open_page(token)
    return opened, signed_in(bp.current_request, opened.reader, clock.now())


def _save(reader: SignedIn, opened: FacilitatorPage, session: str, save: Save) -> Response:
    fields = reader.form(bp.current_request)
    try:
        changed = save(lambda: opened.register(session), fields, opened.actor, clock.now())
    except MarkRefused as refused:
        return _register_page(reader, opened, opened.register(session), fields, refused)
    return reader.see_other(f"{_session_url(opened, session)}?saved={changed}")


def _register_page(
    reader: SignedIn,
    opened: FacilitatorPage,
    register: Register,
    typed: Fields | None = None,
    refused: MarkRefused | None = None,
    saved: str = "",
) -> Response:
    context = _context(register, typed, refused, saved) | {"action": _session_url(opened, register.session.id)}
    return reader.page("workshops/register", status=400 if refused else 200, opened=opened, **context)


def _session_url(opened: FacilitatorPage, session: str) -> str:
    return signing.url(f"/facilitator/{opened.token}/session/{session}")


# --- administrators ---------------------------------------------------------------------------------------


@bp.route(f"{COHORT}/registers", **GET)
@page_handler
def registers(cohort_id: str) -> Response:
    admin, opened = _administrator(cohort_id)
    return admin.page(
        "workshops/registers",
        opened=opened,
        programme=opened.programme,
        counts=console.counts,
        headings=console.HEADINGS,
    )


@bp.route(REGISTER, **GET)
@page_handler
def corrections(cohort_id: str, session: str) -> Response:
    admin, opened = _administrator(cohort_id)
    return _console_page(admin, opened.one(session), saved=_saved())


@bp.route(REGISTER, **POST)
@page_handler
def correct(cohort_id: str, session: str) -> Response:
    admin, _ = _administrator(cohort_id)
    return _correct(admin, cohort_id, session, save_register)


@bp.route(f"{REGISTER}/catch-up", **POST)
@page_handler
def correct_catch_up(cohort_id: str, session: str) -> Response:
    admin, _ = _administrator(cohort_id)
    return _correct(admin, cohort_id, session, save_catch_up)


@bp.route(f"{REGISTER}/file", **GET)
@page_handler
def choose_file(cohort_id: str, session: str) -> Response:
    admin, opened = _administrator(cohort_id)
    return _file_page(admin, opened.one(session))


@bp.route(f"{REGISTER}/file", **FILES)
@page_handler
def upload_register(cohort_id: str, session: str) -> Response:
    admin, opened = _administrator(cohort_id)
    return _upload(admin, opened.one(session))


def _administrator(cohort_id: str) -> tuple[SignedIn, Registers]:
    admin = sessions.administrator(bp.current_request, clock.now())
    return admin, console.open_registers(cohort_id)


def _correct(admin: SignedIn, cohort_id: str, session: str, save: Save) -> Response:
    fields = admin.form(bp.current_request)
    email = admin.reader.person.email if admin.reader.person else ""
    actor = console.administrator(email, clean_text(fields.get("why", "")))
    try:
        changed = save(lambda: console.open_registers(cohort_id).one(session), fields, actor, clock.now())
    except MarkRefused as refused:
        return _console_page(admin, console.open_registers(cohort_id).one(session), fields, refused)
    return admin.see_other(f"{_console_url(cohort_id, session)}?saved={changed}")


def _console_page(
    admin: SignedIn,
    register: Register,
    typed: Fields | None = None,
    refused: MarkRefused | None = None,
    saved: str = "",
) -> Response:
    context = _context(register, typed, refused, saved) | {
        "action": _console_url(register.cohort.id, register.session.id)
    }
    return admin.page("workshops/correct", status=400 if refused else 200, **context)


def _upload(admin: SignedIn, register: Register) -> Response:
    """Show what the file would record; record it if that was confirmed."""
    given = uploads.read_carried(bp.current_request, admin.nonce)
    by = admin.reader.person.email if admin.reader.person else ""
    try:
        reading = read_upload(register, given, by, clock.now())
    except UploadRefused as refused:
        return _file_page(admin, register, given, refused)
    if reading.done:
        return admin.see_other(
            f"{_console_url(register.cohort.id, register.session.id)}?saved={reading.recorded.changed}"
        )
    context = {"reading": reading, "kept": uploads.pack(given.files), "why": given.fields.get("why", "")}
    return admin.page("workshops/register_preview", 409 if reading.stale else 200, **_of_file(register), **context)


def _file_page(
    admin: SignedIn, register: Register, given: Upload = uploads.NOTHING, refused: UploadRefused | None = None
) -> Response:
    context = {"typed": given.fields, "faults": refused.faults if refused else ()}
    context["in_file"] = refused.in_file if refused else ()
    return admin.page("workshops/register_file", 400 if refused else 200, **_of_file(register), **context)


def _of_file(register: Register) -> dict[str, Any]:
    at = _console_url(register.cohort.id, register.session.id)
    return {"register": register, "programme": register.programme, "at_register": at, "action": f"{at}/file"}


def _console_url(cohort_id: str, session: str) -> str:
    return signing.url(f"/admin/cohort/{cohort_id}/register/{session}")


# --- both -------------------------------------------------------------------------------------------------


def _saved() -> str:
    return str((bp.current_request.query_params or {}).get("saved", ""))


def _context(register: Register, typed: Fields | None, refused: MarkRefused | None, saved: str) -> dict[str, Any]:
    """Return what the page of a register shows. `typed` belongs to one person's form if it names one."""
    typed, now = typed or {}, clock.now()
    return {
        "programme": register.programme,
        "register": register,
        "is_open": register.window.is_open(now),
        "is_early": now < register.window.opens_at,
        "choices": CHOICES,
        "typed": typed,
        "wrong_person": typed.get(WHO, ""),
        "faults": refused.faults if refused else (),
        "saved": saved,
    }
