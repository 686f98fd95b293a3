"""Every email renders from its words and links, says the same twice, and is escaped where it must be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

import chalicelib
from chalicelib.core.settings import settings
from chalicelib.emails import colour, compose, render
from chalicelib.emails.kinds import To, load_kinds
from chalicelib.emails.mime import Rendered
from chalicelib.links.kinds import KINDS as LINK_KINDS
from tests.emails.samples import WORDS, make_email
from tests.emails.test_mime import parsed, part
from tests.support.clock import MONDAY

PACKAGE = Path(chalicelib.__file__).parent
KINDS = load_kinds()
EVERY = sorted(KINDS)
NAMELESS = {"admin/former", "admin/replaced"}  # the address may never have been the person's: a stranger learns no name
WITHOUT_FORM = ("collect/again", "people/rater_removed", "impact/returned")
RATERS = [name for name in EVERY if KINDS[name].to is To.RATER and name not in WITHOUT_FORM]
TO_FORMS = [name for name in EVERY if "who_sees" in KINDS[name].words]
TO_DELEGATES = [name for name in EVERY if KINDS[name].to is To.DELEGATE]
ABOUT_A_DELEGATE = [name for name in EVERY if "delegate" in KINDS[name].words and name not in TO_DELEGATES]
BY_COUNT: set[str] = set()
WITH_DEADLINE = sorted(name for name, kind in KINDS.items() if "closes" in kind.words)
WITHOUT_HOUR = {"impact/opened_coach", "programme/followup_planned"}  # they ask for nothing by that day

pytestmark = pytest.mark.usefixtures("aws")


def rendered(template: str, **words: str) -> Rendered:
    return render.render(template, compose.context(make_email(template, **words)))


@pytest.mark.parametrize("template", EVERY)
def test_each_link_is_whole_on_a_line_of_its_own_and_in_the_html(template):
    rendered_email = rendered(template)
    urls = set(compose.context(make_email(template))["links"].values())

    assert {_without_page(line, urls) for line in rendered_email.text.splitlines() if line.startswith("http")} == urls
    assert {_without_page(url, urls) for url in re.findall(r'href="([^"]+)"', rendered_email.html)} == urls


@pytest.mark.parametrize("template", EVERY)
def test_an_email_that_opens_its_readers_own_pages_asks_once_not_to_be_forwarded(template):
    rendered_email = rendered(template)
    opens = {verb for verb, *_ in make_email(template).links.values()}
    times = 1 if any(LINK_KINDS[verb].is_signed for verb in opens) else 0

    assert [rendered_email.text.count("not forward"), rendered_email.html.count("not forward")] == [times, times]


def _without_page(url: str, links: set[str]) -> str:
    """Return the link that an address begins with: an email may lead to one page behind a link."""
    return next((link for link in links if url.startswith(f"{link}/")), url)


@pytest.mark.parametrize("template", EVERY)
def test_a_part_that_texts_share_is_a_paragraph_of_its_own(template):
    """A template loses the line break after a block: without one more, the foot joined the last sentence."""
    stage, name = template.split("/")
    source = (PACKAGE / stage / "templates" / "mail" / f"{name}.txt.j2").read_text()
    words = compose.context(make_email(template))
    paragraphs = rendered(template).text.strip().split("\n\n")
    shared = {
        render.wrap_text(render.environment().get_template(path).render(words)).strip()
        for path in re.findall(r'include "([^"]+)"', source)
    }

    parts = {part for part in shared if part in "\n\n".join(paragraphs)}
    assert {paragraph for part in parts for paragraph in part.split("\n\n")} <= set(paragraphs)
    assert parts


@pytest.mark.parametrize("template", EVERY)
def test_lines_of_text_are_short_but_for_links_and_commands(template):
    long = [line for line in rendered(template).text.splitlines() if len(line) > render.WIDTH]

    assert [line for line in long if not line.startswith(("https://", "    "))] == []


@pytest.mark.parametrize("template", sorted({*EVERY} - NAMELESS))
def test_a_name_is_whole_in_the_text_and_escaped_in_the_html(template):
    rendered_email = rendered(template, name="Sam <b>O'Brien</b> & Co", delegate="Amara O'Sei <i>")

    assert "Sam <b>O'Brien</b> & Co" in rendered_email.text
    assert "<b>O'Brien" not in rendered_email.html
    assert "<i>" not in rendered_email.html
    assert "&lt;b&gt;O&#39;Brien&lt;/b&gt; &amp; Co" in rendered_email.html


@pytest.mark.parametrize("template", EVERY)
def test_no_word_can_start_a_line_of_its_own(template):
    rendered_email = rendered(
        template, delegate="Amara\r\nSubject: x", cohort="Spring\n\nhttps://evil.example/", name="a\u2028b"
    )

    assert "\n" not in rendered_email.subject + rendered_email.preview
    assert "\nhttps://evil" not in rendered_email.text
    assert "\u2028" not in rendered_email.text


@pytest.mark.parametrize("template", WITH_DEADLINE)
def test_the_deadline_and_the_delegate_are_seen_before_the_email_is_opened(template):
    rendered_email = rendered(template)

    assert WORDS["closes"] in rendered_email.subject + rendered_email.preview


@pytest.mark.parametrize("template", [name for name in EVERY if {"closes", "last"} & KINDS[name].words])
def test_an_email_says_the_hour_and_the_zone_in_which_a_last_day_ends(template):
    if template in WITHOUT_HOUR:
        pytest.skip("it asks for nothing by that day")
    rendered_email = rendered(template, closes="Friday 2 October 2026", last="Friday 2 October 2026")

    for body in (rendered_email.text, rendered_email.html):
        assert "Friday 2 October 2026, 23:59 (London time)" in " ".join(body.split())


def test_an_email_that_an_earlier_version_wrote_says_the_hour_alone():
    waiting = make_email("collect/invitation")
    earlier = replace(waiting, words={name: word for name, word in waiting.words.items() if name != "time_zone"})

    assert (
        f"Please answer by: {WORDS['closes']}, 23:59\n"
        in render.render("collect/invitation", compose.context(earlier)).text
    )


@pytest.mark.parametrize("template", sorted(name for name in ABOUT_A_DELEGATE if name not in BY_COUNT))
def test_the_subject_names_the_delegate_to_everyone_else(template):
    assert WORDS["delegate"] in rendered(template).subject


@pytest.mark.parametrize("template", TO_DELEGATES)
def test_the_subject_does_not_name_its_own_reader(template):
    rendered_email = rendered(template, delegate="Quintessa", name="Quintessa")

    assert "Quintessa" not in rendered_email.subject


@pytest.mark.parametrize("template", RATERS)
def test_a_rater_reads_who_sees_what_and_can_decline(template):
    rendered_email = rendered(template)

    assert "Who sees what" in rendered_email.text
    assert "Who sees what" in rendered_email.html
    assert "cannot take part" in rendered_email.text
    assert "cannot take part" in rendered_email.html


@pytest.mark.parametrize("template", TO_FORMS)
def test_an_email_shows_what_the_form_behind_it_says_about_readers(template):
    words = "Ada and no one else sees everything."
    email = rendered(template, who_sees=words)

    assert f"Who sees what: {words}" in " ".join(email.text.split())
    assert f"<b>Who sees what.</b> {words}" in email.html


@pytest.mark.parametrize("template", TO_FORMS)
def test_an_email_that_waits_since_an_earlier_version_refers_to_its_form(template):
    waiting = make_email(template)
    older = replace(waiting, words={name: word for name, word in waiting.words.items() if name != "who_sees"})

    KINDS[template].check(older)
    text = " ".join(render.render(template, compose.context(older)).text.split())
    assert "Who sees what: The first page behind your link says it." in text


def test_only_an_email_without_a_form_behind_it_has_a_sentence_of_its_own():
    own = {name for name in EVERY if "Who sees what" in rendered(name).text} - {*TO_FORMS}

    assert own == {"debrief/released", "report/ready", "sponsor/summary"}


def test_a_reminder_six_months_on_suits_its_reader():
    assert rendered("impact/reminder", own="yes").subject.startswith("Six months on: what has changed?")
    assert rendered("impact/reminder").subject.startswith("Six months on: what has changed for Dr Amara")


@pytest.mark.parametrize("template", EVERY)
def test_an_email_has_one_button_at_most_and_its_address_in_full(template):
    buttons = re.findall(r'<a href="([^"]+)" style="display:block;', rendered(template).html)

    assert len(buttons) <= 1
    assert all(
        f'href="{url}"' in rendered(template).html and f">{url}</a>" in rendered(template).html for url in buttons
    )


@pytest.mark.parametrize("template", EVERY)
def test_an_email_follows_a_dark_desktop_in_every_program_that_lets_it(template):
    html = rendered(template).html

    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme:dark)" in html
    assert "[data-ogsc]" in html
    assert not re.findall(
        r'<(?:p|h1|td|b|li)(?![^>]*class="[^"]*(?:ink|quiet))[^>]*style="[^"]*[;"]color:#(?!fff)', html
    )


@pytest.mark.parametrize("template", ["impact/pulse", "impact/pulse_reminder"])
def test_a_pulse_uses_the_words_of_its_form(template):
    form = (Path(chalicelib.__file__).parent / "collect/templates/pulse.html.j2").read_text()

    for words in (rendered(template).text, rendered(template).html, form):
        assert "Not able to comment" in words


@pytest.mark.parametrize("template", EVERY)
def test_html_is_small_and_loads_nothing(template):
    html = rendered(template).html

    assert len(html) < 10_000
    assert "<img" not in html
    assert "src=" not in html
    assert "url(" not in html


def test_a_composed_email_holds_the_rendered_one():
    composed = parsed(compose.compose_message(make_email("collect/invitation"), settings(), MONDAY))

    assert composed["Subject"] == "Dr Amara Osei asks for your feedback by Friday 26 June 2026"
    assert composed["From"].addresses[0].display_name == "Maximising Potential"
    assert part(composed, "plain") == rendered("collect/invitation").text


def test_the_same_email_has_the_same_message_id_so_that_a_copy_can_be_dropped():
    first, other = (
        compose.compose_message(replace(make_email(), attempt=a), settings(), MONDAY) for a in ("first", "second")
    )

    assert parsed(first)["Message-ID"] == parsed(other)["Message-ID"]


@pytest.mark.parametrize(
    ("brand", "bar", "button"),
    [
        pytest.param("#005eb8", "#005eb8", "#005eb8", id="dark-enough-for-white-text"),
        pytest.param("#ffb81c", "#ffb81c", colour.INK, id="too-light-for-a-button"),
        pytest.param("red;background:url(x)", colour.INK, colour.INK, id="no-colour"),
    ],
)
def test_a_button_can_be_read_in_every_brand_colour(brand, bar, button):
    html = rendered("collect/invitation", brand=brand).html

    assert f"border-bottom:6px solid {bar}" in html
    assert f'bgcolor="{button}"' in html


def test_paragraphs_are_filled_and_links_and_indented_lines_kept():
    long = "https://example.org/" + "x" * 90
    text = f"One\ntwo:\n{long}\nthree\n\n\n- a\n  half\n- {'b ' * 50}\n\n    {'c' * 90}\n"

    assert render.wrap_text(text) == (
        f"One two:\n{long}\nthree\n\n- a half\n- {'b ' * 34}b\n  {'b ' * 14}b\n\n    {'c' * 90}\n"
    )
