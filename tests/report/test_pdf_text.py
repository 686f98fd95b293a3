"""Any text a person can type is printed."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from chalicelib.pdf.font_coverage import coverage
from chalicelib.pdf.fonts import covered
from chalicelib.pdf.pdf_text import BREAK, OTHER_SCRIPT, replace_undrawable
from chalicelib.report.render_html import render_html
from chalicelib.report.render_pdf import render_pdf
from chalicelib.results.facts import build_facts
from chalicelib.results.publish import publish
from tests.report.example import KEY, heading, programme_of, rater, tiny_programme
from tests.report.standards import WIDTH_RULES, faults

AWKWARD = {
    "emoji": "Well done \U0001f389\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f ★ ▲",
    "arabic": "قائد رائع، شكرا جزيلا and thanks",
    "chinese": "她很有耐心。",
    "hindi": "बहुत अच्छा काम",
    "controls": "a\x00b\x07c\x1b[31m\u200b\ufeff\ue000\U0010ffff tab\there",
    "long-word": "x" * 10_000,
    "markup": '#import "x" *b* $x$ @ref <label> `raw` // c \\ <script>alert(1)</script> {{ 1 }} </style>',
    "accents": "Zoë Łukasz Ångström Žižek naïve cafe\u0301 – “quoted” £5 ½ №1 ﬁne ﷽",
    "zalgo": "Z\u0351\u036b\u0343a\u0321\u034e l\u0334g\u0335o",
    "direction": "\u202ebackwards\u202c \u2066x\u2069",
    "paragraphs": "One\u2029Two\u2028Three\r\nFour\x0bFive",
    "surrogate": "half \ud83d emoji",
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_text_compiles_with_all_standards(text, problems):
    programme = programme_of()
    responses = [rater("manager", programme=programme, keep=text), rater("self", 3, programme=programme)]
    name = text.encode(errors="replace").decode()[:80]  # names come from files that hold no broken surrogate
    facts = build_facts(programme, heading(delegate=name, service=name), publish(programme, responses, comment_key=KEY))
    pdf = render_pdf(programme, facts)
    assert problems == []
    assert PdfReader(BytesIO(pdf)).pages
    assert "<script>" not in render_html(programme, facts)


NAMES = {  # of people, as they write them
    "chinese": "陈美玲",
    "traditional": "陳麗華",
    "japanese": "佐々木 さくら・ケンジ",
    "korean": "김민수",
    "arabic": "فاطمة الزهراء",
    "urdu": "مریم چوہدری",
    "hebrew": "רבקה כהן",
    "thai": "สมหญิง ใจดี",
    "hindi": "प्रिया श्रीवास्तव",
    "bengali": "রহিমা খাতুন",
    "punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "tamil": "கயல்விழி",
    "greek": "Ελένη Παπαδοπούλου",
    "ukrainian": "Олександра Ґудзь",
    "vietnamese": "Nguyễn Thị Phượng",
    "amharic": "አበበ በቀለ",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_are_drawn_in_the_script_of_their_owner(name, problems):
    programme = programme_of()
    responses = [rater("manager", programme=programme, keep=name), rater("self", 3, programme=programme)]
    facts = build_facts(programme, heading(delegate=name), publish(programme, responses, comment_key=KEY))

    assert replace_undrawable(name, covered()) == name
    assert faults(render_pdf(programme, facts)) == []  # the standards refuse a letter without a glyph
    assert problems == []


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_any_text_becomes_characters_that_the_fonts_have(text):
    assert {ord(c) for c in replace_undrawable(text, covered())} <= covered() | {ord("\n"), ord(BREAK)}


@pytest.mark.parametrize(
    ("text", "drawable"),
    [
        ("Plain – “text”, £5.", "Plain – “text”, £5."),
        ("Good \U0001f389", "Good \U0001f389"),
        ("شكرا جزيلا, and thanks", "شكرا جزيلا, and thanks"),
        ("बहुत अच्छा, ਧੰਨਵਾਦ, תודה", "बहुत अच्छा, ਧੰਨਵਾਦ, תודה"),
        ("她很有耐心。 ありがとう, 감사합니다", "她很有耐心。 ありがとう, 감사합니다"),
        ("ᠪᠠᠶᠠᠷᠯᠠᠯᠠᠭ᠎ᠠ Thanks", f"{OTHER_SCRIPT} Thanks"),
        ("Good \u2bd1", "Good [uncertainty sign]"),
        ("a\tb\r\nc", "a b\nc"),
        ("𝐀𝟏", "A1"),
        ("x" * 40, "x" * 30 + BREAK + "x" * 10),
    ],
)
def test_what_the_fonts_lack_is_named(text, drawable):
    assert replace_undrawable(text, covered()) == drawable


def test_a_file_that_is_no_font_is_refused():
    with pytest.raises((ValueError, KeyError)):
        coverage(b"\0\1\0\0\0\0" + bytes(40))


def _printed(text: str) -> bytes:
    programme = replace(tiny_programme(), open_questions=programme_of().open_questions)
    responses = [rater("manager", 3, programme=programme, keep=text), rater("self", 3, programme=programme)]
    facts = build_facts(programme, heading(), publish(programme, responses, comment_key=KEY))
    return render_pdf(programme, facts)


ANY_TEXT = st.text(min_size=1, max_size=120) | st.text(
    st.sampled_from(
        ["\u200d", "\ufe0f", "\u0301", "\u202e", "\U0001f468", "\U0001f3fd", "\U0001f1ec", "ب", "क", "्", "a", " "]
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=8, deadline=None)
@given(ANY_TEXT)
def test_any_comment_is_printed_with_all_standards(text):
    assert faults(_printed(text)) == []


@pytest.mark.prove
@settings(max_examples=1_500, deadline=None)
@given(ANY_TEXT)
def test_any_comment_is_printed_with_all_standards_many_times(text):
    assert faults(_printed(text)) == []


def _assert_drawn(characters: list[str]) -> None:
    for at in range(0, len(characters), 1_000):
        assert faults(_printed(" ".join(characters[at : at + 1_000]))) == []


EAST_ASIAN = range(0x2E80, 0x30000)  # from the first radical on: some 44,000 characters


def test_every_character_there_is_a_font_for_is_drawn(problems):
    _assert_drawn([chr(code) for code in sorted(covered()) if code not in EAST_ASIAN or code % 25 == 0])
    assert problems == []


@pytest.mark.prove
def test_every_character_of_east_asia_is_drawn(problems):
    _assert_drawn([chr(code) for code in sorted(covered()) if code in EAST_ASIAN])
    assert problems == []


def test_a_width_that_is_not_the_fonts_own_is_a_fault():
    writer = PdfWriter(clone_from=BytesIO(_printed("陈美玲")))
    (font,) = [
        part
        for part in writer._objects
        if isinstance(part, DictionaryObject) and "CJK" in part.get("/BaseFont", "")
        if part["/Subtype"] == "/CIDFontType0"
    ]
    font[NameObject("/W")] = ArrayObject([NumberObject(number) for number in (0, 9, 500)])
    changed = BytesIO()
    writer.write(changed)

    assert set(faults(changed.getvalue())) >= WIDTH_RULES


def test_letters_that_no_font_puts_together_are_named(problems):
    pdf = _printed("🇦\u200d🇨\u093a and thanks")

    assert faults(pdf) == []
    assert "and thanks" in "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert len(problems) == 1


def test_a_comment_changes_nothing_but_itself():
    """A rater's text is in one quotation: for any text the other pages are the same to the letter."""
    plain, awkward = (
        [page.extract_text() for page in PdfReader(BytesIO(_printed(text))).pages]
        for text in ("Thank you.", AWKWARD["markup"])
    )
    checksums = re.compile(r"[0-9a-f]{8,}\S*")
    others = [
        [checksums.sub("", page) for page in pages if "Thank you." not in page and "#import" not in page]
        for pages in (plain, awkward)
    ]
    assert others[0] == others[1]
    assert len(others[0]) == len(plain) - 1
