"""Render the plan as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same plan and day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import msgspec

from chalicelib.areas.plan.content import Plan
from chalicelib.core import log
from chalicelib.pdf import fonts
from chalicelib.pdf.compile import STANDARDS, compile_pdf, logo_bytes
from chalicelib.pdf.pdf_text import printable_tree

TEMPLATES = Path(__file__).parent.parent / "templates"
OURS = ("brand", "on_brand", "accent", "logo")  # parts that no person typed


def render_plan(plan: Plan, issued: date) -> bytes:
    """Return the PDF. Letters that the fonts reject are named instead of drawn; a broken logo is left out."""
    import typst  # 84 MB of shared object: not imported with this module

    attempts: tuple[tuple[str, Collection[int]], ...] = (
        (plan.logo, fonts.covered()),
        (plan.logo, fonts.drawn()),
        ("", fonts.drawn()),
    )
    for logo, letters in attempts:
        try:
            return compile_pdf(_sources(plan, issued, logo, letters), issued, TEMPLATES, pdf_standards=STANDARDS)
        except (typst.TypstError, ValueError):
            log.warning("plan_simplified", checksum=plan.checksum)  # the error's text may quote a person's words
    return compile_pdf(_sources(plan, issued, "", fonts.drawn()), issued, TEMPLATES)


def _sources(plan: Plan, issued: date, logo: str, letters: Collection[int]) -> dict[str, bytes]:
    """Return all input of typst: the template, and the plan and its settings as JSON. No text enters the source."""
    data = printable_tree(msgspec.to_builtins(plan), letters, kept=OURS)
    data["logo"] = list(logo_bytes(logo)) if logo else []  # as numbers: files given in memory must be text
    written = msgspec.json.encode(data)
    needed = fonts.needed({ord(letter) for letter in set(written.decode())})
    setting = {"date": [issued.year, issued.month, issued.day], "fallbacks": needed}
    template = (TEMPLATES / "plan.typ").read_bytes()
    return {"main.typ": template, "plan.json": written, "setting.json": msgspec.json.encode(setting)}
