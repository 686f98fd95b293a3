"""Declare sections: parts of the report that are made of common blocks, and that both formats show. Pure."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path

from chalicelib.report.parts.document import Section
from chalicelib.report.parts.rows import Index

Builder = Callable[[Index], Section | None]
FOLDER = Path(__file__).parent


class Place(StrEnum):
    """The part of the report that a section follows. Both templates have each of these places."""

    RANKS = "ranks"
    CHANGES = "changes"
    WORKSHOPS = "workshops"
    COMMENTS = "comments"
    DEBRIEF = "debrief"


_declared: dict[str, tuple[Place, Builder]] = {}  # module -> where, and what makes it


def declare_section(place: Place) -> Callable[[Builder], Builder]:
    """Declare the function that makes a section, or None if there is nothing to show."""

    def declare(build: Builder) -> Builder:
        if build.__module__ in _declared:
            raise ValueError(f"{build.__module__} declares two sections: give each a module of its own")
        _declared[build.__module__] = place, build
        return build

    return declare


def build_sections(index: Index) -> dict[str, tuple[Section, ...]]:
    """Make the sections that have something to show, by place; in the order of their modules' names."""
    made = [(place, build(index)) for place, build in load_sections().values()]
    return {place.value: tuple(section for at, section in made if at is place and section) for place in Place}


@cache
def load_sections() -> dict[str, tuple[Place, Builder]]:
    """Return every declared section by its module."""
    for module in list_modules():
        import_module(module)
    return dict(sorted(_declared.items()))


def list_modules() -> tuple[str, ...]:
    """List the modules that declare a section each."""
    return tuple(f"{__name__}.{path.stem}" for path in sorted(FOLDER.glob("*.py")) if path.stem != "__init__")
