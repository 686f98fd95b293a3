"""Lead a page that is opened at another address of the API to the same page at the address that emails carry.

A page names the organisation's address in its forms, and its policy lets them go to its own address alone: at another
one no button would work. A form that arrives there is taken all the same, so that nothing typed is lost. Its page was
made while the other address was ours, and its policy stops a redirect to any other: the answer is a page with a link.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from chalicelib.core.settings import settings


def address_at_home(request: Any) -> str | None:
    """Return where the page is; None if it was asked for there, or if it is no page that is opened."""
    if request.method not in ("GET", "HEAD") or not is_elsewhere(request):
        return None
    path = str(request.context["resourcePath"])
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    asked = [(name, value) for name in request.query_params or () for value in request.query_params.getlist(name)]
    return settings().base_url + path + (f"?{urlencode(asked)}" if asked else "")


def is_elsewhere(request: Any) -> bool:
    """Return whether a request came to another address of the API."""
    host = request.context.get("domainName")
    return bool(host) and host != urlsplit(settings().base_url).netloc


def home_origin() -> str:
    """Return scheme and host of the address that emails carry."""
    home = urlsplit(settings().base_url)
    return f"{home.scheme}://{home.netloc}"
