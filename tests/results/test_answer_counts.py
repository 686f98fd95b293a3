"""Counts of answers while a questionnaire is open, and the attacker who looks at every one of them.

The attacker knows who was asked, and since when, and sees what every page, file and command shows on each day. A
world says of each rater on which day they answered, or that they did not. Worlds that look alike are put together: if
in all of them one rater has answered by some day, or has not, the attacker knows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import AnswerCount, Programme
from chalicelib.results.answer_counts import at_least, count_parts, count_together, margin, title_of
from tests.support import people

Rater = tuple[str, int]  # group, and the day since when they have been asked
NEVER = 9


def programme(threshold: int) -> Programme:
    return replace(people.programme(), threshold=threshold)


def worlds(raters: Sequence[Rater], days: int) -> Iterator[tuple[int, ...]]:
    return product(*([*range(since, days), NEVER] for _, since in raters))


def shown(rules: Programme, raters: Sequence[Rater], world: Sequence[int], days: int) -> tuple[object, ...]:
    """Return what is counted on each morning, of what came before it."""
    counts: list[tuple[AnswerCount, ...]] = []
    for day in range(days):
        invited: dict[str, int] = defaultdict(int)
        answered: dict[str, int] = defaultdict(int)
        for (group, since), when in zip(raters, world, strict=True):
            invited[group] += since <= day
            answered[group] += when <= day
        counts.append(count_parts(rules, invited, answered, earlier=counts[-1] if counts else ()))
    return tuple(counts)


def classes(rules: Programme, raters: Sequence[Rater], days: int) -> dict[object, list[tuple[int, ...]]]:
    """Worlds by what is shown in them."""
    alike: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for world in worlds(raters, days):
        alike[shown(rules, raters, world, days)].append(world)
    return alike


def choices(raters: Sequence[Rater], known: int) -> list[tuple[int, ...]]:
    """Places of that many raters, once for each way in which they differ in group or day."""
    by_raters = {tuple(raters[place] for place in chosen): chosen for chosen in combinations(range(len(raters)), known)}
    return list(by_raters.values())


def certain(rules: Programme, raters: Sequence[Rater], days: int, known: int = 0) -> int:
    """In how many worlds the attacker knows of some rater whether they have answered by some day.

    known   how many raters the attacker knows everything of: informants, or mailboxes of the attacker's own
    """
    by_screen = list(classes(rules, raters, days).values())
    return sum(_known(raters, days, chosen, alike) for chosen in choices(raters, known) for alike in by_screen)


def _known(raters: Sequence[Rater], days: int, known: tuple[int, ...], alike: Sequence[tuple[int, ...]]) -> int:
    by_known: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for world in alike:
        by_known[tuple(world[place] for place in known)].append(world)
    others = [place for place in range(len(raters)) if place not in known]
    return sum(
        len(group)
        for group in by_known.values()
        for place in others
        for day in range(raters[place][1], days)
        if len({world[place] <= day for world in group}) == 1
    )


def of(**groups: Sequence[int]) -> list[Rater]:
    """Raters by their group: for each, the day since when they have been asked."""
    return [(group, since) for group, days in groups.items() for since in days]


SCENES = [
    pytest.param(of(peer=[0] * 5), 3, id="five"),
    pytest.param(of(peer=[0] * 5 + [1]), 3, id="one-added-between-two-counts"),
    pytest.param(of(peer=[0] * 5 + [1, 2]), 3, id="one-added-each-day"),
    pytest.param(of(peer=[0] * 4 + [1, 2]), 3, id="counted-once-there-are-five"),
    pytest.param(of(peer=[0] * 8), 2, id="eight"),
    pytest.param(of(peer=[0] * 4 + [1], direct_report=[0] * 5), 2, id="one-added-to-a-small-group-next-to-a-large-one"),
    pytest.param(of(peer=[0] * 5, direct_report=[1]), 3, id="one-added-in-another-group"),
    pytest.param(of(peer=[0] * 3, direct_report=[0] * 2 + [1, 1]), 3, id="small-groups"),
    pytest.param(of(peer=[0] * 3 + [1, 1], direct_report=[0] * 3), 2, id="a-group-that-leaves-the-others"),
    pytest.param(of(peer=[0] * 3 + [1, 1], direct_report=[0] * 2 + [2, 2]), 3, id="groups-that-part"),
]


LARGER_SCENES = [  # for a threshold of four, at which seven people are counted by themselves
    pytest.param(of(peer=[0] * 7), 2, id="seven"),
    pytest.param(of(peer=[0] * 8), 2, id="eight"),
    pytest.param(of(peer=[0] * 5 + [1, 1]), 3, id="counted-once-two-are-added"),
    pytest.param(of(peer=[0] * 7 + [1]), 2, id="one-added-between-two-counts"),
    pytest.param(of(peer=[0] * 4 + [1, 1], direct_report=[0, 1]), 2, id="small-groups"),
    pytest.param(of(peer=[0] * 5 + [1, 1], direct_report=[0] * 2), 2, id="a-group-that-leaves-the-others"),
]


@pytest.mark.parametrize(("raters", "days"), SCENES)
@pytest.mark.parametrize("known", [0, 1])
def test_daily_looks_show_of_no_one_whether_they_have_answered(raters, days, known):
    assert certain(programme(3), raters, days, known) == 0


@pytest.mark.parametrize(("raters", "days"), LARGER_SCENES)
@pytest.mark.parametrize("own", [0, 1, 2])
def test_a_delegate_with_mailboxes_of_their_own_learns_of_no_one_else_either(raters, days, own):
    assert certain(programme(4), raters, days, own) == 0


@pytest.mark.parametrize(("raters", "days"), LARGER_SCENES)
@pytest.mark.parametrize("own", [0, 1, 2])
def test_all_raters_of_a_delegate_together_show_of_no_one_whether_they_have_answered(monkeypatch, raters, days, own):
    """As the six-month survey is counted. Who knows the counts of all other delegates sees this in the total."""

    def together(rules, invited, answered, earlier=()):
        return (count_together(rules, invited, answered),)

    monkeypatch.setattr("tests.results.test_answer_counts.count_parts", together)
    assert certain(programme(4), raters, days, own) == 0


def test_four_real_peers_and_two_own_mailboxes_are_not_counted_together():
    """With a margin of two, "4 or more of 6" meant that all four had answered."""
    assert count_parts(programme(4), {"peer": 6}, {"peer": 4}) == ()


@pytest.mark.parametrize("threshold", [3, 4])
def test_the_attacker_finds_what_one_more_own_mailbox_shows(threshold):
    """That many own mailboxes leave one rater of a cell alone with them, in the report too: it is not promised."""
    assert certain(programme(threshold), of(peer=[0] * (2 * threshold - 1)), 2, known=threshold - 1)


def test_the_attacker_finds_a_margin_that_two_own_mailboxes_use_up(monkeypatch):
    monkeypatch.setattr("chalicelib.results.answer_counts.margin", lambda threshold: 2)

    assert certain(programme(4), of(peer=[0] * 6), 2, known=1) == 0
    assert certain(programme(4), of(peer=[0] * 6), 2, known=2)


def test_the_attacker_finds_what_exact_counts_show(monkeypatch):
    monkeypatch.setattr("chalicelib.results.answer_counts.at_least", lambda answered, invited, step: answered)

    assert certain(programme(3), of(peer=[0] * 5 + [1]), 3)


def test_the_attacker_finds_steps_that_reach_the_last_rater(monkeypatch):
    monkeypatch.setattr(
        "chalicelib.results.answer_counts.at_least", lambda answered, invited, step: answered // step * step
    )

    assert certain(programme(3), of(peer=[0] * 6), 2)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(3, 10))
def test_a_count_is_true_steps_are_whole_and_people_are_left_over(answered, invited, step):
    answered = min(answered, invited)
    count = at_least(answered, invited, step)

    assert 0 <= count <= answered
    assert count % step == 0
    assert count == 0 or count <= invited - margin(step)


def test_groups_are_shown_by_themselves_once_they_have_a_threshold_and_a_margin():
    rules = programme(3)

    assert count_parts(rules, {"peer": 5, "direct_report": 6}, {"peer": 5, "direct_report": 2}) == (
        AnswerCount(("peer",), 5, 3),
        AnswerCount(("direct_report",), 6, 0),
    )
    assert count_parts(rules, {"peer": 4, "direct_report": 4}, {"peer": 4, "direct_report": 2}) == (
        AnswerCount(("peer", "direct_report"), 8, 6),
    )
    assert count_parts(rules, {"peer": 4}, {"peer": 4}) == ()


def test_who_is_shown_by_name_is_counted_exactly():
    assert count_parts(programme(3), {"self": 1, "manager": 1}, {"manager": 1}) == (
        AnswerCount(("self",), 1, 0, named=True),
        AnswerCount(("manager",), 1, 1, named=True),
    )


def test_no_part_with_a_hidden_group_is_counted():
    invited, answered = {"peer": 4, "direct_report": 4, "other": 8}, {"peer": 4, "direct_report": 4, "other": 6}

    assert count_parts(programme(3), invited, answered, hidden=["peer"]) == (
        AnswerCount(("peer", "direct_report"), 8, 0),
        AnswerCount(("other",), 8, 6),
    )


def test_parts_stay_together_once_they_were_shown():
    before = count_parts(programme(3), {"peer": 4, "direct_report": 5}, {"peer": 4, "direct_report": 2})
    after = count_parts(programme(3), {"peer": 5, "direct_report": 5}, {"peer": 4, "direct_report": 2}, earlier=before)

    assert [part.groups for part in before] == [part.groups for part in after]


def test_parts_are_called_by_their_groups():
    rules = programme(3)

    assert title_of(rules, AnswerCount(("peer",), 5, 3)) == "Peers"
    assert title_of(rules, AnswerCount(("peer", "direct_report"), 5, 3)) == "Peers and direct reports"
