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
    sums: Mapping[str, Sums]  # by cell, or by block
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
    return PublishedReport(
        delegate=delegate,
        name=facts.heading.delegate,
        folder=folder,
        wave=facts.heading.wave,
        threshold=max(facts.threshold, facts.behaviours_from),
        top=top,
        anonymous=_digest(_anonymous(facts)),
        everything=_digest(map(_told, facts.statistics)),
        sums=sums,
        rule=facts.rule,
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
    """Return whether two reports on one delegate's wave rest on different answers of anonymous raters.

    Neither says who is behind a figure, so any difference may be one rater's: the second must not appear.
    """
    return is_same_wave(earlier, further) and earlier.anonymous != further.anonymous


def is_another_baseline(published: PublishedReport, baseline: PublishedReport) -> bool:
    """Return whether changes since this baseline would compare with figures that were never shown."""
    return is_same_wave(published, baseline) and published.everything != baseline.everything


def differs_by_a_few_raters(earlier: PublishedReport, further: PublishedReport) -> bool:
    """Return whether one report seems to hold all answers of the other and only a few more, below the threshold.

    It notices a delegate who was renamed, or a wave under another name, by a group with equal figures. Different
    people's answers may look alike if little is compared, so it returns False below MIN_FIGURES_COMPARED.
    """
    if earlier.sums.keys() != further.sums.keys():
        return False
    added = {cell: _raters(further.sums[cell]) - _raters(earlier.sums[cell]) for cell in earlier.sums}
    if sum(added.values()) < 0:
        return differs_by_a_few_raters(further, earlier)
    grown = {cell for cell, raters in added.items() if raters}
    same = earlier.sums.keys() - grown
    is_few = 0 < sum(added.values()) < max(earlier.threshold, further.threshold) and min(added.values()) >= 0
    margin = 1 if earlier.rule == further.rule == FIRST_RULE else 2
    enough = bool(same) and sum(map(len, further.sums.values())) >= MIN_FIGURES_COMPARED
    return (
        is_few
        and enough
        and all(earlier.sums[cell] == further.sums[cell] for cell in same)
        and all(_may_hold(earlier.sums[cell], further.sums[cell], further.top, margin) for cell in grown)
    )


def _raters(items: Sums) -> int:
    return max((n for n, _ in items.values()), default=0)


def _may_hold(fewer: Sums, more: Sums, top: int, margin: int) -> bool:
    """Return whether these sums may be those plus others' ratings, item by item; a clamp takes `margin` points off."""
    added = [(n - fewer[item][0], total - fewer[item][1]) for item, (n, total) in more.items() if item in fewer]
    return all(raters - margin <= total <= raters * top + margin for raters, total in added)


def _told(s: Statistic) -> tuple[str, str, str, int, float]:
    return s.about, s.id, s.cell, s.n, float(s.mean)


def _anonymous(facts: Facts) -> Iterable[object]:
    named = {cell.cell for cell in facts.cells if cell.named}
    yield from (_told(s) for s in facts.statistics if s.cell not in named)
    yield from ((c.question, c.cell, c.text) for c in facts.comments if c.cell not in named)
    yield from ((a.about, a.id, a.cell, a.n, a.word) for a in facts.agreements)


def _digest(parts: Iterable[object]) -> str:
    """Hash all of them, in any order."""
    return hashlib.sha256("\n".join(sorted(json.dumps(part) for part in parts)).encode()).hexdigest()


# --- cohorts --------------------------------------------------------------------------------------------


def tells_of_a_few(published: Iterable[PublishedMeans], further: PublishedMeans, fewest: int) -> bool:
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
