"""The answers of one page as bytes: compressed JSON, so that a sealed page needs little room. Pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping


def pack(saved: Mapping[str, str]) -> bytes:
    """4,000 characters of a European language take about 2,000 bytes."""
    return zlib.compress(json.dumps(saved, ensure_ascii=False).encode(), 9)


def unpack(text: bytes) -> dict[str, str]:
    """What follows the packed answers is ignored. Earlier versions stored plain JSON, which is read too."""
    is_plain = text.startswith(b"{")
    found: dict[str, str] = json.loads(text if is_plain else zlib.decompressobj().decompress(text))
    return found
