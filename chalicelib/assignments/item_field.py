"""A field for behaviours of the framework: people rate some of them on a scale. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.assignments.values import Ask, Choices, Context, FieldKind, Read, Typed, work_fault
from chalicelib.core.form_model import Items
from chalicelib.core.formatting import plural


def behaviours(kind: Items, context: Context) -> Choices:
    """Return the behaviours to choose from: id and words."""
    return context.items.get(kind.milestone, ())


def _read(ask: Ask, typed: Typed, context: Context) -> Read:
    steps = {option.id for option in ask.type.scale}
    chosen = [(item, typed.get(f"{ask.name}.{item}", "")) for item, _ in behaviours(ask.type, context)]
    seen = [{"item": item, "step": step} for item, step in chosen if step in steps]
    if len(seen) > ask.type.max:
        most = plural(ask.type.max, "behaviour", "behaviours")
        return Read(
            None, (work_fault(ask.name, ask.label, f"please choose at most {most}; you have chosen {len(seen)}."),)
        )
    return Read(seen or None)


def _show(kind: Items, value: list[Mapping[str, str]], context: Context) -> list[str]:
    words, steps = dict(behaviours(kind, context)), {option.id: option.label for option in kind.scale}
    return [f"{words.get(row['item'], row['item'])} {steps.get(row['step'], row['step'])}" for row in value]


def _inputs(ask: Ask, names: Iterable[str]) -> list[str]:
    """Return every posted name of this field. The list of behaviours is known only when the field is read."""
    return [name for name in names if name.startswith(f"{ask.name}.") and name.count(".") == ask.name.count(".") + 1]


ITEMS = FieldKind(Items, _read, _show, _inputs)
