"""Identify the person at a page that a link alone does not open.

A route of such a page first calls `signed_in` (or `administrator`), reads posted forms with `SignedIn.form`, and
answers with `SignedIn.page` or `SignedIn.see_other`. A visitor who is not signed in gets the sign-in page instead.

The cookie holds the session's id and when it was last used, signed: so inactivity ends a session without a write for
every page read. One session opens everything that the same address has links to.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chalice import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.errors import Refusal
from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import administrator_rights, catalogue, second_factors, sessions
from chalicelib.store.catalogue import CohortUnknown
from chalicelib.store.sessions import Session
from chalicelib.store.table import transact
from chalicelib.web import forms, readers, second_factor, sign_in_codes, unsent
from chalicelib.web.holds import refuse_held
from chalicelib.web.page import ShowOtherPage, page, page_with_documents, see_other, text_file
from chalicelib.web.readers import Reader, Role
from chalicelib.web.reading import Ticks, reading_page
from chalicelib.web.second_factor import Proposal
from chalicelib.web.unsent import UnsentForm

COOKIE = "__Host-session"
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
IDLE_TIMEOUT = timedelta(hours=1)
MAX_SESSION = timedelta(hours=12)
HERE = "here"  # in the query of a page that was opened from a page of ours


class SignInNeeded(ShowOtherPage):
    """The visitor is not signed in, is someone else, or the session has ended.

    reader  None on the administrators' pages, before the address is typed
    kept    the form that came too late: it is sent again after signing in
    to      the page that an administrator wants
    """

    def __init__(self, reader: Reader | None, kept: UnsentForm | None, *, posted: bool, to: str = "") -> None:
        role = reader.role if reader else Role.ADMINISTRATOR
        token = reader.token if reader else ""
        context: dict[str, Any] = {"reader": reader, "role": role, "posted": posted}
        context |= {"action": sign_in_url(role, token)}
        context |= {"typed": kept.typed if kept else {}, "unsent": unsent.pack(kept)}
        context |= {"to": to, "once": secrets.token_hex(16)}
        template = "web/sign_in" if reader else "web/sign_in_administrator"
        frame = {"programme": reader.programme} if reader and reader.programme else {}
        status = 403 if posted else 200
        super().__init__(template, status, nonce=forms.nonce(f"sign-in.{role}", token), **context, **frame)


class SecondFactorNeeded(ShowOtherPage):
    """An administrator has typed the email's code, but not yet shown or set up the second factor."""

    def __init__(self, admin: SignedIn, *, to: str, kept: UnsentForm | None, posted: bool) -> None:
        context = {"signed_in": admin, "nonce": admin.nonce, **admin.second_factor_context(to, unsent.pack(kept))}
        super().__init__("web/second_factor", 403 if posted else 200, **context)


class SendAgain(ShowOtherPage):
    """The form is of a page from before the last sign-in: its sender looks at it once more, and sends it."""

    def __init__(self, person: SignedIn, form: UnsentForm) -> None:
        super().__init__("web/send_again", 400, **person.send_again_context(form))


class ForAllAlone(Refusal):
    """The page shows every programme, and the administrator was given some."""

    status = 403
    title = "This page is not for you"

    def __init__(self) -> None:
        super().__init__("It shows work of all programmes. Ask an administrator who sees them all.")


class ComeAgain(ShowOtherPage):
    """The browser withholds a strict cookie after a click on another site: our own page redirects."""

    def __init__(self) -> None:
        super().__init__("web/come_again", 200, address=f"?{HERE}=1")


