"""Stylesheets and scripts: named by their content, and readable in any colour that a programme may have."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.colour import GROUNDS, MIN_CONTRAST, contrast
from chalicelib.web import static
from tests.support import cloud

cloud.set_environment()
WHITE = "#ffffff"
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def theme(brand: str) -> dict[str, str]:
    found = static.find(static._brand_name(brand))
    assert found is not None
    return dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", found.body))


@given(COLOURS)
@example("#ffffff")
@example("#000000")
@example("#00a499")
def test_everything_can_be_read_in_any_colour(brand):
    colours = theme(brand)

    on_fill = [contrast(WHITE, colours["brand"]), contrast(WHITE, colours["brand-deep"])]
    text = [contrast(colours["brand-text"], ground) for ground in (WHITE, *GROUNDS, colours["brand-tint"])]
    assert min(on_fill + text) >= MIN_CONTRAST


def test_a_colour_that_is_allowed_is_shown_as_it_is():
    assert theme("#005eb8")["brand"] == "#005eb8"


@pytest.mark.parametrize("name", ["brand-1d5c63.css", "brand-1d5c63-0000000000.css", "app.css", "../app.css", ""])
def test_a_name_without_the_hash_of_its_content_is_unknown(name):
    assert static.find(name) is None


def test_every_file_is_found_under_the_name_that_pages_use():
    assert all(static.find(name) == asset for name, asset in static.assets().items())
    assert {name.rsplit(".", 1)[1] for name in static.assets()} == {"css", "js"}
