"""Answers while a wave is open: encrypted with the wave's key, bound to their invitation and page.

AES-256-GCM. Padded, so that the length of a row does not tell how much somebody wrote.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.model import Invitation

NONCE = 12  # bytes
BLOCK = 512  # bytes; a page's plain text is padded to a multiple


def seal(
    key: bytes,
    invitation_id: str,
    page: str,
    saved: Mapping[str, str],
    entropy: Callable[[int], bytes] = os.urandom,
) -> bytes:
    text = json.dumps(saved, ensure_ascii=False).encode()
    padded = text + b" " * (-len(text) % BLOCK)
    nonce = entropy(NONCE)
    sealed: bytes = _cipher(key).encrypt(nonce, padded, _bound_to(invitation_id, page))
    return nonce + sealed


def unseal(key: bytes, invitation_id: str, page: str, box: bytes) -> dict[str, str]:
    """Raises cryptography.exceptions.InvalidTag for another key, invitation or page."""
    text = _cipher(key).decrypt(box[:NONCE], box[NONCE:], _bound_to(invitation_id, page))
    found: dict[str, str] = json.loads(text)
    return found


def unseal_pages(key: bytes, invitation: Invitation, boxes: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    return {page: unseal(key, invitation.id, page, box) for page, box in boxes.items()}


def response_id(shuffle: bytes, invitation_id: str) -> str:
    """A random id that a repeated close finds again, and nobody can once the key is destroyed."""
    return hmac.new(shuffle, invitation_id.encode(), hashlib.sha256).hexdigest()[:24]


def _cipher(key: bytes) -> Any:
    """Most pages, a questionnaire's first one too, have nothing to open: they start without OpenSSL."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _bound_to(invitation_id: str, page: str) -> bytes:
    return f"{invitation_id}/{page}".encode()
