"""Turn YAML nodes into plain dicts, lists and scalars of a shape; report what does not fit, with its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import yaml
from msgspec import Meta

from chalicelib.core.addresses import clean_text
from chalicelib.core.file_errors import MAX_SHOWN_CHARS, FaultList, hint, nearest, quote
from chalicelib.core.formatting import slug
from chalicelib.programme.form_schema import AssignmentShape, OptionShape
from chalicelib.programme.shapes import AsWritten, Shape, Slug, Title
from chalicelib.programme.yaml_faults import MAX_LINE_CHARS, explain, hint_at_comment, name_of, odd_blank
from chalicelib.programme.yaml_paths import Outline, Path

MAX_ID_CHARS = 40
MAX_FILE = 200_000  # characters; the example has 13,000, and a logo inside takes 54,000
MAX_DEPTH = 30
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,6}")
_YES, _NO = ("yes", "true", "on"), ("no", "false", "off")


class _Loader(yaml.SafeLoader):
    """Refuse deep nesting: at each level PyYAML goes through all levels above it.

    Refuse an exclamation mark that begins a text: PyYAML drops it.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "it is nested too deeply", self.get_mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.tag == "!":
            raise yaml.composer.ComposerError(None, None, "a tag has no name", event.start_mark)
        node: yaml.ScalarNode = super().compose_scalar_node(anchor)
        return node


def compose(text: str, faults: FaultList) -> yaml.Node:
    """Return the file's nodes. Raises FileInvalid if it is empty, too large or not YAML."""
    if len(text) > MAX_FILE:
        faults.add(
            1, "", f"is too large: {len(text):,} characters; allowed: at most {MAX_FILE:,}. Is it the right file?"
        )
        raise faults.refusal()
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        faults.add(*explain(error, text))
        raise faults.refusal() from error
    if node is None:
        faults.add(1, "", "is empty: a programme file has the keys `programme` to `impact`")
        raise faults.refusal()
    return node


def read(outline: Outline, node: yaml.Node, kind: Any, path: Path = (), line: int | None = None) -> Any:
    """Return the node as plain values; use them only if no fault was added."""
    outline.place(path, line or node.start_mark.line + 1)
    fitting = _fitting(kind, node)
    bare = _bare(fitting)
    if isinstance(bare, type) and issubclass(bare, Shape):
        return _block(outline, node, bare, path)
    if get_origin(bare) is tuple:
        return _list(outline, node, fitting, path)
    if get_origin(bare) is Mapping:
        return _named(outline, node, fitting, path)
    return _scalar(outline, node, kind, path)


def _fitting(kind: Any, node: yaml.Node) -> Any:
    """Return the member of a union that a node of this sort is meant for."""
    members = list(_members(kind))
    is_wanted = _is_scalar
    if isinstance(node, yaml.CollectionNode):
        is_wanted = _is_list if isinstance(node, yaml.SequenceNode) else _is_block
    return next(filter(is_wanted, members), members[0])


def _members(kind: Any) -> Iterator[Any]:
    """Return the members of a union, and any other kind as it is; without None."""
    bare = _bare(kind)
    if get_origin(bare) in (Union, UnionType):
        yield from (member for part in get_args(bare) if part is not NoneType for member in _members(part))
    else:
        yield kind


def _is_list(kind: Any) -> bool:
    return get_origin(_bare(kind)) is tuple


def _is_block(kind: Any) -> bool:
    bare = _bare(kind)
    return get_origin(bare) is Mapping or (isinstance(bare, type) and issubclass(bare, Shape))


def _is_scalar(kind: Any) -> bool:
    return not (_is_list(kind) or _is_block(kind))


def _block(outline: Outline, node: yaml.Node, shape: type[Shape], path: Path) -> Any:
    if shape in _PLAIN_SHAPES and isinstance(node, yaml.ScalarNode):
        return _PLAIN_SHAPES[shape](outline, node, path)
    fields = _fields_of(shape)
    if not isinstance(node, yaml.MappingNode):
        outline.fault(path, f"must be a block with the keys {', '.join(fields)}")
        return None
    pairs, meant = _known_pairs(outline, node, tuple(fields), path)
    for name, field in fields.items():
        if field.required and name not in pairs.keys() | meant:
            outline.fault((*path, name), f"is missing{_allowed(field.type)}")
    return {name: read(outline, value, fields[name].type, (*path, name), line) for name, (value, line) in pairs.items()}


