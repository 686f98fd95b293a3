"""The rank test over all that a year publishes of two cohorts: reports, rounds, result pages, editions and the trend.

Of raters: each answer is a variable of its own, and no two delegates share one. So figures of two delegates meet only
in the cohort's documents. If these add nothing to what the delegates' own pages show, and no delegate's pages isolate
a rater, then all of it together isolates no one.

Of delegates: every number of the sponsor's documents of both cohorts is one row of one matrix.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from msgspec import Struct

from chalicelib.core.model import Programme, Wave
from chalicelib.results.disclosure_control import AskedRound, areas_in_words
from chalicelib.results.published import PublishedCells
from chalicelib.results.scoring import unclamped
from chalicelib.results.sponsor_rule import Reading
from chalicelib.sponsor.final.own_and_others import CHANGE
from chalicelib.sponsor.trend import Snapshots, compare
from tests.pulse.test_anonymity import WAVES, WORDS, means
from tests.report.attackers import Lin, independent, isolated
from tests.report.designs import (
    NAMED,
    Cohort,
    Design,
    cohort_rows,
    figures_in,
    published_of,
    random_design,
    random_programme,
)
from tests.report.example import by_second_rule
from tests.sponsor.test_anonymity import random_people, shown_rows

FIVE = 5  # delegates behind every figure on a cohort


# --- raters -----------------------------------------------------------------------------------------------------------


class Year(Struct):
    """What the pages of one delegate show over a year, as rows over the raters' answers."""

    before: PublishedCells
    after: PublishedCells
    rounds: dict[Wave, Lin]  # what is shown as a number: of mid-way rounds, and of the last pulse on the result page
    raters: Design

    @property
    def rows(self) -> list[Lin]:
        first, second = figures_in(self.before), figures_in(self.after)
        changes = [second[subject] + first[subject] * -1 for subject in second if subject in first]
        return [*first.values(), *second.values(), *changes, *self.rounds.values()]

    def isolated(self, programme: Programme) -> tuple[int, ...] | None:
        """Isolate an answer. The attacker knows the self ratings and the manager's."""
        known = frozenset(place for place, (group, _) in enumerate(self.raters.raters) if group in NAMED)
        return isolated(self.rows, programme.threshold, known)


def year_of(chance: random.Random, programme: Programme, delegate: str) -> Year:
    """Ask the same people each time. In the follow-up and in each round some do not answer."""
    first = random_design(chance, programme)
    people = range(len(first.raters))
    again = sorted(chance.sample(people, chance.randint(len(people) // 2, len(people))))
    items = [item.id for item in programme.items]
    second = Design(
        programme,
        tuple((first.raters[who][0], {item: chance.random() < 0.95 for item in items}) for who in again),
    )
    return Year(
        before=published_of(programme, first.symbolic(label=f"{delegate} ")),
        after=published_of(programme, second.symbolic(again, f"{delegate} later ")),
        rounds=_rounds(chance, programme.threshold, _anonymous(first), delegate),
        raters=first,
    )


def _anonymous(design: Design) -> list[int]:
    return [place for place, (group, _) in enumerate(design.raters) if group not in NAMED]


def _rounds(chance: random.Random, threshold: int, anonymous: Sequence[int], delegate: str) -> dict[Wave, Lin]:
    """Against who assumes that everyone says the same each time: all rounds of a delegate share variables."""
    numbered, rounds = list[AskedRound](), dict[Wave, Lin]()
    for which in WAVES if len(anonymous) >= FIVE else ():
        asked = sorted(chance.sample(anonymous, chance.randint(FIVE, len(anonymous))))
        further = AskedRound(frozenset(map(str, asked)), WORDS)
        if not areas_in_words(numbered, further, threshold):
            (*_, rounds[which]) = means(which, asked, f"{delegate} change")
            numbered.append(further)
    return rounds


def documents(programme: Programme, years: Sequence[Year]) -> list[Lin]:
    """Return what documents of a cohort show: its start and its follow-up, as in editions and the trend; and pulses."""
    rows = [row for wave in ("before", "after") for row in cohort_of(programme, years, wave)]
    for which in WAVES:
        values = [year.rounds.get(which) for year in years]
        score = Reading(1, CHANGE[1] - CHANGE[0] + 1, tuple(values)).score(unclamped)
        rows += [score.range.shown] if score else []
    return rows


def cohort_of(programme: Programme, years: Sequence[Year], wave: str) -> list[Lin]:
    return cohort_rows(programme, [getattr(year, wave) for year in years])


def some_programme(chance: random.Random) -> Programme:
    """By either rule of publishing."""
    programme = random_programme(chance)
    return programme if chance.random() < 0.5 else by_second_rule(programme)


def some_years(seed: int) -> tuple[Programme, list[list[Year]]]:
    """Two cohorts of one programme."""
    chance = random.Random(seed)
    programme = some_programme(chance)
    return programme, [
        [year_of(chance, programme, f"{cohort}{place}") for place in range(chance.randint(FIVE, 7))]
        for cohort in ("a", "b")
    ]


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(k, marks=pytest.mark.prove) for k in range(100, 300))])
def test_all_that_a_year_publishes_isolates_fewer_raters_than_the_threshold_nowhere(seed):
    programme, cohorts = some_years(seed)
    own = [row for years in cohorts for year in years for row in year.rows]
    of_cohorts = [row for years in cohorts for row in documents(programme, years)]

    assert [year for years in cohorts for year in years if year.isolated(programme)] == []
    assert len(independent([*own, *of_cohorts])) == len(independent(own)), "a cohort's document shows something more"


