"""Every page template compiles, none can print an undefined name, and each shows where its reader is."""

import re

import pytest
from jinja2 import StrictUndefined

from chalicelib.web.templating import environment
from tests.support import cloud

cloud.set_environment()
PAGES = sorted(
    name
    for name in environment().list_templates()
    if "mail/" not in name and not name.startswith("emails/") and not name.startswith("report/")
)
# carry their own style: stored documents, and the page without settings, whose policy names its style
OWN_DOCUMENTS = {
    "web/bare.html.j2",
    "impact/result/result.html.j2",
    "sponsor/summary.html.j2",
    "sponsor/start.html.j2",
    "sponsor/_page.html.j2",
}


def source(name: str) -> str:
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), name)[0]


FRAMES = ("web/base.html.j2", "web/console.html.j2", "collect/_page.html.j2")
WHOLE_PAGES = [
    name
    for name in PAGES
    if name not in FRAMES and any(f'{{% extends "{frame}" %}}' in source(name) for frame in FRAMES)
]


@pytest.mark.parametrize("name", PAGES)
def test_a_template_compiles(name):
    environment().get_template(name)


def test_an_undefined_name_fails():
    assert environment().undefined is StrictUndefined


@pytest.mark.parametrize("name", WHOLE_PAGES)
def test_a_page_has_a_status_line_and_a_title(name):
    blocks = environment().get_template(name).blocks

    assert {"status", "title", "main"} <= blocks.keys()
    assert re.search(r"status_line\(", source(name))


@pytest.mark.parametrize("name", sorted(set(PAGES) - OWN_DOCUMENTS))
def test_a_page_needs_no_style_or_script_of_its_own(name):
    """The policy of every answer forbids both."""
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)|javascript:", source(name))
