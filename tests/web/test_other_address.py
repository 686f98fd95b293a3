"""A form that was open while the address of the site changed: its answer works, or says where to go."""

from __future__ import annotations

import re
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from chalicelib.core.errors import Refusal
from chalicelib.core.settings import settings
from chalicelib.links import signing
from chalicelib.web.page import HEADERS, answering, page_handler, see_other

OLD = "old.execute-api.example.org"


@pytest.fixture
def home(aws) -> str:
    return settings().base_url


def sent_to(host: str, route, method: str = "POST", body: bytes = b""):
    """Return what Chalice gives a view."""
    context = {"domainName": host, "resourcePath": "/hub/{token}"}
    request = SimpleNamespace(
        context=context, method=method, path="/hub/t", uri_params={"token": "t"}, query_params=None, headers={}
    )
    if body:
        request.headers, request.raw_body = {"content-type": "application/x-www-form-urlencoded"}, body
    with answering(request):
        return page_handler(route)()


def policy_of(response) -> dict[str, list[str]]:
    parts = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


def refused():
    raise Refusal("Give a date.")


def done():
    response = see_other(signing.url("/hub/t?done=yes"))
    response.headers["Set-Cookie"] = "kept=1"
    return response


def test_a_refused_form_at_the_old_address_has_its_style_and_may_be_sent_home(home):
    response = sent_to(OLD, refused)
    origin = "://".join(urlsplit(home)[:2])
    styles = re.findall(r'rel="stylesheet" href="([^"]+)"', response.body)

    assert response.status_code == 400
    for part in ("style-src", "script-src", "connect-src", "form-action"):
        assert policy_of(response)[part] == ["'self'", origin]
    assert styles
    assert all(style.startswith((origin, "/")) for style in styles)


def test_what_was_typed_into_a_refused_form_is_shown_at_the_old_address_to_be_copied(home):
    """No redirect leads the form home: a 303 would lose what it holds."""
    response = sent_to(OLD, refused, body=b"story=What+I+did+last+year&held_on=31%2F02")

    assert response.status_code == 400
    assert "What I did last year" in response.body
    assert "31/02" in response.body


def test_after_a_form_that_was_taken_at_the_old_address_a_link_leads_home(home):
    """A browser does not follow the redirect of a form to an address that the form's page does not name."""
    response = sent_to(OLD, done)

    assert response.status_code == 200
    assert "Location" not in response.headers
    assert f'href="{home}/hub/t?done=yes"' in response.body
    assert response.headers["Set-Cookie"] == "kept=1"


def test_at_home_nothing_changes(home):
    at_home = urlsplit(home).netloc

    assert sent_to(at_home, done).status_code == 303
    assert sent_to(at_home, refused).headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_page_that_is_opened_at_the_old_address_leads_home(home):
    response = sent_to(OLD, refused, "GET")

    assert (response.status_code, response.headers["Location"]) == (303, f"{home}/hub/t")
