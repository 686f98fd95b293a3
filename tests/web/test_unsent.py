"""A form that comes after the sign-in has ended is never lost: every form of every role that signs in."""

from __future__ import annotations

import html
from urllib.parse import urlencode

import pytest

from chalicelib.links import signing
from chalicelib.web import forms, unsent
from chalicelib.web.sessions import COOKIE
from infra.local.account import ADMINISTRATOR
from tests.support.drain import drain
from tests.support.visitor import FORMS, HIDDEN, Visitor, newest_code
from tests.web.rules import RULES
from tests.web.test_who_may_what import (  # noqa: F401 (a fixture)
    FORM,
    MULTIPART,
    NOW,
    PEOPLE,
    client,
    multipart,
    nonce_of,
    path_of,
    rows,
    session_of,
    token_of,
)

SIGNED = sorted(path for (method, path), rule in RULES.items() if method == "POST" and rule.who)
TEXT = "Ask <first>,\nthen “answer” & wait"
TYPED = {"note": TEXT, "go": "submit", "shown": "note=1"}
COOKIE_OF = {"administrator": "administrator_key"}


def without_sign_in(client, path: str, typed: dict[str, str], **headers: str):  # type: ignore[no-untyped-def]  # noqa: F811
    """Send a form as a browser whose session is gone."""
    rule = RULES["POST", path]
    url = path_of(path, token_of(rule.verb))
    kind, body = (MULTIPART, multipart(typed)) if rule.files else (FORM, urlencode(typed).encode())
    return client.http.post(url, headers=kind | headers, body=body)


def cookie_of(name: str) -> dict[str, str]:
    """Return the cookie of a sign-in in another tab."""
    key = COOKIE_OF.get(name, "reader_key")
    session = f"{key}-{name.replace(' ', '-')}"
    return {"Cookie": f"{COOKIE}={signing.token('session', session, f'{NOW.timestamp():.0f}')}"}


def hidden(page: str, part: str) -> tuple[str, dict[str, str]]:
    """Return the last form of a page that leads to such an address: the address, and its hidden fields."""
    (*_, (action, inside)) = [(html.unescape(url), fields) for url, fields in FORMS.findall(page) if part in url]
    return action, {name: html.unescape(value) for name, value in HIDDEN.findall(inside)}


@pytest.mark.parametrize("path", SIGNED)
def test_each_form_of_each_role_is_sent_again_with_one_press(client, path):  # noqa: F811
    """The reader signs in through the button in the email, which opens another tab, and goes on in the first one."""
    rule, before = RULES["POST", path], rows()
    refused = without_sign_in(client, path, TYPED | {"form": "old", "code": "123456", "kept": "packed files"})
    assert refused.status_code == 403
    assert html.escape("Ask <first>", quote=False) in refused.body.decode()
    assert rows() == before, "nothing is stored"

    _, carried = hidden(refused.body.decode(), "/sign-in/")
    email = {"email": ADMINISTRATOR} if rule.who == "administrator" else {}
    asked = client.http.post(_sign_in(refused), headers=FORM, body=urlencode(carried | email).encode())
    pressed = _press(client, asked, rule.who)
    action, again = hidden(pressed.body.decode(), path_of(path, token_of(rule.verb)))

    assert again.pop("form") == nonce_of(rule.who)
    assert again == TYPED, "all that was posted, but for codes and files"
    assert ("multipart" in pressed.body.decode()) == rule.files
    assert _arrives(client, rule, action, again)


def _sign_in(page) -> str:  # type: ignore[no-untyped-def]
    return _path(hidden(page.body.decode(), "/sign-in/")[0])


def _press(client, page, who: str):  # type: ignore[no-untyped-def]  # noqa: F811
    """Press “Continue with what you typed” on the page for the code, signed in by now."""
    pages = [
        html.unescape(url) for url, inside in FORMS.findall(page.body.decode()) if 'data-message="continue"' in inside
    ]
    fields = next(inside for _, inside in FORMS.findall(page.body.decode()) if 'data-message="continue"' in inside)
    body = {name: html.unescape(value) for name, value in HIDDEN.findall(fields)}
    return client.http.post(_path(pages[0]), headers=FORM | cookie_of(who), body=urlencode(body).encode())