def test_there_is_something_of_each_kind_to_combine():
    """Of the seeds that always run: otherwise the proof would be about empty pages."""
    worlds = [some_years(seed) for seed in range(6)]
    years = [year for _, cohorts in worlds for cohort in cohorts for year in cohort]

    assert sum(len(year.rounds) for year in years) > 30
    assert all(any(figures_in(getattr(year, wave)) for year in years) for wave in ("before", "after"))
    assert sum(len(documents(programme, cohort)) for programme, cohorts in worlds for cohort in cohorts) > 30


def test_the_proof_notices_an_edition_made_of_a_figure_that_its_delegate_reads_in_words():
    _, (years, _) = some_years(0)
    hidden = Lin({(0, "a0 change"): Fraction(1)}) + Lin({(1, "a0 change"): Fraction(1)})
    own = [row for year in years for row in year.rows]

    assert len(independent([*own, hidden])) > len(independent(own))


def test_the_proof_notices_a_round_that_differs_by_one_rater():
    _, (years, _) = some_years(0)
    (year,) = [year for year in years if year.rounds][:1]
    (which, number) = next(iter(year.rounds.items()))
    one_less = Lin(dict(list(number.terms.items())[1:]))
    year.rounds[Wave.PULSE if which is not Wave.PULSE else Wave.MIDWAY_2] = one_less

    assert year.isolated(random_programme(random.Random(0))) is not None


# --- delegates --------------------------------------------------------------------------------------------------------


def owned(rows: Sequence[Lin], cohort: str, first: int) -> list[Lin]:
    """Return rows in which the delegates of a cohort are numbered from `first` on."""
    return [
        Lin({(first + place, f"{cohort} {what}"): factor for (place, what), factor in row.terms.items()})
        for row in rows
    ]


def sponsors_rows(chance: random.Random, programme: Programme, cohort: str, first: int) -> list[Lin]:
    """Return the numbers of one cohort's documents: its start, its follow-up and its edition."""
    many = chance.randint(FIVE, 9)
    rows = []
    for wave in ("start", "follow-up"):
        designs = Cohort(programme, tuple(random_design(chance, programme) for _ in range(many)))
        rows += owned(cohort_rows(programme, designs.owned_by_delegates()), f"{cohort} {wave}", first)
    return rows + owned(shown_rows(programme, random_people(chance, programme)[:many]), cohort, first)


def both_cohorts(seed: int) -> list[Lin]:
    chance = random.Random(seed)
    programme = some_programme(chance)
    return [*sponsors_rows(chance, programme, "a", 0), *sponsors_rows(chance, programme, "b", 20)]


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(k, marks=pytest.mark.prove) for k in range(100, 200))])
def test_all_documents_of_a_sponsor_isolate_fewer_than_five_delegates_nowhere(seed):
    assert isolated(both_cohorts(seed), FIVE, frozenset()) is None


def test_most_sponsors_have_documents_to_combine():
    assert sum(len(both_cohorts(seed)) > 15 for seed in range(6)) >= 3


@pytest.mark.parametrize("shared", range(8))
def test_the_trend_over_cohorts_that_share_delegates_isolates_no_one(shared):
    """The real comparison decides which cohorts are shown; each of these is a sum over its delegates."""
    sets = [range(7), range(7 - shared, 14 - shared), range(3, 14)]
    trend = compare(
        random_programme(random.Random(1)), [Snapshots(f"{k}", ids(each), {}, {}) for k, each in enumerate(sets)]
    )
    titles = trend.cohorts if trend and trend.cohorts else ("0",)
    rows = [sum(Lin({(place, "x"): Fraction(1)}) for place in sets[int(title)]) for title in titles]

    assert isolated(rows, FIVE, frozenset()) is None


def ids(places: range) -> tuple[str, ...]:
    return tuple(f"d{place}" for place in places)


def test_the_proof_notices_two_cohorts_that_differ_by_one_delegate():
    rows = [sum(Lin({(place, "x"): Fraction(1)}) for place in each) for each in (range(7), range(6))]

    assert isolated(rows, FIVE, frozenset()) is not None
