"""No body that anyone can post ends in "something went wrong": it is read, or refused with a page that says why."""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chalicelib
from chalicelib.core.ids import administrator_key, reader_key
from chalicelib.links import signing
from chalicelib.web import forms
from chalicelib.web.sessions import COOKIE
from tests.web.rules import RULES
from tests.web.test_who_may_what import NOW, client, nonce_of, path_of, session_of, token_of  # noqa: F401 (a fixture)

POSTS = sorted(path for method, path in RULES if method == "POST")
PLAIN = [path for path in POSTS if not RULES["POST", path].files]
WITH_FILES = [path for path in POSTS if RULES["POST", path].files]
UNDERSTOOD = {200, 303, 400, 403, 404, 409, 410, 413, 415, 429}  # 429: "please wait", after many codes
ODD_TEXTS = [
    "",
    "é",
    "\ud800",
    "\0",
    "²",
    "٣",
    "9" * 5000,
    "-1",
    "1e9",
    "=?utf-8?q?=",
    "a@b",
    "\u202e",
    "0000-00-00",
    "[]",
]
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(max_size=20) | st.characters(codec=None).map(lambda sign: sign * 30)


@cache
def field_names() -> list[str]:
    """Every field that the code reads by its name."""
    source = "".join(path.read_text() for path in Path(chalicelib.__file__).parent.rglob("*.py"))
    read = re.findall(r'fields(?:\.get\(|\[)"(\w+)"|"(\w+)" in fields', source)
    return sorted({"kept", "seen", *(quoted or other for quoted, other in read)})


def _headers(path: str, kind: str) -> dict[str, str]:
    name = RULES["POST", path].who or "no one"
    key = administrator_key if name == "administrator" else reader_key
    cookie = signing.token("session", session_of(name, key), str(int(NOW.timestamp())))
    return {"Content-Type": kind, **({} if name == "no one" else {"Cookie": f"{COOKIE}={cookie}"})}


def _nonce(path: str) -> str:
    rule = RULES["POST", path]
    return nonce_of(rule.who) if rule.who else forms.nonce(rule.verb, token_of(rule.verb)) if rule.verb else ""


def _post(browser, path: str, kind: str, body: bytes) -> tuple[int, str]:  # type: ignore[no-untyped-def]
    url = path_of(path, token_of(RULES["POST", path].verb))
    answer = browser.http.post(url, headers=_headers(path, kind), body=body)
    return answer.status_code, answer.body.decode()


def _quoted(text: str) -> bytes:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass")).encode()


ON_ONE_ACCOUNT = settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(
    path=st.sampled_from(PLAIN),
    typed=st.lists(st.tuples(st.sampled_from(["form", *field_names()]) | TEXTS, TEXTS), max_size=6),
    whole=st.booleans(),
    rest=st.sampled_from([b"", b"&", b"&=", b"%", b"%zz", b"\xff", b"&a=1&a=1", b"&a" * 301, b"x" * 500_000]),
    kind=st.sampled_from(["", "; charset=no-such", '; charset="', "; charset=utf-16"]),
)
@ON_ONE_ACCOUNT
def test_any_form_is_read_or_refused(client, path, typed, whole, rest, kind):  # noqa: F811
    fields = [(name, value) for name, value in typed if name != "form" or not whole]
    start = b"form=" + _quoted(_nonce(path)) if whole else b""
    body = b"&".join([start, *(_quoted(name) + b"=" + _quoted(value) for name, value in fields)]) + rest

    status, page = _post(client, path, "application/x-www-form-urlencoded" + kind, body)

    assert status in UNDERSTOOD, f"{path}: {page[:200]}"


