"""Colours that can be read: an organisation's own where white text on it has contrast enough. Pure."""

import re

from chalicelib.core.colour import MIN_CONTRAST, contrast

INK = "#17222b"
HEX = re.compile(r"#[0-9a-fA-F]{6}")


def brand(colour: str) -> str:
    """The colour, or our ink for something that is no colour: it is written into style sheets."""
    return colour if HEX.fullmatch(colour) else INK


def button(colour: str) -> str:
    """A background that white text can be read on."""
    return brand(colour) if contrast(brand(colour), "#ffffff") >= MIN_CONTRAST else INK
