"""Each decision has a number of its own: two people may write the next one at the same time."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.deployment import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_no_number_is_used_twice():
    numbers = Counter(path.name[:4] for path in DECISIONS)

    assert [number for number, times in numbers.items() if times > 1] == [], "take the next free number"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_begins_with_its_number(path):
    assert path.read_text().startswith(f"# {int(path.name[:4])}. ")
