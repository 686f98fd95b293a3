"""The proofs of cells and blocks: the real publisher on symbolic answers, and on every world of small designs.

Quick versions run always, the others with `make prove`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme, Value
from chalicelib.results.agreement import spread_of_ratings
from chalicelib.results.cell_sums import Total, cell_sums
from chalicelib.results.publish import publish
from chalicelib.results.published import ALL_OTHERS, About, PublishedCells
from chalicelib.results.scoring import clamp_sum
from chalicelib.results.variance_cuts import variance_cuts
from tests.report.attackers import AnswerDependent, Lin, independent, isolated
from tests.report.designs import NAMED, Design, cohort_rows, everything_published, figures_in, published_of
from tests.report.example import GROUPS, KEY, by_second_rule, programme_of, tiny_programme
from tests.report.worlds import Block, Rest, Seen, certain_worlds_of

# --- no combination of figures is made of fewer raters than the threshold ------------------------------------------


def some_programme(chance: random.Random) -> Programme:
    values = (Value("a", "A"), Value("b", "B"))
    shape = {
        f"c{k}": [("Does it", tuple(v.id for v in values if chance.random() < 0.4))] * chance.randint(1, 4)
        for k in range(chance.randint(1, 2))
    }
    threshold = chance.choice([3, 3, 3, 4])
    programme = programme_of(shape, values=values, groups=GROUPS, open_questions=())
    return by_second_rule(programme, threshold=threshold, behaviours_from=threshold + chance.choice([1, 2, 2, 3]))


def some_design(chance: random.Random, programme: Programme) -> Design:
    items = [item.id for item in programme.items]
    present = chance.choice([0.6, 0.85, 0.95, 1])
    raters = []
    for group in programme.groups:
        for _ in range(chance.randint(0, 1) if group.named else chance.choice([0, 1, 2, 3, 3, 4, 5, 6])):
            raters.append((group.id, {item: chance.random() < present for item in items}))
    return Design(programme, tuple(raters))


def some_designs(many: int, seed: int) -> list[Design]:
    chance = random.Random(seed)
    return [some_design(chance, some_programme(chance)) for _ in range(many)]


@pytest.mark.parametrize("seed", range(2))
def test_no_combination_of_figures_isolates_fewer_raters_than_the_threshold(seed):
    designs = some_designs(60, seed)

    assert [design for design in designs if design.isolated(everything_published)] == []
    assert sum(_has_cells_of_one_block(design) for design in designs) > 10


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 120))
def test_no_combination_isolates_fewer_raters_in_hundreds_of_designs(seed):
    assert [design for design in some_designs(200, seed) if design.isolated(everything_published)] == []


def _has_cells_of_one_block(design: Design) -> bool:
    published = published_of(design.programme, design.symbolic())
    return any(len(block.cells) > 1 for block in published.blocks)


def two_cells(rated: Sequence[str]) -> Design:
    """Three peers and three direct reports; rated: "11" is both behaviours, "10" the first."""
    programme = by_second_rule(tiny_programme(items=2))
    ids = [item.id for item in programme.items]
    groups = ["peer"] * 3 + ["direct_report"] * 3
    rows = tuple(
        (g, {i: m == "1" for i, m in zip(ids, own, strict=True)}) for g, own in zip(groups, rated, strict=True)
    )
    return Design(programme, rows)


def behaviours_by_cell(programme: Programme, responses: Sequence[Response]) -> list[Lin]:
    """Return what a heat map by group would show: every behaviour of every cell from two ratings on."""
    rows = everything_published(programme, responses)
    for item in programme.items:
        for group in programme.anonymous_groups:
            rated = [
                r
                for response in responses
                if response.group == group.id and (r := response.answers.ratings[item.id]) is not None
            ]
            rows += [sum(rated)] if len(rated) >= 2 else []
    return rows


def every_rating_of_a_cell(programme: Programme, responses: Sequence[Response]) -> list[Lin]:
    """Each cell's sum over all its ratings, whether or not the other cell rated the behaviour."""
    rows = everything_published(programme, responses)
    for group in programme.anonymous_groups:
        own = [
            r
            for response in responses
            if response.group == group.id
            for r in response.answers.ratings.values()
            if r is not None
        ]
        rows += [sum(own)] if own else []
    return rows


