"""Shorter ways through moto 5.2.5's DynamoDB to the same outcome.

An expression is parsed once, not at each call. A plain update (whole attributes set, added to or removed; a member of
a map set) is made on the row itself. Whatever is not plain, or would be refused, goes moto's own way.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import moto.dynamodb.models as dynamodb
from moto.core.responses import ActionResult
from moto.dynamodb import responses
from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser, get_filter_expression
from moto.dynamodb.exceptions import ItemSizeTooLarge, ItemSizeToUpdateTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.responses import DynamoHandler

SHAPES = 4096  # expressions kept: placeholders are numbered, so the code's have few shapes


def apply() -> None:
    """Once for each process."""
    ConditionExpressionParser.parse = _parse_condition
    ConditionExpressionParser._make_operand = _make_operand
    UpdateExpressionParser.make = staticmethod(_update_tree)
    responses.UpdateExpressionParser = _Parsed
    responses.dynamo_to_dict = typed
    dynamodb.DynamoDBBackend.update_item = _update_item
    DynamoHandler.update_item = _answer_update


# --- conditions ------------------------------------------------------------------------------------------------------

_moto_parse = ConditionExpressionParser.parse
_moto_operand = ConditionExpressionParser._make_operand


class _Condition(NamedTuple):
    root: Any  # moto's syntax tree
    names: list[str]
    values: list[str]


_conditions: dict[Any, _Condition] = {}


def _parse_condition(self: ConditionExpressionParser) -> Any:
    if not self.condition_expression:
        return _moto_parse(self)
    names, values = self.expression_attribute_names or {}, self.expression_attribute_values or {}
    shape = (self.condition_expression, *sorted(names.items()), *sorted(values))
    known = _conditions.get(shape)
    if known is None:
        return _learn_condition(self, shape)
    self.expr_attr_names_found.extend(known.names)
    self.expr_attr_values_found.extend(known.values)
    return self._make_op_condition(known.root)


def _learn_condition(self: ConditionExpressionParser, shape: Any) -> Any:
    """Parses as moto does, and keeps the tree that its last step turns into a test."""
    roots: list[Any] = []

    def watched(node: Any) -> Any:
        roots.append(node)
        return ConditionExpressionParser._make_op_condition(self, node)

    self._make_op_condition = watched
    found = _moto_parse(self)
    if len(_conditions) >= SHAPES:
        _conditions.clear()
    _conditions[shape] = _Condition(roots[0], list(self.expr_attr_names_found), list(self.expr_attr_values_found))
    return found


def _make_operand(self: ConditionExpressionParser, node: Any) -> Any:
    """A kept tree holds another call's values: this call's are looked up by their placeholders."""
    if node.kind == self.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        return AttributeValue(self.expression_attribute_values[node.text])
    return _moto_operand(self, node)


# --- updates ---------------------------------------------------------------------------------------------------------

_moto_make = UpdateExpressionParser.make
_moto_update = dynamodb.DynamoDBBackend.update_item
_moto_answer = DynamoHandler.update_item


@lru_cache(SHAPES)
def _update_tree(text: str) -> Any:
    """moto copies the tree before it changes anything in it."""
    return _moto_make(text)


@lru_cache(SHAPES)
def _used(text: str, kind: Any) -> list[Any]:
    found: list[Any] = _update_tree(text).find_clauses([kind])
    return found


class _Parsed:
    """What moto's handler asks of a parsed update: the placeholders it uses."""

    def __init__(self, text: str):
        self._text = text

    @classmethod
    def make(cls, text: str) -> _Parsed:
        _update_tree(text)  # raises what it must
        return cls(text)

    def find_clauses(self, kinds: list[Any]) -> list[Any]:
        return [clause for kind in kinds for clause in _used(self._text, kind)]


class Action(NamedTuple):
    """One part of a plain update, in placeholders."""

    verb: str  # SET, ADD or REMOVE
    path: tuple[str, ...]  # an attribute, or a map and its member
    source: str  # a value's or an attribute's placeholder; empty for REMOVE


