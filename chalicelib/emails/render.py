"""Render email templates: from words and links to subject, preview, text and HTML."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from msgspec import Struct

from chalicelib.core import formatting
from chalicelib.emails.mime import Rendered
from chalicelib.links import code_digits

PACKAGES = Path(__file__).parent.parent
WIDTH = 72


GREETING = re.compile(r"\ADear [^\n]*,\n\s*")
HTML_GREETING = re.compile(r"<p [^>]*>Dear [^<]*,</p>\s*")
FOOT = "<!-- foot -->"
FRAMES = {  # the frame of an email is left out of a section
    "emails/templates/base.html.j2": "{% block body required %}{% endblock %}"
    + FOOT
    + "{% block foot %}{% endblock %}",
    "emails/templates/foot.txt.j2": "",
}


@cache
def environment() -> Environment:
    """Set up Jinja. Template names start below chalicelib: `collect/templates/mail/invitation.txt.j2`."""
    return _environment(FileSystemLoader(PACKAGES))


@cache
def sections() -> Environment:
    """Set up Jinja for emails without their frame, as parts of a digest."""
    return _environment(ChoiceLoader([DictLoader(FRAMES), FileSystemLoader(PACKAGES)]))


def _environment(loader: BaseLoader) -> Environment:
    env = Environment(
        loader=loader,
        autoescape=select_autoescape(["html.j2"], default=False),  # in text, O'Brien stays O'Brien
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters["code"] = code_digits.spell
    env.filters["with_hour"] = with_hour
    return env


@pass_context
def with_hour(words: Context, last: str) -> str:
    """Say when a last day ends, in the time zone of the email's programme."""
    return formatting.with_hour(last, words["time_zone"])


def render(template: str, context: dict[str, Any], other_subject: str = "") -> Rendered:
    """Render both parts.

    The text template's first two lines are subject and preview; a blank line and the text follow.
    """
    stage, name = template.split("/")
    file = f"{stage}/templates/mail/{name}"
    head, text = environment().get_template(f"{file}.txt.j2").render(context).lstrip().split("\n\n", 1)
    subject, preview = (line.split(": ", 1)[1] for line in head.splitlines())
    subject = other_subject or subject
    html = environment().get_template(f"{file}.html.j2").render(context, subject=subject, preview=preview)
    return Rendered(subject, preview, wrap_text(text), html)


class Section(Struct, frozen=True):
    """What one email says, without its frame, to go into a digest."""

    subject: str
    text: str
    html: str
    foot: str  # in HTML


def render_section(template: str, context: dict[str, Any]) -> Section:
    """Render an email without its frame and greeting."""
    stage, name = template.split("/")
    file = f"{stage}/templates/mail/{name}"
    head, text = sections().get_template(f"{file}.txt.j2").render(context).lstrip().split("\n\n", 1)
    subject, preview = (line.split(": ", 1)[1] for line in head.splitlines())
    html = sections().get_template(f"{file}.html.j2").render(context, subject=subject, preview=preview)
    body, _, foot = HTML_GREETING.sub("", html, count=1).partition(FOOT)
    return Section(subject, GREETING.sub("", text, count=1).strip(), body.strip(), foot.strip())


def render_digest(
    by_role: list[tuple[str, list[Section]]], first_subject: str, more: int, context: dict[str, Any]
) -> Rendered:
    """Render several sections as one email.

    by_role   for each role of the reader, in words, its sections
    more      how many sections the first subject does not name
    """
    subject = f"{first_subject} (and {more} more)" if more else first_subject
    others = [section.subject for _, sections in by_role for section in sections if section.subject != first_subject]
    preview = "; ".join(others)
    feet = {section.foot for _, sections in by_role for section in sections}
    shared = feet.pop() if len(feet) == 1 else ""
    words = {**context, "by_role": by_role, "shared_foot": shared, "subject": subject, "preview": preview}
    text = environment().get_template("emails/templates/digest.txt.j2").render(words)
    html = environment().get_template("emails/templates/digest.html.j2").render(words)
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
            runs[-1] += f" {line.lstrip()}"
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
