"""Compare the delegate's view with theirs: a map, and four lists of what is clearly outside its middle. Pure."""

from __future__ import annotations

from statistics import median_low

from chalicelib.core.model import Item
from chalicelib.report.parts.compare_map import draw_map
from chalicelib.report.parts.document import Compare, Kind, Placed
from chalicelib.report.parts.rows import Index, as_figure
from chalicelib.report.parts.wording import curly
from chalicelib.results.facts import Statistic
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.quadrants import Quadrant, quadrant_of
from chalicelib.results.statements import GAP_TIMES, PLACE_TIMES, error_of_gap, middle_of

MORE, STRENGTHS = Quadrant.THEY_SEE_MORE.value, Quadrant.AGREED_STRENGTH.value
HIGHER, DEVELOP, CLOSE = Quadrant.YOU_SEE_MORE.value, Quadrant.AGREED_WORK.value, Quadrant.CLOSE.value
ROWS = 8  # behaviours in one list
TITLES = {
    MORE: ("They see more than you do", "Also called hidden strengths."),
    STRENGTHS: ("Agreed strengths", "High in their eyes, and your own rating is not clearly lower."),
    HIGHER: (
        "You see more than they do",
        "Also called blind spots: what you intend may not be seen yet.",
    ),
    DEVELOP: ("Agreed areas to develop", "Low in their eyes, and your own rating is not clearly higher."),
    CLOSE: ("Too close to call", ""),
}
ORDER = {  # the clearest first
    MORE: lambda row: row.across,
    STRENGTHS: lambda row: -row.up,
    HIGHER: lambda row: -row.across,
    DEVELOP: lambda row: row.up,
    CLOSE: lambda row: -row.up,
}


def kind_of(index: Index, item_id: str) -> str:
    """Return where a behaviour belongs, or "" without a figure of others or a rating of one's own."""
    own, theirs = index.own(About.ITEM, item_id), index.theirs(About.ITEM, item_id)
    if not own or not theirs:
        return ""
    gap, level = index.verdict(About.ITEM, item_id), index.side_of(theirs, middle_of(index.top))
    return quadrant_of(gap, level).value


def placed(index: Index) -> dict[str, list[tuple[str, Placed]]]:
    """Return kind -> behaviours (id, place), the clearest first."""
    places_by_kind: dict[str, list[tuple[str, Placed]]] = {kind: [] for kind in TITLES}
    for item in index.programme.items:
        if kind := kind_of(index, item.id):
            places_by_kind[kind].append((item.id, _place(index, item)))
    return {kind: sorted(rows, key=lambda row: ORDER[kind](row[1])) for kind, rows in places_by_kind.items()}


def _place(index: Index, item: Item) -> Placed:
    own, theirs = index.own(About.ITEM, item.id), index.theirs(About.ITEM, item.id)
    if own is None or theirs is None:
        raise ValueError(f"behaviour {item.id} lacks a figure of its own or of others")
    return Placed(
        text=curly(item.others_wording.rstrip(".")),
        own=as_figure(own.display).number.removesuffix(".0"),
        others=as_figure(theirs.display),
        gap=index.gap_figure(About.ITEM, item.id),
        across=round(own.mean - theirs.mean, 3),
        up=round(theirs.mean, 3),
    )


def compare(index: Index) -> Compare | None:
    """Make the page; a report of two voices lists its behaviours instead."""
    if index.reference != ALL_OTHERS:
        return None
    rows = placed(index)
    kinds = [_kind(kind, [row for _, row in rows[kind]]) for kind in TITLES]
    if not any(kind.rows for kind in kinds):
        return None
    typical = median_low([s.n for s in _figures(index)])
    item = next(iter(index.items))
    error = index.error(About.ITEM, item, typical)
    across, up = float(GAP_TIMES * error_of_gap(About.ITEM, error)), float(PLACE_TIMES * error)
    by_kind = {kind: [row for _, row in rows[kind]] for kind in reversed(TITLES)}
    return Compare(
        kinds=tuple(kinds[:-1]),
        close=_kind(CLOSE, by_kind[CLOSE], many=len(index.items)),
        map=draw_map(by_kind, _alt(kinds), index.top, across, up),
        sentences=_sentences(index, rows, typical, across, up),
    )


def _figures(index: Index) -> list[Statistic]:
    return [s for item in index.items if index.own(About.ITEM, item) and (s := index.theirs(About.ITEM, item))]


def _kind(kind: str, rows: list[Placed], many: int = ROWS) -> Kind:
    title, note = TITLES[kind]
    return Kind(kind, title, note, tuple(rows[:many]), max(0, len(rows) - many))


def _sentences(
    index: Index, rows: dict[str, list[tuple[str, Placed]]], n: int, across: float, up: float
) -> tuple[str, ...]:
    close, all_rows = len(rows[CLOSE]), sum(len(placed_rows) for placed_rows in rows.values())
    return (
        "Every behaviour is a mark: upwards what others say, across how far your own rating is from it.",
        f"The grey field is “too close to call”: {close} of {all_rows} behaviours. With {n} raters a gap below "
        f"{across:.1f} can be chance, and so can a level within {up:.1f} of {float(middle_of(index.top)):.1f}.",
        "In the white band your view and theirs are alike. The lists hold only what is clearly outside the grey field.",
    )


def _alt(kinds: list[Kind]) -> str:
    counts = [f"{kind.title}: {len(kind.rows) + kind.more}" for kind in kinds]
    return f"Map of behaviours by the gap and by the level of others. {'; '.join(counts)}."
