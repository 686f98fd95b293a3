"""Colours that can be read: an organisation's own where white text on it has contrast enough. Pure."""

import re

INK = "#17222b"
HEX = re.compile(r"#[0-9a-fA-F]{6}")
ENOUGH = 4.5  # contrast of text, WCAG 2.2 AA


def brand(colour: str) -> str:
    """The colour, or our ink for something that is no colour: it is written into style sheets."""
    return colour if HEX.fullmatch(colour) else INK


def button(colour: str) -> str:
    """A background that white text can be read on."""
    return brand(colour) if 1.05 / (_luminance(brand(colour)) + 0.05) >= ENOUGH else INK


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
