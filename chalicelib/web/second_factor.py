"""The second factor of administrators: a code from an authenticator app (TOTP, RFC 6238), or a recovery code.

The set-up page proposes the secret, derived from the session until a code confirms it, so that opening the page changes
nothing. It is stored encrypted with a key from the settings: the table, a backup or an export reveals nothing. Wrong
codes make the next ones wait, as for codes by email.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from base64 import b32encode
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core import log
from chalicelib.core.errors import Refusal
from chalicelib.core.settings import settings
from chalicelib.jobs.commit import commit
from chalicelib.store import emails, second_factors, sessions
from chalicelib.store.codes import Try
from chalicelib.store.second_factors import SecondFactor, SecondFactorChanged, SecondFactorExists
from chalicelib.store.sessions import Session
from chalicelib.store.table import Write
from chalicelib.web import readers
from chalicelib.web.emails import second_factor_email
from chalicelib.web.readers import Reader
from chalicelib.web.sign_in_codes import CodeRefused
from chalicelib.web.waits import TRIES

T = TypeVar("T")
STEP = 30  # seconds for which an app shows a code
DRIFT = 1  # steps by which a phone's clock may differ
SECRET_BYTES, RECOVERY_BYTES, NONCE = 20, 10, 12
RECOVERY_CODES = 10
MAX_ATTEMPTS = 5  # in one session
MAX_RETRIES = 5  # of a write that another request overtook
DIGITS = re.compile(r"[0-9]{6}")


class NoSecondFactor(Refusal):
    """There is no second factor to reset."""

    status = 404
    title = "Nothing was changed"

    def __init__(self, email: str) -> None:
        super().__init__(f"No second factor is set up for {email}. Check the address and the deployment.")


class AppCodeUnmatched(CodeRefused):
    """The code is not the one that an app shows for the proposed secret."""


class AppCodeWrong(CodeRefused):
    """The code is wrong, or was used before."""


class SetUpAlready(CodeRefused):
    """There is a second factor; it must be removed before another is set up."""


class TriesSpent(CodeRefused):
    """The session has used up its tries."""


class Proposal(Struct, frozen=True):
    """What a page shows to set up an app."""

    secret: str
    uri: str

    @property
    def spaced(self) -> str:
        return " ".join(self.secret[place : place + 4] for place in range(0, len(self.secret), 4))

    @property
    def picture(self) -> str:
        """Draw the address as a QR code: SVG without style attributes, which the content policy allows."""
        import segno

        picture: str = segno.make(self.uri, error="m").svg_inline(
            omitsize=True, border=4, light="#fff", title="QR code"
        )
        return picture


def is_required() -> bool:
    return settings().second_factor == "required"


def propose(reader: Reader, session_id: str) -> Proposal:
    """Propose a secret, always the same for a session. Nothing is stored."""
    import pyotp

    secret = b32encode(_keyed("proposal", session_id)[:SECRET_BYTES]).decode()
    email = reader.person.email if reader.person else ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Fullcircle {settings().stage}")
    return Proposal(secret, uri)


def set_up(reader: Reader, session: Session, session_id: str, typed: str, now: datetime) -> tuple[str, ...]:
    """Store the proposed secret, and confirm the session. Return the recovery codes, which are shown once.

    Raises CodeRefused if the code does not match the secret, or there is a second factor already.
    """
    secret = propose(reader, session_id).secret
    step = _matching_step(secret, typed, now)
    if step is None:
        raise AppCodeUnmatched(
            "That is not the code that the app shows for this key. Please check the time of your phone."
        )
    recovery = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    new = SecondFactor(reader.who, _seal(reader.who, secret), now, step, tuple(map(_hashed, recovery)))
    try:
        commit([second_factors.add(new), *_confirm(session), *_notification(reader, "set up", new, now)], now)
    except SecondFactorExists:
        raise SetUpAlready("A second factor has been set up already. Remove it first to set up another one.") from None
    log.info("second_factor_set_up", reader=reader.who)
    return recovery


def confirm(reader: Reader, session: Session, typed: str, now: datetime) -> None:
    """Accept a code once, and confirm the session. Raises CodeRefused."""
    _take(reader, session, typed, now, lambda taken: [second_factors.save(taken), *_confirm(session)])


def remove(reader: Reader, session: Session, typed: str, now: datetime) -> None:
    """Accept a code once, and remove the second factor, so that another can be set up. Raises CodeRefused."""
    _take(reader, session, typed, now, lambda taken: _remove(reader, taken, now))
    log.info("second_factor_removed", reader=reader.who)


def reset(email: str, now: datetime, *, dry_run: bool) -> None:
    """Remove the second factor of an administrator who has lost phone and recovery codes. Raises NoSecondFactor."""
    reader = readers.administrator(readers.administrator_token(email))

    def remove_once() -> None:
        factor = second_factors.find(reader.who)
        if factor is None:
            raise NoSecondFactor(email)
        if not dry_run:
            commit(_remove(reader, factor, now), now)

    _again_after_a_race(remove_once)


def _remove(reader: Reader, known: SecondFactor, now: datetime) -> list[Write]:
    return [second_factors.remove(known), *_notification(reader, "removed", known, now)]


def _take(
    reader: Reader, session: Session, typed: str, now: datetime, then: Callable[[SecondFactor], list[Write]]
) -> None:
    """Count each try before checking it; the right code clears the wrong ones of its own session."""
    counted = _again_after_a_race(lambda: _count_try(reader, session, now))
    taken = _accepted(counted, typed, now)
    if taken is None:
        log.warning("second_factor_refused", reader=reader.who)
        raise AppCodeWrong("That code is wrong, or was used before. Please wait for the next one in your app.")
    other_tries = tuple(attempt for attempt in taken.failed if attempt.challenge != session.hashed)
    writes = then(replace(taken, failed=other_tries))
    if len(taken.recovery) < len(counted.recovery):
        writes += _notification(reader, "opened with a recovery code", taken, now)
    try:
        commit(writes, now)
    except SecondFactorChanged:  # the same code was typed twice at once: one of them is accepted
        raise CodeRefused("That code was used just now. Please wait for the next one in your app.") from None


def _count_try(reader: Reader, session: Session, now: datetime) -> SecondFactor:
    before = second_factors.find(reader.who)
    if before is None:
        raise CodeRefused("Your second factor was removed. Please sign in again.", over=True)
    failed = before.failed[len(before.failed) - len(TRIES.recent((attempt.at for attempt in before.failed), now)) :]
    if sum(attempt.challenge == session.hashed for attempt in failed) >= MAX_ATTEMPTS:
        raise TriesSpent("Too many wrong codes. Please sign out, and sign in again.", over=True)
    next_at = TRIES.next_at([attempt.at for attempt in failed], now)
    if next_at > now:
        raise CodeRefused(
            f"Too many wrong codes were typed. The next one is accepted at {reader.local_time(next_at)}. If you have "
            "lost your phone and your recovery codes, ask your Fullcircle operator to reset your second factor."
        )
    counted = replace(before, failed=(*failed, Try(now, session.hashed)))
    commit([second_factors.save(counted)], now)
    return replace(counted, revision=counted.revision + 1)


def _again_after_a_race(attempt: Callable[[], T]) -> T:
    for _ in range(MAX_RETRIES - 1):
        try:
            return attempt()
        except SecondFactorChanged:
            continue
    return attempt()


def _accepted(stored: SecondFactor, typed: str, now: datetime) -> SecondFactor | None:
    """Return the row after the code was accepted; None for a wrong code, or one that was used before."""
    step = _matching_step(_unseal(stored), typed, now)
    if step is not None:
        return replace(stored, last_step=step) if step > stored.last_step else None
    digest = _hashed(typed)
    left = tuple(code_hash for code_hash in stored.recovery if not hmac.compare_digest(code_hash, digest))
    return replace(stored, recovery=left) if len(left) < len(stored.recovery) else None


def _matching_step(secret: str, typed: str, now: datetime) -> int | None:
    import pyotp

    digits = re.sub(r"[\s-]", "", typed)
    if not DIGITS.fullmatch(digits):
        return None
    here, app = int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    steps = range(here - DRIFT, here + DRIFT + 1)
    return next((step for step in reversed(steps) if hmac.compare_digest(app.generate_otp(step), digits)), None)


def _recovery_code() -> str:
    text = b32encode(os.urandom(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def _hashed(recovery_code: str) -> str:
    """Hash a recovery code; 80 random bits need no salt and no slow hash."""
    return hashlib.sha256(re.sub(r"[^a-z2-7]", "", recovery_code.lower()).encode()).hexdigest()


def _confirm(session: Session) -> list[Write]:
    return [sessions.confirm(session.hashed)] if session.pending else []


def _notification(reader: Reader, action: str, known: SecondFactor, now: datetime) -> list[Write]:
    accepted = f"{known.last_step}.{len(known.recovery)}"  # each code that is accepted changes one of them
    email = second_factor_email(reader, action, accepted, now)
    return emails.add(email) if email else []


# --- the stored secret ------------------------------------------------------------------------------------


def _seal(who: str, secret: str) -> bytes:
    nonce = os.urandom(NONCE)
    sealed: bytes = _cipher().encrypt(nonce, secret.encode(), who.encode())
    return nonce + sealed


def _unseal(stored: SecondFactor) -> str:
    text: bytes = _cipher().decrypt(stored.sealed[:NONCE], stored.sealed[NONCE:], stored.who.encode())
    return text.decode()


def _cipher() -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(_keyed("at rest"))


def _keyed(*parts: str) -> bytes:
    """Derive the key from the id key, which never changes: new link keys remove no one's second factor."""
    return hmac.digest(settings().id_key.encode(), "\x1f".join(("second factor", *parts)).encode(), "sha256")