def test_the_proof_notices_behaviours_by_cell():
    design = two_cells(["11", "11", "10", "11", "11", "11"])

    assert design.isolated(behaviours_by_cell) is not None
    assert design.isolated(everything_published) is None


def test_the_proof_notices_a_cells_sum_over_a_behaviour_that_hardly_any_of_it_rated():
    """One peer rated the first behaviour, and one direct report the second: what is left of both sums is theirs."""
    design = two_cells(["11", "01", "01", "11", "10", "10"])

    assert design.isolated(every_rating_of_a_cell) == (0, 3)
    assert design.isolated(everything_published) is None


def test_a_publisher_that_moves_sums_is_seen_to_look_at_them():
    design = two_cells(["11"] * 6)

    with pytest.raises(AnswerDependent):
        publish(design.programme, design.symbolic(), comment_key=KEY)


# --- baseline, follow-up, pulse and the cohort's figures together --------------------------------------------------


def with_owners(design: Design, people: Sequence[int], label: str) -> PublishedCells:
    return published_of(design.programme, design.symbolic(people, label))


def everything_of_a_year(chance: random.Random) -> tuple[list[Lin], frozenset[int], int]:
    """Rows of a delegate's baseline, follow-up, pulse and the changes; people of named groups; the threshold."""
    programme = some_programme(chance)
    baseline, followup = some_design(chance, programme), some_design(chance, programme)
    areas = programme_of({"areas": [("Better", ())] * chance.randint(1, 3)}, values=(), open_questions=())
    pulse_programme = replace(programme, competencies=areas.competencies, values=())
    pulse = some_design(chance, pulse_programme)
    known, rows, next_person = set(), [], len(baseline.raters)
    before: dict[Any, Any] = {}
    for label, design in (("", baseline), ("later ", followup), ("pulse ", pulse)):
        pool = [k for k, (group, _) in enumerate(baseline.raters) if group not in NAMED]
        chance.shuffle(pool)
        people = []
        for k, (group, _) in enumerate(design.raters):
            again = label and pool and group not in NAMED and chance.random() < 0.8
            people.append(k if not label else pool.pop() if again else next_person)
            next_person += 1
        known |= {person for person, (group, _) in zip(people, design.raters, strict=True) if group in NAMED}
        figures = figures_in(with_owners(design, people, label))
        rows += figures.values()
        rows += [own + before[place] * -1 for place, own in figures.items() if place in before]
        before = figures if not label else before
    return rows, frozenset(known), programme.threshold


@pytest.mark.parametrize("seed", range(2))
def test_baseline_follow_up_and_pulse_together_isolate_no_one(seed):
    chance = random.Random(seed)
    for _ in range(15):
        rows, known, threshold = everything_of_a_year(chance)
        assert isolated(rows, threshold, known) is None


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 110))
def test_the_three_waves_together_isolate_no_one_in_many_designs(seed):
    chance = random.Random(seed)
    for _ in range(60):
        rows, known, threshold = everything_of_a_year(chance)
        assert isolated(rows, threshold, known) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_cohorts_figures_add_nothing_to_its_reports(seed):
    chance = random.Random(seed)
    programme = some_programme(chance)
    reports, first = [], 0
    for _ in range(6):
        design = some_design(chance, programme)
        reports.append(with_owners(design, range(first, first + len(design.raters)), ""))
        first += len(design.raters)
    rows = [figure.range.shown for published in reports for figure in published.figures]

    assert len(independent([*rows, *cohort_rows(programme, reports)])) == len(independent(rows))


@pytest.mark.parametrize("seed", range(6))
def test_no_combination_of_a_cohorts_figures_isolates_fewer_than_five_delegates(seed):
    chance = random.Random(seed)
    programme = some_programme(chance)
    designs = [some_design(chance, programme) for _ in range(6)]
    reports = [_owned_by(k, design) for k, design in enumerate(designs)]

    assert isolated(cohort_rows(programme, reports), 5, frozenset()) is None


