"""Print a document as PDF: A4 or slides, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same content and day."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.core import log
from chalicelib.pdf import fonts
from chalicelib.pdf.compile import STANDARDS, compile_pdf, logo_bytes

Content = Callable[[Collection[int]], dict[str, Any]]
"""Return what the template reads, with letters outside the given ones named in place of drawn."""


def print_document(template: Path, content: Content, issued: date, *, logo: str = "", checksum: str = "") -> bytes:
    """Return the PDF of a template and its content.

    Fonts can reject unusual sequences of letters, and a logo can be broken. Then print the same pages with other
    scripts named in place of drawn, then without the logo, then without the standards; log a warning each time.

    content   the template reads it as `<name of the template>.json`; no text of people enters the source
    """
    import typst  # 84 MB of shared object: not imported with this module

    for picture, letters in ((logo, fonts.covered()), (logo, fonts.drawn()), ("", fonts.drawn())):
        try:
            sources = _sources(template, content(letters), issued, picture)
            return compile_pdf(sources, issued, template.parent, pdf_standards=STANDARDS)
        except (typst.TypstError, ValueError):
            # the error's text may quote the text that does not fit, so it is not logged
            log.warning(f"{template.stem}_simplified", checksum=checksum)
    return compile_pdf(_sources(template, content(fonts.drawn()), issued, ""), issued, template.parent)


def _sources(template: Path, content: dict[str, Any], issued: date, logo: str) -> dict[str, bytes]:
    """Return all input of typst: the template, the content and its settings as JSON."""
    picture = list(logo_bytes(logo)) if logo else []  # as numbers: files given in memory must be text
    written = msgspec.json.encode({**content, "logo": picture})
    needed = fonts.needed({ord(letter) for letter in set(written.decode())})
    setting = {"date": [issued.year, issued.month, issued.day], "fallbacks": needed}
    return {
        "main.typ": template.read_bytes(),
        f"{template.stem}.json": written,
        "setting.json": msgspec.json.encode(setting),
    }
