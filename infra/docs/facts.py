"""docs/facts.md: every key of facts.json, from its types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from msgspec import Meta, Struct

from chalicelib.results.fact_types import Facts

HEAD = """\
# facts.json

Made from `chalicelib/results/fact_types.py` by `make docs`.

`facts.json` holds every figure and comment that a report shows. What is not in it was not published. Keys are only
ever added. Where a sum was clamped, the truth may lie above or below the printed figure: `bounds`, `low` and `high`
show how far. Every figure that is made of others carries what is unknown of them. `se` comes from the number of
raters and from constants, so it reveals nothing about answers. Publishing rule 1 is
[decision 7](decisions/0007-competency-scores-and-anonymity.md), rule 2 is
[decision 37](decisions/0037-cells-of-three-blocks-of-five.md).
"""


def page() -> str:
    return HEAD + "".join(_block(shape) for shape in shapes(Facts))


def shapes(shape: type[Struct]) -> list[type[Struct]]:
    """Return a type and the types inside it, outermost first, each once."""
    types = [shape]
    for kind in kinds(shape).values():
        for inner in _inner(kind):
            types += [row_kind for row_kind in shapes(inner) if row_kind not in types]
    return types


def kinds(shape: type[Struct]) -> dict[str, Any]:
    return {name: kind for name, kind in get_type_hints(shape, include_extras=True).items() if name[0] != "_"}


def _inner(kind: Any) -> Iterator[type[Struct]]:
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
    for part in get_args(kind):
        yield from _inner(part)


def _block(shape: type[Struct]) -> str:
    rows = "".join(f"| `{name}` | {description(kind)} |\n" for name, kind in kinds(shape).items())
    return f"\n## {shape.__name__}\n\n{shape.__doc__}\n\n| key | what it holds |\n|---|---|\n{rows}"


def description(kind: Any) -> str:
    """Return what a key holds. Raises ValueError if its type does not say."""
    for meta in getattr(kind, "__metadata__", ()):
        if isinstance(meta, Meta) and meta.description:
            return meta.description
    raise ValueError(f"{kind} has no description")
