"""The first self-rating is shown next to "now" only once both are answered: seen earlier, it would lead the answers."""

from __future__ import annotations

from datetime import datetime
from html import unescape

import pytest

from chalicelib.core.model import Wave
from chalicelib.impact.baseline import find_baseline, self_ratings
from chalicelib.results.facts import build_facts, facts_bytes
from chalicelib.results.publish import publish
from chalicelib.store import objects, reports
from chalicelib.store.reports import ReportState, StoredReport
from tests.journey.conftest import visitor
from tests.report.example import KEY, example_wave, heading
from tests.support import people
from tests.support.drain import drain

__all__ = ["visitor"]

FACTS = "reports/dana/baseline/facts.json"
BOTH, ONE = (competency.id for competency in people.programme().competencies[:2])


@pytest.fixture
def ratings(visitor, clock) -> dict[str, str]:
    """Open the survey of a delegate whose report is released; return their first self-ratings."""
    programme = people.programme()
    people.opened(clock)
    facts = build_facts(programme, heading(), publish(programme, example_wave(programme), comment_key=KEY))
    objects.save(FACTS, facts_bytes(facts))
    report = StoredReport(people.dana(), Wave.BASELINE, "c", FACTS, "h", "p", clock.now(), ReportState.RELEASED)
    people.write(reports.add(report))
    drain(clock.to(datetime.fromisoformat("2027-05-31T09:00:00Z")))
    drain(clock.advance(minutes=1))
    return self_ratings(facts)


@pytest.mark.parametrize("answered", [{}, {f"now.{BOTH}": "4"}, {f"then.{BOTH}": "2"}])
def test_no_first_rating_is_found_before_both_are_answered(ratings, answered):
    assert {BOTH, ONE} <= ratings.keys()
    assert find_baseline(people.dana(), people.programme(), answered) == {}


def test_the_page_shows_the_first_rating_of_what_is_rated_then_and_now_and_of_nothing_else(ratings, visitor):
    page = f"{people.link('dana delegate', 'impact')}/part/learning"
    hints = find_baseline(
        people.dana(), people.programme(), dict.fromkeys((f"then.{name}" for name in ratings), "2") | now(*ratings)
    )
    assert all(ratings[name] in hints[f"now.{name}"] for name in (BOTH, ONE))
    assert count(visitor.open(page).page, hints) == 0

    visitor.post(page, {f"then.{BOTH}": "2", **now(BOTH, ONE)})
    assert count(visitor.open(page).page, hints) == 1


def now(*names: str) -> dict[str, str]:
    return {f"now.{name}": "4" for name in names}


def count(page: str, hints: dict[str, str]) -> int:
    return sum(unescape(page).count(hint) for hint in set(hints.values()))
