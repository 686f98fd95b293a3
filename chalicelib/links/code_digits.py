"""Make the digits of a sign-in code from its challenge and a key of the settings: rows contain only the challenge."""

from __future__ import annotations

import hmac

from chalicelib.core.settings import settings

DIGITS = 6


def is_right(challenge: str, digits: str) -> bool:
    """Return whether the code is right. Any of our keys may have made it: keys are changed while codes are out."""
    return any(hmac.compare_digest(code(challenge, key), digits) for key in settings().link_keys)


def code(challenge: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"fullcircle.code.{challenge}".encode(), "sha256")
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"


def spell(challenge: str) -> str:
    """Format a code as an email shows it: `123 456`."""
    digits = code(challenge, settings().link_keys[-1])
    return f"{digits[:3]} {digits[3:]}"
