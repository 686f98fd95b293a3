"""The desk's page of all emails: every email of the catalogue, in every look."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.emails.kinds import load_kinds
from infra.local import email_samples, samples
from infra.local.desk import __file__ as desk

pytestmark = pytest.mark.usefixtures("aws")


def page() -> str:
    environment = Environment(
        loader=FileSystemLoader(desk.rpartition("/")[0]), autoescape=True, undefined=StrictUndefined
    )
    return samples.page(environment.get_template("email_kinds.html.j2")).body.decode()


def test_every_email_of_the_catalogue_is_on_the_page():
    catalogue = page()

    assert {template for template, _ in email_samples.every()} == set(load_kinds())
    for name in email_samples.every():
        for look in samples.LOOKS:
            assert f"/_local/mails/{samples.email_id(*name)}/{look}" in catalogue


@pytest.mark.parametrize("look", samples.LOOKS)
def test_every_email_can_be_looked_at_alone(look):
    for name in email_samples.every():
        answer = samples.look(samples.email_id(*name), look)
        assert answer is not None
        assert answer.status == 200
        assert ("<html" in answer.body.decode()) == (look != "text")


def test_no_sentence_of_a_text_touches_the_one_before():
    texts = {name: re.sub(r"https?://\S+", "", email.text) for name, email in email_samples.every().items()}
    assert [(name, met[0]) for name, text in texts.items() if (met := re.search(r"\w+[.?!][A-Z]\w*", text))] == []


def test_an_email_or_look_that_is_not_there_is_none():
    assert samples.look("no-mail", "light") is None
    assert samples.look("collect-invitation", "sepia") is None


def test_the_looks_differ_in_what_an_email_program_drops_or_follows():
    light, dark, stripped = (
        samples.look("collect-invitation", look).body.decode() for look in ("light", "dark", "stripped")
    )

    assert "prefers-color-scheme" in light
    assert "prefers-color-scheme" not in dark
    assert "@media all" in dark
    assert "<style>" not in stripped.replace("<!--[if mso]><style>", "")
    assert "class=" not in stripped
