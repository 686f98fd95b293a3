"""Turn the assignments of a programme file into forms, and report what does not fit together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from chalicelib.core.file_errors import hint
from chalicelib.core.form_model import CellType, Column, FormField, Measures, Rows, Timing, When
from chalicelib.core.form_model import Items as ItemsField
from chalicelib.core.form_model import Pick as PickField
from chalicelib.core.formatting import join_words
from chalicelib.core.model import Assignment
from chalicelib.programme.form_schema import (
    AssignmentShape,
    BeforeShape,
    ColumnShape,
    FieldShape,
    OptionShape,
    RowsShape,
)
from chalicelib.programme.form_types import TYPES, options_differ, options_of, read_cell
from chalicelib.programme.schema import MilestoneShape
from chalicelib.programme.yaml_paths import ANY, Outline, Path
from chalicelib.programme.yaml_reader import words_of_id

AREA_PARTS = ("behaviour", "first_step", "support", "who_will_notice")
OPTION_TYPES = ("choice", "many", "scale")
Forms = Mapping[str, tuple[Assignment, ...]]  # of each workshop, by its id


class Lists(Struct, frozen=True):
    """The parts of the file that forms name."""

    lists: Mapping[str, tuple[OptionShape, ...]]
    milestones: tuple[str, ...]
    worked_on: frozenset[str]  # workshops that some competency names
    earlier: dict[str, FormField] = field(default_factory=dict)  # "<assignment>.<field>", as they are read
    faulty: set[str] = field(default_factory=set)  # the same, of fields whose faults are listed already


def read_forms(outline: Outline, plain: Any) -> Forms:
    """Return the assignments of each workshop by its id; add every fault to the outline.

    Return nothing where the shapes themselves are faulty: their faults are listed already.
    """
    try:
        milestones = msgspec.convert(plain.get("milestones", ()), tuple[MilestoneShape, ...])
        lists = msgspec.convert(plain.get("lists", {}), dict[str, tuple[OptionShape, ...]])
    except (msgspec.ValidationError, AttributeError):
        return {}
    for name, options in lists.items():
        options_differ(outline, ("lists", name), options)
    worked_on = frozenset(value for _, value in outline.texts("competencies", ANY, "milestone"))
    known = Lists(lists, tuple(m.id for m in milestones), worked_on)
    return {m.id: tuple(_assignments(outline, known, m, place)) for place, m in enumerate(milestones)}


def _assignments(outline: Outline, known: Lists, milestone: MilestoneShape, place: int) -> Iterator[Assignment]:
    for number, shape in enumerate(milestone.assignments):
        path = ("milestones", place, "assignments", number)
        fields = tuple(_fields(outline, known, shape, (*path, "fields"), shape.fields))
        known.earlier.update({f"{shape.id}.{field.id}": field for field in fields})
        yield Assignment(
            id=shape.id,
            title=shape.title,
            opens=_timing(outline, known, (*path, "opens"), shape.opens),
            due=_timing(outline, known, (*path, "due"), shape.due),
            works_on_areas=shape.works_on == "areas",
            seen_by=shape.seen_by,
            fields=fields,
            by_facilitator=tuple(
                _fields(outline, known, shape, (*path, "by_facilitator"), shape.by_facilitator),
            ),
        )


def _timing(outline: Outline, known: Lists, path: Path, shape: str | BeforeShape | None) -> Timing | None:
    if shape is None:
        return None
    text = shape if isinstance(shape, str) else shape.by
    days = _days(text)
    if days is None:
        outline.fault(path, f'is "{text}"; allowed: whole days or weeks, such as P21D')
    if isinstance(shape, str):
        return Timing(days or 0)
    if shape.before not in known.milestones:
        _unknown(outline, (*path, "before"), shape.before, "not a workshop", known.milestones)
    return Timing(days or 0, shape.before)


def _days(text: str) -> int | None:
    """Read P21D or P3W as days; None for anything else."""
    number, unit = text[1:-1], text[-1]
    return int(number) * {"D": 1, "W": 7}[unit] if number.isdigit() and len(number) < 5 and unit in "DW" else None


# --- one field ------------------------------------------------------------------------------------------


def _fields(
    outline: Outline, known: Lists, form: AssignmentShape, path: Path, shapes: Mapping[str, FieldShape]
) -> Iterator[FormField]:
    for name, shape in shapes.items():
        place = (*path, name)
        if outline.has_fault(place):
            known.faulty.add(f"{form.id}.{name}")
            continue
        kind = _the_type(outline, place, shape, (*TYPES, "rows", "measures", "pick", "items"))
        if kind is None:
            continue
        if shape.columns and kind != "rows":
            outline.fault((*place, "columns"), "belongs to a field of type rows")
        made = _field_type(outline, known, place, shape, kind)
        if made is None:
            continue
        read = FormField(
            id=name,
            type=made,
            ask=shape.ask or words_of_id(name),
            help=shape.help or "",
            required=shape.required,
            source=shape.source or "",
            when=_when(outline, place, shape, shapes, known),
        )
        _check_source(outline, known, place, read)
        yield read


def _the_type(outline: Outline, path: Path, shape: ColumnShape, types: tuple[str, ...]) -> str | None:
    """Return the one type that a field names."""
    named = [kind for kind in types if getattr(shape, kind) is not None]
    if len(named) == 1:
        return named[0]
    several = f"has the types {join_words(named)}" if named else "has no type"
    outline.fault(path, f"{several}; allowed: exactly one of {', '.join(types)}")
    return None


def _field_type(outline: Outline, known: Lists, path: Path, shape: FieldShape, kind: str) -> Any:
    if kind == "rows":
        return _rows(outline, known, path, shape)
    if kind == "measures":
        return _measures(outline, path, shape)
    if kind == "pick":
        return _pick(outline, known, path, shape.pick or "")
    if kind == "items":
        return _items(outline, known, path, shape)
    return read_cell(outline, known.lists, path, shape, kind)


def _measures(outline: Outline, path: Path, shape: FieldShape) -> Measures:
    assert shape.measures  # noqa: S101 the caller has looked
    if shape.measures.min > shape.measures.max:
        outline.fault((*path, "measures", "min"), f"is above max, which is {shape.measures.max}")
    return Measures(shape.measures.min, shape.measures.max)


def _pick(outline: Outline, known: Lists, path: Path, reference: str) -> PickField:
    assignment, _, name = reference.partition(".")
    source = known.earlier.get(reference)
    measures = [name for name, field in known.earlier.items() if isinstance(field.type, Measures)]
    if source is None or not isinstance(source.type, Measures):
        outline.fault(
            (*path, "pick"), f'"{reference}" is no field of measures of an earlier form; {hint(reference, measures)}'
        )
    return PickField(assignment, name)


def _items(outline: Outline, known: Lists, path: Path, shape: FieldShape) -> ItemsField:
    assert shape.items  # noqa: S101 the caller has looked
    if shape.items.of not in known.worked_on:
        outline.fault(
            (*path, "items", "of"),
            f'no competency names the workshop "{shape.items.of}"; {hint(shape.items.of, sorted(known.worked_on))}',
        )
    scale = options_of(outline, known.lists, (*path, "items", "scale"), shape.items.scale, least=3)
    return ItemsField(shape.items.max, shape.items.of, scale)


# --- tables ---------------------------------------------------------------------------------------------


def _rows(outline: Outline, known: Lists, path: Path, shape: FieldShape) -> Rows | None:
    assert shape.rows  # noqa: S101 the caller has looked
    limits = shape.rows
    if limits.min > limits.max:
        outline.fault((*path, "rows", "min"), f"is above max, which is {limits.max}")
    if not shape.columns:
        outline.fault((*path, "columns"), "is missing: a table needs at least one column")
    kept = _kept(outline, known, path, limits)
    columns = []
    for name, column in shape.columns.items():
        place = (*path, "columns", name)
        kind = _the_type(outline, place, column, TYPES)
        made: CellType | None = read_cell(outline, known.lists, place, column, kind) if kind else None
        if name in {column.id for column in kept}:
            outline.fault(place, "is also kept from the other table: choose another id")
        if made is not None:
            columns.append(Column(name, made, column.ask or words_of_id(name), column.help or "", column.required))
    return Rows(limits.min, limits.max, limits.name, tuple(columns), limits.source or "", kept)


def _kept(outline: Outline, known: Lists, path: Path, limits: RowsShape) -> tuple[Column, ...]:
    """Return the columns of another table that a table shows. They are not asked again, so none is required."""
    if limits.source is None:
        if limits.keep:
            outline.fault((*path, "rows", "keep"), "needs `from`: the table whose columns are kept")
        return ()
    source = known.earlier.get(limits.source)
    if source is None or not isinstance(source.type, Rows):
        if limits.source in known.faulty:
            return ()
        tables = [name for name, field in known.earlier.items() if isinstance(field.type, Rows)]
        _unknown(outline, (*path, "rows", "from"), limits.source, "no table of an earlier form", tables)
        return ()
    columns = {column.id: column for column in (*source.type.kept, *source.type.columns)}
    for number, name in enumerate(limits.keep):
        if name not in columns:
            _unknown(outline, (*path, "rows", "keep", number), name, f"no column of {limits.source}", tuple(columns))
    return tuple(msgspec.structs.replace(columns[name], required=False) for name in limits.keep if name in columns)


# --- what a field refers to -----------------------------------------------------------------------------


def _check_source(outline: Outline, known: Lists, path: Path, read: FormField) -> None:
    """Check that `from` names a field of the same type of an earlier form, or a part of the development areas."""
    if not read.source or read.source in known.faulty:
        return
    assignment, _, name = read.source.partition(".")
    if isinstance(read.type, Rows | ItemsField | PickField | Measures):
        outline.fault((*path, "from"), "belongs inside rows, or to a field of another type")
    elif assignment == "areas":
        if name not in AREA_PARTS:
            parts = [f"areas.{part}" for part in AREA_PARTS]
            _unknown(outline, (*path, "from"), read.source, "no part of a development area", parts)
    elif read.source not in known.earlier:
        _unknown(outline, (*path, "from"), read.source, "no field of an earlier form", tuple(known.earlier))
    elif not _holds(read.type, known.earlier[read.source].type):
        outline.fault((*path, "from"), f'"{read.source}" is of another type')


def _holds(into: Any, source: Any) -> bool:
    """Return whether a value of one type may fill a field of another: any text fills a text."""
    texts = ("line", "text")
    return _tag(into) == _tag(source) or (_tag(into) in texts and _tag(source) in texts)


def _tag(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


def _when(
    outline: Outline, path: Path, shape: FieldShape, shapes: Mapping[str, FieldShape], known: Lists
) -> When | None:
    for name, wanted in shape.when.items():
        place = (*path, "when", name)
        other = shapes.get(name)
        kinds = [kind for kind in OPTION_TYPES if other is not None and getattr(other, kind) is not None]
        if other is None or other is shape or not kinds:
            choices = [name for name, s in shapes.items() if any(getattr(s, kind) is not None for kind in OPTION_TYPES)]
            outline.fault(place, f"is no other field of this form with options; {hint(name, choices)}")
            return None
        named = getattr(other, kinds[0])
        options = [option.id for option in (known.lists.get(named, ()) if isinstance(named, str) else named)]
        chosen = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        for option in chosen:
            if option not in options:
                outline.fault(place, f'"{option}" is no option of {name}; {hint(option, options)}')
        return When(name, chosen)
    return None


def _unknown(outline: Outline, path: Path, word: str, what: str, allowed: Sequence[str]) -> None:
    outline.fault(path, f'"{word}" is {what}; {hint(word, allowed)}')
