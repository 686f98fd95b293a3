"""No type makes msgspec 0.22 corrupt memory: a union of a list and a text with a pattern crashes the interpreter."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

import chalicelib


def structs() -> set[type[Struct]]:
    """Return every struct of the product."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    types: set[type[Struct]] = set()
    left: list[type[Struct]] = [Struct]
    while left:
        for kind in left.pop().__subclasses__():
            if kind not in types:
                types.add(kind)
                left.append(kind)
    return {kind for kind in types if kind.__module__.startswith("chalicelib.")}


def fields_of(kind: type[Struct]) -> Iterator[msgspec.structs.FieldInfo]:
    """Yield the fields. A struct whose types are imported for the type checker alone is never read from a file."""
    with contextlib.suppress(NameError):
        yield from msgspec.structs.fields(kind)


def unions(kind: Any) -> Iterator[list[Any]]:
    if get_origin(kind) in (Union, UnionType):
        yield list(members(kind))
    for part in get_args(kind):
        if not isinstance(part, Meta):
            yield from unions(part)


def members(kind: Any) -> Iterator[Any]:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) in (Union, UnionType):
        for part in get_args(bare):
            yield from members(part)
    else:
        yield kind


def crashes(union: list[Any]) -> bool:
    return any(map(is_list, union)) and any(map(has_pattern, union))


def is_list(kind: Any) -> bool:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return get_origin(bare) in (tuple, list, set, frozenset)


def has_pattern(kind: Any) -> bool:
    return any(isinstance(meta, Meta) and meta.pattern for meta in getattr(kind, "__metadata__", ()))


def test_no_field_is_a_list_or_a_text_with_a_pattern():
    fields = {
        f"{kind.__module__}.{kind.__qualname__}.{field.name}"
        for kind in structs()
        for field in fields_of(kind)
        if any(map(crashes, unions(field.type)))
    }

    assert fields == set()


def test_the_check_sees_such_a_type():
    name = Annotated[str, Meta(pattern="a")]

    assert any(map(crashes, unions(Annotated[dict[str, name | tuple[name, ...]] | None, "about"])))
    assert not any(map(crashes, unions(dict[str, Annotated[str, Meta(max_length=3)] | tuple[name, ...]])))
