"""A form that came without a valid sign-in: the sign-in pages carry it, until its sender has signed in and sends it.

Nothing of it is stored: it is in a signed, hidden field of the sign-in pages. It holds no files and no codes.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from chalicelib.links import signing
from chalicelib.web import forms, uploads

FIELD = "unsent"  # the hidden field
LEFT_OUT = ("form", "code", uploads.CARRIED, FIELD)  # what belongs to the page of before, codes, and packed files
FROM_OUR_PAGES = ("", "same-origin", "none")  # what browsers say of a form of ours; old ones say nothing
MAX_CHARS = 500_000  # characters of a form that is unpacked


class UnsentForm(Struct, frozen=True):
    """One posted form. path: where it was posted to; has_files: whether it was a form for files."""

    path: str
    fields: Mapping[str, str]
    has_files: bool = False

    @property
    def typed(self) -> dict[str, str]:
        """Return what its sender typed, to be read before it is sent again."""
        return forms.only_typed(self.fields.items())

    @property
    def url(self) -> str:
        return signing.url(self.path)


def keep(request: Any) -> UnsentForm | None:
    """Return the posted form; None for a form that another site sent, or that cannot be read."""
    if request.method != "POST" or request.headers.get("sec-fetch-site", "") not in FROM_OUR_PAGES:
        return None
    has_files = request.headers.get("content-type", "").startswith("multipart/form-data")
    fields = uploads.list_fields(request) if has_files else _fields(request.raw_body)
    kept = {name: text for name, text in fields.items() if name not in LEFT_OUT}
    return UnsentForm(request.path.format(**request.uri_params or {}), kept, has_files) if fields else None


def _fields(body: bytes) -> dict[str, str]:
    if len(body) > forms.MAX_BODY_BYTES:
        return {}
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=forms.MAX_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def pack(form: UnsentForm | None) -> str:
    """Write a form for the hidden field; empty for none."""
    if form is None:
        return ""
    return signing.token(FIELD, base64.b64encode(zlib.compress(msgspec.json.encode(form), 9)).decode())


def unpack(packed: str) -> UnsentForm | None:
    """Read the hidden field; None unless we wrote it."""
    value, _, signature = packed.rpartition(".")
    if not value or not signing.is_signed(FIELD, value, signature):
        return None
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(value, validate=True), MAX_CHARS)
        return msgspec.json.decode(content, type=UnsentForm)
    except (binascii.Error, zlib.error, msgspec.MsgspecError):
        return None
