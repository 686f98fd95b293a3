"""Pasted lists whose numbers look like initials, and whose names look like jobs: no one is dropped or renamed."""

from __future__ import annotations

import pytest

from chalicelib.core.addresses import clean_name
from chalicelib.nominate.pasted_list import read_list


@pytest.mark.parametrize(
    "name",
    [
        *("x. li", "v. roy", "i. van Dam", "c. de Vries", "X. Li", "V. Roy", "A. Jo Ward", "C. Li Wei", "x li"),
        *("i. li", "I. Li", "D.C. Roy", "d. c. roy", "M. Roy", "Xiu. Li"),
    ],
)
def test_an_initial_is_no_number_of_a_list(name):
    (person,) = read_list(f"{name} <someone@example.org>").people

    assert (person.name, clean_name(name)) == (name, name)


@pytest.mark.parametrize(
    "number",
    [
        *(
            "1. ",
            "1.",
            "10. ",
            "2) ",
            "2)",
            "(3) ",
            "[4] ",
            "5: ",
            "6/ ",
            "7 ",
            "8, ",
            "1.1 ",
            "1.1. ",
            "#9 ",
            "No. 1 ",
        ),
        *("Nr. 2 ", "① ", "❷ ", "1° ", "2º ", "a) ", "(b) ", "B) ", "a. ", "b. ", "i) ", "i. ", "ii. ", "iv. ", "v. "),
    ],
)
def test_a_number_of_a_list_is_no_part_of_the_name(number):
    (person,) = read_list(f"{number}Jo Ward <someone@example.org>").people

    assert (person.name, clean_name(f"{number}Jo Ward")) == ("Jo Ward", "Jo Ward")


ANN, BOB = ("Ann Lee", "ann@x.example"), ("Bob Roy", "bob@x.example")


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee ; ann@x.example , Bob Roy ; bob@x.example",
        "Ann Lee; ann@x.example; Bob Roy; bob@x.example",
        "Ann Lee; ann@x.example, Bob Roy; bob@x.example;",
        "Ann Lee, ann@x.example; Bob Roy, bob@x.example",
        "Ann Lee, ann@x.example, Bob Roy, bob@x.example",
        "Lee, Ann; ann@x.example; Roy, Bob; bob@x.example",
        "ann@x.example; Ann Lee; bob@x.example; Bob Roy",
        "Ann Lee | ann@x.example | Bob Roy | bob@x.example",
        "Ann Lee\tann@x.example\tBob Roy\tbob@x.example",
        "Ann Lee,ann@x.example,Director of Nursing,Bob Roy,bob@x.example",
        "Ann Lee; ann@x.example; Director\nBob Roy; bob@x.example; Ward Manager, Ward 5",
    ],
)
def test_names_and_addresses_may_take_turns(text):
    pasted = read_list(text)

    assert ([(person.name, person.email) for person in pasted.people], pasted.faults) == ([ANN, BOB], ())


@pytest.mark.parametrize("other", ["Bob Director", "Bob Manager", "Sister Bob Roy", "Matron Roy", "Consultant Ann Day"])
@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee; ann@x.example; {other}",
        "Ann Lee, ann@x.example, {other}",
        "Ann Lee | ann@x.example | {other}",
        "Ann Lee <ann@x.example>; {other}",
        "Ann Lee <ann@x.example>, {other}",
        "Ann Lee ann@x.example {other}",
        "Ann Lee <ann@x.example>\n{other}",
    ],
)
def test_a_person_whose_name_has_a_job_in_it_is_asked_about(text, other):
    pasted = read_list(text.format(other=other))

    assert [(person.name, person.email) for person in pasted.people] == [ANN]
    assert [fault.entry for fault in pasted.faults] == [other]


@pytest.mark.parametrize(
    "job",
    [
        *(
            "Director",
            "Ward Manager",
            "Matron",
            "Staff Nurse",
            "Director of Nursing",
            "Deputy Director",
            "Head of Estates",
        ),
        *("Charge Nurse, Ward 5", "Operations Manager (Surgery)", "Consultant", "Senior HR Officer", "Team Lead"),
        *("Clinical Lead – Surgery", "Women’s Health Physiotherapist", "Finance and Performance Manager"),
    ],
)
@pytest.mark.parametrize("text", ["Ann Lee; ann@x.example; {job}", "Ann Lee, ann@x.example, {job}"])
def test_a_job_behind_an_address_is_passed_over(text, job):
    pasted = read_list(text.format(job=job))

    assert ([(person.name, person.email) for person in pasted.people], pasted.faults) == ([ANN], ())


def test_a_person_behind_the_name_after_an_address_is_asked_about():
    pasted = read_list("ann@x.example Ann Lee, Bob Director")

    assert [person.name for person in pasted.people] == ["Ann Lee"]
    assert [fault.entry for fault in pasted.faults] == ["Bob Director"]


def test_an_address_between_two_names_is_given_to_neither():
    pasted = read_list("Ann Lee; cfo@x.example, Bob Roy; coo@x.example")

    assert [(person.name, person.email) for person in pasted.people] == [
        ("Cfo", "cfo@x.example"),
        ("Coo", "coo@x.example"),
    ]
    assert [fault.entry for fault in pasted.faults] == ["Ann Lee", "Bob Roy"]