def _known_pairs(
    outline: Outline, node: yaml.MappingNode, names: tuple[str, ...], path: Path
) -> tuple[dict[str, tuple[yaml.Node, int]], set[str | None]]:
    """Return known keys with value and line, and the keys that unknown ones probably mean: those are not reported as
    missing.
    """
    lines: dict[str, int] = {}
    pairs: dict[str, tuple[yaml.Node, int]] = {}
    outline.count_values(len(node.value))
    meant: set[str | None] = set()
    for key, value in node.value:
        name, line = str(key.value) if isinstance(key, yaml.ScalarNode) else "", key.start_mark.line + 1
        if name in lines:  # PyYAML itself would use the last one without a warning
            outline.fault((*path, quote(name)), f"is written twice, first on line {lines[name]}", line)
        elif name in names:
            pairs[name] = (value, line)
        elif sign := odd_blank(name):
            meant |= {nearest(clean_text(name), names)}
            outline.fault((*path, clean_text(name)), f"begins with {name_of(sign)}: put blanks there", line)
        else:
            meant |= {nearest(name, names)}
            outline.fault((*path, quote(name)), f"{_unknown(node, value)}; {hint(name, names)}", line)
        lines.setdefault(name, line)
    return pairs, meant


@cache
def _fields_of(shape: type[Shape]) -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(shape)}


def _unknown(node: yaml.MappingNode, value: yaml.Node) -> str:
    """Say that a key is not known. In braces, a comma inside a text begins another key."""
    is_rest_of_text = node.flow_style and isinstance(value, yaml.ScalarNode) and not value.value
    return "is not a known key" + (": put a text with a comma in quotes" if is_rest_of_text else "")


def _named(outline: Outline, node: yaml.Node, kind: Any, path: Path) -> dict[str, Any] | None:
    """Read a block whose keys are ids of the author."""
    entries, limits, *_ = get_args(kind)  # of Annotated[Mapping[Slug, Entry], Meta(...), About(...)]
    if not isinstance(node, yaml.MappingNode):
        outline.fault(path, "must be a block: an id on each line, then a colon")
        return None
    if not limits.min_length <= len(node.value) <= limits.max_length:
        outline.fault(path, f"has {len(node.value)} entries; allowed: {limits.min_length} to {limits.max_length}")
    outline.count_values(len(node.value))
    named: dict[str, Any] = {}
    for key, value in node.value[: limits.max_length]:
        name = _name(outline, key, path)
        if name in named:
            outline.fault((*path, name), "is written twice", key.start_mark.line + 1)
        elif name:
            named[name] = read(outline, value, get_args(entries)[1], (*path, name), key.start_mark.line + 1)
    return named


def _name(outline: Outline, key: yaml.Node, path: Path) -> str:
    """Return an id that is a key; empty if it is none."""
    name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
    try:
        return msgspec.convert(name, type=Slug)
    except msgspec.ValidationError:
        outline.fault((*path, quote(name)), f"is no id{_allowed(Slug)}", key.start_mark.line + 1)
    return ""


def _list(outline: Outline, node: yaml.Node, kind: Any, path: Path) -> list[Any] | None:
    entries, limits, *_ = get_args(kind)  # of Annotated[tuple[Entry, ...], Meta(...), About(...)]
    if not isinstance(node, yaml.SequenceNode):
        outline.fault(path, "must be a list: each entry on a line of its own, after a dash")
        return None
    if not limits.min_length <= len(node.value) <= limits.max_length:
        outline.fault(path, f"has {len(node.value)} entries; allowed: {limits.min_length} to {limits.max_length}")
    entry, allowed = get_args(entries)[0], node.value[: limits.max_length]
    return [read(outline, each, entry, (*path, index)) for index, each in enumerate(allowed)]


def _plain_assignment(outline: Outline, node: yaml.ScalarNode, path: Path) -> dict[str, object]:
    """Read an assignment written as its title alone; derive the id from the title."""
    title = read(outline, node, Title, path)
    made = slug(str(title or ""), MAX_ID_CHARS, begins_with_letter=True)
    if title and not made:
        outline.fault(path, "has no letter to make an id of: write it as {id: ..., title: ...}")
    outline.scalars[(*path, "id")] = made
    return {"id": made, "title": title}


