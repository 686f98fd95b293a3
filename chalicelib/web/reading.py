"""Show a stored report on a page of ours: it opens again after a reload, and leads back to where the reader was."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape, unescape

from chalice import Response
from msgspec import Struct

from chalicelib.web import static
from chalicelib.web.page import HEADERS
from chalicelib.web.templating import render

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
STYLE_ATTRIBUTE = re.compile(r' style="([^"]*)"')  # only in reports of earlier versions
BEHAVIOUR = re.compile(r'<li data-behaviour="([a-z0-9_-]{1,40})"[^>]*>')
START = re.compile(r'<body>(?:\s*<a class="skip"[^>]*>[^<]*</a>)?')  # the link that skips to the report comes first
CONTENTS = 'id="contents"'
POLICY = (
    "default-src 'none'; style-src 'self'{styles}; img-src data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Ticks(Struct, frozen=True):
    """Boxes next to the behaviours of a report, for the coach."""

    action: str  # where the form is posted
    nonce: str
    shown: str  # marks of what is ticked: see core/merging.py
    ticked: frozenset[str]  # ids of behaviours
    titles: Mapping[str, str]  # id of a behaviour -> its words


def reading_page(report: str, back_url: str, back_words: str, ticks: Ticks | None = None) -> Response:
    """Return a report with a way back, and with boxes to tick. Its own text is not changed otherwise.

    report   HTML that we made and stored
    """
    policy = POLICY.format(styles="".join(f" {source}" for source in _allowed_styles(report)))
    bar = render("web/reading_bar", back_url=back_url, back_words=back_words, ticks=ticks, has_parts=CONTENTS in report)
    links = f'<link rel="stylesheet" href="{static.path("reading.css")}">\n'
    if ticks:
        links += f'<script src="{static.path("ticks.js")}" defer></script>\n'
        report = BEHAVIOUR.sub(lambda match: match[0] + _box(match[1], ticks), report)
    body = START.sub(lambda match: f"{match[0]}\n{bar}", report.replace("</head>", f"{links}</head>", 1), count=1)
    headers = HEADERS | {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Response(body, status_code=200, headers=headers)


def _allowed_styles(report: str) -> Iterable[str]:
    """Return what the policy says of the report's own styles: exactly these, and no others."""
    yield from (_digest(style) for style in STYLE.findall(report))
    attributes = {_digest(unescape(style)) for style in STYLE_ATTRIBUTE.findall(report)}
    if attributes:
        yield "'unsafe-hashes'"
        yield from sorted(attributes)


def _digest(style: str) -> str:
    return f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"


def _box(behaviour: str, ticks: Ticks) -> str:
    name, title = f"tick-{behaviour}", escape(ticks.titles.get(behaviour, ""))
    ticked = " checked" if behaviour in ticks.ticked else ""
    return (
        f'<label class="tick"><input type="checkbox" form="ticks" name="{name}" value="on"{ticked}> For the debrief'
        f'<span class="tick-title">: {title}</span></label>'
    )
