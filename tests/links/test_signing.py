"""A link opens what it was made for, also with the full stop that was copied along, and nothing else."""

from __future__ import annotations

import re
from base64 import b32decode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown

pytestmark = pytest.mark.usefixtures("aws")
PARTS = ("abc", "baseline", "1")


@pytest.mark.parametrize("behind", ["", ".", ")", ">.", "”,", " "])
def test_a_link_is_known_with_what_stood_behind_it(behind):
    assert signing.read("answer", signing.token("answer", *PARTS) + behind, 3) == PARTS


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1],
        lambda token: token[:-22],
        lambda token: "x" + token,
        lambda token: token.replace("abc", "abd"),
        lambda token: token.rsplit(".", 1)[0],
        lambda token: "",
    ],
)
def test_a_damaged_link_is_unknown(damage):
    with pytest.raises(LinkUnknown):
        signing.read("answer", damage(signing.token("answer", *PARTS)), 3)


EMAILED_BEFORE = "cixslikctf.baseline.cmj4ghur.1.HSK-bC1mMVhRJqr1dQUgBQ"  # with the tests' key, in base64


@pytest.mark.parametrize("behind", ["", ".", ")", "%0D%0A", "%C2%A0", "%2E"])
@pytest.mark.parametrize("inside", ["", "%20", "=%0A", "%E2%80%8B"])
def test_links_that_were_emailed_with_longer_letters_are_read(inside, behind):
    damaged = f"{EMAILED_BEFORE[:30]}{inside}{EMAILED_BEFORE[30:]}{behind}"
    link = signing.open_link("answer", damaged, 4)
    assert link.parts == ("cixslikctf", "baseline", "cmj4ghur", "1")
    assert link.token == EMAILED_BEFORE
    with pytest.raises(LinkUnknown):  # its letters are of two cases, so it cannot be read without regard to them
        signing.read("answer", EMAILED_BEFORE.lower(), 4)


@given(st.data())
def test_a_link_is_read_in_spite_of_every_damage_on_the_way(data):
    """Blanks, soft breaks and signs that show nothing inside; letters of another case; encoded once more or twice."""
    token = signing.token("answer", *PARTS)
    cuts = data.draw(st.lists(st.tuples(st.integers(0, len(token)), st.sampled_from(INSIDE)), max_size=4))
    damaged = token
    for place, sign in sorted(cuts, reverse=True):
        damaged = damaged[:place] + sign + damaged[place:]
    damaged = data.draw(st.sampled_from([str, str.upper, str.swapcase]))(damaged)
    for _ in range(data.draw(st.integers(0, 2))):
        damaged = quote(damaged).replace(".", "%2E")
    damaged += data.draw(st.sampled_from(["", ".", ")", ">.", "”,", "\r\n", "\u00a0", ". If it does not work", "%"]))

    assert signing.open_link("answer", damaged, 3) == signing.Link(PARTS, token)


INSIDE = [" ", "\n", "\r\n ", "\t", "=\n", "=\r\n", "\u200b", "\u00ad", "\ufeff", "\u2060", "\u00a0", "\u200e"]


def test_links_keep_128_bits_in_letters_of_one_case():
    signature = signing.token("answer", *PARTS).rsplit(".", 1)[1]
    assert re.fullmatch("[a-z2-7]{26}", signature)
    assert len(b32decode(signature.upper() + "======")) == 16


@given(st.integers(0, 25), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_another_letter_in_the_signature_is_refused(place, letter):
    token = signing.token("answer", *PARTS)
    value, signature = token.rsplit(".", 1)
    changed = signature[:place] + letter + signature[place + 1 :]
    if b32decode(changed.upper() + "======") != b32decode(signature.upper() + "======"):
        with pytest.raises(LinkUnknown):
            signing.read("answer", f"{value}.{changed}", 3)


@pytest.mark.parametrize(("verb", "count"), [("decline", 3), ("answer", 2), ("answer", 4)])
def test_a_link_for_something_else_is_unknown(verb, count):
    with pytest.raises(LinkUnknown):
        signing.read(verb, signing.token("answer", *PARTS), count)


@given(st.text())
def test_no_other_text_in_an_address_is_a_link(text):
    with pytest.raises(LinkUnknown):
        signing.read("answer", text, 3)