def _owned_by(delegate: int, design: Design) -> PublishedCells:
    rows = []
    for number, (group, own) in enumerate(design.raters):
        ratings = {i: Lin({(delegate, f"{number} {i}"): 1}) if rated else None for i, rated in own.items()}
        rows.append(Response(group, Answers(ratings)))
    return published_of(design.programme, rows)


# --- sham raters: mailboxes of the delegate's own -------------------------------------------------------------------


def solved(design: Design, shams: Sequence[int], competency: Sequence[str]) -> tuple[bool, bool]:
    """Whether a single rating of a real rater follows, and whether one rater's sum over a competency does."""
    real = [k for k in range(len(design.raters)) if k not in shams]
    rows = [figure.range.shown for figure in published_of(design.programme, design.symbolic()).figures]
    unknown = [Lin({v: f for v, f in row.terms.items() if v[0] in real}) for row in rows]
    basis = len(independent(unknown))

    def follows(wanted: Lin) -> bool:
        return len(independent([*unknown, wanted])) == basis

    single = any(follows(Lin({(k, item): 1})) for k in real for item in competency)
    return single, any(follows(Lin({(k, item): 1 for item in competency})) for k in real)


@pytest.mark.parametrize(
    ("peers", "reports", "shams", "single", "sums"),
    [
        (4, 4, 3, False, True),
        (3, 3, 2, False, True),
        (4, 5, 4, False, True),
        (5, 5, 4, True, True),
        (5, 3, 1, False, False),
        (4, 0, 3, False, True),
    ],
)
def test_what_a_delegate_learns_with_mailboxes_of_their_own(peers, reports, shams, single, sums):
    programme = by_second_rule(tiny_programme(items=4))
    items = [item.id for item in programme.items]
    raters = [("peer", dict.fromkeys(items, True))] * peers + [("direct_report", dict.fromkeys(items, True))] * reports
    first = peers if reports else 0

    assert solved(Design(programme, tuple(raters)), range(first, first + shams), items) == (single, sums)


# --- no answer is ever certain: every world --------------------------------------------------------------------------


def published(block: Block, divide: Callable[..., Any] = cell_sums) -> Callable[[Seen], Any]:
    """Return what the real publisher shows of these sums."""
    programme, items = block.programme, len(block.raters[0])

    @cache
    def figures(seen: Seen) -> Any:
        sums = [[cell[0] for cell in seen[k : k + items]] for k in range(0, len(seen), items)]
        cells = publish(programme, block.answers(sums), comment_key=KEY, divide=divide)
        return tuple(
            (f.id, f.cell, f.range.shown, f.range.low, f.range.high) for f in cells.figures if f.cell != ALL_OTHERS
        )

    return figures


def each_clamped_alone(
    given: Sequence[int], raters: Sequence[Sequence[int]], items: Sequence[Total], top: int
) -> list[Total]:
    """Publish by the tempting rule: each cell's sum kept away from its own ends, and no more."""
    sizes = [sum(row) for row in raters]
    return [Total(size, *clamp_sum(own, size, top, 2)) for own, size in zip(given, sizes, strict=True)]


