"""Keep text readable on an organisation's colour: white text needs enough contrast. Pure."""

import re

from chalicelib.core.colour import MIN_CONTRAST, contrast

INK = "#17222b"
HEX = re.compile(r"#[0-9a-fA-F]{6}")


def brand(colour: str) -> str:
    """Return the colour, or our ink if it is not a colour: it is written into style sheets."""
    return colour if HEX.fullmatch(colour) else INK


def button(colour: str) -> str:
    """Return a background on which white text is readable."""
    return brand(colour) if contrast(brand(colour), "#ffffff") >= MIN_CONTRAST else INK
