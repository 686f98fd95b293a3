"""Search every file of a folder, also inside archives and PDFs, for words and for one rater's ratings."""

from __future__ import annotations

import base64
import io
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any

from pypdf import PdfReader

_DATA_URI = re.compile(rb"data:[a-z/+.-]+;base64,([A-Za-z0-9+/=]+)")
_BETWEEN_RATINGS = r"[^0-9]{0,12}"  # commas, quotes, names of fields, cells of a table


def texts(path: Path) -> Iterator[str]:
    """Yield a file as text in each way that a reader may unpack it."""
    data = path.read_bytes()
    yield data.decode("utf-8", "replace")
    yield unescape(data.decode("utf-8", "replace"))
    if path.suffix == ".pdf":
        yield from _of_pdf(data)
    if path.suffix == ".eml":
        yield from _of_email(data)
    for match in _DATA_URI.finditer(data):
        yield base64.b64decode(match[1]).decode("utf-8", "replace")


def _of_pdf(data: bytes) -> Iterator[str]:
    reader = PdfReader(io.BytesIO(data))
    yield "\n".join(page.extract_text() for page in reader.pages)
    yield json.dumps({str(name): str(value) for name, value in (reader.metadata or {}).items()})
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        unpacked = zlib.decompressobj()
        try:
            yield unpacked.decompress(match[1]).decode("latin-1")
        except zlib.error:
            continue  # a font or a picture, packed in another way


def _of_email(data: bytes) -> Iterator[str]:
    message = message_from_bytes(data, policy=default)
    yield "\n".join(f"{name}: {value}" for name, value in message.items())
    for part in message.walk():
        if not part.is_multipart():
            content: Any = part.get_content()
            yield unescape(content) if isinstance(content, str) else content.decode("utf-8", "replace")


class Files:
    """The files of a folder, unpacked once."""

    def __init__(self, folder: Path) -> None:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        self._texts = {str(path.relative_to(folder)): [path.name, *texts(path)] for path in paths}
        self._plain = {name: "\0".join(map(_plain, texts)) for name, texts in self._texts.items()}

    def holding(self, word: str) -> set[str]:
        """Return the files that hold the word, in capitals or not and over line breaks."""
        return {name for name, text in self._plain.items() if _plain(word) in text}

    def holding_row(self, ratings: Sequence[int]) -> set[str]:
        """Return the files that hold one person's ratings one after another, with no number between them."""
        row = re.compile(rf"(?<![0-9.]){_BETWEEN_RATINGS.join(map(str, ratings))}(?![0-9.])")
        return {name for name, texts in self._texts.items() if any(row.search(text) for text in texts)}


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