QUICK = [
    pytest.param(Block(((3, 3), (3, 3)), 3), id="3+3, two behaviours, 3 points"),
    pytest.param(Block(((2, 3), (3, 2)), 3), id="3+3, rated by 2 3 and 3 2, 3 points"),
    pytest.param(Block(((3, 2), (3, 3)), 3), id="3+3, rated by 3 2 and 3 3, 3 points"),
    pytest.param(Block(((5,),), 5), id="5, one behaviour, 5 points"),
    pytest.param(Block(((3, 3),), 5), id="3 alone, two behaviours, 5 points"),
]
LONG = [
    pytest.param(Block(((3, 3), (3, 3)), 5), id="3+3, two behaviours, 5 points"),
    pytest.param(Block(((2, 3), (3, 2)), 5), id="3+3, rated by 2 3 and 3 2"),
    pytest.param(Block(((2, 3), (2, 3)), 5), id="3+3, rated by 2 3 and 2 3"),
    pytest.param(Block(((3, 3), (4, 4)), 4), id="3+4, two behaviours, 4 points"),
    pytest.param(Block(((3, 2), (3, 4)), 5), id="3+4, rated by 3 2 and 3 4"),
    pytest.param(Block(((3, 3, 3), (3, 3, 3)), 3), id="3+3, three behaviours, 3 points"),
    pytest.param(Block(((3, 3, 3),) * 3, 2), id="3+3+3, three behaviours, 2 points"),
]


@pytest.mark.parametrize("block", QUICK)
def test_no_answer_is_certain(block):
    assert certain_worlds_of(block, published(block))[1] == 0


@pytest.mark.prove
@pytest.mark.parametrize("block", LONG)
def test_no_answer_is_certain_in_hundreds_of_millions_of_worlds(block):
    worlds, certain = certain_worlds_of(block, published(block))

    assert worlds == block.top ** sum(map(sum, block.raters))
    assert certain == 0


def test_the_search_notices_cells_that_are_clamped_each_on_their_own():
    block = Block(((3, 3), (3, 3)), 3)

    assert certain_worlds_of(block, published(block, each_clamped_alone))[1] > 0


@pytest.mark.prove
def test_cells_that_are_clamped_each_on_their_own_make_answers_certain_on_five_points():
    block = Block(((3, 3), (3, 3)), 5)

    assert certain_worlds_of(block, published(block, each_clamped_alone)) == (244_140_625, 177_444)


def with_words(block: Block, cuts: Sequence[int]) -> Callable[[Seen], Any]:
    """Return a word of agreement for each behaviour of a block of two cells, next to the real figures."""
    figures, items = published(block), len(block.raters[0])

    def shown(seen: Seen) -> Any:
        words = []
        for item in range(items):
            n = sum(row[item] for row in block.raters)
            total, squares = (sum(cell[k] for cell in seen[item::items]) for k in (0, 1))
            words.append(sum(n * squares - total * total >= cut for cut in cuts))
        return figures(tuple((cell[0],) for cell in seen)), tuple(words)

    return shown


def test_the_search_notices_words_of_agreement_in_a_block_of_two_cells():
    block = Block(((3, 3), (3, 3)), 3)
    cut = spread_of_ratings([2, 2, 2, 2, 3, 3])

    assert certain_worlds_of(block, with_words(block, [cut]), squares=True)[1] > 0


def with_the_real_word(n: int, top: int) -> Callable[[Seen], Any]:
    """Return the word of a behaviour in a block of one cell, next to its figure."""
    cuts, block = variance_cuts(n, top, 3), Block(((n,),), top)
    figures = published(block)
    assert cuts is not None

    def shown(seen: Seen) -> Any:
        ((total, squares),) = seen
        spread = n * squares - total * total
        return figures(((total,),)), (spread >= cuts.agree) + (spread >= cuts.split)

    return shown


def words_add_nothing(n: int, top: int, colluders: int) -> bool:
    block = Block(((n,),), top)
    alone = certain_worlds_of(block, published(block), colluders=colluders)
    return certain_worlds_of(block, with_the_real_word(n, top), colluders=colluders, squares=True) == alone


@pytest.mark.parametrize(("n", "top"), [(7, 5), (8, 5), (9, 4)])
@pytest.mark.parametrize("colluders", [0, 1])
def test_words_give_an_outsider_and_one_colluder_nothing_new(n, top, colluders):
    assert words_add_nothing(n, top, colluders)


@pytest.mark.prove
@pytest.mark.parametrize(("n", "top"), [(9, 5), (10, 5), (12, 5), (10, 4), (6, 7), (7, 7), (8, 7)])
@pytest.mark.parametrize("colluders", [0, 1])
def test_words_give_nothing_new_at_more_ratings_and_points(n, top, colluders):
    assert words_add_nothing(n, top, colluders)


