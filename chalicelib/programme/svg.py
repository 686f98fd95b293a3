"""Check an SVG picture against the elements and attributes that a logo needs. Pure.

Everything else is refused: scripts, external links, embedded pictures, elements that repeat others.
"""

from __future__ import annotations

import re
from xml.parsers import expat

MAX_ELEMENTS = 2_000
MAX_DEPTH = 30

_ELEMENT_NAMES = """
svg g defs title desc path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient stop
clipPath style
"""
_ATTRIBUTE_NAMES = """
aria-hidden aria-label aria-labelledby baseProfile class clip-path clip-rule clipPathUnits color cx cy d data-name
direction display dominant-baseline dx dy enable-background fill fill-opacity fill-rule focusable font-family
font-size font-stretch font-style font-variant font-weight fr fx fy gradientTransform gradientUnits height href id
lengthAdjust letter-spacing offset opacity overflow paint-order pathLength points preserveAspectRatio r role rotate
rx ry shape-rendering spreadMethod stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset
stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style text-anchor text-decoration
text-rendering textLength transform transform-origin vector-effect version viewBox visibility width word-spacing
writing-mode x x1 x2 xlink:href xml:lang xml:space xmlns xmlns:svg xmlns:xlink y y1 y2
"""
_ELEMENTS, _ATTRIBUTES = frozenset(_ELEMENT_NAMES.split()), frozenset(_ATTRIBUTE_NAMES.split())
_LINKS = ("href", "xlink:href")
_LEADS_AWAY = re.compile(r"url\((?![\"']?#)|@|\\|expression\(", re.IGNORECASE)  # url(#gradient) stays in the picture
_PLAIN = "save the picture as plain SVG without it, or as PNG"


class NotPlainSvg(ValueError):
    """Something that a logo may not contain, and what to do."""


def check_svg(content: bytes) -> None:
    """Check a picture. Raises NotPlainSvg with the first element or attribute that is not allowed."""
    _Reader().read(content)


class _Reader:
    def __init__(self) -> None:
        self._elements = 0
        self._open: list[str] = []
        self._style: list[str] = []  # text of the open style element
        parser = self._parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse_own_doctype
        parser.SkippedEntityHandler = self._refuse_entity
        parser.ProcessingInstructionHandler = self._refuse_instruction

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as error:
            message = expat.errors.messages[error.code]
            raise NotPlainSvg(f"is not an SVG picture: {message} on its line {error.lineno}") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.removeprefix("svg:")
        if not self._open and element != "svg":
            raise NotPlainSvg(f"is not an SVG picture: it begins with <{name[:40]}>")
        if element not in _ELEMENTS:
            raise NotPlainSvg(f"contains the element <{name[:40]}>: {_PLAIN}")
        self._open.append(element)
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) > MAX_DEPTH:
            raise NotPlainSvg(f"has more than {MAX_ELEMENTS} elements or {MAX_DEPTH} levels: save the picture as PNG")
        for attribute, value in attributes.items():
            _check_attribute(name, attribute, value)

    def _text(self, text: str) -> None:
        if self._open[-1:] == ["style"]:
            self._style.append(text)

    def _end(self, name: str) -> None:
        if self._open.pop() == "style":
            _refuse_if_it_leads_away("<style>", "".join(self._style))
            self._style.clear()

    def _refuse_own_doctype(self, name: str, system: str | None, public: str | None, has_own: bool) -> None:
        """Refuse entities: they are declared there, and some of them grow without bound."""
        if has_own:
            raise NotPlainSvg(f"declares entities in <!DOCTYPE {name[:40]} [...]>: {_PLAIN}")

    def _refuse_entity(self, name: str, is_parameter: bool) -> None:
        raise NotPlainSvg(f"uses the entity &{name[:40]}; which is not declared: {_PLAIN}")

    def _refuse_instruction(self, target: str, data: str) -> None:
        raise NotPlainSvg(f"contains the instruction <?{target[:40]}?>: {_PLAIN}")


def _check_attribute(element: str, attribute: str, value: str) -> None:
    where = f'{attribute[:40]}="…" of <{element}>'
    if attribute not in _ATTRIBUTES:
        raise NotPlainSvg(f"contains the attribute {where}: {_PLAIN}")
    if attribute in _LINKS and not value.strip().startswith("#"):
        raise NotPlainSvg(f"links to another place in {where}: {_PLAIN}")
    _refuse_if_it_leads_away(where, value)


def _refuse_if_it_leads_away(where: str, text: str) -> None:
    if match := _LEADS_AWAY.search(text):
        raise NotPlainSvg(f"may link to another place by “{match[0]}” in {where}: {_PLAIN}")
