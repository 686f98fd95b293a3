"""Every key of the programme file arrives in the programme: none is read and dropped."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

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


CODE = "\n".join(
    path.read_text()
    for path in sorted(Path(schema.__file__).parents[1].rglob("*"))
    if path.suffix in (".py", ".j2") and path not in (Path(schema.__file__), Path(model.__file__))
)


def fields_of(name: str) -> dict[str, FieldInfo]:
    """Return the fields that the programme has in place of a shape."""
    kinds = (getattr(model, f"{OTHER_NAMES.get(name, name)}{ending}", None) for ending in TARGETS)
    return {field.name: field for kind in kinds if kind for field in fields(kind)}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_each_field_of_the_file_is_in_the_programme(name):
    known = fields_of(name).keys() | READ | ELSEWHERE.get(name, set())
    becomes = read_programme.conversions(SHAPES[name])
    lost = {(field in becomes and becomes[field].field) or field for field in SHAPES[name].__struct_fields__} - known

    assert not lost, (
        f"add {', '.join(sorted(lost))} to {name} in core/model.py, use it in read_programme.py, "
        'or name the field that it becomes: Becomes(…, "field")'
    )


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_default_is_the_same_in_the_file_and_in_the_programme(name):
    """Programmes that were stored before the field came get the model's default, new ones the file's."""
    becomes, kept = read_programme.conversions(SHAPES[name]), fields_of(name)
    for field in fields(SHAPES[name]):
        conversion = becomes.get(field.name)
        other = kept.get((conversion and conversion.field) or field.name)
        if other is None or NODEFAULT in (field.default, other.default) or isinstance(field.default, Shape | None):
            continue  # None: the reader works the value out. A shape is compared by itself.
        default = conversion.convert(field.default) if conversion else field.default
        assert default == other.default, f"{name}.{field.name}: core/model.py has another default than schema.py"


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_some_code_reads_each_field(name):
    unread = {field for field in fields_of(name) if not re.search(rf"\.{field}\b", CODE)}

    assert not unread, f"no code and no template uses {', '.join(sorted(unread))} of {name}"
