"""What a form's page shows: each input with its value, its fault and where its text came from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.assignments.date_field import DATE
from chalicelib.assignments.draft import Draft
from chalicelib.assignments.form import AREAS, AREAS_TITLE, MAX_WHY_CHARS, NO_AREA, WHY, Form, ask_of
from chalicelib.assignments.item_field import behaviours
from chalicelib.assignments.option_fields import choices_of
from chalicelib.assignments.table_fields import cell, columns_of, name_of_row, row_ids
from chalicelib.assignments.text_fields import find_warnings
from chalicelib.assignments.values import TICKED, Ask, Choices, Context, WorkFault
from chalicelib.core import currency, formatting
from chalicelib.core.form_model import (
    Choice,
    Column,
    Date,
    FormField,
    Items,
    Line,
    Many,
    Measures,
    Money,
    Number,
    Pick,
    Rows,
    Scale,
    Text,
)

WIDE = 40  # letters: longer options do not fit in one line on a phone
MAX_NUMBER_CHARS = 60


class OptionView(Struct, frozen=True):
    name: str
    value: str
    label: str
    chosen: bool


class Input(Struct, frozen=True):
    """One question on the page.

    kind     line, text, number, date, choice, many, pick, items, areas or rows
    fault    what is wrong with what was typed
    warning  what its writer may want to change; never stored
    other    text of this field that another device typed
    origin   where its text was copied from
    only_if  inputs and values of which one must be chosen for the question to be asked
    """

    name: str
    kind: str
    label: str
    help: str = ""
    value: str = ""
    required: bool = False
    limit: int = 0
    unit: str = ""
    options: tuple[OptionView, ...] = ()
    fault: str = ""
    warning: str = ""
    other: str = ""
    origin: str = ""
    said: str = ""  # the value in words, if that helps
    only_if: str = ""
    only_if_words: str = ""
    rows: tuple[RowView, ...] = ()
    row_name: str = ""
    may_add: bool = False
    parts: tuple[Input, ...] = ()  # of items and areas
    work: str = ""  # of a pick: the assignment that has the options

    @property
    def is_wide(self) -> bool:
        return sum(len(option.label) for option in self.options) > WIDE


class RowView(Struct, frozen=True):
    """One row of a table. `kept`: what it takes from another table; `carried`: the same as hidden inputs."""

    name: str
    title: str
    kept: tuple[tuple[str, str], ...]
    carried: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    is_new: bool
    is_folded: bool = False  # an empty row that is opened when it is wanted


class PageForm(Struct, frozen=True):
    """A form as its page shows it: the draft, its faults and what was filled in.

    new_rows     ids for rows that do not exist yet
    copied_rows  ids of rows that were taken from another form
    more         the input of the table that gets one more empty row
    """

    form: Form
    draft: Draft
    context: Context
    faults: Sequence[WorkFault] = ()
    origins: Mapping[str, str] = {}
    new_rows: tuple[str, ...] = ()
    copied_rows: frozenset[str] = frozenset()
    more: str = ""

    def fault(self, name: str) -> str:
        text = next((fault.note for fault in self.faults if fault.field == name), "")
        return text[:1].upper() + text[1:]

    def typed(self, name: str) -> str:
        return self.draft.typed.get(name, "")


def inputs_of(page_form: PageForm) -> list[Input]:
    """Return the questions of a form in order."""
    field_inputs = [_field(page_form, field) for field in page_form.form.fields]
    return field_inputs + ([_areas(page_form, page_form.form.areas)] if page_form.form.areas is not None else [])


def _field(page_form: PageForm, field: FormField) -> Input:
    ask = ask_of(field)
    made = (
        _table(page_form, ask) if isinstance(field.type, Rows | Measures) else _single(page_form, ask, field.required)
    )
    condition, words = _only_if(page_form.form, field)
    return replace(
        made,
        label=field.ask,
        help=field.help,
        required=field.required or (isinstance(field.type, Rows | Measures) and field.type.min > 0),
        origin=page_form.origins.get(field.id, ""),
        only_if=condition,
        only_if_words=words,
    )


def _only_if(form: Form, field: FormField) -> tuple[str, str]:
    """Return the inputs that show a question, for the script, and the same in words."""
    if field.when is None:
        return "", ""
    other = next(each for each in form.fields if each.id == field.when.field)
    labels = [option.label for option in other.type.options if option.id in field.when.options]  # type: ignore[union-attr]
    inputs = [
        f"f.{other.id}.{option}={TICKED}" if isinstance(other.type, Many) else f"f.{other.id}={option}"
        for option in field.when.options
    ]
    return " ".join(inputs), f"Only if you chose {' or '.join(f'“{label}”' for label in labels)}."


# --- one input --------------------------------------------------------------------------------------------


def _single(page_form: PageForm, ask: Ask, required: bool) -> Input:
    value, kind = page_form.typed(ask.name), ask.type
    field_input = Input(
        name=ask.name,
        kind="text" if isinstance(kind, Text) else "line",
        label=ask.label,
        value=value,
        required=required,
        fault=page_form.fault(ask.name),
        other=page_form.draft.other.get(ask.name, ""),
    )
    if isinstance(kind, Line | Text):
        return replace(field_input, limit=kind.limit, warning=" ".join(find_warnings(value)))
    if isinstance(kind, Number | Money):
        return replace(field_input, kind="number", limit=MAX_NUMBER_CHARS, unit=_unit(kind, page_form.context))
    if isinstance(kind, Date):
        return replace(field_input, kind="date", said=_day_in_words(page_form, ask))
    return _tapped(page_form, ask, field_input)


def _tapped(page_form: PageForm, ask: Ask, field_input: Input) -> Input:
    kind, value = ask.type, field_input.value
    if isinstance(kind, Items):
        return replace(field_input, kind="items", parts=_behaviours(page_form, ask))
    if isinstance(kind, Many):
        options = [
            OptionView(
                f"{ask.name}.{option.id}", TICKED, option.label, page_form.typed(f"{ask.name}.{option.id}") == TICKED
            )
            for option in kind.options
        ]
        return replace(field_input, kind="many", options=tuple(options))
    if isinstance(kind, Pick):
        measures = _options(ask.name, choices_of(kind, page_form.context), value)
        return replace(field_input, kind="pick", options=measures, work=kind.assignment)
    choices = tuple((value.id, value.label) for value in kind.options)
    return replace(field_input, kind="choice", options=_options(ask.name, choices, value))


def _options(name: str, choices: Choices, value: str) -> tuple[OptionView, ...]:
    return tuple(OptionView(name, option, label, option == value) for option, label in choices)


def _behaviours(page_form: PageForm, ask: Ask) -> tuple[Input, ...]:
    steps = tuple((step.id, step.label) for step in ask.type.scale)
    return tuple(
        Input(
            name=f"{ask.name}.{item}",
            kind="choice",
            label=words,
            options=(
                *_options(f"{ask.name}.{item}", steps, page_form.typed(f"{ask.name}.{item}")),
                OptionView(f"{ask.name}.{item}", "none", "Not chosen", page_form.typed(f"{ask.name}.{item}") == "none"),
            ),
        )
        for item, words in behaviours(ask.type, page_form.context)
    )


def _unit(kind: Number | Money, context: Context) -> str:
    if isinstance(kind, Number):
        return kind.unit
    sign = currency.sign(context.currency)
    return f"{sign} a {kind.per}" if kind.per else sign


def _day_in_words(page_form: PageForm, ask: Ask) -> str:
    read = DATE.read(ask, page_form.draft.typed, page_form.context)
    return formatting.day(date.fromisoformat(read.value)) if isinstance(read.value, str) else ""


def _areas(page_form: PageForm, areas: Choices) -> Input:
    ticks = [
        OptionView(f"{AREAS}.{area}", TICKED, words, page_form.typed(f"{AREAS}.{area}") == TICKED)
        for area, words in areas
    ]
    none = OptionView(NO_AREA, TICKED, "None of them", page_form.typed(NO_AREA) == TICKED)
    why = Input(
        WHY, "line", "If none: why?", value=page_form.typed(WHY), limit=MAX_WHY_CHARS, fault=page_form.fault(WHY)
    )
    return Input(
        name=AREAS,
        kind="areas",
        label=AREAS_TITLE,
        help="Which of your development areas did it give you a chance to practise?",
        options=(*ticks, none),
        fault=page_form.fault(AREAS),
        required=True,
        parts=(why,),
    )


# --- tables ---------------------------------------------------------------------------------------------------


def _table(page_form: PageForm, ask: Ask) -> Input:
    kind, ids = ask.type, row_ids(ask.name, page_form.draft.typed)
    wanted = max(0, kind.min - len(ids)) if not ids else 0
    wanted = max(wanted, 1 if page_form.more == ask.name or not ids else 0)
    new = page_form.new_rows[: min(wanted, kind.max - len(ids))]
    all_rows = [*((row, False) for row in ids), *((row, True) for row in new)]
    rows = tuple(_row(page_form, ask, row, number, is_new) for number, (row, is_new) in enumerate(all_rows, start=1))
    return Input(
        name=ask.name,
        kind="rows",
        label=ask.label,
        fault=page_form.fault(ask.name),
        rows=rows,
        row_name=name_of_row(kind),
        may_add=len(rows) < kind.max,
    )


def _row(page_form: PageForm, ask: Ask, row: str, number: int, is_new: bool) -> RowView:
    kept = _kept(page_form, ask, row)
    asked = [column for column in columns_of(ask.type) if column not in kept]
    title = f"{name_of_row(ask.type).capitalize()} {number}"
    return RowView(
        name=f"{ask.name}.{row}",
        title=title,
        kept=tuple((column.ask, _in_words(page_form, ask, row, column)) for column in kept),
        carried=tuple(pair for column in kept for pair in _carried(page_form, cell(ask.name, row, column))),
        inputs=tuple(_cell(page_form, ask, row, column) for column in asked),
        is_new=is_new,
        is_folded=is_new and number > 1 and page_form.more != ask.name,
    )


def _cell(page_form: PageForm, ask: Ask, row: str, column: Column) -> Input:
    return replace(_single(page_form, cell(ask.name, row, column), column.required), help=column.help)


def _kept(page_form: PageForm, ask: Ask, row: str) -> list[Column]:
    """Return the columns that this row took from another table: they are shown, not asked again."""
    kept: Iterable[Column] = ask.type.kept if isinstance(ask.type, Rows) else ()
    carried = [column for column in kept if _carried(page_form, cell(ask.name, row, column))]
    return carried if row in page_form.copied_rows else []


def _carried(page_form: PageForm, question: Ask) -> list[tuple[str, str]]:
    names = [question.name]
    if isinstance(question.type, Many):
        names = [f"{question.name}.{option.id}" for option in question.type.options]
    return [(name, page_form.typed(name)) for name in names if page_form.typed(name)]


def _in_words(page_form: PageForm, ask: Ask, row: str, column: Column) -> str:
    question = cell(ask.name, row, column)
    if isinstance(column.type, Choice | Scale):
        labels = {option.id: option.label for option in column.type.options}
        return labels.get(page_form.typed(question.name), "")
    return ", ".join(text for _, text in _carried(page_form, question))
