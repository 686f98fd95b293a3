"""Turn YAML nodes into plain dicts, lists and scalars of a shape; report what does not fit, with its line."""

from __future__ import annotations

import re
import unicodedata
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import yaml
from msgspec import Meta

from chalicelib.core.file_errors import MAX_SHOWN_CHARS, FaultList, hint, nearest, shown
from chalicelib.core.formatting import slug
from chalicelib.programme.schema import AssignmentShape, Shape, Title
from chalicelib.programme.yaml_paths import Outline, Path

MAX_ID_CHARS = 40
MAX_FILE = 200_000  # characters; the example has 13,000, and a logo inside takes 54,000
MAX_DEPTH = 30
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,6}")
_YES, _NO = ("yes", "true", "on"), ("no", "false", "off")


class _Loader(yaml.SafeLoader):
    """Refuse deep nesting: at each level PyYAML goes through all levels above it."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "it is nested too deeply", self.get_mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def compose(text: str, faults: FaultList) -> yaml.Node:
    """Return the file's nodes. Raises FileFaults if it is empty, too large or not YAML."""
    if len(text) > MAX_FILE:
        faults.add(
            1, "", f"is too large: {len(text):,} characters; allowed: at most {MAX_FILE:,}. Is it the right file?"
        )
        raise faults.refusal()
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        faults.add(*_syntax_fault(error, text))
        raise faults.refusal() from error
    if node is None:
        faults.add(1, "", "is empty: a programme file has the keys `programme` to `impact`")
        raise faults.refusal()
    return node


def _syntax_fault(error: Exception, text: str) -> tuple[int, str, str]:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1, "", f"is not YAML: {error.problem or error.context}")
    if isinstance(error, yaml.reader.ReaderError):
        return (text.count("\n", 0, error.position) + 1, "", "is not YAML: it contains a control character")
    # PyYAML lets chr() fail on "\UFFFFFFFF"
    return (1, "", "is not YAML: an escape in a quoted text names a character that does not exist")


def read(outline: Outline, node: yaml.Node, kind: Any, path: Path = (), line: int | None = None) -> Any:
    """Return the node as plain values; use them only if no fault was added."""
    outline.place(path, line or node.start_mark.line + 1)
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, Shape):
        return _block(outline, node, bare, path)
    if get_origin(bare) is tuple:
        return _list(outline, node, kind, path)
    return _scalar(outline, node, kind, path)


def _block(outline: Outline, node: yaml.Node, shape: type[Shape], path: Path) -> Any:
    if shape is AssignmentShape and isinstance(node, yaml.ScalarNode):
        return _plain_assignment(outline, node, path)
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
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
            outline.fault((*path, shown(name)), f"is written twice, first on line {lines[name]}", line)
        elif name in names:
            pairs[name] = (value, line)
        else:
            meant |= {nearest(name, names)}
            outline.fault((*path, shown(name)), f"is not a known key; {hint(name, names)}", line)
        lines.setdefault(name, line)
    return pairs, meant


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


def _scalar(outline: Outline, node: yaml.Node, kind: Any, path: Path) -> object:
    if not isinstance(node, yaml.ScalarNode):
        outline.fault(path, f"is a list or a block{_allowed(kind)}")
        return None
    outline.count_values(0, len(node.value))
    value = outline.scalars[path] = _plain(node)
    if isinstance(value, str) and any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        outline.fault(path, "contains a control character")
    try:
        return msgspec.convert(value, type=kind)
    except msgspec.ValidationError:
        outline.fault(path, f"{_seen(node, value, kind)}{_allowed(kind)}")
    return None


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
    return {"str": " ".join(text.split()), "null": None}.get(tag, node)


def _seen(node: yaml.ScalarNode, value: object, kind: Any) -> str:
    if value is None or value == "":
        return "is empty"
    if isinstance(value, str):
        length = f" ({len(value)} characters)" if len(value) > MAX_SHOWN_CHARS else ""
        return f'is "{shown(value)}"{length}'
    quotes = ", which YAML does not read as text: put it in quotes" if _bare(kind) is str else ""
    return f"is {shown(str(node.value))}{quotes}"


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
