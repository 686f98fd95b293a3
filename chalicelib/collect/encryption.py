"""Encrypt answers while a wave is open; each is bound to its invitation and page.

AES-256-GCM over compressed text, padded to a size that depends on the questions of the page and not on the answers. So
neither an encrypted page nor its row shows how much a person wrote, or whether they wrote anything.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core.model import Invitation
from chalicelib.store.packing import pack, unpack

NONCE = 12  # bytes
MOMENT_BASE = 2**60  # milliseconds; hides a time among numbers that all have 19 digits


class RoomExceeded(ValueError):
    """The answers do not fit into the space of their page, even compressed."""


def encrypt_page(
    key: bytes,
    invitation_id: str,
    page: str,
    saved: Mapping[str, str],
    room: int,
    entropy: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """Encrypt a page. The size of the result depends only on `room`, in bytes. Raises RoomExceeded."""
    text = pack(saved)
    if len(text) > room:
        raise RoomExceeded(f"{len(text)} bytes do not fit into {room}")
    nonce = entropy(NONCE)
    sealed: bytes = _cipher(key).encrypt(nonce, text.ljust(room, b"\0"), _bound_to(invitation_id, page))
    return nonce + sealed


def decrypt_page(key: bytes, invitation_id: str, page: str, box: bytes) -> dict[str, str]:
    """Decrypt a page. Raises cryptography.exceptions.InvalidTag for another key, invitation or page."""
    text = _cipher(key).decrypt(box[:NONCE], box[NONCE:], _bound_to(invitation_id, page))
    return unpack(text)


def unseal_pages(key: bytes, invitation: Invitation, boxes: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    return {page: decrypt_page(key, invitation.id, page, box) for page, box in boxes.items()}


def hide_moment(key: bytes, invitation_id: str, page: str, at: int) -> int:
    """Hide a time, in milliseconds: it compares with times of the same page and with nothing else.

    Otherwise the row would show how long a person spent on a page, and so how much they wrote there.
    """
    return _start_of_time(key, invitation_id, page) + at


def show_moments(key: bytes, invitation: Invitation) -> dict[str, int]:
    """Return when each page was saved, in milliseconds. Earlier versions stored the plain times."""
    return {
        page: at - _start_of_time(key, invitation.id, page) if at >= MOMENT_BASE else at
        for page, at in invitation.saved_at.items()
    }


def _start_of_time(key: bytes, invitation_id: str, page: str) -> int:
    digest = hmac.new(key, _bound_to(invitation_id, page) + b"/moment", hashlib.sha256).digest()
    return MOMENT_BASE + int.from_bytes(digest, "big") % MOMENT_BASE // 2


def response_id(shuffle: bytes, invitation_id: str) -> str:
    """Derive a random id that a repeated close finds again, and that no one can derive once the key is deleted."""
    return hmac.new(shuffle, invitation_id.encode(), hashlib.sha256).hexdigest()[:24]


def event_id(shuffle: bytes, *parts: str) -> str:
    """Derive an id for what a rater does, which names no rater once the key is deleted."""
    return hmac.new(shuffle, "\x1f".join(("event", *parts)).encode(), hashlib.sha256).hexdigest()[:24]


def _cipher(key: bytes) -> Any:
    """Import OpenSSL only when needed: most pages, and a questionnaire's first page, have nothing to decrypt."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _bound_to(invitation_id: str, page: str) -> bytes:
    return f"{invitation_id}/{page}".encode()
