"""List the behaviours that others rate highest and lowest, and where groups differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.core.model import SELF_GROUP
from chalicelib.report.parts.document import Difference, Ranks, Side, Table
from chalicelib.report.parts.rows import Index
from chalicelib.report.parts.summary import by_workshop
from chalicelib.report.parts.wording import counted, curly, upper_first
from chalicelib.results.facts import Statistic
from chalicelib.results.published import ALL_OTHERS, About

DIFFERENCES = 6


def ranks(index: Index) -> Ranks | None:
    if index.reference != ALL_OTHERS:
        return None
    differences = list(_differences(index))
    highest, lowest = (_table(index, items, title) for items, title in _lists(index))
    has_groups = len(index.groups) > 1
    if not (highest or lowest or has_groups):
        return None
    return Ranks(
        legend=index.legend(),
        highest=highest,
        lowest=lowest,
        note=_note(index, bool(highest or lowest)),
        differences=tuple(differences[:DIFFERENCES]),
        more=max(0, len(differences) - DIFFERENCES),
        has_groups=has_groups,
    )


def _lists(index: Index) -> tuple[tuple[tuple[str, ...], str], tuple[tuple[str, ...], str]]:
    facts = index.facts
    return (facts.highest, "Rated highest by others"), (facts.lowest, "Rated lowest, lowest first")


def _table(index: Index, items: Iterable[str], title: str) -> Table | None:
    rows = [
        index.row(About.ITEM, item, index.items[item].others_wording.rstrip("."), note=_place_of(index, item))
        for item in items
    ]
    return Table(index.columns(), tuple(rows), title) if rows else None


def _place_of(index: Index, item: str) -> str:
    return curly(index.competency_of[item].title)


def _note(index: Index, has_lists: bool) -> str:
    """Say how sure the order is: how many behaviours are too close to the last that is listed."""
    if not has_lists:
        return "Many behaviours are level, so no list of highest or lowest would mean more than chance."
    near = _too_close(index)
    if not near:
        return "The order within a list is not exact."
    words = upper_first(counted(near, "more behaviour is", "more behaviours are"))
    return (
        f"Ranks are less certain than they look. {words} too close to the last of the highest to say which is higher."
    )


def _too_close(index: Index) -> int:
    highest = index.facts.highest
    last = index.theirs(About.ITEM, highest[-1]) if highest else None
    if last is None:
        return 0
    others: list[Statistic] = [
        s for item in index.items if item not in highest and (s := index.theirs(About.ITEM, item))
    ]
    return sum(not index.differ(last, other) for other in others)


def _differences(index: Index) -> Iterable[Difference]:
    """List competencies and behaviours on which two groups differ by more than chance, the widest first."""
    differences = []
    for about, subject, title, note in _subjects(index):
        pairs = index.group_differences(about, subject)
        if pairs:
            differences.append((pairs[0], about, subject, title, note))
    for (_, low, high), about, subject, title, note in sorted(differences, key=lambda entry: -entry[0][0]):
        strip = index.strip(about, subject, [voice for voice, _, _ in index.voices(about) if voice != SELF_GROUP])
        yield Difference(curly(title), curly(note), strip, _side(index, low), _side(index, high))


def _subjects(index: Index) -> Iterable[tuple[About, str, str, str]]:
    for workshop, competencies in by_workshop(index):
        for competency in competencies:
            yield About.COMPETENCY, competency.id, competency.title, workshop
    for item in index.programme.items:
        yield About.ITEM, item.id, item.others_wording.rstrip("."), index.competency_of[item.id].title


def _side(index: Index, figure: Statistic) -> Side:
    return Side(index.title_of(figure.cell), figure.display, index.marks[figure.cell])
