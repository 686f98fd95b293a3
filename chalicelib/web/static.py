"""Files that never change under their name: the name holds a hash of the content."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.web import links

FOLDER = Path(__file__).parent / "assets"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
BRAND = re.compile(r"brand-([0-9a-f]{6})\.css")


class Asset(NamedTuple):
    body: str
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Hashed file name -> content."""
    return {_hashed(path): Asset(path.read_text(), MEDIA_TYPES[path.suffix]) for path in sorted(FOLDER.iterdir())}


def find(name: str) -> Asset | None:
    if colour := BRAND.fullmatch(name):
        return Asset(f":root{{--brand:#{colour[1]}}}", MEDIA_TYPES[".css"])
    return assets().get(name)


@cache
def path(file: str) -> str:
    return links.url(f"/static/{_hashed(FOLDER / file)}")


def brand_path(colour: str) -> str:
    """The stylesheet that sets an organisation's colour, `#rrggbb`."""
    return links.url(f"/static/brand-{colour.removeprefix('#').lower()}.css")


def _hashed(file: Path) -> str:
    return f"{file.stem}-{hashlib.sha256(file.read_bytes()).hexdigest()[:10]}{file.suffix}"
