"""An organisation's logo: a data URI, or a small SVG or PNG file beside the programme file, read into one."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

MOST_BYTES = 40_000
_KINDS = {".svg": "data:image/svg+xml;base64,", ".png": "data:image/png;base64,"}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_UNSAFE_IN_SVG = (b"<script", b"<!entity", b"<foreignobject")


def read_logo(text: str, folder: Path | None) -> str:
    """The logo as a data URI. Raises ValueError saying what is wrong and what is allowed."""
    if text.startswith("data:"):
        uri = "".join(text.split())  # a folded YAML text has blanks where its lines were joined
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
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f'"{name[:80]}" beside the programme file cannot be read') from error
    return kind + base64.b64encode(content).decode()


def _checked(uri: str) -> str:
    kind = next((start for start in _KINDS.values() if uri.startswith(start)), None)
    if kind is None:
        raise ValueError("is a data URI of another kind; allowed: " + "... or ".join(_KINDS.values()) + "...")
    try:
        content = base64.b64decode(uri.removeprefix(kind), validate=True)
    except binascii.Error as error:
        raise ValueError("is not whole base64 after the comma") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES // 1000} kB")
    if not _is_picture(content, svg=kind == _KINDS[".svg"]):
        raise ValueError("does not hold the picture its name promises, or holds a script; allowed: plain SVG or PNG")
    return uri


def _is_picture(content: bytes, *, svg: bool) -> bool:
    if not svg:
        return content.startswith(_PNG_START)
    lower = content.lower()
    return b"<svg" in lower and not any(mark in lower for mark in _UNSAFE_IN_SVG)
