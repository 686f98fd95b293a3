"""Stylesheets and scripts: named by their content, and readable in any colour that a programme may have."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.colour import DARK_GROUNDS, GROUNDS, MIN_CONTRAST, contrast
from chalicelib.web import static
from chalicelib.web.static import FOLDER
from tests.support import cloud

cloud.set_environment()
WHITE = "#ffffff"
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def theme(brand: str) -> dict[str, str]:
    file = static.find(static._brand_name(brand))
    assert file is not None
    return dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", file.body.partition("@media")[0]))


def in_the_dark(css: str) -> dict[str, str]:
    dark = css.partition("(prefers-color-scheme:")[2].partition("}")[0]
    return dict(re.findall(r"--([a-z-]+): ?(#[0-9a-f]{6})", dark))


@given(COLOURS)
@example("#ffffff")
@example("#000000")
@example("#00a499")
def test_everything_can_be_read_in_any_colour(brand):
    colours = theme(brand)

    on_fill = [contrast(WHITE, colours["brand"]), contrast(WHITE, colours["brand-deep"])]
    text = [contrast(colours["brand-text"], ground) for ground in (WHITE, *GROUNDS, colours["brand-tint"])]
    assert min(on_fill + text) >= MIN_CONTRAST


@given(COLOURS)
@example("#ffffff")
@example("#000000")
@example("#00a499")
def test_the_organisations_colour_can_be_read_in_the_dark(brand):
    colours = in_the_dark(static.find(static._brand_name(brand)).body)

    grounds = (*DARK_GROUNDS, colours["brand-tint"])
    assert min(contrast(colours["brand-text"], ground) for ground in grounds) >= MIN_CONTRAST


def test_every_text_colour_can_be_read_in_the_dark():
    (app,) = [asset.body for name, asset in static.assets().items() if name.startswith("app-") and name.endswith("css")]
    colours = in_the_dark(app)

    assert (colours["ground"], colours["paper"]) == DARK_GROUNDS
    plain = [
        contrast(colours[name], ground) for name in ("ink", "quiet") for ground in (*DARK_GROUNDS, colours["pill"])
    ]
    toned = [contrast(colours[name], colours[f"{name}-tint"]) for name in ("good", "warn", "bad")]
    on_tint = [contrast(colours["ink"], colours[f"{name}-tint"]) for name in ("good", "warn", "bad")]
    alone = [contrast(colours[name], ground) for name in ("good", "warn", "bad") for ground in DARK_GROUNDS]
    assert min(plain + toned + on_tint + alone) >= MIN_CONTRAST


def test_a_colour_that_is_allowed_is_shown_as_it_is():
    assert theme("#005eb8")["brand"] == "#005eb8"


@pytest.mark.parametrize("name", ["brand-1d5c63.css", "brand-1d5c63-0000000000.css", "app.css", "../app.css", ""])
def test_a_name_without_the_hash_of_its_content_is_unknown(name):
    assert static.find(name) is None


TEMPLATES = FOLDER.parents[1] / "collect" / "templates"
RATERS_PAGES = sorted(path.name for path in TEMPLATES.glob("*.j2") if '{% extends "collect/' in path.read_text())


def test_what_a_rater_opens_loads_one_stylesheet():
    assert {"begin.html.j2", "questions.html.j2", "thanks.html.j2", "inbox.html.j2"} <= set(RATERS_PAGES)


@pytest.mark.parametrize("name", [*RATERS_PAGES, "_rater.html.j2", "_questions.html.j2"])
def test_a_raters_page_needs_nothing_of_the_second_stylesheet(name):
    template = (TEMPLATES / name).read_text()
    used = {word for value in re.findall(r'class="([^"]*)"', template) for word in re.findall(r"[a-z][\w-]*", value)}

    assert not used & (classes("work.css") - classes("app.css"))


def classes(stylesheet: str) -> set[str]:
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", (FOLDER / stylesheet).read_text(), flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", rules))


def test_every_file_is_found_under_the_name_that_pages_use():
    assert all(static.find(name) == asset for name, asset in static.assets().items())
    assert {name.rsplit(".", 1)[1] for name in static.assets()} == {"css", "js"}