@pytest.mark.parametrize(
    ("n", "colluders", "certain"),
    [(5, 0, 0), (5, 1, 6), (5, 2, 44), (5, 4, 3103)],
    ids=["outsider", "one", "two", "four"],
)
def test_what_colluders_of_a_block_of_five_learn_of_one_behaviour(n, colluders, certain):
    """The share of all 3,125 worlds: 0, 0.19, 1.41 and 99.3 %."""
    block = Block(((n,),), 5)

    assert certain_worlds_of(block, published(block), colluders=colluders) == (3125, certain)


@pytest.mark.parametrize(("ratings", "share"), [(5, "0.19"), (4, "0.96")])
def test_what_one_colluder_learns_of_a_behaviour_that_one_of_five_could_not_rate(ratings, share):
    """The publisher's clamp of two points, on every world of one behaviour."""
    shown: dict[tuple[int, int], set[tuple[int, ...]]] = {}
    for world in product(range(1, 6), repeat=ratings):
        shown.setdefault((world[0], clamp_sum(sum(world), ratings, 5, 2)[0]), set()).add(world[1:])
    certain = sum(
        len(others) for others in shown.values() if any(len(set(each)) == 1 for each in zip(*others, strict=True))
    )

    assert certain == 6
    assert f"{100 * certain / 5**ratings:.2f}" == share


def test_what_three_of_four_learn_of_the_fourth_under_the_first_rule():
    """The clamp of one point: the fourth's answer is hidden next to three that are all the highest, or the lowest."""
    hidden = [
        world
        for world in product(range(1, 6), repeat=4)
        if sum(clamp_sum(sum(world[:3]) + other, 4, 5)[0] == clamp_sum(sum(world), 4, 5)[0] for other in range(1, 6))
        > 1
    ]

    assert {world[:3] for world in hidden} == {(1, 1, 1), (5, 5, 5)}
    assert len(hidden) == 4


@pytest.mark.prove
def test_what_one_colluder_of_a_cell_of_three_learns_of_two_behaviours():
    block = Block(((3, 3), (3, 3)), 5)
    worlds, certain = certain_worlds_of(block, published(block), colluders=1)

    assert worlds == 244_140_625
    assert 0.004 < certain / worlds < 0.005


# --- one colluder, in reports of the usual size ----------------------------------------------------------------------

NOMINATED = {"peer": 5, "direct_report": 5, "other": 2}
NINE = by_second_rule(programme_of({f"c{k}": [("Does it", ())] * 4 for k in range(9)}, values=(), open_questions=()))


def typical(chance: random.Random, level: float = 3.8, response: float = 0.75) -> list[Response]:
    """Raters as decision 37 models them: a behaviour's level, a rater's leniency, and the rest."""
    items = [item.id for item in NINE.items]
    behaviour = {item: chance.gauss(level, 0.12**0.5) for item in items}
    wave = []
    for group, many in NOMINATED.items():
        for _ in range(many):
            lenient = chance.gauss(0, 0.35**0.5)
            ratings = {i: min(5, max(1, round(behaviour[i] + lenient + chance.gauss(0, 0.45**0.5)))) for i in items}
            if chance.random() < response:
                wave.append(Response(group, Answers(ratings)))
    return wave


def teaches_a_colluder(wave: Sequence[Response]) -> bool:
    """Return whether some rater, who knows their own answers, is certain of another's answer to some behaviour."""
    cells = publish(NINE, wave, comment_key=KEY)
    figures = {(f.id, f.cell): f.range for f in cells.figures}
    for block in cells.blocks:
        members = [[r.answers.ratings for r in wave if r.group in cell.groups] for cell in block.cells]
        for competency in NINE.competencies:
            items = [item.id for item in competency.items]
            if any(_is_certain(figures, block, members, items, competency.id, who) for who in _people(members)):
                return True
    return False


def _people(members: Sequence[Sequence[Any]]) -> list[tuple[int, int]]:
    return [(cell, k) for cell, own in enumerate(members) for k in range(len(own))]


