"""What the delegate is asked to check: addresses that look like a slip, people who are busy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.model import Delegate, Person, RaterEntry
from chalicelib.nominate.address_warnings import (
    BUSY_FROM,
    Surroundings,
    find_address_warnings,
    is_one_typo_apart,
    meant_domain,
)

DANA = Delegate(
    id="d",
    cohort_id="autumn",
    cohort_title="Autumn",
    programme_id="p",
    programme_version=1,
    person=Person("Dana Dee", "dana@northfold.nhs.uk"),
    job_title="",
    service="",
    manager=Person("Mara Moss", "mara@northfold.nhs.uk"),
    coach=Person("Cleo Coe", "cleo@coaching.example.org"),
)
OTHERS = (RaterEntry("peer", Person("Jo Ward", "jo.ward@nhs.net")),)


def doubts(email: str, name: str = "Pat Reed", group: str = "peer", requests: int = 0) -> str:
    around = Surroundings(DANA, OTHERS, ("southfold.nhs.uk",), {email: requests})
    return " ".join(find_address_warnings(RaterEntry(group, Person(name, email)), around))


@pytest.mark.parametrize(
    ("email", "meant"),
    [
        pytest.param("pat@nhs.uk", "pat@nhs.net", id="no-mailboxes-there"),
        pytest.param("pat@nhs.ent", "pat@nhs.net", id="swapped"),
        pytest.param("pat@nsh.net", "pat@nhs.net", id="swapped-before"),
        pytest.param("pat@northfold.nhs.net", "pat@northfold.nhs.uk", id="other-ending"),
        pytest.param("pat@nortfold.nhs.uk", "pat@northfold.nhs.uk", id="left-out"),
        pytest.param("pat@southfoldd.nhs.uk", "pat@southfold.nhs.uk", id="doubled"),
        pytest.param("pat@coaching.exemple.org", "pat@coaching.example.org", id="mistaken"),
        pytest.param("pat@gmial.com", "pat@gmail.com", id="widely-used"),
    ],
)
def test_a_slip_in_the_domain_is_asked_about(email, meant):
    assert f"Did you mean {meant}?" in doubts(email)


@pytest.mark.parametrize("domain", ["northfold.nhs.uk", "southfold.nhs.uk", "nhs.net", "elsewhere.org", "gmail.com"])
def test_an_address_like_no_other_is_left_alone(domain):
    assert doubts(f"pat@{domain}") == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"email": "cleo@coaching.example.org"}, "your coach", id="coach"),
        pytest.param({"email": "mara@northfold.nhs.uk"}, "your line manager", id="manager-as-peer"),
        pytest.param({"email": "j.ward@nhs.net", "name": "jo ward"}, "another address too", id="same-name"),
        pytest.param({"email": "reed@nhs.net", "name": "Reed"}, "the right name", id="name-from-address"),
        pytest.param({"email": "pat@nhs.net", "requests": BUSY_FROM}, "10 or more colleagues", id="busy"),
    ],
)
def test_a_person_who_may_be_wrong_is_asked_about(asked, said):
    assert said in doubts(**asked)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"email": "mara@northfold.nhs.uk", "group": "manager"}, id="manager-as-manager"),
        pytest.param({"email": "pat@nhs.net", "requests": BUSY_FROM - 1}, id="not-yet-busy"),
        pytest.param({"email": "jo.ward@nhs.net", "name": "Jo Ward"}, id="themself"),
    ],
)
def test_a_person_who_is_right_is_left_alone(asked):
    assert doubts(**asked) == ""


LETTERS = st.text(st.sampled_from("abc.-"), min_size=1, max_size=8)


@given(LETTERS, st.data())
def test_each_kind_of_slip_is_one_slip(domain, data):
    place = data.draw(st.integers(0, len(domain) - 1))
    before, letter, after = domain[:place], domain[place], domain[place + 1 :]
    slips = {
        before + after,
        before + letter + letter + after,
        f"{before}x{after}",
        before + after[:1] + letter + after[1:],
    }

    for slip in slips - {domain}:
        assert is_one_typo_apart(domain, slip)
        assert is_one_typo_apart(slip, domain)


@pytest.mark.parametrize(
    ("one", "other"),
    [("nhs.net", "nsh.ent"), ("nhs.net", "nhs.networks"), ("a.org", "b.com"), ("abc", "cba"), ("a", "a")],
)
def test_two_slips_are_another_domain(one, other):
    assert not is_one_typo_apart(one, other)
    assert not is_one_typo_apart(other, one)


@given(st.sets(LETTERS, max_size=4))
def test_a_known_domain_is_never_doubted(known):
    assert all(meant_domain(domain, known) is None for domain in known)
