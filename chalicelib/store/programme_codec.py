"""Encode a checked programme as bytes and back: the same programme always gives the same bytes."""

from __future__ import annotations

import msgspec

from chalicelib.core.model import Programme


def encode_programme(programme: Programme) -> bytes:
    """Encode canonically: keys sorted, no spaces, so that equal programmes have equal checksums."""
    return msgspec.json.encode(programme, order="sorted")


def decode_programme(data: bytes) -> Programme:
    """Decode. Raises msgspec.ValidationError or DecodeError for bytes that `programme_as_json` did not write."""
    return msgspec.json.decode(data, type=Programme)
