"""The example programme is complete, and what its comments promise."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.core.model import DelegateEntry
from chalicelib.core.you_wording import to_you
from chalicelib.programme.read_people import read_delegates


@pytest.fixture
def entries(example) -> tuple[DelegateEntry, ...]:
    return read_delegates((example / "delegates.csv").read_bytes(), "delegates.csv")


def test_nine_competencies_of_four_or_five_behaviours(maximising):
    assert [len(competency.items) for competency in maximising.competencies] == [4, 4, 4, 5, 5, 4, 4, 4, 4]


def test_at_most_forty_behaviours_and_three_open_questions(maximising):
    assert (len(list(maximising.items)) <= 40, len(maximising.open_questions)) == (True, 3)


def test_each_workshop_works_on_three_competencies(maximising):
    assert Counter(competency.milestone for competency in maximising.competencies) == {
        "leading_self": 3,
        "leading_others": 3,
        "leading_the_service": 3,
    }


def test_every_behaviour_can_be_said_to_the_delegate(maximising):
    said = {item.id: to_you(item) for item in maximising.items}

    assert said["makes_adjustments"] == "you adapt how the team works so that everyone can take part"
    assert all(words.startswith("you ") for words in said.values())
    assert not {"I", "my", "me", "we", "our", "us"} & {word for words in said.values() for word in words.split()}


def test_every_behaviour_shows_a_value_and_every_value_is_shown_often(maximising):
    counts = Counter(value for item in maximising.items for value in item.values)

    assert (
        all(item.values for item in maximising.items),
        min(counts[value.id] for value in maximising.values) >= 6,
    ) == (
        True,
        True,
    )


def test_delegates_read_i_and_others_do_not(maximising):
    assert all(item.self_wording.startswith("I ") for item in maximising.items)
    assert not any(
        f" {word} " in f" {item.others_wording} " for item in maximising.items for word in ("I", "my", "our")
    )


def test_every_wording_is_one_sentence_of_at_most_fifteen_words(maximising):
    wordings = [wording for item in maximising.items for wording in (item.self_wording, item.others_wording)]

    assert all(len(w.split()) <= 15 and w.endswith(".") and w.count(".") == 1 for w in wordings)


def test_anonymous_groups_ask_for_at_least_as_many_raters_as_the_threshold(maximising):
    asked = {group.id: (group.min, group.max) for group in maximising.groups}

    assert (maximising.threshold, asked) == (
        3,
        {"self": (1, 1), "manager": (1, 1), "peer": (5, 8), "direct_report": (5, 8), "other": (0, 6)},
    )
    assert [group.id for group in maximising.groups if group.heard_apart] == ["direct_report"]
    assert (maximising.behaviours_from, maximising.comments_from) == (5, 5)


def test_three_workshops_of_two_days_carry_seven_assignments(maximising):
    assert [(m.id, m.days, len(m.assignments)) for m in maximising.milestones] == [
        ("leading_self", 2, 2),
        ("leading_others", 2, 3),
        ("leading_the_service", 2, 2),
    ]


def test_the_impact_survey_comes_six_months_after_the_end(maximising):
    assert (maximising.impact.after_months, maximising.reminders) == (6, (7, 3, 1))


def test_twelve_delegates_share_three_coaches_and_eight_managers(entries):
    assert (len(entries), len({e.coach.email for e in entries}), len({e.manager.email for e in entries})) == (12, 3, 8)


def test_no_one_in_the_example_can_get_email(entries):
    addresses = {person.email for e in entries for person in (e.person, e.manager, e.coach)}

    assert all(address.endswith(("@example.org", ".example.org")) for address in addresses)
