"""An address is read however it was typed or copied, or the character that is wrong is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.addresses import SPOILT, check_address, check_text, clean_address

JO = "jo@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("JO@Example.org", id="capitals"),
        pytest.param("jo＠example.org", id="wide-at"),
        pytest.param("jo@example．org", id="wide-full-stop"),
        pytest.param("ｊｏ＠ｅｘａｍｐｌｅ。ｏｒｇ", id="all-wide"),
        pytest.param("mailto:jo@example.org", id="link"),
        pytest.param("MAILTO: jo@example.org", id="link-in-capitals"),
        pytest.param("SMTP:jo@example.org", id="exchange"),
        pytest.param("sip:jo@example.org", id="telephone"),
        pytest.param("Jo Ward <jo@example.org>", id="with-a-name"),
        pytest.param('"Ward, Jo" <mailto:jo@example.org>', id="with-a-quoted-name"),
        pytest.param("<jo@example.org>", id="brackets"),
        pytest.param("(jo@example.org)", id="round-brackets"),
        pytest.param("'jo@example.org'", id="apostrophes"),
        pytest.param("“jo@example.org”", id="quotation-marks"),
        pytest.param("jo@example.org;", id="semicolon"),
        pytest.param("jo@example.org,", id="comma"),
        pytest.param("jo@example.org.", id="full-stop"),
        pytest.param("jo @example.org", id="blank-before-at"),
        pytest.param("jo\u00a0@\u2009example.org", id="other-blanks-around-at"),
        pytest.param("«jo@example.org»", id="angle-quotation-marks"),
        pytest.param("„jo@example.org“", id="low-quotation-marks"),
        pytest.param("*jo@example.org*", id="stars"),
        pytest.param("-jo@example.org", id="hyphen-as-a-bullet"),
        pytest.param("•jo@example.org", id="bullet"),
        pytest.param("mailto:%20jo@example.org", id="blank-of-a-link"),
        pytest.param("jo@example.org…", id="three-dots"),
        pytest.param("mailto:jo@example.org?subject=Raters", id="subject-of-a-link"),
        pytest.param("jo@example.org\u3164", id="filler-of-a-korean-keyboard"),
        pytest.param("jo@example.org\ufe0f", id="variation-selector"),
        pytest.param("j\u200bo@exam\u00adple.org", id="invisible"),
    ],
)
def test_what_can_mean_one_address_only_is_that_address(typed):
    assert clean_address(typed) == JO


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("jo@bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@BÜCHER.example", "jo@xn--bcher-kva.example"),
        ("jo@xn--bcher-kva.example", "jo@xn--bcher-kva.example"),
        ("jo@пример.рф", "jo@xn--e1afmkfd.xn--p1ai"),
        ("jo@例え．jp", "jo@xn--r8jz45g.jp"),
    ],
)
def test_a_domain_of_any_script_has_one_spelling(typed, address):
    assert clean_address(typed) == address
    assert check_address(address) is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("jo@example.org»x", "character 15 is a right-pointing double angle quotation mark"),
        ("jo@example.☃", "character 12 is a snowman"),
        ("jo@straße.example", "character 8 is a latin small letter sharp s"),
        ("jo.o’neil@example.org", "character 5 is a right single quotation mark"),
        ("zoë@example.org", "character 3 is a latin small letter e with diaeresis"),
        ("jo–ward@example.org", "character 3 is a en dash"),
        ("jo@nh\u0455.net", "character 6 is a cyrillic small letter dze"),
        ("jo@\u03bfxford.example", "character 4 is a greek small letter omicron"),
        ("jo@example.org? sam@example.org", "is not one email address"),
        ("jo ward@example.org", "is not one email address"),
        ("Jo Ward jo@example.org", "is not one email address"),
        ("jo@example.org sam@example.org", "is not one email address"),
        ("jo@example", "after @ there must be a domain"),
        ("jo..ward@example.org", "the part before @"),
        ("", "is missing"),
    ],
)
def test_what_may_mean_two_things_is_refused_and_the_odd_character_named(typed, says):
    assert says in str(check_address(clean_address(typed)))


@pytest.mark.parametrize("name", ["MÃ¼ller", "Jo\ufffd Ward", "ZoÃ«", "Oâ€™Neil"])
def test_a_name_that_a_program_spoilt_is_not_used_in_emails(name):
    assert check_text(name) == SPOILT


@pytest.mark.parametrize("name", ["Müller", "Ângela", "João", "Zoë O’Neil", "Ã", "王小明"])
def test_letters_of_any_language_are_not_spoilt(name):
    assert check_text(name) is None


@given(st.text(max_size=60) | st.text(st.sampled_from("ab.@<>;:' \u00a0＠．mailto"), max_size=40))
def test_cleaning_twice_changes_nothing_and_no_blank_is_left_in_a_sound_address(text):
    once = clean_address(text)

    if check_address(once) is None:
        assert clean_address(once) == once
        assert once.isascii()
        assert " " not in once
