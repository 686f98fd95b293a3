"""Render an error page while the settings cannot be read: without them no page knows where its stylesheet is."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping

from chalice import Response

from chalicelib.core.errors import Refusal
from chalicelib.core.settings import settings
from chalicelib.web.templating import render

STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:1.5rem;color:#1d2430;"
    "background:#fff}h1{font-size:1.75rem;line-height:1.2}"
    "textarea{box-sizing:border-box;width:100%;min-height:7rem;padding:.5rem;font:inherit}"
)


def are_settings_read() -> bool:
    """Return whether this function has its settings. They are read once, and asking again takes seconds."""
    return settings.cache_info().currsize > 0


def bare_page(refusal: Refusal, typed: Mapping[str, str]) -> Response:
    """Render a refusal with its style inside. `typed`: what the form held, to be copied."""
    digest = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    style = f"style-src 'sha256-{digest}'"
    policy = f"default-src 'none'; {style}; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    return Response(
        body=render("web/bare", refusal=refusal, style=STYLE, typed=typed),
        status_code=int(refusal.status),
        headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy},
    )
