"""What may not be published after what has been published."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.results.disclosure_control import (
    PublishedReport,
    difference_is_too_small,
    differs_by_a_few_raters,
    means_entry,
    report_entry,
    reveals_too_few,
    shows_other_answers,
)
from chalicelib.results.facts import build_facts
from chalicelib.results.publish import publish
from tests.report.example import KEY, by_second_rule, heading, programme_of, rater, tiny_programme


@pytest.mark.parametrize(
    ("published", "further", "refused"),
    [
        pytest.param(["abcd"], "abcde", True, id="a-late-answer"),
        pytest.param(["abcd"], "abcx", True, id="one-for-another"),
        pytest.param(["abcd"], "abcd", False, id="the-same-again"),
        pytest.param(["abcd"], "abcdefg", False, id="three-more"),
        pytest.param(["abcd", "efgh"], "efghi", True, id="any-earlier-one-counts"),
        pytest.param([], "abcd", False, id="the-first"),
        pytest.param(["abcd", "efgh"], "abcd", False, id="an-earlier-one-again"),
        pytest.param(["abcd", "efgh"], "abcdefgh", False, id="both-together"),
        pytest.param(["abcd", "efgh"], "abcdefghi", True, id="both-together-and-one-more"),
        pytest.param(["abcdefgh", "abcd"], "efghi", True, id="one-less-the-other-and-one-more"),
        pytest.param(["abcdef", "abcxyz", "defxyz"], "abcdefxyzq", True, id="half-of-three-sums-and-one-more"),
    ],
)
def test_a_difference_of_fewer_than_three_is_refused(published, further, refused):
    assert difference_is_too_small(published, further, 3) == refused


def report(*peers: int, wave: str = "baseline", own: int = 3) -> PublishedReport:
    programme = tiny_programme()
    answers = [rater("self", own, programme=programme), *(rater("peer", r, programme=programme) for r in peers)]
    facts = build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))
    return report_entry(facts, "ann", "ann", programme.top)


def test_a_second_report_may_not_rest_on_other_answers():
    assert shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 4, 4))
    assert shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 3))
    assert not shows_other_answers(report(4, 3, 3, 4), report(3, 4, 4, 3))
    assert not shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 4, own=4))
    assert not shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 3, wave="followup"))


MEMBERS = range(7)


@given(st.lists(st.sets(st.sampled_from(MEMBERS), min_size=3), min_size=2, max_size=4, unique_by=frozenset))
def test_the_rank_test_finds_every_combination_with_small_factors(sets):
    """Against a search: every combination of the sums with whole numbers from -2 to 2 is over three members or none."""
    *published, further = sets
    combinations = (
        [sum(factor * (member in members) for factor, members in zip(factors, sets, strict=True)) for member in MEMBERS]
        for factors in product(range(-2, 3), repeat=len(sets))
    )
    is_revealed = any(0 < sum(map(bool, combination)) < 3 for combination in combinations)

    refused = any(difference_is_too_small(sets[:k], sets[k], 3) for k in range(1, len(sets)))

    assert refused or not is_revealed
    assert not difference_is_too_small([*published, further], further, 3)


# --- groups that are pooled in another way -----------------------------------------------------------------------


def _report(groups: dict[str, int], wave: str, *, second_rule: bool = True, own: int = 4) -> PublishedReport:
    """Return the published figures of raters who answer the same each time; the last of a group came late."""
    plain = programme_of()
    programme = by_second_rule(plain) if second_rule else plain
    ids = [item.id for item in programme.items]
    answers = [rater("self", *[own] * len(ids), programme=programme)]
    for group, many in groups.items():
        for number in range(many):
            chance = Random(f"{group} {number}")
            answers.append(rater(group, *[chance.randint(2, 5) for _ in ids], programme=programme))
    facts = build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))
    return report_entry(facts, "dana", "dana", programme.top)


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        pytest.param({"peer": 5, "direct_report": 4}, {"peer": 5, "direct_report": 5}, (2, 2), id="a-block-parts"),
        pytest.param({"peer": 4, "direct_report": 4}, {"peer": 5, "direct_report": 4}, (1, 2), id="another-rule"),
        pytest.param({"peer": 3}, {"peer": 4}, (2, 2), id="competencies-only"),
        pytest.param({"peer": 4}, {"peer": 5}, (2, 2), id="behaviours-appear"),
        pytest.param({"peer": 5, "direct_report": 5}, {"peer": 5, "direct_report": 5, "other": 1}, (2, 2), id="pooled"),
        pytest.param({"peer": 5, "direct_report": 5}, {"peer": 5, "direct_report": 5, "other": 1}, (1, 1), id="old"),
    ],
)
@pytest.mark.parametrize("wave", ["baseline", "followup"])
def test_one_rater_more_is_noticed_however_groups_are_pooled(before, after, rules, wave):
    earlier = _report(before, "baseline", second_rule=rules[0] == 2)
    further = _report(after, wave, second_rule=rules[1] == 2)

    assert differs_by_a_few_raters(earlier, further)


def test_one_rater_more_is_noticed_though_the_delegate_changed_a_mark():
    assert differs_by_a_few_raters(
        _report({"peer": 5, "direct_report": 5}, "baseline"),
        _report({"peer": 6, "direct_report": 5}, "followup", own=3),
    )


def test_one_rater_less_is_noticed_as_one_more_is():
    """Someone withdrew: the earlier report holds all answers of the later one and a few more."""
    assert differs_by_a_few_raters(
        _report({"peer": 6, "direct_report": 5}, "baseline"), _report({"peer": 5, "direct_report": 5}, "followup")
    )


@pytest.mark.parametrize(("more", "noticed"), [(1, True), (4, True), (5, False), (6, False)])
def test_as_many_more_raters_as_a_figure_needs_are_no_leak(more, noticed):
    earlier = _report({"peer": 5, "direct_report": 5}, "baseline")
    further = _report({"peer": 5 + more, "direct_report": 5}, "followup")

    assert earlier.threshold == 5
    assert differs_by_a_few_raters(earlier, further) is noticed


@pytest.mark.parametrize(("wave", "noticed"), [("baseline", True), ("followup", False)])
def test_means_of_a_cohort_are_compared_with_means_of_the_same_wave(wave, noticed):
    """Answers of another wave are other answers: a sum over both combines to no one's."""
    published = [means_entry("baseline", {"mean": "abcde"})]

    assert reveals_too_few(published, means_entry(wave, {"mean": "abcdef"}), 5) is noticed


@pytest.mark.parametrize("seed", range(20))
def test_a_real_follow_up_is_not_taken_for_the_same_answers(seed):
    programme = by_second_rule(programme_of())
    ids = [item.id for item in programme.items]

    def entry(wave: str, peers: int) -> PublishedReport:
        chance = Random(f"{seed} {wave}")
        answers = [rater("self", *[chance.randint(2, 5) for _ in ids], programme=programme)]
        answers += [rater("peer", *[chance.randint(2, 5) for _ in ids], programme=programme) for _ in range(peers)]
        facts = build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))
        return report_entry(facts, "dana", "dana", programme.top)

    assert not differs_by_a_few_raters(entry("baseline", 6), entry("followup", 7))