def _zip(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inner.zip", content)
    return archive.getvalue()


PACKED = zlib.compress(b'{"delegates": {"name": "d.csv", "data": ""}}')
CONTENTS = [
    *(
        b"",
        b"\0" * 50,
        b"\xff\xfe\x00\xd8",
        b"\x89PNG\r\n\x1a\n",
        b"name,email\n",
        b'"',
        b"programme: &a [*a]",
        b"\xef\xbb\xbf",
    ),
    *(_zip(_zip(b"x")), PACKED, base64.b64encode(PACKED), base64.b64encode(zlib.compress(PACKED)), b"AAAA", b"<svg/>"),
    *(base64.b64encode(zlib.compress(b'{"programme": {"name": "\xff", "data": "!"}}')), b"[1]", "é".encode("utf-16")),
]
DISPOSITIONS = [
    'form-data; name="{name}"',
    'form-data; name="{name}"; filename="a.csv"',
    'form-data; name="{name}"; filename="../../é\\".csv"',
    "form-data; name={name}; filename*=utf-8''%ff",
    'form-data; name="{name}"; filename=""',
    "form-data",
    "attachment",
    "",
]
TYPES = [
    "",
    "text/plain; charset=no-such",
    "text/plain; charset=hex",
    "text/plain; charset=idna",
    "application/zip",
    'a; b="',
]
KINDS = [
    *(
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=y",
        "multipart/form-data",
        'multipart/form-data; boundary="',
    ),
    *(
        "multipart/form-data; boundary=é",
        "multipart/form-data; boundary=x; charset=no-such",
        "multipart/form-data; boundary=" + "x" * 2000,
    ),
]
FILE_FIELDS = ["form", "programme", "logo", "delegates", "raters", "kept", "title", "seen", "id", "opens"]


def _part(name: str, disposition: str, kind: str, content: bytes) -> bytes:
    lines = [
        f"Content-Disposition: {disposition.format(name=name)}" if disposition else "",
        f"Content-Type: {kind}" if kind else "",
    ]
    return b"--x\r\n" + "".join(f"{line}\r\n" for line in lines if line).encode() + b"\r\n" + content + b"\r\n"


PARTS = st.builds(
    _part,
    st.sampled_from(FILE_FIELDS),
    st.sampled_from(DISPOSITIONS),
    st.sampled_from(TYPES),
    st.sampled_from(CONTENTS),
)


@given(
    path=st.sampled_from(WITH_FILES),
    parts=st.lists(PARTS, max_size=5),
    nonce=st.sampled_from(["right", "é", "\0", ""]),
    end=st.sampled_from([b"--x--\r\n", b"--x--", b"", b"--y--", b"--x", b"--x\r\n" * 60]),
    kind=st.sampled_from(KINDS),
)
@ON_ONE_ACCOUNT
def test_any_form_with_files_is_read_or_refused(client, path, parts, nonce, end, kind):  # noqa: F811
    form = _nonce(path) if nonce == "right" else nonce
    body = _part("form", DISPOSITIONS[0], "", form.encode()) + b"".join(parts) + end

    status, page = _post(client, path, kind, body)

    assert status in UNDERSTOOD, f"{path}: {page[:200]}"


@pytest.mark.parametrize(
    ("kind", "content", "form"),
    [
        pytest.param("", b"x", "é", id="nonce-beyond-ascii"),
        pytest.param("text/plain; charset=no-such", b"x", None, id="unknown-charset"),
        pytest.param("", b"x", "", id="no-nonce"),
    ],
)
def test_an_odd_form_with_files_is_refused_with_a_page_that_says_what_to_do(client, kind, content, form):  # noqa: F811
    path = "/admin/programme"
    named = _part("form", DISPOSITIONS[0], "", (_nonce(path) if form is None else form).encode())

    status, page = _post(client, path, KINDS[0], named + _part("title", DISPOSITIONS[0], kind, content) + b"--x--\r\n")

    assert status == 400
    assert "Please" in page or "Choose" in page or "Go back" in page


def test_the_fields_are_found_in_the_code():
    assert {"form", "list", "email", "decision", "remark"} <= {"form", *field_names()}
