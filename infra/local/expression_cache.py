"""Parse each DynamoDB expression once. moto 5.2.5 parses it again at every call; what it then does stays its own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from moto.dynamodb import responses
from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

SHAPES = 4096  # expressions kept: placeholders are numbered, so the code's have few shapes


def apply() -> None:
    """From now on, in this process."""
    ConditionExpressionParser.parse = _parse_condition
    ConditionExpressionParser._make_operand = _make_operand
    UpdateExpressionParser.make = staticmethod(_update_tree)
    responses.UpdateExpressionParser = _Parsed


def undo() -> None:
    """Parse as moto does again."""
    ConditionExpressionParser.parse = _moto_parse
    ConditionExpressionParser._make_operand = _moto_operand
    UpdateExpressionParser.make = _moto_make
    responses.UpdateExpressionParser = UpdateExpressionParser


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
