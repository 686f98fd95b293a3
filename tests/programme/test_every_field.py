"""Every key of the programme file arrives in the programme: none is read and dropped."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from msgspec.structs import fields

from chalicelib.core import model
from chalicelib.programme import read_programme, rules, schema
from chalicelib.programme.shapes import Shape

SHAPES = {
    name.removesuffix("Shape"): kind
    for name, kind in vars(schema).items()
    if isinstance(kind, type) and issubclass(kind, Shape) and kind.__module__ == schema.__name__
}
TARGETS = ("", "Rules", "Plan")  # the types of core/model.py have these endings in place of Shape
OTHER_NAMES = {"Group": "RaterGroup", "Question": "OpenQuestion"}
ELSEWHERE = {
    "Retention": {"why"},  # the reason for a longer period is for the readers of the file
    "Programme": {"lists"},  # options, which read_forms.py puts into the fields that name them
}
READ = {
    node.attr
    for module in (read_programme, rules)
    for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
    if isinstance(node, ast.Attribute)
}


def kept_of(name: str) -> set[str]:
    """Return the fields that the programme has in place of a shape."""
    kinds = (getattr(model, f"{OTHER_NAMES.get(name, name)}{ending}", None) for ending in TARGETS)
    return {one.name for kind in kinds if kind for one in fields(kind)}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_each_field_of_the_file_is_in_the_programme(name):
    known = kept_of(name) | READ | ELSEWHERE.get(name, set())
    becomes = read_programme.conversions(SHAPES[name])
    lost = {(one in becomes and becomes[one].field) or one for one in SHAPES[name].__struct_fields__} - known

    assert not lost, f"add {', '.join(sorted(lost))} to {name} in core/model.py, or use it in read_programme.py"
