"""Compile a PDF from typst source and data: tagged, the same bytes for the same input."""

from __future__ import annotations

import io
from base64 import b64decode
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from chalicelib.pdf import fonts

STANDARDS = ["ua-1", "a-2a"]


def compile_pdf(sources: dict[str, bytes], issued: date, root: Path, **options: Any) -> bytes:
    """Compile a PDF. Raises typst.TypstError or ValueError for letters, a logo or standards that do not go together.

    sources  every file that the template reads, by name; texts of people come as JSON, never as typst source
    issued   the document's own date, so that the same facts give the same bytes
    root     the folder of the template
    """
    import typst  # 84 MB of shared object: imported by this function alone

    compiler = typst.Compiler(font_paths=fonts.for_typst(), root=str(root))
    timestamp = datetime.combine(issued, time(), UTC)
    return _compact(cast(bytes, compiler.compile(input=sources, format="pdf", timestamp=timestamp, **options)))


def _compact(pdf: bytes) -> bytes:
    """Put the thousands of small objects into compressed streams: a third of the size, the same content."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        compact = io.BytesIO()
        opened.save(
            compact,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )
    return compact.getvalue()


def logo_bytes(uri: str) -> bytes:
    """Return the picture of a data URI."""
    head, _, body = uri.partition(",")
    return b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)
