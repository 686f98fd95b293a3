"""What every answer of the app carries, and what a first visit weighs."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode

import pytest
from msgspec.structs import replace

from chalicelib.core.settings import settings
from tests.support import people
from tests.support.cloud import BASE_URL

HEAVIEST = 10_000  # bytes, gzip: page, stylesheets and scripts of a first visit
HEAVIEST_NEXT = 6_000  # of a page after that, when the browser has the stylesheet
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'")


def files_of(visitor, url: str) -> dict[str, int]:
    """Return what a browser loads for a page, by address, with the bytes that travel."""
    files = {url: visitor.open(url).page}
    for asset in re.findall(r'(?:href|src)="([^"]+\.(?:css|js))"', visitor.page):
        files[asset] = visitor.client.get(asset.removeprefix(BASE_URL)).body.decode()
    return {name: len(gzip.compress(body.encode())) for name, body in files.items()}


def test_a_first_visit_weighs_little_and_the_next_page_less(visitor, clock):
    people.opened(clock, chosen=people.raters())
    link = people.link("p0", "answer")

    first = files_of(visitor, link)
    assert len(first) == 5  # the page, its style and colours, its two scripts
    assert sum(first.values()) <= HEAVIEST
    for page in ("/page/c-inclusion", "/page/comments", "/review"):
        more = {name: size for name, size in files_of(visitor, link + page).items() if name not in first}
        assert sum(more.values()) <= HEAVIEST_NEXT


@pytest.mark.parametrize(
    ("logo", "kind"), [(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg+xml"), (b"\x89PNG\r\n\x1a\n", "png")]
)
def test_a_drawn_logo_is_loaded_once_and_a_bitmap_travels_in_the_page(visitor, clock, logo, kind):
    uri = f"data:image/{kind};base64,{b64encode(logo).decode()}"
    rules = people.programme()
    rules = replace(rules, id=f"with-{kind[:3]}", organisation=replace(rules.organisation, logo=uri))
    people.opened(clock, rules=rules)
    visitor.open(people.link("dana delegate", "answer"))
    (source,) = re.findall(r'class="logo" src="([^"]+)"', visitor.page)

    if kind == "png":
        assert source == uri
        return
    logo_response = visitor.client.get(source.removeprefix(BASE_URL))
    assert (logo_response.status_code, logo_response.body, logo_response.headers["Content-Type"]) == (
        200,
        logo,
        "image/svg+xml",
    )
    assert "immutable" in logo_response.headers["Cache-Control"]
    assert visitor.client.get(source.removeprefix(BASE_URL).replace("with-svg", "with-abc")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/answer/no.such.link", "/static/none.css"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_every_answer_guards_its_reader(visitor, path, method):
    settings()  # a warm function; one that has no settings yet is in tests/web/test_settings_trouble.py
    headers = getattr(visitor.client, method)(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert int(headers["Strict-Transport-Security"].split("=")[1].split(";")[0]) >= 31_536_000
    assert all(part in headers["Content-Security-Policy"] for part in POLICY)


def test_a_file_may_be_kept_for_ever_because_its_name_is_a_hash_of_its_content(visitor):
    names = re.findall(r'(?:href|src)="([^"]+/static/[^"]+)"', visitor.open("/").page)

    assert names
    for name in names:
        answer = visitor.client.get(name.removeprefix(BASE_URL))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert re.search(r"-[0-9a-f]{10}\.(css|js)$", name)
