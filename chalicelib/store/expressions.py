"""Build DynamoDB conditions and updates from names and values, so that no reserved word causes an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from chalicelib.store.marshal import attribute

Condition = Callable[["Expression"], str]


class Expression(Struct):
    """The placeholders of one request."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def name(self, path: str) -> str:
        """Name a path such as `draft.vision`; attribute names contain no dot."""
        return ".".join(self._placeholder(part) for part in path.split("."))

    def _placeholder(self, part: str) -> str:
        placeholders = {name: placeholder for placeholder, name in self.names.items()}
        if part not in placeholders:
            placeholders[part] = f"#n{len(self.names)}"
            self.names[placeholders[part]] = part
        return placeholders[part]

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = attribute(value)
        return placeholder

    def params(self) -> dict[str, Any]:
        params = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {key: value for key, value in params.items() if value}


def equals(name: str, value: Any) -> Condition:
    return lambda e: f"{e.name(name)} = {e.value(value)}"


def differs(name: str, value: Any) -> Condition:
    """Compare for inequality; also true if the row has no such attribute."""
    return lambda e: f"{e.name(name)} <> {e.value(value)}"


def one_of(name: str, values: Iterable[Any]) -> Condition:
    return lambda e: f"{e.name(name)} IN ({', '.join(e.value(value) for value in values)})"


def at_most(name: str, value: Any) -> Condition:
    return lambda e: f"{e.name(name)} <= {e.value(value)}"


def above(name: str, value: Any) -> Condition:
    return lambda e: f"{e.name(name)} > {e.value(value)}"


def missing(name: str) -> Condition:
    return lambda e: f"attribute_not_exists({e.name(name)})"


def present(name: str) -> Condition:
    return lambda e: f"attribute_exists({e.name(name)})"


def either(*conditions: Condition) -> Condition:
    return lambda e: "(" + " OR ".join(condition(e) for condition in conditions) + ")"


def condition_text(e: Expression, conditions: Iterable[Condition]) -> str:
    return " AND ".join(condition(e) for condition in conditions)


def update_text(
    e: Expression,
    put: Mapping[str, Any],
    add: Mapping[str, int],
    remove: Iterable[str],
    copy: Mapping[str, str],
) -> str:
    """Set attributes. `copy` maps a name to the attribute of the same row whose value it takes."""
    assignments = [f"{e.name(name)} = {e.value(value)}" for name, value in put.items()]
    assignments += [f"{e.name(name)} = {e.name(source)}" for name, source in copy.items()]
    clauses = {
        "SET": assignments,
        "ADD": [f"{e.name(name)} {e.value(amount)}" for name, amount in add.items()],
        "REMOVE": [e.name(name) for name in remove],
    }
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
