"""Guard against differencing: the difference of two published figures is also a figure. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from msgspec import Struct

from chalicelib.results.facts import Facts, Statistic
from chalicelib.results.layout import FIRST_RULE
from chalicelib.results.published import ALL_OTHERS, About

COMPETENCIES = "competencies of "
MIN_FIGURES_COMPARED = 8  # figures; fewer can be equal by chance
Figures = Mapping[str, Collection[str]]  # figure of a cohort -> delegates behind it
Sums = Mapping[str, tuple[int, int]]  # item -> number of ratings, and their sum as it is published


class PublishedReport(Struct, frozen=True, tag="report"):
    """One delegate's published figures of one wave, in a report or as the baseline of one."""

    delegate: str  # their identity: the name without what differs between spellings
    name: str
    folder: str
    wave: str
    threshold: int  # answers of fewer raters must not follow from a difference
    top: int  # of the scale
    anonymous: str  # SHA-256 of the figures, words and comments of anonymous raters
    everything: str  # SHA-256 of all figures
    sums: Mapping[str, Sums]  # of behaviours by cell or block; of competencies by cell, see _of_competencies
    rule: int = FIRST_RULE  # the publishing rule


class PublishedMeans(Struct, frozen=True, tag="cohort"):
    """The delegates behind the figures of a cohort."""

    wave: str
    sets: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  # identities of delegates, and their figures


Entry = PublishedReport | PublishedMeans


def report_entry(facts: Facts, delegate: str, folder: str, top: int) -> PublishedReport:
    sums: dict[str, dict[str, tuple[int, int]]] = {}
    for s in facts.statistics:
        if s.about == About.ITEM and s.cell != ALL_OTHERS:
            sums.setdefault(s.cell, {})[s.id] = s.n, round(s.n * s.mean)
    named = {cell.cell for cell in facts.cells if cell.named}
    for s in facts.statistics:
        if facts.rule != FIRST_RULE and s.about == About.COMPETENCY and s.cell not in {*named, ALL_OTHERS}:
            sums.setdefault(_of_competencies(s.cell), {})[s.id] = s.n, round(s.n * s.mean)
    return PublishedReport(
        delegate=delegate,
        name=facts.heading.delegate,
        folder=folder,
        wave=facts.heading.wave,
        threshold=max(facts.threshold, facts.behaviours_from),
        top=top,
        anonymous=_digest(_anonymous(facts)),
        everything=_digest(map(_as_row, facts.statistics)),
        sums=sums,
        rule=facts.rule,
    )


def _of_competencies(cell: str) -> str:
    """Return the key of a cell's competencies: they may be shown of other cells than behaviours."""
    return "+".join(f"{COMPETENCIES}{group}" for group in cell.split("+"))


def means_entry(wave: str, figures: Figures) -> PublishedMeans:
    sets: dict[tuple[str, ...], list[str]] = {}
    for figure, delegates in figures.items():
        sets.setdefault(tuple(sorted(delegates)), []).append(figure)
    return PublishedMeans(wave, tuple((delegates, tuple(sorted(ids))) for delegates, ids in sorted(sets.items())))


# --- rounds -------------------------------------------------------------------------------------------------


class AskedRound(Struct, frozen=True):
    """One round of questions about a delegate's development areas.

    people   who was asked, as far as the delegate can know
    areas    id -> the words that raters read; of an earlier round, those that are shown with a number
    """

    people: frozenset[str]
    areas: Mapping[str, str]


def areas_in_words(earlier: Iterable[AskedRound], further: AskedRound, threshold: int) -> frozenset[str]:
    """Return the areas whose further figure would show, next to earlier ones, what a few people answered.

    Most people repeat themselves, so the difference of two means is the answer of who came or left. Areas with other
    words are not compared.
    """
    rounds = list(earlier)
    return frozenset(
        area
        for area, words in further.areas.items()
        if difference_is_too_small(
            [asked_round.people for asked_round in rounds if asked_round.areas.get(area) == words],
            further.people,
            threshold,
        )
    )


# --- reports --------------------------------------------------------------------------------------------