class SignedIn(Struct, frozen=True):
    """One request of a person who has signed in."""

    reader: Reader
    session_id: str
    now: datetime
    programmes: frozenset[str] | None = None  # that an administrator was given, by id; None: all

    def may_see(self, programme_id: str) -> bool:
        return self.programmes is None or programme_id in self.programmes

    @property
    def nonce(self) -> str:
        """Return the value for every form of a page, so that no one else's page can post it."""
        return forms.nonce("session", self.session_id)

    @property
    def proposal(self) -> Proposal:
        """Return the second factor that this session would set up."""
        return second_factor.propose(self.reader, self.session_id)

    def form(self, request: Any) -> Mapping[str, str]:
        """Return the posted fields. Raises FormRefused, or SendAgain for a page from before the last sign-in."""
        try:
            return forms.read_form(request.raw_body, "session", self.session_id)
        except forms.OfAnotherSession:
            if form := unsent.keep(request):
                raise SendAgain(self, form) from None
            raise

    def send_again(self, form: UnsentForm) -> Response:
        """Show a form that came too late, to be sent now."""
        return self._kept(page("web/send_again", **self.send_again_context(form)))

    def second_factor_context(self, to: str = "", packed: str = "") -> dict[str, Any]:
        """Return what the page of the second factor shows at a sign-in. packed: the form that is sent afterwards."""
        step = "confirm" if second_factors.find(self.reader.who) else "set_up"
        return {"step": step, "to": to, "refused": None, "proposal": self.proposal, "unsent": packed}

    def send_again_context(self, form: UnsentForm) -> dict[str, Any]:
        frame = {"programme": self.reader.programme} if self.reader.programme else {}
        return {"signed_in": self, "nonce": self.nonce, "unsent": form, "home": self.reader.home, **frame}

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        return self._kept(page(template, status, signed_in=self, nonce=self.nonce, **context))

    def page_with_documents(self, template: str, status: int = 200, **context: Any) -> Response:
        return self._kept(page_with_documents(template, status, signed_in=self, nonce=self.nonce, **context))

    def pass_to(self, document: str) -> str:
        """Return the last part of a document's address: it opens the document in this session alone."""
        return forms.nonce("read", f"{self.session_id}.{document}")

    def has_pass_to(self, document: str, given: str) -> bool:
        return signing.is_signed("form.read", f"{self.session_id}.{document}", given)

    def reading_page(self, report: str, back_url: str, back_words: str, ticks: Ticks | None = None) -> Response:
        return self._kept(reading_page(report, back_url, back_words, ticks))

    def file(self, name: str, media_type: str, text: str) -> Response:
        """Return a text file to download."""
        return self._kept(text_file(name, media_type, text))

    def data(self, body: dict[str, str]) -> Response:
        """Answer a script of ours."""
        return self._kept(Response(body, status_code=200))

    def see_other(self, location: str) -> Response:
        return self._kept(see_other(location))

    def _kept(self, response: Response) -> Response:
        response.headers["Set-Cookie"] = _cookie(self.session_id, self.now)
        return response


# --- for the routes of the stages --------------------------------------------------------------------


def signed_in(request: Any, reader: Reader, now: datetime) -> SignedIn:
    """Identify the reader in two calls. Raises SignInNeeded, ComeAgain, LinkEnded or AddressHeld."""
    reader.refuse_ended(now)
    session = _session(request, now, reader.who)
    if session is None or session[1].who != reader.who:
        raise _turned_away(request, reader)
    refuse_held(reader, now)
    return SignedIn(reader, session[0], now)


def administrator(request: Any, now: datetime) -> SignedIn:
    """Identify an administrator from the settings, as `signed_in`. `.reader.person` is for the audit trail.

    Raises CohortUnknown on the page of a cohort whose programme they were not given, as if there were no such cohort.
    """
    admin, session = administrators_session(request, now)
    if session.pending:
        posted = request.method == "POST"
        raise SecondFactorNeeded(admin, to=_console_page(request), kept=unsent.keep(request), posted=posted)
    admin = replace(admin, programmes=administrator_rights.find(admin.reader.who))
    cohort_id = (request.uri_params or {}).get("cohort_id", "")
    if admin.programmes is not None and cohort_id and not admin.may_see(catalogue.find_programme_of(cohort_id)):
        raise CohortUnknown(cohort_id)
    return admin