CLAUSE = re.compile(r"\b(SET|ADD|REMOVE) ")
PARTS = {
    "SET": re.compile(r"(#\w+(?:\.#\w+)?) = ([:#]\w+)"),
    "ADD": re.compile(r"(#\w+) (:\w+)"),
    "REMOVE": re.compile(r"(#\w+)()"),
}


@lru_cache(SHAPES)
def plan(text: str) -> tuple[Action, ...] | None:
    """The parts of a plain update; None for any other."""
    before, *clauses = CLAUSE.split(text)
    verbs, lists = clauses[::2], clauses[1::2]
    if before or not verbs or len(set(verbs)) < len(verbs):
        return None
    parts = [
        (verb, PARTS[verb].fullmatch(part))
        for verb, listed in zip(verbs, lists, strict=True)
        for part in listed.strip().split(", ")
    ]
    actions = tuple(Action(verb, tuple(found[1].split(".")), found[2]) for verb, found in parts if found)
    return actions if len(actions) == len(parts) else None


Change = tuple[tuple[str, ...], DynamoType | None]  # where, and the new value; None removes


def _changes(actions: tuple[Action, ...], asked: dict[str, Any], item: Item, keys: set[str]) -> list[Change] | None:
    """None if anything about it is not plain: an overlap, a key, a kind that does not fit, an unknown placeholder."""
    names, values = asked["names"] or {}, asked["values"] or {}
    paths = [tuple(names.get(part, "") for part in action.path) for action in actions]
    first = [path[0] for path in paths]
    if len(set(first)) < len(first) or keys.intersection(first) or not all(map(all, paths)):
        return None
    found: list[Change] = []
    for action, path in zip(actions, paths, strict=True):
        change = WAYS[action.verb](item, path, _source(action.source, names, values, item))
        if change is None:
            return None
        found.append(change)
    return found


def _source(placeholder: str, names: dict[str, str], values: dict[str, Any], item: Item) -> DynamoType | None:
    if placeholder.startswith(":"):
        return DynamoType(values[placeholder]) if placeholder in values else None
    held = item.attrs.get(names.get(placeholder, ""))
    return held.__deepcopy__({}) if held is not None else None


def _set(item: Item, path: tuple[str, ...], value: DynamoType | None) -> Change | None:
    within = item.attrs.get(path[0]) if len(path) > 1 else None
    if value is None or (len(path) > 1 and (within is None or not within.is_map())):
        return None
    return path, value


def _add(item: Item, path: tuple[str, ...], value: DynamoType | None) -> Change | None:
    held = item.attrs.get(path[0], DynamoType({"N": "0"}))
    if value is None or not value.is_number() or not held.is_number():
        return None
    return path, held + value


def _remove(_item: Item, path: tuple[str, ...], _value: DynamoType | None) -> Change | None:
    return path, None


WAYS: dict[str, Callable[[Item, tuple[str, ...], DynamoType | None], Change | None]] = {
    "SET": _set,
    "ADD": _add,
    "REMOVE": _remove,
}


def _update_item(
    self: Any,
    table_name: str,
    key: dict[str, Any],
    update_expression: str,
    expression_attribute_names: dict[str, Any],
    expression_attribute_values: dict[str, Any],
    attribute_updates: dict[str, Any] | None = None,
    expected: dict[str, Any] | None = None,
    condition_expression: str | None = None,
    return_values_on_condition_check_failure: str | None = None,
) -> Any:
    asked = {"names": expression_attribute_names, "values": expression_attribute_values}
    item = None if attribute_updates or expected else _plain_update(self, table_name, key, update_expression, asked)
    if item is None or not _holds(condition_expression, asked, item[0]):
        return _moto_update(
            self,
            table_name,
            key,
            update_expression,
            expression_attribute_names,
            expression_attribute_values,
            attribute_updates,
            expected,
            condition_expression,
            return_values_on_condition_check_failure,
        )
    return _change(*item)


