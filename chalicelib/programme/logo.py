"""Read an organisation's logo: a data URI, or a small SVG or PNG file next to the programme file."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from chalicelib.programme.svg import check_svg

MAX_LOGO_BYTES = 40_000
MAX_SIDE = 4_000  # pixels
MAX_PIXELS = 2_000_000  # a few kB of PNG can decompress to gigabytes
_KINDS = {".svg": "data:image/svg+xml;base64,", ".png": "data:image/png;base64,"}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER = b"\x00\x00\x00\rIHDR"


def read_logo(text: str, folder: Path | None) -> str:
    """Return the logo as a data URI. Raises ValueError with what is wrong and what is allowed."""
    if text.startswith("data:"):
        uri = "".join(text.split())  # folded YAML text has blanks where its lines were joined
        return _checked(uri)
    if folder is None:
        raise ValueError("names a file, but this programme file has no folder to find it in; allowed: a data URI")
    return _checked(_file_as_uri(folder, text))


def _file_as_uri(folder: Path, name: str) -> str:
    kind = _KINDS.get(Path(name).suffix.lower())
    if kind is None:
        raise ValueError(f'is "{name[:80]}"; allowed: the name of an .svg or .png file, or a data URI of one')
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ValueError(f'"{name[:80]}" is outside the folder of the programme file')
        with path.open("rb") as file:
            content = file.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise ValueError(f'"{name[:80]}" cannot be read next to the programme file') from error
    return kind + base64.b64encode(content).decode()


def _checked(uri: str) -> str:
    kind = next((start for start in _KINDS.values() if uri.startswith(start)), None)
    if kind is None:
        raise ValueError("is a data URI of another kind; allowed: " + "... or ".join(_KINDS.values()) + "...")
    try:
        content = base64.b64decode(uri.removeprefix(kind), validate=True)
    except binascii.Error as error:
        raise ValueError("is not whole base64 after the comma") from error
    _refuse_large(len(content))
    if kind == _KINDS[".svg"]:
        check_svg(content)
    else:
        _check_png(content)
    return uri


def _refuse_large(size: int) -> None:
    if size > MAX_LOGO_BYTES:
        raise ValueError(f"is larger than {MAX_LOGO_BYTES // 1000} kB")


def _check_png(content: bytes) -> None:
    """Read the picture's size from its header, before decompressing anything."""
    if not content.startswith(_PNG_START + _PNG_HEADER):
        raise ValueError("does not hold the picture its name promises; allowed: plain SVG or PNG")
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise ValueError(
            f"is {width} by {height} pixels; allowed: sides of at most {MAX_SIDE}, {MAX_PIXELS:,} pixels in all"
        )
