"""Fields that are answered by tapping: one option, several, a step of a scale, or a measure of another form. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.assignments.text_fields import single_input
from chalicelib.assignments.values import TICKED, Ask, Context, FieldKind, Read, Typed, work_fault
from chalicelib.core.form_model import Choice, Many, Pick, Scale

CHOOSE = "please choose one of the answers shown."


def _read_choice(ask: Ask, typed: Typed, _: Context) -> Read:
    return _one_of(ask, typed, {option.id for option in ask.type.options})


def _one_of(ask: Ask, typed: Typed, options: Iterable[str]) -> Read:
    chosen = typed.get(ask.name, "").strip()
    if not chosen:
        return Read(None)
    return Read(chosen) if chosen in options else Read(None, (work_fault(ask.name, ask.label, CHOOSE),))


def _read_many(ask: Ask, typed: Typed, _: Context) -> Read:
    ticked = [option.id for option in ask.type.options if typed.get(f"{ask.name}.{option.id}") == TICKED]
    return Read(ticked or None)


def _ticks(ask: Ask, _: Iterable[str]) -> list[str]:
    return [f"{ask.name}.{option.id}" for option in ask.type.options]


def _read_pick(ask: Ask, typed: Typed, context: Context) -> Read:
    return _one_of(ask, typed, dict(choices_of(ask.type, context)))


def choices_of(pick: Pick, context: Context) -> tuple[tuple[str, str], ...]:
    """Return the measures to pick from: id and words."""
    return context.measures.get(f"{pick.assignment}.{pick.field}", ())


def _show_choice(kind: Choice | Scale, value: str, _: Context) -> list[str]:
    return [option.label for option in kind.options if option.id == value] or [value]


def _show_many(kind: Many, value: list[str], _: Context) -> list[str]:
    return [option.label for option in kind.options if option.id in value]


def _show_pick(kind: Pick, value: str, context: Context) -> list[str]:
    return [dict(choices_of(kind, context)).get(value, "a measure that is no longer in the other form")]


CHOICE = FieldKind(Choice, _read_choice, _show_choice, single_input)
SCALE = FieldKind(Scale, _read_choice, _show_choice, single_input)
MANY = FieldKind(Many, _read_many, _show_many, _ticks)
PICK = FieldKind(Pick, _read_pick, _show_pick, single_input)