def is_same_wave(earlier: PublishedReport, further: PublishedReport) -> bool:
    return (earlier.delegate, earlier.wave) == (further.delegate, further.wave)


def shows_other_answers(earlier: PublishedReport, further: PublishedReport) -> bool:
    """Return whether two reports on one delegate's wave rest on different answers of anonymous raters.

    Neither says who is behind a figure, so any difference may be one rater's: the second must not appear.
    """
    return is_same_wave(earlier, further) and earlier.anonymous != further.anonymous


def is_another_baseline(published: PublishedReport, baseline: PublishedReport) -> bool:
    """Return whether changes since this baseline would compare with figures that were never shown."""
    return is_same_wave(published, baseline) and published.everything != baseline.everything


def differs_by_a_few_raters(earlier: PublishedReport, further: PublishedReport) -> bool:
    """Return whether one report seems to hold all answers of the other and only a few more, below the threshold.

    It notices a delegate who was renamed, or a wave under another name. The cells of the two may differ, as groups are
    pooled by how many answered: then it compares the smallest unions of groups that both show. Different people's
    answers may look alike if little is compared, so it returns False below MIN_FIGURES_COMPARED.
    """
    return any(_differs(earlier, further, is_of_competencies=kind) for kind in (False, True))


def _differs(earlier: PublishedReport, further: PublishedReport, *, is_of_competencies: bool) -> bool:
    pairs = [
        pair
        for groups, pair in _compared(earlier.sums, further.sums)
        if _is_of_one_person(pair) or groups.startswith(COMPETENCIES) == is_of_competencies
    ]
    named = [pair for pair in pairs if _is_of_one_person(pair)]
    groups = [pair for pair in pairs if not _is_of_one_person(pair)]
    added = [_raters(after) - _raters(before) for before, after in groups]
    if sum(added) < 0:
        return _differs(further, earlier, is_of_competencies=is_of_competencies)
    if not 0 < sum(added) < max(earlier.threshold, further.threshold) or min(added) < 0:
        return False
    margin = 1 if earlier.rule == further.rule == FIRST_RULE else 2 * max(map(len, (earlier.sums, further.sums)))
    grown = [pair for pair, more in zip(groups, added, strict=True) if more]
    same = [pair for pair, more in zip(groups, added, strict=True) if not more]
    return (
        _is_enough(grown, same, named)
        and all(before == after for before, after in same)
        and all(_may_hold(before, after, further.top, margin) for before, after in grown)
    )


Pair = tuple[Sums, Sums]  # of the same raters' groups: in the earlier report, and in the further one


def _compared(earlier: Mapping[str, Sums], further: Mapping[str, Sums]) -> list[tuple[str, Pair]]:
    """Pair what two reports show of the same groups, by a group. What one does not show is paired with nothing."""
    unions: list[set[str]] = []
    for cell in [*earlier, *further]:
        groups = set(cell.split("+"))
        touched = [union for union in unions if union & groups]
        unions = [union for union in unions if union not in touched] + [groups.union(*touched)]
    return [(min(union), (_joined(earlier, union), _joined(further, union))) for union in unions]


def _joined(sums: Mapping[str, Sums], groups: Collection[str]) -> Sums:
    """Add up the cells of these groups, item by item, as far as every cell shows the item."""
    cells = [items for cell, items in sums.items() if set(cell.split("+")) <= set(groups)]
    common = set.intersection(*map(set, cells)) if cells else set()
    return {
        item: (sum(items[item][0] for items in cells), sum(items[item][1] for items in cells))
        for item in sorted(common)
    }


def _is_of_one_person(pair: Pair) -> bool:
    """Return whether a pair is of a person shown by name, or of one that only one of the reports shows."""
    return max(map(_raters, pair)) <= 1


def _is_enough(grown: Sequence[Pair], same: Sequence[Pair], named: Sequence[Pair]) -> bool:
    """Return whether so much is compared that different answers would hardly look alike.

    Equal figures are strong evidence; figures that could hold the others need twice as many.
    """
    equal = [pair for pair in named if pair[0] == pair[1] and pair[0]]
    compared = sum(len(before.keys() & after.keys()) for before, after in [*grown, *same, *equal])
    return compared >= (1 if equal or same else 2) * MIN_FIGURES_COMPARED


