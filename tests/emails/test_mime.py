"""No name or subject adds a header, and both parts of an email say the same."""

from __future__ import annotations

import unicodedata
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.model import Person
from chalicelib.emails import mime
from chalicelib.emails.mime import Rendered
from tests.support.clock import MONDAY

NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\x00\t\u2028\"\\,;:<>@()' =?_.é中")),
    max_size=130,
)
HEADERS = ["From", "Reply-To", "To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress"]
HEADERS += ["MIME-Version", "Content-Type", "Date", "Message-ID"]


def made(
    name: str = "Sam", from_name: str = "Amara", subject: str = "Hello", text: str = "Hi\n", html: str = ""
) -> bytes:
    message = mime.message(
        Rendered(subject, "", text, html),
        to=Person(name, "sam@example.org"),
        sender="Feedback <feedback@programmes.example.org>",
        from_name=from_name,
        reply_to="A person <help@programmes.example.org>",
    )
    return mime.stamp(message, "abc", MONDAY)


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def display_name(raw: bytes, header: str) -> str:
    """By the older reader: the newer one puts a space between two encoded words of a name."""
    folded = message_from_bytes(raw, policy=compat32)[header]
    return str(make_header(decode_header(parseaddr(folded.replace("\r\n", ""))[0])))


@given(NASTY, NASTY, NASTY)
@example('O\'Brien, "Sam" <x@evil.example>', "a\r\nBcc: x@evil.example", "b\nX-Evil: yes\n\nbody")
@example("=?utf-8?q?a=0D=0ABcc:_x@evil.example?=", "=?utf-8?b?DQo=?=", "=?utf-8?q?a=0D=0ABcc:_x@evil.example?=")
@example("å" * 100, "Åsa Öström-Bergström via Förderprogramm für Führungskräfte im Gesundheitswesen", "é " * 100)
def test_with_any_name_headers_parse_back_and_none_is_added(name, from_name, subject):
    raw = made(name, from_name, subject)
    message = parsed(raw)

    assert message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["sam@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["feedback@programmes.example.org"]
    assert display_name(raw, "To") == mime.clean(name)[: mime.MAX_NAME_CHARS].strip()
    assert display_name(raw, "From") == mime.clean(from_name)[: mime.MAX_NAME_CHARS].strip()
    assert message["Subject"] == mime.clean(subject)[: mime.MAX_SUBJECT_CHARS].strip()


@given(NASTY)
@example("a\x00b\x1bc\u202ed\u2028e\ud800f")
def test_a_name_keeps_no_sign_that_is_not_seen(name):
    kept = mime.clean(name)

    assert [letter for letter in kept if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")] == []


@example("", "\ud800")
@given(NASTY, NASTY)
def test_an_email_is_seven_bits_in_lines_that_every_server_takes(name, text):
    raw = made(name=name, text=text, html=text)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")


@given(NASTY, NASTY)
@example("Sam", "Please give Amara Osei your feedback by Friday 30 January 2026")
@example("Sam", "x" * mime.MAX_SUBJECT_CHARS)
def test_no_header_begins_on_an_empty_line(name, subject):
    head = made(name=name, subject=subject).partition(b"\r\n\r\n")[0]

    assert b":\r\n " not in head


def test_both_parts_say_what_was_written():
    message = parsed(made(text="O'Brien – 10 < 20\n", html="<p>O&#39;Brien – 10 &lt; 20</p>"))

    assert message.get_content_type() == "multipart/alternative"
    assert part(message, "plain") == "O'Brien – 10 < 20\n"
    assert part(message, "html") == "<p>O&#39;Brien – 10 &lt; 20</p>\n"


def test_a_machine_says_that_it_is_one_and_a_person_gets_the_replies():
    message = parsed(made())

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Reply-To"] == "A person <help@programmes.example.org>"
    assert message["Date"] == "Mon, 07 Sep 2026 09:00:00 +0000"
    assert message["Message-ID"] == "<abc@programmes.example.org>"


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("o'brien+360@example.org", "o'brien+360@example.org"),
        (" sam@example.org ", "sam@example.org"),
        ("sam@münchen.example", "sam@xn--mnchen-3ya.example"),
    ],
)
def test_an_address_is_used_as_it_is_but_for_its_domain(written, used):
    assert mime.address("Sam", written).addr_spec == used


@pytest.mark.parametrize(
    "written",
    [
        "",
        "sam",
        "sam@",
        "@example.org",
        "sam@localhost",
        "sam@example..org",
        "s..m@example.org",
        "sam@exa mple.org",
        '"s m"@example.org',
        "sam@example.org, eve@example.org",
        "sam@example.org\r\nBcc: eve@example.org",
        "sam<eve@example.org",
        "=?utf-8?q?sam?=@example.org",
        "jörg@example.org",
        f"{'s' * 65}@example.org",
        f"sam@{'x' * 64}.org",
    ],
)
def test_an_address_that_ses_cannot_take_is_refused(written):
    with pytest.raises(mime.AddressUnusable):
        mime.address("Sam", written)


@given(NASTY)
def test_any_address_is_taken_or_refused_and_nothing_else_happens(written):
    try:
        mime_address = mime.address("Sam", written)
    except mime.AddressUnusable:
        return
    assert mime_address.addr_spec.isascii()
    assert mime_address.addr_spec.count("@") == 1
