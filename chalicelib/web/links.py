"""Links that say who may do what, and cannot be guessed: `/<verb>/<part>.<part>.<signature>`.

The signature covers every part. The last part of an answering link is the `link_version` of its row, so that a link
can be revoked; a forged link is refused before anything is read.
"""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import HMACAlgorithm

from chalicelib.config import settings
from chalicelib.errors import Refusal

COPIED_ALONG = ".,;:!?)]}>»”’'\" "  # what stands behind a link in a text and comes with it
SIGNATURE_BYTES = 16  # 128 bits, 22 characters: keeps a whole URL below 100 characters


class LinkUnknown(Refusal):
    """Forged, damaged, or signed for another purpose."""

    status = 404
    title = "We do not know this link"
    next_step = "This link leads nowhere. The button in your mail does."

    def __init__(self) -> None:
        super().__init__(
            "Please open the link in your mail again. If it was broken over two lines, copy all of it. "
            "If that does not help, answer the mail and we will send you a new one."
        )


class LinkRevoked(Refusal):
    """The invitation was withdrawn, or the link replaced by a newer one."""

    status = 410
    title = "This link is no longer in use"
    next_step = "There is nothing to do here. A newer mail may have another link."

    def __init__(self) -> None:
        super().__init__(
            "It was withdrawn or replaced. If you had a later mail from us, please use the link in that one. "
            "Otherwise answer the mail, and a person will help you."
        )


class _Short(HMACAlgorithm):
    """HMAC-SHA-256, the first 128 bits."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:SIGNATURE_BYTES]

    def verify_signature(self, key: bytes, value: bytes, sig: bytes) -> bool:
        return len(sig) == SIGNATURE_BYTES and super().verify_signature(key, value, sig)


def _signer(verb: str) -> Signer:
    return Signer(
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
    """The whole URL of a link."""
    return url(f"/{verb}/{token(verb, *parts)}")


def read(verb: str, signed: str, count: int) -> tuple[str, ...]:
    """The parts of a link's token. Raises LinkUnknown unless it was made for this verb with `count` parts."""
    try:
        parts = tuple(_signer(verb).unsign(signed.rstrip(COPIED_ALONG)).decode().split("."))
    except (BadSignature, UnicodeError):
        raise LinkUnknown from None
    if len(parts) != count:
        raise LinkUnknown
    return parts


def url(path: str) -> str:
    return settings().base_url + path
