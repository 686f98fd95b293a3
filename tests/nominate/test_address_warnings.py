"""What the delegate and the approver are asked to check in a list of raters."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Delegate, Person, RaterEntry
from chalicelib.nominate.address_warnings import (
    BUSY_FROM,
    Surroundings,
    WarningKind,
    find_group_warnings,
    find_rater_warnings,
    summarise,
)
from chalicelib.programme.read_programme import read_programme
from infra.local.example import FOLDER
from tests.support.steps import count_steps

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
EXAMPLE = read_programme((FOLDER / "programme.yaml").read_bytes(), "programme.yaml", FOLDER)
OTHERS = (RaterEntry("peer", Person("Jo Ward", "jo.ward@nhs.net")),)


def doubts(email: str, name: str = "Pat Reed", group: str = "peer", requests: int = 0) -> str:
    around = Surroundings(DANA, OTHERS, ("southfold.nhs.uk",), {email: requests})
    return " ".join(warning.text for warning in find_rater_warnings(RaterEntry(group, Person(name, email)), around))


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
    assert f"Perhaps it is {meant}." in doubts(email)


@pytest.mark.parametrize("domain", ["northfold.nhs.uk", "southfold.nhs.uk", "nhs.net", "elsewhere.org"])
def test_an_address_like_no_other_is_left_alone(domain):
    assert doubts(f"pat@{domain}") == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"email": "cleo@coaching.example.org"}, "This is the coach of Dana Dee", id="coach"),
        pytest.param({"email": "mara@northfold.nhs.uk"}, "This is the line manager of Dana Dee", id="manager-as-peer"),
        pytest.param(
            {"email": "j.ward@nhs.net", "name": "jo ward"},
            "The name is the same as for Jo Ward (jo.ward@nhs.net)",
            id="same-name",
        ),
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


@pytest.mark.parametrize(
    ("email", "name", "said"),
    [
        pytest.param("jo.ward+360@nhs.net", "Al Oak", "the same mailbox as emails to Jo Ward", id="plus"),
        pytest.param("jo.ward@partners.example.org", "Al Oak", "before the @ is the same as for Jo Ward", id="domain"),
        pytest.param("ward@example.org", "Ward, J\u00f3", "name is the same as for Jo Ward", id="accent-and-order"),
        pytest.param("m.oss@gmail.com", "Mara Moss", "name is the same as for Mara Moss", id="manager-elsewhere"),
        pytest.param("dana@partners.example.org", "Al Oak", "Is this Dana Dee?", id="local-part-of-the-delegate"),
        pytest.param("al@example.org", "DEE Dana", "Is this Dana Dee?", id="name-of-the-delegate"),
        pytest.param("dana.dee@gmail.com", "Al Oak", "Is this Dana Dee?", id="name-of-the-delegate-in-the-address"),
    ],
)
def test_one_person_under_two_spellings_is_asked_about(email, name, said):
    assert said in doubts(email, name)


@pytest.mark.parametrize("domain", ["gmail.com", "outlook.com", "btinternet.com"])
def test_a_private_address_is_pointed_out_where_the_organisation_has_a_domain_of_its_own(domain):
    at_home = Person("Dana Dee", f"dana@{domain}"), Person("Mara Moss", f"mara@{domain}")
    private = replace(DANA, person=at_home[0], manager=at_home[1])
    rater = RaterEntry("peer", Person("Pat Reed", f"pat@{domain}"))

    assert f"Anyone can open a mailbox at {domain}" in doubts(f"pat@{domain}")
    assert find_rater_warnings(rater, Surroundings(private, (rater,), (), {})) == ()


@pytest.mark.parametrize(
    ("chosen", "warned"),
    [
        ({"peer": 3}, [("Peers", 3)]),
        ({"peer": 2}, []),
        ({"peer": 4}, []),
        ({"peer": 5}, [("Peers", 5)]),
        ({"peer": 6, "direct_report": 3}, [("Direct reports", 3)]),
        ({"peer": 2, "other": 1}, [("Peers and Other colleagues and partners", 3)]),
        ({"peer": 3, "other": 1}, []),
        ({"peer": 3, "direct_report": 2}, [("Peers and Direct reports", 5)]),
        ({"manager": 1}, []),
    ],
)
def test_a_group_of_exactly_the_threshold_is_pointed_out(chosen, warned):
    raters = [RaterEntry(group, Person("R", "r@example.org")) for group, count in chosen.items() for _ in range(count)]
    warnings = find_group_warnings(EXAMPLE, raters)

    assert [(warning.title, warning.size) for warning in warnings] == warned
    assert all(warning.text.startswith(f"Exactly {warning.size} people") for warning in warnings)
    assert all(("to each competency" in warning.text) == (warning.size == 3) for warning in warnings)
    assert all(warning.by_behaviour == (warning.size == EXAMPLE.behaviours_from) for warning in warnings)


def test_the_summary_names_each_kind_once_and_everyone_it_is_about():
    first, second = (RaterEntry("peer", Person(name, f"{name}@gmail.com")) for name in ("a", "b"))
    warned = [(rater, find_rater_warnings(rater, Surroundings(DANA, (), (), {}))) for rater in (first, second)]

    (line,) = summarise(warned)
    assert (line.kind, line.raters) == (WarningKind.PRIVATE, (first, second))


def list_of_one_person(size: int) -> None:
    """Make the worst list: everyone is the same person under another address."""
    raters = tuple(RaterEntry("peer", Person("Jo Ward", f"jo.ward+{n}@gmail.com")) for n in range(size))
    around = Surroundings(DANA, raters, (), {})
    assert all(find_rater_warnings(rater, around) for rater in raters)


def test_twice_the_list_takes_twice_the_steps():
    half, whole = (count_steps(lambda size=size: list_of_one_person(size)) for size in (30, 60))
    assert whole <= 2.2 * half