def _raters(items: Sums) -> int:
    return max((n for n, _ in items.values()), default=0)


def _may_hold(fewer: Sums, more: Sums, top: int, margin: int) -> bool:
    """Return whether these sums may be those plus others' ratings, item by item; clamps take `margin` points off."""
    added = [(n - fewer[item][0], total - fewer[item][1]) for item, (n, total) in more.items() if item in fewer]
    return bool(added) and all(raters - margin <= total <= raters * top + margin for raters, total in added)


def _as_row(s: Statistic) -> tuple[str, str, str, int, float]:
    return s.about, s.id, s.cell, s.n, float(s.mean)


def _anonymous(facts: Facts) -> Iterable[object]:
    named = {cell.cell for cell in facts.cells if cell.named}
    yield from (_as_row(s) for s in facts.statistics if s.cell not in named)
    yield from ((c.question, c.cell, c.text) for c in facts.comments if c.cell not in named)
    yield from ((a.about, a.id, a.cell, a.n, a.word) for a in facts.agreements)


def _digest(parts: Iterable[object]) -> str:
    """Hash all of them, in any order."""
    return hashlib.sha256("\n".join(sorted(json.dumps(part) for part in parts)).encode()).hexdigest()


# --- cohorts --------------------------------------------------------------------------------------------


def reveals_too_few(published: Iterable[PublishedMeans], further: PublishedMeans, fewest: int) -> bool:
    """Return whether a cohort's figures, combined with all published ones, reveal fewer delegates than `fewest`."""
    sets: dict[str, list[frozenset[str]]] = {}
    for entry in published:
        if entry.wave == further.wave:
            for delegates, figures in entry.sets:
                for figure in figures:
                    sets.setdefault(figure, []).append(frozenset(delegates))
    asked = {
        (frozenset(sets.get(figure, ())), frozenset(delegates))
        for delegates, figures in further.sets
        for figure in figures
    }
    return any(difference_is_too_small(earlier, new, fewest) for earlier, new in asked)


def difference_is_too_small(published: Iterable[Collection[str]], further: Collection[str], fewest: int) -> bool:
    """Return whether sums over these sets combine to a sum over some, but fewer than `fewest`, members.

    published   the members behind each earlier figure of the same kind
    further     the members behind the next one

    Exact: there is such a combination if and only if leaving out those members lowers the rank of the sets. The same
    members again reveal nothing new. Example: from means of ten, then of nine of them, ten times the first less nine
    times the second is the tenth's figure. With two sets of five, then both and one more, the difference is that one's.
    """
    earlier, new = {frozenset(members) for members in published}, frozenset(further)
    if new in earlier:
        return False
    sets = [*earlier, new]
    alike: dict[tuple[bool, ...], int] = {}  # members who are in the same sets can only be distinguished together
    for member in frozenset().union(*sets):
        pattern = tuple(member in members for members in sets)
        alike[pattern] = alike.get(pattern, 0) + 1
    small = [pattern for pattern, many in alike.items() if many < fewest]
    whole = _rank(alike)
    return any(
        _rank(alike.keys() - set(left_out)) < whole
        for size in range(1, fewest)
        for left_out in combinations(small, size)
        if sum(alike[pattern] for pattern in left_out) < fewest
    )


def _rank(rows: Iterable[Sequence[bool]]) -> int:
    """Return the rank of a matrix, exactly (Gauss)."""
    basis: dict[int, list[Fraction]] = {}
    for row in rows:
        rest = [Fraction(entry) for entry in row]
        for pivot, base in basis.items():  # in the order they were processed
            rest = [own - rest[pivot] * other for own, other in zip(rest, base, strict=True)]
        pivot = next((index for index, entry in enumerate(rest) if entry), -1)
        if pivot >= 0:
            basis[pivot] = [entry / rest[pivot] for entry in rest]
    return len(basis)
