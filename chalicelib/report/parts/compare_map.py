"""Draw the map of how two views compare: across the gap, upwards what others say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil

from chalicelib.report.parts.document import Area, Drawing, Label, Line, Placed, Spot
from chalicelib.results.statements import middle_of

WIDTH, HEIGHT = 78.0, 54.0  # of the field, in millimetres
LEFT, TOP, BELOW = 5.0, 1.5, 8.5  # around it
REACH = 0.625  # share of the scale's length that the map shows to each side


class Field:
    """The field of the map: from scale points to millimetres."""

    def __init__(self, top: int):
        self.top = top
        self.reach = max(2, ceil(REACH * (top - 1)))

    def x(self, gap: float) -> float:
        """Return where a gap is. One beyond the field is at its edge."""
        kept = max(-self.reach, min(self.reach, gap))
        return round(LEFT + (kept + self.reach) / (2 * self.reach) * WIDTH, 2)

    def y(self, level: float) -> float:
        return round(TOP + HEIGHT - (level - 1) / (self.top - 1) * HEIGHT, 2)


def draw_map(placed: Mapping[str, Sequence[Placed]], alt: str, top: int, across: float, up: float) -> Drawing:
    """Draw every behaviour, also those for which the lists have no room.

    found       kind -> behaviours; those of a later kind are drawn on top
    across, up  half of the field that is too close to call, in scale points
    """
    field = Field(top)
    return Drawing(
        alt=alt,
        width=LEFT + WIDTH + 1,
        height=TOP + HEIGHT + BELOW,
        areas=tuple(_areas(field, across, up)),
        lines=tuple(_lines(field)),
        spots=tuple(Spot(field.x(row.across), field.y(row.up), kind) for kind, rows in placed.items() for row in rows),
        labels=tuple(_labels(field)),
    )


def _areas(field: Field, across: float, up: float) -> Iterator[Area]:
    left, right = field.x(-across), field.x(across)
    middle = float(middle_of(field.top))
    high, low = field.y(min(field.top, middle + up)), field.y(max(1, middle - up))
    yield Area(LEFT, TOP, WIDTH, HEIGHT, "wash")
    yield Area(left, TOP, round(right - left, 2), HEIGHT, "plain")
    yield Area(left, high, round(right - left, 2), round(low - high, 2), "field")


def _lines(field: Field) -> Iterator[Line]:
    right, bottom = LEFT + WIDTH, TOP + HEIGHT
    corners = [(LEFT, TOP), (right, TOP), (right, bottom), (LEFT, bottom), (LEFT, TOP)]
    yield from (Line(*start, *end) for start, end in pairwise(corners))
    yield Line(field.x(0), TOP, field.x(0), bottom, is_dotted=True)


def _labels(field: Field) -> Iterator[Label]:
    below = TOP + HEIGHT + 2.5
    for level in range(1, field.top + 1):
        yield Label(LEFT - 2.5, field.y(level), str(level))
    for gap in range(1 - field.reach, field.reach):
        yield Label(field.x(gap), below, f"{gap:+d}".replace("-", "−") if gap else "0")
    yield Label(LEFT, below + 4, "← they rate higher", "start")
    yield Label(field.x(0), below + 4, "gap")
    yield Label(LEFT + WIDTH, below + 4, "you rate higher →", "end")
