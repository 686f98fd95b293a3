"""Draw one strip for each competency: self and all others on the scale. Their figures are next to it as text. Pure."""

from __future__ import annotations

WIDTH, HEIGHT, EDGE = 200, 16, 8  # EDGE: space for a mark at either end of the scale


def strip(own: float | None, others: float | None, top: int) -> str:
    """Draw self as a filled circle and all others as an open diamond, so that they differ without colour too."""
    shapes = [f'<path d="M{EDGE} 8H{WIDTH - EDGE}" class="scale"/>']
    shapes += [f'<path d="M{_x(point, top):g} 3V13" class="scale"/>' for point in range(1, top + 1)]
    if others is not None:
        x = _x(others, top)
        diamond = f"M{x:g} 2L{x + 6:g} 8L{x:g} 14L{x - 6:g} 8Z"
        shapes.append(f'<path d="{diamond}" class="others-mark"/>')
    if own is not None:
        shapes.append(f'<circle cx="{_x(own, top):g}" cy="8" r="4" class="own-mark"/>')
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(shapes)}</svg>'


def _x(mean: float, top: int) -> float:
    return round(EDGE + (mean - 1) / (top - 1) * (WIDTH - 2 * EDGE), 1)
