"""Render the plan as PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from chalicelib.areas.plan.content import Plan
from chalicelib.pdf.pdf_text import printable_tree
from chalicelib.pdf.print_document import print_document

TEMPLATE = Path(__file__).parent.parent / "templates" / "plan.typ"
OURS = ("brand", "on_brand", "accent", "logo")  # parts that no one typed


def render_plan(plan: Plan, issued: date) -> bytes:
    """Return the PDF. If the fonts lack a letter, print its name. Leave a broken logo out."""
    content = msgspec.to_builtins(plan)
    return print_document(
        TEMPLATE,
        lambda letters: printable_tree(content, letters, kept=OURS),
        issued,
        logo=plan.logo,
        checksum=plan.checksum,
    )
