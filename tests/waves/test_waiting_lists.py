"""Who approves lists that wait is named once, by name, and not if they were erased."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME, Approver, Person
from chalicelib.waves.waiting_lists import MAX_NAMED, find_approvers
from tests.support import people

RULES = replace(people.programme(), raters_approved_by=Approver.COACH)
GONE = Person(ERASED_NAME, ERASED_ADDRESS)


def coached_by(*coaches: Person):
    return [replace(people.entry("dana delegate"), coach=coach) for coach in coaches]


@pytest.mark.parametrize(
    ("coaches", "words"),
    [
        ([], ""),
        (["cleo coach"], "Cleo Coach, who approves 1 list that waits"),
        (["cleo coach", "cleo coach"], "Cleo Coach, who approves 2 lists that wait"),
        (["wim coach", "cleo coach"], "Cleo Coach and Wim Coach, who approve 2 lists that wait"),
    ],
)
def test_approvers_are_named_once_and_lists_counted(coaches, words):
    assert find_approvers(RULES, coached_by(*map(people.person, coaches))).words == words


def test_who_was_erased_is_not_named():
    assert find_approvers(RULES, coached_by(GONE)).words == ""
    assert find_approvers(RULES, coached_by(GONE, people.person("cleo coach"))).count == 1


def test_of_many_approvers_the_rest_is_counted():
    many = [people.person(f"coach{number:02} coach") for number in range(MAX_NAMED + 3)]

    assert "3 more, who approve" in find_approvers(RULES, coached_by(*many)).words


def test_no_one_approves_lists_in_a_programme_without_approval():
    assert find_approvers(people.programme(), coached_by(people.person("cleo coach"))).words == ""
