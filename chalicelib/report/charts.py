"""Charts as SVG: geometry only, one drawing for HTML and PDF; the figures stand beside them as text. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

WIDTH, HEIGHT = 200, 16
EDGE = 8  # room for a marker at either end of the scale

OWN = "#3d348b"
OTHERS = "#0f766e"
MANAGER = "#b45309"
ANONYMOUS = ("#0f766e", "#be185d", "#1d4ed8", "#6b21a8", "#4d7c0f")  # at least 5:1 on white
ALL = "#475569"
LINE = "#94a3b8"


def bar(mean: float, top: int, colour: str) -> str:
    """A bar from the foot of the scale to the mean."""
    end = _x(mean, top)
    return _svg(
        [*_scale(top), f'<rect x="{_x(1, top)}" y="4" width="{end - _x(1, top):g}" height="8" fill="{colour}"/>']
    )


def dots(own: float | None, others: float | None, top: int) -> str:
    """Self as a filled circle, all others as an open diamond, and the gap between them as a line."""
    marks = []
    if own is not None and others is not None:
        marks.append(f'<path d="M{_x(own, top):g} 8H{_x(others, top):g}" stroke="{LINE}" stroke-width="3"/>')
    if others is not None:
        x = _x(others, top)
        shape = f"M{x:g} 2L{x + 6:g} 8L{x:g} 14L{x - 6:g} 8Z"
        marks.append(f'<path d="{shape}" fill="#ffffff" stroke="{OTHERS}" stroke-width="2"/>')
    if own is not None:
        marks.append(f'<circle cx="{_x(own, top):g}" cy="8" r="4" fill="{OWN}"/>')
    return _svg([*_scale(top), *marks])


def _x(mean: float, top: int) -> float:
    share = (Fraction(mean) - 1) / (top - 1)
    return float(round(EDGE + share * (WIDTH - 2 * EDGE), 1))


def _scale(top: int) -> Iterator[str]:
    yield f'<path d="M{EDGE} 8H{WIDTH - EDGE}" stroke="#cbd5e1" stroke-width="1"/>'
    for point in range(1, top + 1):
        yield f'<path d="M{_x(point, top):g} 3V13" stroke="#cbd5e1" stroke-width="1"/>'


def _svg(shapes: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' aria-hidden="true">{"".join(shapes)}</svg>'
    )
