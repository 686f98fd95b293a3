"""Designs for the proofs, whose ratings are unknowns; what the real publisher shows of them; and rules that leak."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from msgspec.structs import replace

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme, Value
from chalicelib.results.agreement import Word
from chalicelib.results.cell_sums import Total
from chalicelib.results.change import Subject
from chalicelib.results.cohort import cohort_scores
from chalicelib.results.publish import publish
from chalicelib.results.published import PublishedCells
from chalicelib.results.scoring import Number, Score, unclamped
from tests.report.attackers import Lin, isolated
from tests.report.example import GROUPS, KEY, programme_of, tiny_programme

NAMED = ("self", "manager")
Publisher = Callable[[Programme, Sequence[Response]], list[Lin]]


@dataclass(frozen=True)
class Design:
    """Who completed and what they rated; the ratings themselves are unknowns."""

    programme: Programme
    raters: tuple[tuple[str, dict[str, bool]], ...]  # group, item -> rated (False: not able to comment; absent: blank)

    def symbolic(self, owners: Sequence[int] | None = None, label: str = "") -> list[Response]:
        """Each rating is a variable of its owner: of the rater, unless others are given."""
        owners = owners or range(len(self.raters))
        return [
            Response(
                group,
                Answers({i: Lin({(owner, f"{label}{i}"): Fraction(1)}) if rated else None for i, rated in own.items()}),
            )
            for owner, (group, own) in zip(owners, self.raters, strict=True)
        ]

    def isolated(self, publisher: Publisher) -> tuple[int, ...] | None:
        known = frozenset(k for k, (group, _) in enumerate(self.raters) if group in NAMED)
        return isolated(publisher(self.programme, self.symbolic()), self.programme.threshold, known)


def undivided(
    given: Sequence[Number], raters: Sequence[Sequence[int]], items: Sequence[Total], top: int
) -> list[Total]:
    """Return the plain sums of cells, without what moves them inside, which the search of all worlds covers."""
    return [Total(sum(row), own, own, own) for own, row in zip(given, raters, strict=True)]


def published_of(programme: Programme, responses: Sequence[Response]) -> PublishedCells:
    """Publish as the real publisher without its two acts that look at ratings: the search of all worlds covers them."""
    return publish(
        programme,
        responses,
        comment_key=KEY,
        clamp=unclamped,
        agree=lambda ratings, top, cuts: Word.MIXED,
        divide=undivided,
    )


def everything_published(programme: Programme, responses: Sequence[Response]) -> list[Lin]:
    return [figure.range.shown for figure in published_of(programme, responses).figures]


def random_programme(chance: random.Random) -> Programme:
    values = (Value("a", "A"), Value("b", "B"))
    shape = {
        f"c{k}": [("Does it", tuple(v.id for v in values if chance.random() < 0.4))] * chance.randint(1, 3)
        for k in range(chance.randint(1, 2))
    }
    groups = tuple(replace(group, max=2) if group.id == "manager" else group for group in GROUPS)
    return programme_of(shape, values=values, groups=groups, threshold=chance.choice([3, 3, 4, 5]), open_questions=())


def random_design(chance: random.Random, programme: Programme | None = None) -> Design:
    programme = programme or random_programme(chance)
    items = [item.id for item in programme.items]
    present = chance.choice([0.5, 0.8, 0.95])
    raters = []
    for group in programme.groups:
        for _ in range(chance.randint(0, group.max) if group.named else chance.choice([0, 1, 2, 3, 4, 5])):
            answered = [item for item in items if chance.random() < 0.95]
            raters.append((group.id, {item: chance.random() < present for item in answered}))
    return Design(programme, tuple(raters))


def designs(many: int, seed: int) -> list[Design]:
    chance = random.Random(seed)
    return [random_design(chance) for _ in range(many)]


@dataclass(frozen=True)
class Cohort:
    """Delegates on one programme, each with raters of their own."""

    programme: Programme
    delegates: tuple[Design, ...]

    def owned_by_delegates(self) -> list[PublishedCells]:
        """Every answer about a delegate belongs to the delegate: what a sponsor must not learn."""
        return [
            published_of(self.programme, responses)
            for k, design in enumerate(self.delegates)
            for responses in [[_of_delegate(k, n, r) for n, r in enumerate(design.symbolic())]]
        ]

    def owned_by_raters(self) -> list[PublishedCells]:
        reports, first = [], 0
        for design in self.delegates:
            owners = range(first, first + len(design.raters))
            reports.append(published_of(self.programme, design.symbolic(owners)))
            first = owners.stop
        return reports

    def raters(self) -> list[str]:
        """Their groups, numbered as `owned_by_raters` does."""
        return [group for design in self.delegates for group, _ in design.raters]


def _of_delegate(delegate: int, rater: int, response: Response) -> Response:
    ratings = {
        item: None if lin is None else Lin({(delegate, f"{rater} {item}"): Fraction(1)})
        for item, lin in response.answers.ratings.items()
    }
    return Response(response.group, Answers(ratings))


def scores_in(published: PublishedCells) -> dict[Subject, Score]:
    """As the cohort's figures are made from."""
    return {(f.about.value, f.id, f.cell): Score(f.n, f.range) for f in published.figures}


