"""Lists of people as they are copied from Outlook, Excel and emails."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.addresses import check_address, check_text
from chalicelib.core.model import Person
from chalicelib.nominate.pasted_list import MAX_PASTED_ENTRIES, name_from, read_list

JO, SAM = Person("Jo Ward", "jo.ward@example.org"), Person("Sam O'Brien", "sam.o'brien@example.org")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Jo Ward <jo.ward@example.org>; Sam O'Brien <sam.o'brien@example.org>", id="outlook"),
        pytest.param("Ward, Jo <jo.ward@example.org>;O'Brien, Sam <sam.o'brien@example.org>;", id="surname-first"),
        pytest.param("Ward, Jo (TRUST) <Jo.Ward@example.org>; O'Brien, Sam [Agency] <sam.o'brien@example.org>", id="n"),
        pytest.param("\"Ward, Jo\" <jo.ward@example.org>; 'Sam O'Brien' <sam.o'brien@example.org>", id="in-quotes"),
        pytest.param("Jo Ward\tjo.ward@example.org\r\nSam O'Brien\tsam.o'brien@example.org\r\n", id="table"),
        pytest.param("jo.ward@example.org\tJo Ward\nsam.o'brien@example.org\tSam O'Brien", id="address-first"),
        pytest.param("Jo Ward <jo.ward@example.org>, Sam O'Brien <sam.o'brien@example.org>", id="commas"),
        pytest.param("Jo Ward jo.ward@example.org Sam O'Brien sam.o'brien@example.org", id="nothing-between"),
        pytest.param("To: Jo Ward <jo.ward@example.org>\nCc: Sam O'Brien <sam.o'brien@example.org>", id="headers"),
        pytest.param("Jo Ward <mailto:jo.ward@example.org>; Sam O'Brien (sam.o'brien@example.org)", id="mailto"),
        pytest.param("jo.ward@example.org <jo.ward@example.org>\nSam O'Brien <sam.o'brien@example.org>", id="no-name"),
        pytest.param(
            "• Jo\u00a0Ward <jo.ward@example.org>\n\u200b• Sam O'Brien <sam.o'brien@example.org>", id="bullets"
        ),
        pytest.param(
            "Jo Ward <jo.ward@example.org>; Sam O'Brien <sam.o'brien@example.org>; JO <JO.WARD@example.org>", id="twice"
        ),
    ],
)
def test_a_list_is_read_however_it_was_copied(text):
    pasted = read_list(text)

    assert pasted.people == (JO, SAM)
    assert pasted.faults == ()


def test_a_bare_address_gives_its_name():
    assert read_list("jo.ward2@nhs.net, plain@example.org").people == (
        Person("Jo Ward", "jo.ward2@nhs.net"),
        Person("Plain", "plain@example.org"),
    )


def test_a_semicolon_in_quotes_belongs_to_the_name():
    assert read_list('"Ward; Jo" <jo.ward@example.org>').people == (Person("Ward; Jo", "jo.ward@example.org"),)


@pytest.mark.parametrize(
    ("text", "entry", "why"),
    [
        pytest.param("Jo Ward; sam@example.org", "“Jo Ward”", "has no email address", id="no-address"),
        pytest.param("Jo <jo@example>; sam@example.org", "“Jo jo@example”", "after @ there must be", id="no-domain"),
        pytest.param("Sam sam@example.org, Jo", "“Jo”", "has no email address", id="words-after"),
        pytest.param("1@example.org; sam@example.org", "“1@example.org”", "the name is missing", id="no-letter"),
        pytest.param("Jo <>; sam@example.org", "“Jo”", "has no email address", id="empty-brackets"),
    ],
)
def test_what_cannot_be_read_is_named(text, entry, why):
    (fault,) = read_list(text).faults

    assert str(fault).startswith(entry)
    assert why in str(fault)
    assert [person.email for person in read_list(text).people] == ["sam@example.org"]


def test_a_list_of_a_whole_department_is_refused():
    assert read_list(";".join(f"a{n}b@example.org" for n in range(MAX_PASTED_ENTRIES))).faults == ()
    (fault,) = read_list(";".join(f"a{n}b@example.org" for n in range(MAX_PASTED_ENTRIES + 1))).faults
    assert "at most 60" in str(fault)


WORD = st.text(st.sampled_from("abcdefgéöÅ'-"), min_size=2, max_size=9).map(lambda text: f"A{text}z")
NAMES = st.tuples(WORD, WORD)
ADDRESSES = st.from_regex(r"[a-z]{2,8}\.[a-z]{2,8}[0-9]{0,2}@[a-z]{2,8}\.(org|net|nhs\.uk)", fullmatch=True)
FORMS = (
    "{first} {last} <{email}>; ",
    "{last}, {first} <{email}>\n",
    '"{last}, {first}" <{email}>;',
    "{first} {last}\t{email}\r\n",
    "{last}, {first} (Trust) <{email}>; ",
    "{email}\t{first} {last}\n",
)


@given(st.lists(st.tuples(NAMES, ADDRESSES, st.sampled_from(FORMS)), max_size=20, unique_by=lambda person: person[1]))
def test_every_person_of_a_mixed_list_is_found_in_order(entries):
    text = "".join(form.format(first=first, last=last, email=email) for (first, last), email, form in entries)

    assert read_list(text).people == tuple(Person(f"{first} {last}", email) for (first, last), email, _ in entries)
    assert read_list(text).faults == ()


@example("1\t1\t@")
@given(st.text(st.sampled_from("abA1 @.,;:<>\"'()[]\t\r\n\u200bé-"), max_size=80) | st.text(max_size=60))
def test_no_text_breaks_the_reader_and_everyone_it_finds_can_get_an_email(text):
    pasted = read_list(text)

    assert all(not check_address(person.email) and not check_text(person.name) for person in pasted.people)
    assert len({person.email for person in pasted.people}) == len(pasted.people)
    assert all(fault.entry and fault.message.endswith(".") for fault in pasted.faults)
    assert pasted.people or pasted.faults or not any(sign.isalnum() for sign in text)


@given(st.lists(ADDRESSES, min_size=1, max_size=10, unique=True), st.sampled_from([";", "; ", ", ", "\n", " ", "\t"]))
def test_pasting_a_list_that_was_read_gives_the_same_people(addresses, between):
    people = read_list(between.join(addresses)).people

    assert [person.email for person in people] == addresses
    assert read_list("; ".join(f"{person.name} <{person.email}>" for person in people)).people == people


def test_a_name_is_made_of_the_letters_of_an_address():
    assert name_from("mary-ann.o'neill99@nhs.net") == "Mary Ann Oneill"


@pytest.mark.parametrize(
    "name", ["Sam Okafor (Ward 3)", "Sam Okafor (B7)", "1) Sam Okafor", "1. Sam Okafor", "Sam Okafor - Band 7"]
)
@pytest.mark.parametrize("column", ["Nurse", "Surgery", "Ward 3", "8a", "07700 900123"])
def test_the_number_next_to_a_name_does_not_make_the_next_column_the_name(name: str, column: str) -> None:
    pasted = read_list(f"{name}\t{column}\ts.o@example.org")
    assert [person.name for person in pasted.people] == ["Sam Okafor"]


@pytest.mark.parametrize("name", ["Ravi Doctor", "Mary Secretary"])
def test_a_surname_that_is_a_job_stays_the_name_when_no_other_is_above(name: str) -> None:
    pasted = read_list(f"Ann Lee\nann@example.org\n{name}\nx1@example.org")
    assert ([person.name for person in pasted.people], pasted.faults) == (["Ann Lee", name], ())


def test_a_second_person_in_a_row_is_asked_about() -> None:
    pasted = read_list("Ann Lee | ann@example.org | Bob Roy")
    assert [person.name for person in pasted.people] == ["Ann Lee"]
    assert [fault.entry for fault in pasted.faults] == ["Bob Roy"]


@pytest.mark.parametrize("place", ["3 West", "Surgery (Ward 3)"])
def test_a_place_with_a_number_is_no_name(place: str) -> None:
    pasted = read_list(f"{place}\tSam Okafor\ts.o@example.org")
    assert [person.name for person in pasted.people] == ["Sam Okafor"]


def test_a_job_alone_below_another_person_is_asked_about() -> None:
    pasted = read_list("Ann Lee\nann@example.org\nDirector\nfoo@example.org")
    assert [fault.entry for fault in pasted.faults] == ["Director"]
