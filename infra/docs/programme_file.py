"""docs/programme-file.md: every key of the programme file, from its types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from chalicelib.programme.schema import ProgrammeShape
from chalicelib.programme.shapes import About, Several, Shape

HEAD = """\
# The programme file

Made from `chalicelib/programme/schema.py` by `make docs`.

A programme is one YAML file: competencies and behaviours, groups of raters, workshops, the impact survey and the rules.
Copy `examples/maximising-potential/programme.yaml`, change it, and check it with
`python -m chalicelib programme check FILE`. Every fault is named with its line. Once a cohort has begun, a
change needs a new `version`.
"""


def page() -> str:
    return HEAD + describe(ProgrammeShape)


def describe(shape: type[Shape]) -> str:
    """Return a section for a block and for each block inside it."""
    return "".join(_block(each) for each in _shapes(shape))


def _shapes(shape: type[Shape]) -> list[type[Shape]]:
    """Return a block and the blocks inside it, outermost first, each once."""
    types = [shape]
    for kind in _kinds(shape).values():
        for inner in _inner(kind):
            types += [row_kind for row_kind in _shapes(inner) if row_kind not in types]
    return types


def _kinds(shape: type[Shape]) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _inner(kind: Any) -> Iterator[type[Shape]]:
    if isinstance(kind, type) and issubclass(kind, Shape):
        yield kind
    for part in get_args(kind):
        yield from _inner(part)


def _block(shape: type[Shape]) -> str:
    head = (
        f"\n## {_title(shape)}\n\n{shape.__doc__}\n\n| key | what it is | allowed | without it |\n|---|---|---|---|\n"
    )
    kinds = _kinds(shape)
    rows = (_row(field, kinds[field.name]) for field in msgspec.structs.fields(shape))
    return head + "".join(rows)


def _row(field: Any, kind: Any) -> str:
    (about,) = [note for note in kind.__metadata__ if isinstance(note, About)]
    return f"| `{field.encode_name}` | {about.text} | {_allowed(kind)} | {_default(field)} |\n"


def _default(field: Any) -> str:
    if field.required:
        return "refused"
    if field.default_factory is not msgspec.NODEFAULT:
        return "none"
    default = json.loads(msgspec.json.encode(field.default))
    if isinstance(default, bool):
        return "no" if default is False else "yes"
    return {"null": "nothing", "[]": "none"}.get(json.dumps(default), f"`{json.dumps(default)}`")


def _allowed(kind: Any) -> str:
    """Say what a value may be: a description of its type, a list of blocks, or a block."""
    if get_origin(kind) is Annotated:
        bare, *notes = get_args(kind)
        metas = [note for note in notes if isinstance(note, Meta)]
        if get_origin(bare) in (tuple, Mapping):
            (limits,) = [note for note in notes if isinstance(note, Several)]
            entry = get_args(bare)[0] if get_origin(bare) is tuple else get_args(bare)[1]
            by_id = "" if get_origin(bare) is tuple else " by id"
            return f"{limits.min_length} to {limits.max_length}{by_id} of: {_allowed(entry)}"
        described = [meta.description for meta in metas if meta.description]
        return str(described[0]) if described else _allowed(bare)
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(_allowed(option) for option in get_args(kind) if option is not type(None))
    if isinstance(kind, type) and issubclass(kind, Shape):
        return f"a block: [{_title(kind)}](#{_title(kind).lower()})"
    return str(kind.__name__)


def _title(shape: type[Shape]) -> str:
    return shape.__name__.removesuffix("Shape")