def _plain_update(
    self: Any, table_name: str, key: dict[str, Any], text: str, asked: dict[str, Any]
) -> tuple[Item, list[Change]] | None:
    """The row that is there and its changes; None if moto must see to it."""
    table = self.get_table(table_name)
    actions = plan(text) if text else None
    if actions is None or table.stream_shard is not None or set(key) != set(table.table_key_attrs):
        return None
    item = table.get_item(*self.get_keys_value(table, key))
    if item is None:
        return None
    special = {attribute["AttributeName"] for attribute in table.attr} - _fitting(table, actions, asked)
    changes = _changes(actions, asked, item, special)
    return (item, changes) if changes is not None else None


def _fitting(table: Any, actions: tuple[Action, ...], asked: dict[str, Any]) -> set[str]:
    """Attributes of an index that are removed, or set to a word: nothing that moto would refuse."""
    kinds = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table.attr}
    fitting = set()
    for action in actions:
        name = (asked["names"] or {}).get(action.path[0], "")
        value = (asked["values"] or {}).get(action.source, {})
        if action.verb == "REMOVE" or value.get(kinds.get(name, "")):
            fitting.add(name)
    return fitting - set(table.table_key_attrs)


def _holds(condition: str | None, asked: dict[str, Any], item: Item) -> bool:
    return not condition or bool(get_filter_expression(condition, asked["names"], asked["values"]).expr(item))


def _change(item: Item, changes: list[Change]) -> Item:
    before = dict(item.attrs)
    try:
        for path, value in changes:
            if len(path) > 1:
                item.attrs[path[0]][path[1]] = value
            elif value is None:
                item.attrs.pop(path[0], None)
            else:
                item.attrs[path[0]] = value
    except ItemSizeTooLarge as error:
        dict.clear(item.attrs)
        dict.update(item.attrs, before)
        raise ItemSizeToUpdateTooLarge from error
    return item


# --- answers ---------------------------------------------------------------------------------------------------------


def _answer_update(self: DynamoHandler) -> Any:
    """An update that asks for nothing or for the whole new row needs no copy of the old one."""
    names, values = self.body.get("ExpressionAttributeNames", {}), self.body.get("ExpressionAttributeValues", {})
    wanted = self.body.get("ReturnValues", "NONE")
    text, condition = self.body.get("UpdateExpression"), self.body.get("ConditionExpression")
    if wanted not in ("NONE", "ALL_NEW") or not text or self.body.keys() & {"AttributeUpdates", "Expected"}:
        return _moto_answer(self)
    used = set(re.findall(r"[#:]\w+", f"{text} {condition or ''}"))
    if plan(text) is None or used != names.keys() | values.keys():
        return _moto_answer(self)
    item = self.dynamodb_backend.update_item(
        self.body["TableName"],
        self.body["Key"],
        update_expression=text,
        expression_attribute_names=names,
        expression_attribute_values=values,
        condition_expression=condition,
        return_values_on_condition_check_failure=self.body.get("ReturnValuesOnConditionCheckFailure"),
    )
    return ActionResult({"Attributes": typed(item.attrs)} if wanted == "ALL_NEW" else {})


def typed(value: Any) -> Any:
    """moto's values as DynamoDB's typed data, with bytes as bytes."""
    if isinstance(value, DynamoType):
        return {value.type: _bytes(value) if value.type in ("B", "BS") else typed(value.value)}
    if isinstance(value, dict):
        return {name: typed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return typed(value.to_json()) if hasattr(value, "to_json") else value


def _bytes(value: DynamoType) -> Any:
    if value.type == "BS":
        return [inner if isinstance(inner, bytes) else b64decode(inner) for inner in value.value]
    return value.value if isinstance(value.value, bytes) else b64decode(value.value)