def figures_in(published: PublishedCells) -> dict[Subject, Number]:
    return {(f.about.value, f.id, f.cell): f.range.shown for f in published.figures}


def cohort_rows(programme: Programme, reports: Sequence[PublishedCells]) -> list[Lin]:
    """Return the real cohort figures, without the clamp, which the search of all worlds covers."""
    figures = [scores_in(published) for published in reports]
    scores = cohort_scores(programme, figures, clamp=unclamped)
    return [score.range.shown for score in scores.values()]


def random_cohort(chance: random.Random) -> Cohort:
    programme = random_programme(chance)
    return Cohort(programme, tuple(random_design(chance, programme) for _ in range(chance.randint(5, 7))))


# --- rules that leak, to show that the proofs notice --------------------------------------------------------


def threshold_per_group(programme: Programme, responses: Sequence[Response]) -> list[Lin]:
    """Publish what most spreadsheets do: a group's mean from the threshold on, and a mean over everyone."""
    rows = []
    for item in programme.items:
        rated = [(r.group, rating) for r in responses if (rating := r.answers.ratings.get(item.id)) is not None]
        groups = [[rating for own, rating in rated if own == group.id] for group in programme.anonymous_groups]
        everyone = [rating for own, rating in rated if own not in NAMED]
        rows += [sum(own) for own in [*groups, everyone] if len(own) >= programme.threshold]
    return rows


def competency_over_raters(programme: Programme, responses: Sequence[Response]) -> list[Lin]:
    """Publish as the real publisher, with each competency as the plain mean of raters' means over what each rated."""
    rows = everything_published(programme, responses)
    for cell in published_of(programme, responses).cells:
        for competency in [] if cell.named else programme.competencies:
            means = []
            for response in (r for r in responses if r.group in cell.groups):
                own = [f for item in competency.items if (f := response.answers.ratings.get(item.id)) is not None]
                if own and 2 * len(own) >= len(competency.items):
                    means.append(sum(own) * Fraction(1, len(own)))
            if len(means) >= programme.threshold:
                rows.append(sum(means))
    return rows


def one_left_an_item_out() -> Design:
    programme = tiny_programme(items=2)
    first, second = (item.id for item in programme.items)
    return Design(programme, tuple(("peer", {first: True, second: k > 0}) for k in range(5)))


def means_over_delegates(programme: Programme, reports: Sequence[PublishedCells]) -> list[Lin]:
    """Return the plain cohort mean of every figure that five delegates have, competencies included."""
    numbers: dict[Subject, list[Number]] = {}
    for published in reports:
        for subject, number in figures_in(published).items():
            numbers.setdefault(subject, []).append(number)
    return [
        sum(of_delegates)
        for (_, _, cell), of_delegates in numbers.items()
        if len(of_delegates) >= 5 and cell in ("self", "all_others")
    ]


def means_over_all_raters(programme: Programme, cohort: Sequence[Sequence[Response]]) -> list[Lin]:
    """Return a cohort mean of the raw answers, those of cells that no report shows included."""
    everyone = [response for wave in cohort for response in wave if response.group not in NAMED]
    return [
        sum(ratings)
        for item in programme.items
        if (
            ratings := [
                r for sent_response in everyone if (r := sent_response.answers.ratings.get(item.id)) is not None
            ]
        )
    ]
