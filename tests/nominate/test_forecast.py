"""What a list is likely to show, at three answers for four invitations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.nominate.forecast import forecast
from tests.support import people


def texts(**counts: int) -> dict[str, str]:
    chosen = people.raters(counts.get("peers", 0), counts.get("reports", 0), counts.get("others", 0))
    return {line.group.id: line.text for line in forecast(people.programme(), chosen)}


@pytest.mark.parametrize(
    ("counts", "group", "said"),
    [
        pytest.param({}, "peer", "No one chosen yet.", id="nobody"),
        pytest.param({}, "other", "That is fine.", id="nobody-needed"),
        pytest.param(
            {"peers": 6}, "peer", "6 invited; if three in four reply, you get 4 answers, enough to be shown", id="alone"
        ),
        pytest.param(
            {"peers": 3, "reports": 6},
            "peer",
            "3 invited; if three in four reply, you get 2 answers, which will be merged with another group so that "
            "no one can be identified. With 3 more it could be shown on its own.",
            id="merged",
        ),
        pytest.param({"peers": 3, "reports": 3}, "peer", "merged with another group so that no one", id="both-small"),
        pytest.param(
            {"peers": 2},
            "peer",
            "2 invited; if three in four reply, you get 1 answer, too few to be shown.",
            id="too-few",
        ),
    ],
)
def test_a_group_is_told_what_will_become_of_it(counts, group, said):
    assert said in texts(**counts)[group]


@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 6))
def test_following_the_advice_makes_a_group_stand_alone(peers, reports, others):
    for line in forecast(people.programme(), people.raters(peers, reports, others)):
        if line.group.id != "peer" or "With " not in line.text:
            continue
        more = int(line.text.split("With ")[1].split()[0])
        assert "a group of its own" in texts(peers=peers + more, reports=reports, others=others)["peer"]
        assert "a group of its own" not in texts(peers=peers + more - 1, reports=reports, others=others)["peer"]