def _arrives(client, rule, action: str, fields: dict[str, str]) -> bool:  # type: ignore[no-untyped-def]  # noqa: F811
    typed = fields | {"form": nonce_of(rule.who)}
    kind, body = (MULTIPART, multipart(typed)) if rule.files else (FORM, urlencode(typed).encode())
    page = client.http.post(_path(action), headers=kind | cookie_of(rule.who), body=body)
    text = page.body.decode()
    return (
        page.status_code in (200, 303, 400, 404, 409)
        and "/sign-in/" not in text
        and 'data-message="send-again"' not in text
    )


def _path(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2].removeprefix("api/")


def test_a_page_from_before_the_last_sign_in_is_sent_again_too(client):  # noqa: F811
    """Its hidden value belongs to the session that has ended."""
    path = "/coach/{token}/{delegate_id}/notes"
    typed = {"notes-text": TEXT, "form": nonce_of("other coach")}
    posted = client.http.post(
        path_of(path, token_of("coach")), headers=FORM | cookie_of("coach"), body=urlencode(typed).encode()
    )

    _, again = hidden(posted.body.decode(), "/notes")
    assert posted.status_code == 400
    assert again == {"form": nonce_of("coach"), "notes-text": TEXT}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_not_offered(client, site):  # noqa: F811
    path = "/coach/{token}/{delegate_id}/notes"
    page = without_sign_in(client, path, {"notes-text": TEXT, "form": "x"}, **{"Sec-Fetch-Site": site})
    assert page.status_code == 403
    assert "then “answer”" not in page.body.decode()

    signed_in = without_sign_in(
        client, path, {"notes-text": TEXT, "form": "x"}, **{"Sec-Fetch-Site": site}, **cookie_of("coach")
    )
    assert signed_in.status_code == 400
    assert 'data-message="send-again"' not in signed_in.body.decode()


@pytest.mark.parametrize("packed", ["", "x", "eJwDAAAAAAE=.aaaaaaaaaaaaaaaaaaaaaaaaaa"])
def test_only_what_we_packed_is_unpacked(aws, packed):
    assert unsent.unpack(packed) is None


def test_what_is_packed_comes_back_and_stays_small(aws):
    form = unsent.UnsentForm("/x", {f"f{n}": "We meet every week. " * 200 for n in range(60)})
    assert unsent.unpack(unsent.pack(form)) == form
    assert len(unsent.pack(form)) < forms.MAX_BODY_BYTES


# --- the whole way, with the code of the email ------------------------------------------------------------------------


@pytest.fixture
def visitor(client) -> Visitor:  # noqa: F811
    return Visitor(client.http)


@pytest.mark.parametrize(
    ("who", "path", "typed"),
    [
        ("coach", "/coach/{token}/{delegate_id}/notes", {"notes-text": "Likes mornings."}),
        ("facilitator", "/facilitator/{token}/session/{session}", {"note": "x"}),
        ("sponsor", "/sponsor/{token}", {"summary": "impact"}),
        ("delegate", "/hub/{token}/report", {"kind": "pdf"}),
        ("administrator", "/admin/cohort/{cohort_id}/costs", {"fees": "1200"}),
    ],
)
def test_each_role_signs_in_with_a_code_and_finds_what_they_typed(visitor, who, path, typed):
    url = path_of(path, token_of(RULES["POST", path].verb))
    visitor.post(url, typed, nonce="old")
    email = {"email": ADMINISTRATOR} if who == "administrator" else {}
    visitor.post(visitor.links("/sign-in/")[0], email)
    drain(NOW)
    visitor.post(visitor.links("/sign-in/")[0], {"code": "000000"})
    assert visitor.status == 400
    visitor.post(visitor.links("/sign-in/")[0], {"code": newest_code(PEOPLE[who])})

    assert visitor.status == 200
    assert visitor.shows == "web/send_again"
    action, again = hidden(visitor.page, url)
    assert {name: again[name] for name in typed} == typed
    visitor.post(action, again, nonce=again["form"])
    assert visitor.status in (200, 303, 400)
    assert "/sign-in/" not in visitor.page
