"""What every answer and every link of ours carries, to the letter."""

from __future__ import annotations

import base64

import pytest

from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown
from chalicelib.web.page import HEADERS


def test_the_policy_lets_nothing_in_but_our_own_files():
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))

    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


def test_every_answer_forbids_browsers_to_keep_it_or_to_send_its_address():
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["X-Robots-Tag"] == "noindex, nofollow"
    assert HEADERS["Strict-Transport-Security"].startswith("max-age=31536000")


def written(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def test_a_signature_is_128_bits_and_all_of_them_count(aws):
    body, signature = signing.token("answer", "one", "two").rsplit(".", 1)
    raw = base64.b32decode(f"{signature.upper()}======")

    assert len(raw) == 16
    for place in range(len(raw)):
        forged = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(LinkUnknown):
            signing.read("answer", f"{body}.{written(forged)}", 2)
    for size in (1, 2, 15):
        with pytest.raises(LinkUnknown):
            signing.read("answer", f"{body}.{written(raw[:size])}", 2)
