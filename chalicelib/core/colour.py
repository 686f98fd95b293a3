"""Keep text readable, whichever colour an organisation chooses. Pure. Source: WCAG 2.2, 1.4.3."""

from __future__ import annotations

MIN_CONTRAST = 4.5  # contrast of text on its background
DARK_GROUNDS = ("#14191d", "#1d2429")  # of pages and cards in dark mode, as in app.css
GROUNDS = ("#f1f5f9", "#f3f6f8")  # the palest tints behind text: in reports, on pages


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours `#rrggbb`, from 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(background: str) -> str:
    """Return white if it is readable on this colour, otherwise black; one of the two always is."""
    return "#ffffff" if contrast("#ffffff", background) >= MIN_CONTRAST else "#000000"


def text_from(brand: str, *grounds: str) -> str:
    """Darken the organisation's colour until it is readable on white and on light tints."""
    colour = brand
    while any(contrast(colour, ground) < MIN_CONTRAST for ground in grounds or GROUNDS):
        colour = mix(colour, "#000000", 0.1)
    return colour


def text_on_dark(brand: str, *grounds: str) -> str:
    """Lighten the organisation's colour until it is readable on dark grounds."""
    colour = brand
    while any(contrast(colour, ground) < MIN_CONTRAST for ground in grounds):
        colour = mix(colour, "#ffffff", 0.1)
    return colour


def mix(first: str, second: str, share: float) -> str:
    """Return the first colour with a share of the second in it."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
