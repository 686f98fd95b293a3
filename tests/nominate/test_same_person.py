"""One person under two spellings: rules that hold for every address and name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.model import Person
from chalicelib.nominate.email_domains import DOTS_IGNORED
from chalicelib.nominate.same_person import Directory, Likeness, likeness, local_part_of, mailbox_of, name_of

WORDS = st.text(st.sampled_from("abcdefgh"), min_size=1, max_size=6)
LOCAL_PARTS = st.lists(WORDS, min_size=1, max_size=3).map(".".join)
DOMAINS = st.sampled_from(["gmail.com", "googlemail.com", "nhs.net", "trust.example.org"])
NAMES = st.lists(
    st.sampled_from(["Jo", "Zo\u00eb", "\u0141ucja", "O'Dowd", "Anne-Marie", "\u738b"]), min_size=1, max_size=3
)


@given(LOCAL_PARTS, WORDS, DOMAINS)
def test_a_plus_address_is_the_same_mailbox(local, tag, domain):
    assert mailbox_of(f"{local}+{tag}@{domain}") == mailbox_of(f"{local}@{domain}")


@given(LOCAL_PARTS, DOMAINS)
def test_dots_are_ignored_where_the_email_program_ignores_them_and_only_there(local, domain):
    same = mailbox_of(f"{local}@{domain}") == mailbox_of(f"{local.replace('.', '')}@{domain}")
    assert same == (domain in DOTS_IGNORED or "." not in local)


@given(LOCAL_PARTS, LOCAL_PARTS, DOMAINS, DOMAINS)
def test_two_mailboxes_stay_two(local_part, other, domain, other_domain):
    if local_part_of(f"{local_part}@x") != local_part_of(f"{other}@x"):
        assert mailbox_of(f"{local_part}@{domain}") != mailbox_of(f"{other}@{other_domain}")


@given(LOCAL_PARTS, DOMAINS, DOMAINS)
def test_the_same_local_part_is_alike_at_every_domain(local, domain, other_domain):
    people = Person("A B", f"{local}@{domain}"), Person("C D", f"{local.upper()}@{other_domain}")
    assert likeness(*people) in (Likeness.MAILBOX, Likeness.LOCAL_PART)


@given(NAMES, st.randoms())
def test_a_name_is_the_same_in_any_order_case_and_accents(words, random):
    shuffled = random.sample(words, len(words))
    plain = unicodedata.normalize("NFD", " ".join(shuffled).upper())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("'", "\u2019")

    assert name_of(bare) == name_of(", ".join(words)) != ""


@given(LOCAL_PARTS, DOMAINS, LOCAL_PARTS, DOMAINS, NAMES, NAMES)
def test_likeness_is_mutual(local, domain, other_local, other_domain, name, other_name):
    someone_else, other = (
        Person(" ".join(name), f"{local}@{domain}"),
        Person(" ".join(other_name), f"{other_local}@{other_domain}"),
    )
    assert likeness(someone_else, other) == likeness(other, someone_else)


@given(st.lists(st.tuples(LOCAL_PARTS, DOMAINS, NAMES), max_size=8))
def test_a_directory_finds_someone_alike_where_there_is_someone(rows):
    people = [Person(" ".join(name), f"{local}@{domain}") for local, domain, name in rows]
    directory = Directory(people)
    for person in people:
        alike_person = directory.find_alike(person)
        wanted = [likeness(person, other) for other in people if other.email != person.email]
        alike = [degree for degree in wanted if degree]
        assert (alike_person is None) == (not alike)
        if alike_person:
            assert alike_person[0] is min(alike, key=list(Likeness).index)
            assert alike_person[1].email != person.email


@pytest.mark.parametrize(
    ("person", "other"),
    [
        (Person("Jo Ward", "jo.ward@nhs.net"), Person("Jo Wardle", "jo.wardle@nhs.net")),
        (Person("Jo Ward", "j1@nhs.net"), Person("Jo Reed", "j2@nhs.net")),
        (Person("Jo Ward", "info@a.example.org"), Person("Info Desk", "desk@b.example.org")),
    ],
)
def test_people_who_share_a_part_only_are_two(person, other):
    assert likeness(person, other) is None
