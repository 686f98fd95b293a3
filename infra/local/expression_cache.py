"""Parse each DynamoDB expression once. moto 5.2.5 parses it again at every call; what it then does stays its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from moto.dynamodb import responses
from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import (
    ActionCountValidator,
    OverlappingPathsValidator,
    UpdateExpressionFunctionEvaluator,
    UpdateExpressionValidator,
    UpdateHashRangeKeyValidator,
)

SHAPES = 4096  # expressions kept: placeholders are numbered, so the code's have few shapes


def apply() -> None:
    """From now on, in this process."""
    ConditionExpressionParser.parse = _parse_condition
    ConditionExpressionParser._make_operand = _make_operand
    UpdateExpressionParser.make = staticmethod(_update_tree)
    responses.UpdateExpressionParser = _Parsed
    Node.__deepcopy__ = _copy_node
    DepthFirstTraverser.nodes_to_be_processed = _list_processed
    DepthFirstTraverser.traverse = _traverse
    UpdateExpressionValidator.validate = _validate


def undo() -> None:
    """Parse as moto does again."""
    ConditionExpressionParser.parse = _moto_parse
    ConditionExpressionParser._make_operand = _moto_operand
    UpdateExpressionParser.make = _moto_make
    responses.UpdateExpressionParser = UpdateExpressionParser
    del Node.__deepcopy__
    DepthFirstTraverser.nodes_to_be_processed = _moto_processed
    DepthFirstTraverser.traverse = _moto_traverse
    UpdateExpressionValidator.validate = _moto_validate


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
    """Parse as moto does, and keep the tree that its last step turns into a test."""
    roots: list[Any] = []

    def watched(node: Any) -> Any:
        roots.append(node)
        return ConditionExpressionParser._make_op_condition(self, node)

    self._make_op_condition = watched
    condition_tree = _moto_parse(self)
    if len(_conditions) >= SHAPES:
        _conditions.clear()
    _conditions[shape] = _Condition(roots[0], list(self.expr_attr_names_found), list(self.expr_attr_values_found))
    return condition_tree


def _make_operand(self: ConditionExpressionParser, node: Any) -> Any:
    """Put this call's values into a kept tree, which holds another call's: find them by their placeholders."""
    if node.kind == self.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        return AttributeValue(self.expression_attribute_values[node.text])
    return _moto_operand(self, node)


# --- updates ---------------------------------------------------------------------------------------------------------

_moto_make = UpdateExpressionParser.make


@lru_cache(SHAPES)
def _update_tree(text: str) -> Any:
    """moto copies the tree before it changes anything in it."""
    tree = _moto_make(text)
    tree.text = text
    return tree


@lru_cache(SHAPES)
def _used(text: str, kind: Any) -> list[Any]:
    clauses: list[Any] = _update_tree(text).find_clauses([kind])
    return clauses


_moto_processed = DepthFirstTraverser.nodes_to_be_processed


def _list_processed(self: DepthFirstTraverser) -> tuple[type, ...]:
    """moto makes the list again for each node of a tree; a class has one list."""
    kind: Any = type(self)
    if "processed" not in kind.__dict__:
        kind.processed = _moto_processed(self)
    processed_types: tuple[type, ...] = kind.processed
    return processed_types


# Nodes are abstract classes: to ask `isinstance` again for each was a third of an update.
_is_a: Callable[[Any, Any], bool] = lru_cache(SHAPES)(issubclass)


def _copy_node(self: Node, memo: dict[int, Any]) -> Node:
    """Copy a tree without the general machinery: its leaves are texts and values that nothing changes."""
    copied = object.__new__(type(self))
    copied.__dict__.update(self.__dict__)
    copied.parent = None
    if self.children is not None:
        copied.children = [_copy_node(each, memo) if _is_a(type(each), Node) else each for each in self.children]
        for child in copied.children:
            if _is_a(type(child), Node):
                child.parent = copied
    return copied


_moto_traverse = DepthFirstTraverser.traverse


def _traverse(self: DepthFirstTraverser, node: Any) -> Any:
    """Walk as moto does, and ask for the traverser's classes and its hook once for a tree."""
    if not _is_a(type(node), Node):
        return node
    has_hook = type(self).pre_processing_of_child is not DepthFirstTraverser.pre_processing_of_child
    return _visit(self, node, -1, _list_processed(self), self.pre_processing_of_child if has_hook else None)


def _visit(self: DepthFirstTraverser, node: Any, place: int, kinds: tuple[type, ...], hook: Any) -> Any:
    parent = node.parent
    for number, child in enumerate(node.children or ()):
        if hook:
            hook(node, number)
        kind = type(child)
        if _is_a(kind, Node) and (child.children or _is_a(kind, kinds)):  # most leaves are of no concern
            _visit(self, child, number, kinds, hook)
    if _is_a(type(node), kinds):
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[place] = node
    return node


_moto_validate = UpdateExpressionValidator.validate
SAME_FOR_A_SHAPE = (ActionCountValidator, OverlappingPathsValidator, UpdateHashRangeKeyValidator)

_valid: set[Any] = set()  # shapes of updates: text, names and keys


def _validate(self: UpdateExpressionValidator) -> Any:
    """Leave out what was found right of the same shape, and functions where the text has none."""
    node = self.node_to_validate
    text = node.__dict__.get("text", "")
    names = sorted((self.expression_attribute_names or {}).items())
    shape = (text, *names, *self.table.table_key_attrs)
    for processor in self.processors:
        is_known = isinstance(processor, SAME_FOR_A_SHAPE) and shape in _valid
        is_idle = isinstance(processor, UpdateExpressionFunctionEvaluator) and text and "(" not in text
        if not is_known and not is_idle:
            node = processor.traverse(node)
    if text:
        _remember(_valid, shape)
    return node


def _remember(shapes: set[Any], shape: Any) -> None:
    if len(shapes) >= SHAPES:
        shapes.clear()
    shapes.add(shape)


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