def _plain_option(outline: Outline, node: yaml.ScalarNode, path: Path) -> dict[str, object]:
    """Read an option written as its id alone; make its words of the id."""
    made = read(outline, node, Slug, path)
    return {"id": made, "title": words_of_id(str(made or ""))}


def words_of_id(text: str) -> str:
    """Return an id in words: `under_way` gives “Under way”."""
    words = re.sub("[_-]+", " ", text).strip()
    return words[:1].upper() + words[1:]


_PLAIN_SHAPES: Mapping[type[Shape], Callable[[Outline, yaml.ScalarNode, Path], dict[str, object]]] = {
    AssignmentShape: _plain_assignment,
    OptionShape: _plain_option,
}


def _scalar(outline: Outline, node: yaml.Node, kind: Any, path: Path) -> object:
    if not isinstance(node, yaml.ScalarNode):
        outline.fault(path, f"is a list or a block{_allowed(kind)}")
        return None
    outline.count_values(0, len(node.value))
    value = outline.scalars[path] = _as_written(node, kind) or _plain(node)
    if isinstance(value, str) and any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        outline.fault(path, "contains a control character")
    if value is None and _may_be_none(kind):
        return None
    for member in filter(_is_scalar, _members(kind)):  # one by one: msgspec 0.22 crashes on some unions with patterns
        try:
            return msgspec.convert(value, type=member)
        except msgspec.ValidationError:
            continue
    outline.fault(path, f"{_seen(node, value, kind)}{_allowed(kind)}")
    return None


def _as_written(node: yaml.ScalarNode, kind: Any) -> str | None:
    """Return a date without quotes where the shape wants a date, and any value where it wants it as it is written."""
    members = list(_members(kind))
    is_date = node.tag.endswith(":timestamp") and any(_bare(member) is date for member in members)
    is_kept = any(isinstance(note, AsWritten) for member in members for note in getattr(member, "__metadata__", ()))
    is_empty = node.tag.endswith(":null")
    return clean_text(str(node.value)) if (is_date or is_kept) and not is_empty else None


def _may_be_none(kind: Any) -> bool:
    bare = _bare(kind)
    return get_origin(bare) in (Union, UnionType) and any(
        part is NoneType or _may_be_none(part) for part in get_args(bare)
    )


def _plain(node: yaml.ScalarNode) -> object:
    """Return text with runs of blanks and line breaks as one blank, a number, true, false or None.

    Leave anything else that YAML 1.1 knows (dates, exponents, octal, sexagesimal) as a node, which no shape allows.
    """
    tag, text = node.tag.rpartition(":")[2], str(node.value)
    if tag == "int" and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if tag == "float" and _DECIMAL.fullmatch(text):
        return float(text)
    if tag == "bool" and text.lower() in _YES + _NO:
        return text.lower() in _YES
    return {"str": clean_text(text), "null": None}.get(tag, node)


def _seen(node: yaml.ScalarNode, value: object, kind: Any) -> str:
    if value is None or value == "":
        return f"is empty{hint_at_comment(_line_of(node))}"
    if isinstance(value, str):
        length = f" ({len(value)} characters)" if len(value) > MAX_SHOWN_CHARS else ""
        return f'is "{quote(value)}"{length}'
    quotes = ", which YAML does not read as text: put it in quotes" if _may_be_text(kind) else ""
    return f"is {quote(str(node.value))}{quotes}"


def _line_of(node: yaml.ScalarNode) -> str:
    """Return the rest of the line on which a value begins."""
    mark = node.start_mark
    return str(mark.buffer or "")[mark.pointer : mark.pointer + MAX_LINE_CHARS].partition("\n")[0]


def _may_be_text(kind: Any) -> bool:
    return any(_bare(member) is str for member in _members(kind))


def _allowed(kind: Any) -> str:
    """Return `; allowed: text of 1 to 120 characters`, or nothing for a block or list."""
    if get_origin(kind) in (Union, UnionType):
        return "".join(map(_allowed, get_args(kind)))
    described = [meta.description for meta in getattr(kind, "__metadata__", ()) if isinstance(meta, Meta)]
    if not any(described) and get_origin(kind) is Annotated:
        return _allowed(_bare(kind))
    return "".join(f"; allowed: {text}" for text in described if text)


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind
