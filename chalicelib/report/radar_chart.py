"""Draw the radar, a first look at the shape; its figures are in the table next to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, pi, sin

from chalicelib.report.charts import ALL, FONT, INK, LINE, OWN, WIDTH

HEIGHT, RADIUS = 250, 84
MIN_COMPETENCIES = 3  # fewer axes make no shape
LINE_LENGTH = 16  # characters of a label's line


def radar(labels: Sequence[str], own: Sequence[float | None], others: Sequence[float | None], top: int) -> str:
    """Draw an outline for self and a dashed one for all others; leave out a series with a missing figure."""
    spokes = [_place(k, len(labels), 1.0) for k in range(len(labels))]
    rings = [_outline([step / (top - 1)] * len(labels)) for step in range(1, top)]
    grid = "".join(rings) + "".join(f"M{WIDTH / 2:g} {HEIGHT / 2:g}L{x:.1f} {y:.1f}" for x, y in spokes)
    shapes = [f'<path d="{grid}" fill="none" stroke="{LINE}" stroke-width="0.7"/>']
    for series, style in ((others, _look(ALL.colour, "4 2.5")), (own, _look(OWN.colour, ""))):
        means = [mean for mean in series if mean is not None]
        if means and len(means) == len(labels):
            shapes.append(f'<path d="{_outline([(mean - 1) / (top - 1) for mean in means])}" {style}/>')
    shapes += [_label(words, k, len(labels)) for k, words in enumerate(labels)]
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def _look(colour: str, dash: str) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'fill="{colour}" fill-opacity="0.08" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"{dashes}'


def _place(k: int, count: int, share: float) -> tuple[float, float]:
    angle = 2 * pi * k / count - pi / 2
    return WIDTH / 2 + RADIUS * share * cos(angle), HEIGHT / 2 + RADIUS * share * sin(angle)


def _outline(shares: Sequence[float]) -> str:
    points = [_place(k, len(shares), share) for k, share in enumerate(shares)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _label(words: str, k: int, count: int) -> str:
    x, y = _place(k, count, 1.1)
    side = "middle" if abs(x - WIDTH / 2) < 8 else "start" if x > WIDTH / 2 else "end"
    lines = _lines(words)
    first = y + 3 - (len(lines) - 1) * (10 if y < HEIGHT / 2 - RADIUS * 0.9 else 5 if abs(y - HEIGHT / 2) < 70 else 0)
    return "".join(
        f'<text x="{x:.1f}" y="{first + 10 * row:.1f}" font-family="{FONT}" font-size="9.5" fill="{INK}"'
        f' text-anchor="{side}">{escape(line)}</text>'
        for row, line in enumerate(lines)
    )


def _lines(words: str) -> list[str]:
    """Break a label into at most two lines; longer text ends in an ellipsis, because the table has the whole name."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= LINE_LENGTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    shortened = [line if len(line) <= LINE_LENGTH + 2 else line[:LINE_LENGTH] + "…" for line in lines]
    return shortened if len(shortened) <= 2 else [shortened[0], shortened[1] + "…"]