def _is_certain(
    figures: Any, block: Any, members: Any, items: Sequence[str], competency: str, who: tuple[int, int]
) -> bool:
    own_cell, k = who
    own = members[own_cell][k]
    others = [[r for j, r in enumerate(cell) if (c, j) != who] for c, cell in enumerate(members)]
    sizes = [len(cell) for cell in members]
    n = sum(sizes)
    if block.shows_behaviours:
        sums = tuple(_less(figures[item, block.id], n, own[item]) for item in items)
    else:
        sums = tuple((n - 1, 5 * (n - 1)) for _ in items)
    given = sum(own[item] for item in items)
    if len(sizes) > 1 or not block.shows_behaviours:
        cells = tuple(
            _less(figures[competency, cell.id], 4 * size, given * (c == own_cell))
            for c, (cell, size) in enumerate(zip(block.cells, sizes, strict=True))
        )
    else:
        cells = ((4 * (n - 1), 20 * (n - 1)),)
    rest = Rest(tuple(map(len, others)), sums, cells, 5)
    return rest.is_certain(tuple(tuple(sum(r[item] for r in cell) for item in items) for cell in others))


def _less(known: Any, size: int, own: int) -> tuple[int, int]:
    return int(known.low * size) - own, int(known.high * size) - own


def share_with_a_colluder(reports: int, seed: int, level: float = 3.8) -> float:
    chance = random.Random(seed)
    return sum(teaches_a_colluder(typical(chance, level)) for _ in range(reports)) / reports


def teaches_two_of_three(wave: Sequence[Response]) -> bool:
    """Return whether two raters of a cell of three are certain of every answer of the third to some competency.

    The third is the first of the cell: who colludes does not follow from the answers.
    """
    cells = publish(NINE, wave, comment_key=KEY)
    figures = {(f.id, f.cell): f.range for f in cells.figures}
    for cell in (cell for block in cells.blocks for cell in block.cells):
        _third, *two = [r.answers.ratings for r in wave if r.group in cell.groups]
        for competency in NINE.competencies if len(two) == 2 else ():
            items = [item.id for item in competency.items]
            known = figures[competency.id, cell.id]
            low, high = _less(known, 3 * len(items), sum(ratings[item] for ratings in two for item in items))
            if low >= 5 * len(items) or high <= len(items):
                return True
    return False


@pytest.mark.parametrize(("level", "least", "most"), [(3.8, 0.03, 0.07), (4.4, 0.1, 0.2)])
def test_two_of_three_know_every_answer_of_the_third_in_few_reports(level, least, most):
    chance = random.Random(1)
    assert least < sum(teaches_two_of_three(typical(chance, level)) for _ in range(400)) / 400 < most


def test_one_colluder_is_rarely_certain_at_the_default():
    assert share_with_a_colluder(40, seed=3) < 0.2


def test_one_colluder_is_certain_in_a_third_of_the_reports_where_people_rate_high():
    assert 0.25 < share_with_a_colluder(120, seed=37, level=4.4) < 0.45


@pytest.mark.prove
def test_one_colluder_is_certain_in_a_tenth_of_a_thousand_reports_at_the_default():
    assert 0.05 < share_with_a_colluder(1000, seed=1) < 0.2


def test_the_attack_notices_a_colluder_among_three_who_all_gave_the_top():
    """Everyone else gave the top, and the figure says so: the attack must find it."""
    items = [item.id for item in NINE.items]
    top = [Response("peer", Answers(dict.fromkeys(items, 5))) for _ in range(4)]
    low = Response("peer", Answers(dict.fromkeys(items, 3)))  # 23 of 25: shown as it is

    assert teaches_a_colluder([*top, replace(low)])


def test_which_figures_exist_is_decided_by_counts_alone():
    chance = random.Random(5)
    design = some_design(chance, some_programme(chance))
    cells = published_of(design.programme, design.symbolic())

    assert {figure.about for figure in cells.figures} <= set(About)
