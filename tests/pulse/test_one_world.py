"""The rank test over one world: mid-way rounds, the last pulse, result pages, cohort means and the sponsor's edition.

Several delegates share raters. Against who assumes that everyone says the same each time: all rounds of a delegate
share variables. A result page shows the figures of the last pulse as they are; a cohort's mean and an edition are made
of what delegates are shown, so they must add no combination about fewer than three raters.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.impact.result.collect import Sources, _raters
from chalicelib.impact.result.facts import RatersView
from chalicelib.results.disclosure_control import AskedRound, areas_in_words
from chalicelib.results.published import ALL_OTHERS
from chalicelib.results.scoring import unclamped
from chalicelib.results.sponsor_rule import ENOUGH, Reading
from chalicelib.sponsor.final.own_and_others import CHANGE
from chalicelib.sponsor.gather import _raters_change
from chalicelib.store.impact_surveys import PulseFigure, PulseResult
from tests.pulse.test_anonymity import AREA, FIVE, THRESHOLD, WAVES, WORDS, means
from tests.report.attackers import Lin, isolated

RATERS = range(13)


class Published(Struct):
    """What one delegate is shown of each wave as a number; the others are words."""

    numbers: dict[Wave, Lin]
    in_words: dict[Wave, Lin]


def publish_all(chance: random.Random, delegate: str) -> Published:
    published, numbered = Published({}, {}), list[AskedRound]()
    asked = frozenset(chance.sample(RATERS, chance.randint(FIVE + 1, len(RATERS))))
    for which in WAVES:
        gone = chance.sample(sorted(asked), chance.choice((0, 0, 1)))
        asked = frozenset(asked - set(gone)) if len(asked) - len(gone) >= FIVE else asked
        further = AskedRound(frozenset(map(str, asked)), WORDS)
        is_hidden = bool(areas_in_words(numbered, further, THRESHOLD))
        (*_, figure) = means(which, sorted(asked), delegate)
        (published.in_words if is_hidden else published.numbers)[which] = figure
        numbered += [] if is_hidden else [further]
    return published


def mean_over_delegates(values: Sequence[Lin | None]) -> list[Lin]:
    """Return an edition's mean, by the rule for sponsors."""
    score = Reading(1, CHANGE[1] - CHANGE[0] + 1, tuple(values)).score(unclamped)
    return [score.range.shown] if score else []


def everything(all_published: Sequence[Published]) -> list[Lin]:
    rows = [figure for published in all_published for figure in published.numbers.values()]
    for which in WAVES:
        rows += mean_over_delegates([published.numbers.get(which) for published in all_published])
    return rows


@pytest.mark.parametrize("seed", range(30))
def test_no_combination_over_rounds_pages_and_editions_isolates_fewer_than_three(seed):
    chance = random.Random(seed)
    all_published = [publish_all(chance, f"d{place}") for place in range(chance.randint(ENOUGH, 7))]

    assert isolated(everything(all_published), THRESHOLD, frozenset()) is None


def test_the_rank_test_notices_an_edition_made_of_what_is_shown_in_words():
    chance = random.Random(1)
    while True:
        all_published = [publish_all(chance, f"d{place}") for place in range(ENOUGH)]
        if sum(Wave.PULSE in published.in_words for published in all_published) == 1:
            break
    hidden = [{**published.numbers, **published.in_words}[Wave.PULSE] for published in all_published]

    assert isolated([*everything(all_published), *mean_over_delegates(hidden)], THRESHOLD, frozenset()) is not None


# --- result pages and editions take what was published, and a word as a word ------------------------------------------


def pulse(*figures: PulseFigure) -> PulseResult:
    return PulseResult("dana", (AREA,), figures, too_few=False)


def test_a_word_gives_no_number_to_a_result_page_or_to_an_edition():
    word = pulse(PulseFigure(AREA.id, ALL_OTHERS, 0, "", "better"))
    number = pulse(PulseFigure(AREA.id, ALL_OTHERS, 7, "0.5", "+0.5"), PulseFigure(AREA.id, "peer", 5, "1", "+1.0"))

    assert (_raters_change(word), _raters_change(number)) == ((), (Fraction(1, 2),))
    assert _raters(sources(word), AREA.id) == RatersView("better", 0, "")
    assert _raters(sources(number), AREA.id) == RatersView("+0.5", 7, "0.5")


def sources(result: PulseResult) -> Sources:
    blank = dict.fromkeys(Sources.__struct_fields__)
    return Sources(**{**blank, "pulse": result})