def administrator_of_all(request: Any, now: datetime) -> SignedIn:
    """Identify an administrator who sees every programme, for pages about the whole deployment. Raises ForAllAlone."""
    admin = administrator(request, now)
    if admin.programmes is not None:
        raise ForAllAlone
    return admin


def administrators_session(request: Any, now: datetime) -> tuple[SignedIn, Session]:
    """Return an administrator and their session, which may still lack the second factor."""
    session = _session(request, now)
    reader = readers.administrator(signing.token(Role.ADMINISTRATOR, session[1].who)) if session else None
    if session is None or reader is None or reader.person is None:
        raise _turned_away(request, None)
    return SignedIn(reader, session[0], now), session[1]


# --- signing in and out ------------------------------------------------------------------------------


def sign_in_url(role: Role, token: str, *more: str) -> str:
    return signing.url("/".join(("/sign-in", role, *([token] if token else []), *more)))


def begin(
    reader: Reader,
    challenge: str,
    typed: str,
    session_id: str,
    now: datetime,
    *,
    by_link: bool,
    kept: UnsentForm | None = None,
) -> Response:
    """Use the code and redirect to what the reader came for. Raises codes.CodeRefused.

    session_id  random
    kept        a form that came too late: it is shown instead, to be sent again
    """
    session = Session(sessions.hashed(session_id), reader.who, now + MAX_SESSION, pending=_needs_second_factor(reader))
    sign_in_codes.spend(reader, challenge, typed, session, now, by_link=by_link)
    person = SignedIn(reader, session_id, now)
    if kept and session.pending:
        return person.page("web/second_factor", **person.second_factor_context(packed=unsent.pack(kept)))
    return person.send_again(kept) if kept else person.see_other(reader.home)


def find_signed_in(request: Any, reader: Reader, now: datetime) -> SignedIn | None:
    """Return the reader if they are signed in in this browser, for example in another tab."""
    session = _session(request, now, reader.who)
    is_theirs = session is not None and session[1].who == reader.who and not session[1].pending
    return SignedIn(reader, session[0], now) if session and is_theirs else None


def _needs_second_factor(reader: Reader) -> bool:
    if reader.role is not Role.ADMINISTRATOR:
        return False
    return second_factor.is_required() or second_factors.find(reader.who) is not None


def sign_out(request: Any, now: datetime) -> Response:
    """End the session; a visitor without one is signed out already. Raises FormRefused."""
    session = _session(request, now)
    if session:
        forms.read_form(request.raw_body, "session", session[0])
        transact([sessions.end(session[1].hashed)])
    response = page("web/signed_out")
    response.headers["Set-Cookie"] = f"{COOKIE}=; Max-Age=0; {ATTRIBUTES}"
    return response


# --- the cookie --------------------------------------------------------------------------------------


def _cookie(session_id: str, now: datetime) -> str:
    return f"{COOKIE}={signing.token('session', session_id, str(int(now.timestamp())))}; {ATTRIBUTES}"


def _session(request: Any, now: datetime, who: str = "") -> tuple[str, Session] | None:
    """Return the session's id and row, unless it has ended; a cookie that is not ours costs no read."""
    try:
        session_id, used = signing.read("session", _cookie_value(request), 2)
    except LinkUnknown:
        return None
    if now - datetime.fromtimestamp(int(used), UTC) > IDLE_TIMEOUT:
        return None
    session = sessions.find(sessions.hashed(session_id), who)
    return (session_id, session) if session and session.ends_at > now else None


def _cookie_value(request: Any) -> str:
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return str(value)
    return ""


def _console_page(request: Any) -> str:
    return readers.console_page(request.path.format(**request.uri_params or {}))


def _turned_away(request: Any, reader: Reader | None) -> ShowOtherPage:
    posted = request.method == "POST"
    clicked_elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
    if clicked_elsewhere and not posted and not _cookie_value(request) and HERE not in (request.query_params or {}):
        return ComeAgain()
    to = "" if posted or reader else _console_page(request)
    return SignInNeeded(reader, unsent.keep(request), posted=posted, to=to)
