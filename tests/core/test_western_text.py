"""A file without a mark of its code: Windows or Mac is found by what words look like, and doubt is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.csv_text import decode
from chalicelib.core.errors import FileInvalid
from chalicelib.core.file_errors import FaultList
from chalicelib.core.western_text import western_text
from chalicelib.programme.read_people import DELEGATE_COLUMNS, read_delegates

NAMES = [
    *("José Muñoz", "Jürgen Müller", "Zoë O’Neil", "Åsa Söderberg", "Émile Zola", "Ørsted Æsøy", "François Œuvré"),
    *("Óscar Ångström", "Ana “Nan” Lee", "Jo – Ward", "JOSÉ MUÑOZ", "Ñusta Üçer", "Straße", "Renée, “I think…” she"),
    *("£30 an hour — fine", "naïve café", "Conceição Araújo", "Jörg\u00a0Müller"),
]


@pytest.mark.parametrize("code", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("name", NAMES)
def test_what_excel_saves_on_windows_and_on_a_mac_reads_as_it_was_typed(name, code):
    assert western_text(name.encode(code)) == name


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=9), st.sampled_from(["cp1252", "mac_roman"]))
def test_a_list_of_names_reads_as_it_was_typed(names, code):
    text = "\r".join(f"{name},someone@example.org" for name in names)
    assert western_text(text.encode(code)) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("Muñoz", "mac_roman"), ("García", "mac_roman"), ("López", "mac_roman"), ("Ramón", "mac_roman")),
        *(("Zoë", "mac_roman"), ("Noël", "mac_roman"), ("Martín", "mac_roman")),
        *(("Łukasz Żak", "cp1250"), ("Kowalska-Włoch", "cp1250"), ("Ивана Иванова", "cp1251"), ("Γιάννης", "cp1253")),
    ],
)
def test_what_may_be_another_text_is_refused(text, code):
    with pytest.raises(FileInvalid):
        decode(text.encode(code), FaultList("delegates.csv"))


COMMENTS = [
    *("Bob’s", "I don’t", "It’s O’Neil, D’Arcy", "word—word", "5½ days", "3 °C", "§ 5", "“yes”", "5 µg", "‚gut‘"),
    *("follow–up", "X–ray", "Well–being", "Part–time", "No–one", "Co–operate", "Ma’am", "Int’l", "rock ’n’ roll"),
    *(
        "Seán Ó Néill",
        "Ó Briain, Seán",
        "M. Ó hAodha",
        "Å Nilsen",
        "À améliorer",
        "col·legi",
        "Róisín Ní Bhriain",
        "Yes—but",
        "I—we",
        "Isma’il",
        "Iñaki",
        "Muñoz",
        "Zoë",
        "Noël",
    ),
    *("García doesn’t", "Mu–oz isn’t"),
]


@pytest.mark.parametrize("text", COMMENTS)
def test_the_signs_of_windows_in_comments_are_read(text):
    assert western_text(text.encode("cp1252")) == text


@pytest.mark.parametrize("code", ["mac_roman", "cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
def test_delegates_come_from_a_file_in_any_of_these_codes(code, line_end):
    row = "José Muñoz,jo@example.org,Matron,Ward,Zoë Roe,kim@example.org,Pat Day,pat@example.org"
    text = line_end.join([",".join(DELEGATE_COLUMNS), row, ""])
    (entry,) = read_delegates(text.encode(code), "delegates.csv")

    assert (entry.person.name, entry.manager.name) == ("José Muñoz", "Zoë Roe")
