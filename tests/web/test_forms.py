"""The parser of posted forms: every body is read whole or refused in words, and what a page sent comes back."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.web import forms
from chalicelib.web.forms import FormRefused

pytestmark = pytest.mark.usefixtures("aws")
TOKEN = "abc.1.signature"
quickly = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the account is only read
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
FIELDS = st.dictionaries(TEXT.filter(lambda name: name != "form"), TEXT, max_size=20)


def body(fields: dict[str, str]) -> bytes:
    return urlencode({"form": forms.nonce("answer", TOKEN), **fields}).encode()


@quickly
@given(FIELDS)
def test_what_a_page_sends_comes_back(fields):
    assert forms.read_form(body(fields), "answer", TOKEN) == fields


def test_the_longest_answers_fit():
    fields = {f"q{n}": "😀" * 4000 for n in range(6)}
    assert forms.read_form(body(fields), "answer", TOKEN) == fields


@quickly
@given(st.one_of(st.binary(), st.text().map(str.encode), st.text("a=&;%+ \xff").map(str.encode)))
def test_every_other_body_is_refused_in_words(data):
    with pytest.raises(FormRefused, match=r"Go back"):
        forms.read_form(data, "answer", TOKEN)


@quickly
@given(FIELDS, st.binary(max_size=30))
def test_a_damaged_body_is_read_whole_or_refused(fields, damage):
    try:
        read = forms.read_form(body(fields) + damage, "answer", TOKEN)
    except FormRefused:
        return
    assert "form" not in read
    assert all(isinstance(value, str) for value in read.values())


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        pytest.param(b"form=other", "incomplete", id="another-page-s-nonce"),
        pytest.param(b"form=%C3%A9", "incomplete", id="a-nonce-of-other-letters"),
        pytest.param(b"a=1", "incomplete", id="no-nonce"),
        pytest.param(b"a=1&a=2", "a field twice", id="a-field-twice"),
        pytest.param(b"a=%FF", "damaged", id="not-utf-8"),
        pytest.param("a=é".encode(), "damaged", id="not-encoded"),
        pytest.param(b"a=1&" * 400, "damaged", id="too-many-fields"),
        pytest.param(b"a=" + b"x" * forms.MAX_BODY_BYTES, "too long", id="too-long"),
    ],
)
def test_a_refusal_says_what_was_wrong(sent, why):
    with pytest.raises(FormRefused, match=why):
        forms.read_form(sent, "answer", TOKEN)


@pytest.mark.parametrize(("verb", "token"), [("decline", TOKEN), ("answer", "abd.1.signature")])
def test_a_page_for_another_link_is_refused(verb, token):
    with pytest.raises(FormRefused, match="incomplete"):
        forms.read_form(body({}), verb, token)
