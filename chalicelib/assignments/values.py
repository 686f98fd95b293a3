"""What the types of field share: typed text by input name, the stored value, and faults in words. Pure.

A form posts flat names: `f.<field>`, `f.<field>.<option>` for ticks, `f.<field>.<row>.<column>` for tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from chalicelib.core.errors import FieldError

Value = str | list[str] | list[dict[str, Any]]
Typed = Mapping[str, str]
Choices = tuple[tuple[str, str], ...]  # id and words

TICKED = "yes"
ROW_ID = re.compile(r"[a-z0-9]{4,24}")
ANSWER_IT = "please answer this."


class WorkFault(FieldError, frozen=True):
    """One answer that cannot be stored or submitted as it is.

    note        what is wrong, without the question: for a place next to it
    on_submit   whether only a submission needs it: a draft may lack it
    """

    note: str = ""
    on_submit: bool = False


def work_fault(field: str, label: str, note: str, *, on_submit: bool = False) -> WorkFault:
    """Make the fault of an input. `label`: what the form calls it."""
    return WorkFault(field, f"{label.rstrip('?.: ')}: {note}", note=note, on_submit=on_submit)


class Read(Struct, frozen=True):
    """What was typed into one field: the value to keep, None for nothing, and what is wrong."""

    value: Value | None
    faults: tuple[WorkFault, ...] = ()


class Context(Struct, frozen=True):
    """What reading and showing need from outside the form.

    today     the local day
    begun     the day from which dates "after today" count: that of the first submission, once there is one
    currency  ISO 4217 code
    items     workshop -> behaviours of its competencies: id and words
    measures  "<assignment>.<field>" -> the measures of another form: id and words
    """

    today: date
    begun: date
    currency: str = "GBP"
    items: Mapping[str, Choices] = field(default_factory=dict)
    measures: Mapping[str, Choices] = field(default_factory=dict)


class Ask(Struct, frozen=True):
    """One question as a page asks it: a field of the form, or a column in one row."""

    name: str  # of its input
    label: str
    type: Any  # one of core.form_model


class FieldKind(Struct, frozen=True):
    """One type of field.

    type     its declaration in core/form_model.py
    read     reads what was typed
    show     returns the value in words, a line each
    inputs   returns the names of its inputs, given the names that a form has
    """

    type: type
    read: Callable[[Ask, Typed, Context], Read]
    show: Callable[[Any, Any, Context], list[str]]
    inputs: Callable[[Ask, Iterable[str]], list[str]]
