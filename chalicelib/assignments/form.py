"""Read a whole form: values of the fields that are asked, and every fault at its field. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from chalicelib.assignments.field_kinds import KINDS
from chalicelib.assignments.table_fields import columns_of, row_ids
from chalicelib.assignments.values import (
    ANSWER_IT,
    TICKED,
    Ask,
    Choices,
    Context,
    Read,
    Typed,
    Value,
    WorkFault,
    work_fault,
)
from chalicelib.core.form_model import Choice, FormField, Many, Measures, Rows, Scale, Text
from chalicelib.core.model import Assignment

MAX_FORM_BYTES = 60_000  # bytes of all that is typed
PLAIN_FIELD, MAX_PLAIN_CHARS = "text", 2000  # of a form that is a plain title
AREAS, NO_AREA, WHY = "areas", "areas.none", "areas.why"
MAX_WHY_CHARS = 300
AREAS_TITLE = "This works on"
TOO_LONG = f"your answers have more than {MAX_FORM_BYTES:,} characters in total: please shorten some."


class Form(Struct, frozen=True):
    """What one person is asked.

    areas  the development areas to tick, id and words; None if the form does not ask
    """

    fields: tuple[FormField, ...]
    areas: Choices | None = None


class Answers(Struct, frozen=True):
    """A form as read. `values` has the fields that are asked and have valid answers."""

    values: Mapping[str, Value]
    faults: tuple[WorkFault, ...]

    @property
    def of_draft(self) -> tuple[WorkFault, ...]:
        """Return what is wrong with what was typed; a draft may be incomplete."""
        return tuple(fault for fault in self.faults if not fault.on_submit)


def fields_of(assignment: Assignment) -> tuple[FormField, ...]:
    """Return the delegate's fields: a plain title asks for one text."""
    plain = FormField(PLAIN_FIELD, Text(MAX_PLAIN_CHARS), "What you did, and the result", required=True)
    return assignment.fields or (plain,)


def ask_of(field: FormField) -> Ask:
    return Ask(f"f.{field.id}", field.ask, field.type)


def read_form(form: Form, typed: Typed, context: Context) -> Answers:
    """Read all fields. A field that `when` hides is empty, even if something was typed there before."""
    read = {field.id: KINDS[type(field.type)].read(ask_of(field), typed, context) for field in form.fields}
    asked = [field for field in form.fields if is_asked(field, form, read)]
    values = {field.id: value for field in asked if (value := read[field.id].value) is not None}
    faults = [fault for field in asked for fault in (*read[field.id].faults, *_missing(field, read[field.id]))]
    if form.areas is not None:
        chosen, wrong = _read_areas(form.areas, typed)
        values, faults = {**values, **chosen}, [*faults, *wrong]
    if sum(len(text.encode("utf-8", "replace")) for text in typed.values()) > MAX_FORM_BYTES:
        faults.insert(0, work_fault("", "The form", TOO_LONG))
    return Answers(values, tuple(faults))


def is_asked(field: FormField, form: Form, read: Mapping[str, Read]) -> bool:
    """Return whether a field's `when` holds; it does not if the field it names is not asked itself."""
    if field.when is None:
        return True
    other = next(candidate for candidate in form.fields if candidate.id == field.when.field)
    value = read[other.id].value if is_asked(other, form, read) else None
    chosen = [value] if isinstance(value, str) else value or []
    return any(option in field.when.options for option in chosen)


def _missing(field: FormField, read: Read) -> list[WorkFault]:
    if not field.required or read.value is not None or read.faults:
        return []
    words = "please choose an answer." if isinstance(field.type, Choice | Many | Scale) else ANSWER_IT
    return [work_fault(f"f.{field.id}", field.ask, words, on_submit=True)]


def _read_areas(areas: Choices, typed: Typed) -> tuple[dict[str, Value], list[WorkFault]]:
    ticked = [area for area, _ in areas if typed.get(f"{AREAS}.{area}") == TICKED]
    why = " ".join(typed.get(WHY, "").split())
    if len(why) > MAX_WHY_CHARS:
        return {}, [
            work_fault(WHY, AREAS_TITLE, f"please shorten this to {MAX_WHY_CHARS} characters; it has {len(why)}.")
        ]
    if ticked:
        return {AREAS: ticked}, []
    if typed.get(NO_AREA) == TICKED and why:
        return {AREAS: [], WHY: why}, []
    if typed.get(NO_AREA) == TICKED:
        return {}, [work_fault(WHY, AREAS_TITLE, "please say why in a line.", on_submit=True)]
    return {}, [work_fault(AREAS, AREAS_TITLE, "please tick an area, or “none of them”.", on_submit=True)]


def names_of(form: Form, names: Iterable[str]) -> list[str]:
    """Return the inputs of a form among the names that were posted or stored; all others are ignored."""
    listed = list(names)
    known = [name for field in form.fields for name in KINDS[type(field.type)].inputs(ask_of(field), listed)]
    areas = [f"{AREAS}.{area}" for area, _ in form.areas] if form.areas is not None else []
    return [*known, *areas, *([NO_AREA, WHY] if form.areas is not None else [])]


def never_blank(form: Form, names: Iterable[str]) -> set[str]:
    """Return the inputs that people cannot clear by hand. A browser sends nothing for options that it does not show."""
    listed = list(names)
    alone = {f"f.{field.id}" for field in form.fields if isinstance(field.type, Choice | Scale)}
    tables = [ask_of(field) for field in form.fields if isinstance(field.type, Rows | Measures)]
    cells = {
        f"{table.name}.{row}.{column.id}"
        for table in tables
        for row in row_ids(table.name, listed)
        for column in columns_of(table.type)
        if isinstance(column.type, Choice | Scale)
    }
    return alone | cells
