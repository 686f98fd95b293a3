"""A link opens what it was made for, also with the full stop that was copied along, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web import links
from chalicelib.web.links import LinkUnknown

pytestmark = pytest.mark.usefixtures("aws")
PARTS = ("abc", "baseline", "1")


@pytest.mark.parametrize("behind", ["", ".", ")", ">.", "”,", " "])
def test_a_link_is_known_with_what_stood_behind_it(behind):
    assert links.read("answer", links.token("answer", *PARTS) + behind, 3) == PARTS


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1],
        lambda token: "x" + token,
        lambda token: token.replace("abc", "abd"),
        lambda token: token.rsplit(".", 1)[0],
        lambda token: "",
    ],
)
def test_a_damaged_link_is_unknown(damage):
    with pytest.raises(LinkUnknown):
        links.read("answer", damage(links.token("answer", *PARTS)), 3)


@pytest.mark.parametrize(("verb", "count"), [("decline", 3), ("answer", 2), ("answer", 4)])
def test_a_link_for_something_else_is_unknown(verb, count):
    with pytest.raises(LinkUnknown):
        links.read(verb, links.token("answer", *PARTS), count)


@given(st.text())
def test_whatever_stands_in_an_address_is_no_link(text):
    with pytest.raises(LinkUnknown):
        links.read("answer", text, 3)
