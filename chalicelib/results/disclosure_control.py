"""What may be published beside what has been published: the difference of two figures is a figure too. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from msgspec import Struct

from chalicelib.results.facts import Facts, Statistic
from chalicelib.results.published import ALL_OTHERS, About

MIN_FIGURES_COMPARED = 8  # figures; fewer can agree by chance
Figures = Mapping[str, Collection[str]]  # figure of a cohort -> delegates behind it
Sums = Mapping[str, tuple[int, int]]  # item -> number of ratings, and their sum as it is published


class PublishedReport(Struct, frozen=True, tag="report"):
    """One delegate's figures of one wave, as a report or as the baseline of one."""

    delegate: str  # their identity: the name without what spellings differ in
    name: str
    folder: str
    wave: str
    threshold: int
    top: int  # of the scale
    anonymous: str  # SHA-256 of the figures, words and comments of raters who are not named
    everything: str  # SHA-256 of all figures
    sums: Mapping[str, Sums]  # by cell


class PublishedMeans(Struct, frozen=True, tag="cohort"):
    """The delegates behind the figures of a cohort."""

    wave: str
    sets: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  # identities of delegates, and the figures over them


Entry = PublishedReport | PublishedMeans


def report_entry(facts: Facts, delegate: str, folder: str, top: int) -> PublishedReport:
    sums: dict[str, dict[str, tuple[int, int]]] = {}
    for s in facts.statistics:
        if s.about == About.ITEM and s.cell != ALL_OTHERS:
            sums.setdefault(s.cell, {})[s.id] = s.n, round(s.n * s.mean)
    return PublishedReport(
        delegate=delegate,
        name=facts.heading.delegate,
        folder=folder,
        wave=facts.heading.wave,
        threshold=facts.threshold,
        top=top,
        anonymous=_digest(_anonymous(facts)),
        everything=_digest(map(_told, facts.statistics)),
        sums=sums,
    )


def means_entry(wave: str, figures: Figures) -> PublishedMeans:
    sets: dict[tuple[str, ...], list[str]] = {}
    for figure, delegates in figures.items():
        sets.setdefault(tuple(sorted(delegates)), []).append(figure)
    return PublishedMeans(wave, tuple((delegates, tuple(sorted(found))) for delegates, found in sorted(sets.items())))


# --- reports --------------------------------------------------------------------------------------------


def is_same_wave(earlier: PublishedReport, further: PublishedReport) -> bool:
    return (earlier.delegate, earlier.wave) == (further.delegate, further.wave)


def shows_other_answers(earlier: PublishedReport, further: PublishedReport) -> bool:
    """Whether two reports on one delegate's wave rest on different answers of anonymous raters.

    Neither says who is behind a figure, so any difference may be one rater's: the second must not appear.
    """
    return is_same_wave(earlier, further) and earlier.anonymous != further.anonymous


def is_another_baseline(published: PublishedReport, baseline: PublishedReport) -> bool:
    """Whether changes since this baseline would look back to figures that nobody was shown."""
    return is_same_wave(published, baseline) and published.everything != baseline.everything


def differs_by_a_few_raters(earlier: PublishedReport, further: PublishedReport) -> bool:
    """Whether one report seems to hold all answers of the other and few more: fewer than the threshold.

    It notices a delegate who was renamed, and a wave that is given out as another one, by a group whose figures are all
    the same. Answers of other people may look alike where little is compared, so it says no below FEWEST_COMPARED.
    """
    if earlier.sums.keys() != further.sums.keys():
        return False
    more = {cell: _raters(further.sums[cell]) - _raters(earlier.sums[cell]) for cell in earlier.sums}
    if sum(more.values()) < 0:
        return differs_by_a_few_raters(further, earlier)
    grown = {cell for cell, raters in more.items() if raters}
    same = earlier.sums.keys() - grown
    few = 0 < sum(more.values()) < max(earlier.threshold, further.threshold) and min(more.values()) >= 0
    enough = bool(same) and sum(map(len, further.sums.values())) >= MIN_FIGURES_COMPARED
    return (
        few
        and enough
        and all(earlier.sums[cell] == further.sums[cell] for cell in same)
        and all(_may_hold(earlier.sums[cell], further.sums[cell], further.top) for cell in grown)
    )


def _raters(items: Sums) -> int:
    return max((n for n, _ in items.values()), default=0)


def _may_hold(fewer: Sums, more: Sums, top: int) -> bool:
    """Whether these sums may be those and ratings of others, item by item; a clamp takes one point off a sum."""
    added = [(n - fewer[item][0], total - fewer[item][1]) for item, (n, total) in more.items() if item in fewer]
    return all(raters - 1 <= total <= raters * top + 1 for raters, total in added)


def _told(s: Statistic) -> tuple[str, str, str, int, float]:
    return s.about, s.id, s.cell, s.n, float(s.mean)


def _anonymous(facts: Facts) -> Iterable[object]:
    named = {cell.cell for cell in facts.cells if cell.named}
    yield from (_told(s) for s in facts.statistics if s.cell not in named)
    yield from ((c.question, c.cell, c.text) for c in facts.comments if c.cell not in named)
    yield from ((a.about, a.id, a.cell, a.n, a.word) for a in facts.agreements)


def _digest(parts: Iterable[object]) -> str:
    """Of all of them in any order."""
    return hashlib.sha256("\n".join(sorted(json.dumps(part) for part in parts)).encode()).hexdigest()


# --- cohorts --------------------------------------------------------------------------------------------


def tells_of_a_few(published: Iterable[PublishedMeans], further: PublishedMeans, fewest: int) -> bool:
    """Whether figures of a cohort, put together with all that were published, tell of fewer delegates than `fewest`."""
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
    """Whether sums over these sets combine to a sum over some, but fewer than `fewest`, members.

    published   whom each earlier figure of the same kind is over
    further     whom the next one would be over

    Exact: there is such a combination if and only if leaving out those members lowers the rank of the sets. The same
    members again tell nothing new. Vector: means of ten, then of nine of them: ten times the one less nine times the
    other is the tenth's figure. Two sets of five, then both and one more: the difference is that one's.
    """
    earlier, new = {frozenset(members) for members in published}, frozenset(further)
    if new in earlier:
        return False
    sets = [*earlier, new]
    alike: dict[tuple[bool, ...], int] = {}  # members who are in the same sets can only be told together
    for member in frozenset().union(*sets):
        pattern = tuple(member in one for one in sets)
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
    """Of a matrix, exactly (Gauss)."""
    basis: dict[int, list[Fraction]] = {}
    for row in rows:
        rest = [Fraction(entry) for entry in row]
        for pivot, base in basis.items():  # in the order they were found
            rest = [own - rest[pivot] * other for own, other in zip(rest, base, strict=True)]
        pivot = next((at for at, entry in enumerate(rest) if entry), -1)
        if pivot >= 0:
            basis[pivot] = [entry / rest[pivot] for entry in rest]
    return len(basis)
