"""Make and read links that cannot be guessed: `/<verb>/<part>.<part>.<signature>`.

The signature covers every part; a forged link is refused before anything is read. A token is in small letters and is
read leniently: email programs break links, insert invisible characters, and change letters to one case.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32decode, b32encode
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from itsdangerous import Signer
from itsdangerous.encoding import base64_decode, base64_encode, want_bytes
from itsdangerous.signer import HMACAlgorithm
from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Programme
from chalicelib.core.settings import settings

SIGNATURE_BYTES = 16  # 128 bits
LONG, SHORT = 26, 22  # characters: base32 in letters of one case, and base64 as links were signed before
MAX_ENCODINGS = 3  # times that a gateway may have encoded an address on its way
FOLDED = {
    "Cc",
    "Cf",
    "Zs",
    "Zl",
    "Zp",
    "Mn",
}  # Unicode categories of invisible characters
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")  # what editors turn a hyphen into
SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")  # of quoted-printable
QUOTED_LINE = re.compile(r"\r?\n[ \t>|]*")  # a line of a reply that quotes the email
QUOTED = {"=2E": ".", "=2D": "-", "=5F": "_"}
TOKEN = re.compile(r"[A-Za-z0-9._-]+")


class LinkUnknown(Refusal):
    """Forged, damaged, or signed for another purpose."""

    status = 404
    title = "We do not know this link"
    next_step = "This link does not work. Use the button in your email."

    def __init__(self) -> None:
        super().__init__(
            "Please open the link in your email again. If it is broken over two lines, copy all of it. "
            "If that does not help, reply to the email and we will send you a new link."
        )


class LinkRevoked(Refusal):
    """The invitation was withdrawn, an administrator revoked the link, or a newer one has replaced it."""

    status = 410
    title = "This link is no longer in use"
    next_step = "Use the link in your newest email from us."

    def __init__(self) -> None:
        super().__init__(
            "It was revoked, or a newer link has replaced it. Open the newest email that you have from us, and use the "
            "link there. If that does not work either, reply to the email that brought you here. A member of the team "
            "will send you a new link."
        )


class LinkEnded(Refusal):
    """The programme ended so long ago that its links have expired."""

    status = 410
    title = "This link has ended"
    next_step = "The programme is over. There is nothing left for you to do."

    def __init__(self, programme: Programme) -> None:
        super().__init__(
            f"Links to {programme.title} stop working some months after the programme is over. If you still need "
            "something from it, reply to the email that brought you here. A member of the team will read it."
        )
        self.programme = programme


def refuse_ended(programme: Programme, ends_at: datetime, now: datetime) -> None:
    if now >= ends_at:
        raise LinkEnded(programme)


class _Short(HMACAlgorithm):
    """Compute HMAC-SHA-256, the first 128 bits."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:SIGNATURE_BYTES]


class _Signer(Signer):
    """Write signatures in base32, whose letters may change case on the way; read base64 too."""

    def get_signature(self, value: str | bytes) -> bytes:
        return b32encode(base64_decode(super().get_signature(value))).rstrip(b"=").lower()

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """Make a signer. `sig`: LONG or SHORT characters."""
        return super().verify_signature(value, _as_base64(want_bytes(sig)) if len(sig) == LONG else sig)


def _as_base64(sig: bytes) -> bytes:
    try:
        return base64_encode(b32decode(sig.upper() + b"======"))
    except ValueError:
        return b""


def _signer(verb: str) -> _Signer:
    return _Signer(
        list(settings().link_keys),
        salt=f"fullcircle.{verb}",
        sep=".",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
        algorithm=_Short(hashlib.sha256),
    )


def token(verb: str, *parts: str) -> str:
    return _signer(verb).sign(".".join(parts)).decode()


def make(verb: str, *parts: str) -> str:
    """Return the whole URL of a link."""
    return url(f"/{verb}/{token(verb, *parts)}")


class Link(Struct, frozen=True):
    """A link that was read: its parts, and its token as it was made, without changes on the way."""

    parts: tuple[str, ...]
    token: str


def read(verb: str, signed: str, count: int) -> tuple[str, ...]:
    """Read a token's parts. Raises LinkUnknown unless it was made for this verb with `count` parts."""
    return open_link(verb, signed, count).parts


def open_link(verb: str, signed: str, *counts: int) -> Link:
    """Read a token, even if it was damaged on the way. Raises LinkUnknown unless it was made for this verb.

    counts  how many parts it may have
    """
    text = _visible(signed)
    signer = _signer(verb)
    for count in counts:
        for value, sig in _candidates(text, count):
            if signer.verify_signature(value, sig):
                return Link(tuple(value.split(".")), f"{value}.{sig}")
    raise LinkUnknown


def is_signed(verb: str, value: str, sig: str) -> bool:
    """Return whether any key of ours signed this for the verb."""
    return len(sig) in (LONG, SHORT) and sig.isascii() and _signer(verb).verify_signature(value, sig)


def _visible(signed: str) -> str:
    """Remove what an email program or gateway inserted into a token; a token never contains it."""
    text = signed
    for _ in range(MAX_ENCODINGS):
        text = unquote(text) if "%" in text else text
    text = QUOTED_LINE.sub("", SOFT_BREAK.sub("", text)).replace("+", "")  # a form writes a blank as +
    for quoted, sign in QUOTED.items():
        text = text.replace(quoted, sign)
    text = unicodedata.normalize("NFKC", text).translate(DASHES).replace("=", "")
    text = "".join(sign for sign in text if unicodedata.category(sign) not in FOLDED)
    match = TOKEN.search(text)
    return match[0] if match else ""


def _candidates(text: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield possible readings of a token, value and signature; cut off text that was copied with it."""
    pieces = text.split(".")
    if len(pieces) <= count:
        return
    value, sig = ".".join(pieces[:count]), pieces[count]
    if len(sig) >= LONG:
        yield value, sig[:LONG].lower()
        yield value.lower(), sig[:LONG].lower()
    if len(sig) >= SHORT:
        yield value, sig[:SHORT]


def url(path: str) -> str:
    return settings().base_url + path
