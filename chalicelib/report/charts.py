"""Draw charts as SVG, the same for HTML and PDF, with shapes as well as colours and every figure next to it as text.

Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import Struct

from chalicelib.core.colour import mix

INK = "#17222b"
MUTE = "#475569"
LINE = "#cbd5e1"
FONT = "'Source Sans Pro', sans-serif"  # quoted: typst takes an unquoted name with a digit for another font

STRIP, EDGE = 180, 9  # width of a strip, and space for a mark at either end of it
WIDTH = 330  # of the radar: readable on a phone
BAR_WIDTH, BAR, BAR_EDGE = 266, 17, 9  # a bar's drawing, and space for half a mark at its end
# letters for the brackets of a regular expression: Latin, without those the charts' font lacks
DRAWN = " -~\u00a1-\u00ac\u00ae-\u012b\u012e-\u0131\u0134-\u0149\u014c-\u0165\u0168-\u017e–—‘’“”•…€"


class Mark(Struct, frozen=True):
    """The mark of a cell, the same in every chart."""

    colour: str
    shape: str


OWN = Mark("#3d348b", "circle")
MANAGER = Mark("#b45309", "diamond")
ALL = Mark("#17222b", "ring")
ANONYMOUS = (  # at least 5:1 on white
    Mark("#0f766e", "square"),
    Mark("#be185d", "up"),
    Mark("#1d4ed8", "down"),
    Mark("#6b21a8", "cross"),
    Mark("#4d7c0f", "square"),
)


class Point(Struct, frozen=True):
    """One figure in a chart."""

    label: str
    mean: float
    display: str
    n: int
    mark: Mark
    word: str = ""  # how far its raters agree


def label(words: str) -> str:
    """Keep only letters that the charts' font has: a drawing cannot use a second font."""
    return re.sub(f"[^{DRAWN}]", "", unicodedata.normalize("NFKC", words)).strip() or "–"


def said(points: Iterable[Point], top: int) -> str:
    """Describe a chart of these points in words."""
    return f"{', '.join(f'{point.label} {point.display}' for point in points)}, on a scale from 1 to {top}."


def raters(point: Point) -> str:
    """Say how many raters a figure has, and how far they agree."""
    return f"n {point.n}{f', {point.word}' if point.word else ''}"


def badge(mark: Mark) -> str:
    return _svg(14, 14, [_mark(mark, 7, 7)])


@cache
def axis(top: int) -> str:
    """Draw the numbers of the scale, to go above strips."""
    return _svg(STRIP, 12, _numbers([_x(point, top) for point in range(1, top + 1)], 9, 8))


def strip(points: Sequence[Point], top: int) -> str:
    """Draw marks on one line of the scale, later ones on top, and the gap between self and all others as a bar."""
    gap = {point.mark: _x(point.mean, top) for point in points if point.mark in (OWN, ALL)}
    shapes = [_line(top)]
    if len(gap) == 2:
        shapes.append(f'<path d="M{gap[OWN]:g} 8H{gap[ALL]:g}" stroke="#94a3b8" stroke-width="3"/>')
    shapes += [_mark(point.mark, _x(point.mean, top), 8) for point in sorted(points, key=lambda p: p.mark == OWN)]
    return _svg(STRIP, 16, shapes)


def bar(point: Point, top: int) -> str:
    """Draw a bar from the low end of the scale to a mark; its words and figure are text around it."""
    grid = "".join(f"M{x:g} 0V{BAR}" for x in _places(top))
    until = _places(top)[0] + (BAR_WIDTH - BAR_EDGE) * (point.mean - 1) / (top - 1)
    pale = mix(point.mark.colour, "#ffffff", 0.6)
    shapes = [
        f'<path d="{grid}" stroke="{LINE}" stroke-width="0.6"/>',
        f'<rect x="1" y="3" width="{until - 1:.1f}" height="11" fill="{pale}"/>',
        _mark(point.mark, round(until, 1), BAR / 2),
    ]
    return _svg(BAR_WIDTH, BAR, shapes)


@cache
def bar_axis(top: int) -> str:
    """Draw the numbers of the scale, to go under bars."""
    return _svg(BAR_WIDTH, 12, _numbers([max(3.2, x) for x in _places(top)], 9, 10))


def _places(top: int) -> list[float]:
    return [round(1 + (BAR_WIDTH - BAR_EDGE) * k / (top - 1), 1) for k in range(top)]


def before_and_now(before: float, now: float, top: int) -> str:
    """Draw a hollow mark for then, a full one for now, and a line between them."""
    then_x, now_x = _x(before, top), _x(now, top)
    way = f'<path d="M{then_x:g} 8H{now_x:g}" stroke="#94a3b8" stroke-width="3"/>'
    return _svg(STRIP, 16, [_line(top), way, *_pair(then_x, now_x)])


def before_and_now_badge() -> str:
    return _svg(24, 14, ['<path d="M6 7H18" stroke="#94a3b8" stroke-width="3"/>', *_pair(6, 18, 7)])


def _pair(then: float, now: float, y: float = 8) -> tuple[str, str]:
    hollow = f'<circle cx="{then:g}" cy="{y:g}" r="3.6" fill="#ffffff" stroke="{MUTE}" stroke-width="1.4"/>'
    return hollow, f'<circle cx="{now:g}" cy="{y:g}" r="4.8" fill="{ALL.colour}"/>'


# --- pieces ---------------------------------------------------------------------------------------------


def _x(mean: float, top: int) -> float:
    return round(EDGE + (mean - 1) / (top - 1) * (STRIP - 2 * EDGE), 1)


@cache
def _line(top: int) -> str:
    ticks = "".join(f"M{_x(point, top):g} 4V12" for point in range(1, top + 1))
    return f'<path d="M{EDGE} 8H{STRIP - EDGE}{ticks}" stroke="{LINE}" stroke-width="1"/>'


def _mark(mark: Mark, x: float, y: float) -> str:
    white = 'stroke="#ffffff" stroke-width="0.8"'
    if mark.shape == "circle":
        return f'<circle cx="{x:g}" cy="{y:g}" r="4.6" fill="{mark.colour}" {white}/>'
    if mark.shape == "ring":
        return f'<circle cx="{x:g}" cy="{y:g}" r="4.4" fill="#ffffff" stroke="{mark.colour}" stroke-width="2"/>'
    path = {
        "diamond": "m0-5.6 5.6 5.6-5.6 5.6-5.6-5.6z",
        "square": "m-4-4h8v8h-8z",
        "up": "m0-5 5 9h-10z",
        "down": "m0 5 5-9h-10z",
        "cross": "m-2-5h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
    }[mark.shape]
    return f'<path d="M{x:g} {y:g}{path}" fill="{mark.colour}" {white}/>'


def _numbers(places: Sequence[float], y: float, size: float) -> list[str]:
    """Draw 1, 2, 3 and so on at these places."""
    style = f'y="{y:g}" font-size="{size:g}" fill="{MUTE}" text-anchor="middle"'
    return [f'<text x="{x:g}" {style}>{number}</text>' for number, x in enumerate(places, start=1)]


def _svg(width: float, height: float, shapes: Iterable[str]) -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">{"".join(shapes)}</svg>'
