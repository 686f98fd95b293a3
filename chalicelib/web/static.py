"""Serve files that never change under their name: the name contains a hash of the content."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.core import colour
from chalicelib.core.model import Programme
from chalicelib.links import signing
from chalicelib.store import programmes

FOLDER = Path(__file__).parent / "assets"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACES = re.compile(r"\s+")
DRAWING = "data:image/svg+xml;base64,"
LOGO = ".logo.svg"
BRAND = re.compile(r"brand-([0-9a-f]{6})-[0-9a-f]{10}\.css")


class Asset(NamedTuple):
    body: str
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Map hashed file name to content."""
    return {_hashed(path): Asset(_content(path), MEDIA_TYPES[path.suffix]) for path in sorted(FOLDER.iterdir())}


@cache
def _content(path: Path) -> str:
    """Remove comments and indentation: a quarter of what is sent."""
    if path.suffix == ".css":
        return SPACES.sub(" ", CSS_COMMENT.sub("", path.read_text())).strip()
    lines = (line.strip() for line in path.read_text().splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def find(name: str) -> Asset | None:
    """Return a file's content. None for an unknown name; LinkUnknown for a logo name that we did not sign."""
    if name.endswith(LOGO):
        return _logo(*signing.read("logo", name.removesuffix(LOGO), 2))
    named = BRAND.fullmatch(name)
    if named and name == _brand_name(f"#{named[1]}"):
        return Asset(_theme(f"#{named[1]}"), MEDIA_TYPES[".css"])
    return assets().get(name)


def logo_path(programme: Programme) -> str:
    """Return where a page finds its logo: an SVG has a name of its own and loads once; a bitmap is embedded in the
    page.

    API Gateway sends bytes to an <img> as base64 (its Accept begins with formats that we do not have).
    """
    logo = programme.organisation.logo or ""
    if not logo.startswith(DRAWING):
        return logo
    return signing.url(f"/static/{signing.token('logo', programme.id, str(programme.version))}{LOGO}")


def _logo(programme_id: str, version: str) -> Asset | None:
    """Return a programme's logo. A version never changes, so neither does its logo."""
    logo = programmes.load(programme_id, int(version)).organisation.logo or ""
    if not logo.startswith(DRAWING):
        return None
    return Asset(b64decode(logo.removeprefix(DRAWING)).decode("utf-8", "replace"), MEDIA_TYPES[".svg"])


@cache
def _theme(brand: str) -> str:
    """Return the colours: white text goes on the first two; the third is for text on white and on the fourth.

    On dark screens the third and fourth are others.
    """
    tint = colour.mix(brand, "#ffffff", 0.9)
    text = colour.text_from(brand, *colour.GROUNDS, tint)
    fill = colour.text_from(brand, "#ffffff")  # programme files with less contrast are refused; an older one may exist
    deep = colour.mix(fill, "#000000", 0.25)
    light = f":root{{--brand:{fill};--brand-deep:{deep};--brand-text:{text};--brand-tint:{tint}}}"
    dark_tint = colour.mix(fill, colour.DARK_GROUNDS[0], 0.75)
    dark_text = colour.text_on_dark(fill, *colour.DARK_GROUNDS, dark_tint)
    dark = f":root{{--brand-text:{dark_text};--brand-tint:{dark_tint}}}"
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


@cache
def path(file: str) -> str:
    return signing.url(f"/static/{_hashed(FOLDER / file)}")


def brand_path(brand: str) -> str:
    """Return the stylesheet that sets an organisation's colour, `#rrggbb`."""
    return signing.url(f"/static/{_brand_name(brand.lower())}")


@cache
def _brand_name(brand: str) -> str:
    return f"brand-{brand.removeprefix('#')}-{_digest(_theme(brand).encode())}.css"


def _hashed(file: Path) -> str:
    return f"{file.stem}-{_digest(_content(file).encode())}{file.suffix}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
