"""Render email templates: from words and links to subject, preview, text and HTML."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chalicelib.emails.mime import Rendered
from chalicelib.links import code_digits

PACKAGES = Path(__file__).parent.parent
WIDTH = 72


@cache
def environment() -> Environment:
    """Set up Jinja. Template names start below chalicelib: `collect/templates/mail/invitation.txt.j2`."""
    env = Environment(
        loader=FileSystemLoader(PACKAGES),
        autoescape=select_autoescape(["html.j2"], default=False),  # in text, O'Brien stays O'Brien
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters["code"] = code_digits.spell
    return env


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Render both parts.

    The text template's first two lines are subject and preview; a blank line and the text follow.
    """
    stage, name = template.split("/")
    file = f"{stage}/templates/mail/{name}"
    head, text = environment().get_template(f"{file}.txt.j2").render(context).lstrip().split("\n\n", 1)
    subject, preview = (line.split(": ", 1)[1] for line in head.splitlines())
    html = environment().get_template(f"{file}.html.j2").render(context, subject=subject, preview=preview)
    return Rendered(subject, preview, wrap_text(text), html)


def wrap_text(text: str) -> str:
    """Wrap paragraphs to a readable width. A link or an indented line keeps a line of its own."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "\n\n".join("\n".join(map(_filled, _runs(paragraph))) for paragraph in paragraphs) + "\n"


def _runs(paragraph: str) -> list[str]:
    """Yield lines that belong together, joined."""
    runs: list[str] = []
    for line in paragraph.splitlines():
        if runs and not (_is_whole(line) or _is_whole(runs[-1]) or line.startswith("- ")):
            runs[-1] += f" {line}"
        else:
            runs.append(line)
    return runs


def _is_whole(line: str) -> bool:
    return line.startswith(("https://", "http://", "    "))


def _filled(run: str) -> str:
    if _is_whole(run):
        return run
    indent = "  " if run.startswith("- ") else ""
    return textwrap.fill(run, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
