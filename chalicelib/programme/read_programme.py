"""Read the programme file: YAML becomes a checked Programme, or every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace

from chalicelib.core.addresses import clean_text
from chalicelib.core.csv_text import decode
from chalicelib.core.file_errors import FaultList
from chalicelib.core.model import (
    Approver,
    Competency,
    ImpactRules,
    Item,
    Material,
    Milestone,
    OpenQuestion,
    Organisation,
    Programme,
    PulseRules,
    RaterGroup,
    RetentionRules,
    RoundPlan,
    Value,
)
from chalicelib.programme import rules, yaml_reader
from chalicelib.programme.durations import days_of
from chalicelib.programme.logo import read_logo
from chalicelib.programme.read_forms import Forms, read_forms
from chalicelib.programme.schema import (
    USUAL_MINIMUM,
    CompetencyShape,
    MilestoneShape,
    OrganisationShape,
    ProgrammeShape,
    PulseShape,
    usual_behaviours_from,
)
from chalicelib.programme.shapes import Becomes, Shape
from chalicelib.programme.yaml_paths import Outline

Kept = TypeVar("Kept", bound=Struct)


def read_programme(text: str | bytes, file: str, folder: Path | None = None) -> Programme:
    """Read and check a programme file. Raises FileInvalid with every fault's line and key.

    file     the name that faults show
    folder   where to find a logo that is named by file name; None: only a data URI is allowed
    """
    faults = FaultList(file)
    outline = Outline(faults)
    node = yaml_reader.compose(decoded(text, faults), faults)
    plain = yaml_reader.read(outline, node, ProgrammeShape)
    rules.check(outline)
    forms = read_forms(outline, plain)
    logo = _logo(outline, folder)
    faults.refuse_if_any()
    return _programme(msgspec.convert(plain, ProgrammeShape), logo, forms)


def decoded(text: str | bytes, faults: FaultList) -> str:
    return text if isinstance(text, str) else decode(text, faults, save_as="text in UTF-8")


def _logo(outline: Outline, folder: Path | None) -> str | None:
    for path, text in outline.texts("organisation", "logo"):
        try:
            return read_logo(text, folder)
        except ValueError as error:
            outline.fault(path, str(error))
    return None


def _programme(shape: ProgrammeShape, logo: str | None, forms: Forms) -> Programme:
    behaviours_from = shape.behaviours_from or usual_behaviours_from(shape.threshold)
    return take(
        Programme,
        shape,
        id=shape.programme,
        organisation=_organisation(shape.organisation, logo),
        scale=shape.scale.labels,
        groups=tuple(take(RaterGroup, group) for group in shape.groups),
        values=tuple(take(Value, value) for value in shape.values),
        competencies=tuple(map(_competency, shape.competencies)),
        open_questions=tuple(take(OpenQuestion, question) for question in shape.open_questions),
        reminders=tuple(sorted(map(days_of, shape.reminders), reverse=True)),
        milestones=tuple(_milestone(m, forms) for m in shape.milestones),
        impact=take(ImpactRules, shape.impact),
        minimum_responses=shape.minimum_responses or max(USUAL_MINIMUM, shape.threshold),
        comments_from=shape.comments_from or max(USUAL_MINIMUM, behaviours_from),
        raters_approved_by=Approver(shape.raters_approved_by) if shape.raters_approved_by else None,
        behaviours_from=behaviours_from,
        pulse=_pulse(shape.pulse) if shape.pulse else PulseRules(),
        retention=take(RetentionRules, shape.retention),
    )


def _pulse(shape: PulseShape) -> PulseRules:
    return take(PulseRules, shape, rounds=tuple(take(RoundPlan, round_shape) for round_shape in shape.rounds))


def take(kind: type[Kept], shape: Shape, **made: object) -> Kept:
    """Make a part of the programme from its shape: fields of the same name are taken over as they are.

    A key that the file lacks gives the default of the programme's field. Raises KeyError for a field that neither has.

    made     fields whose value in the programme is made from several keys
    """
    values = dict(_values_of(shape)) | made
    lacking = {field.name for field in fields(kind) if not field.required and values[field.name] is None}
    return kind(**{name: values[name] for name in kind.__struct_fields__ if name not in lacking})


def _values_of(shape: Shape) -> Iterator[tuple[str, object]]:
    """Return each field of the programme that a shape has a value for."""
    becomes = conversions(type(shape))
    for name in shape.__struct_fields__:
        value, into = getattr(shape, name), becomes.get(name)
        converted = value if value is None or into is None else into.convert(value)
        yield (into.field if into and into.field else name), converted


@cache
def conversions(shape: type[Shape]) -> Mapping[str, Becomes]:
    """Return what becomes of the fields of a shape, by name, where it is not the value as it is."""
    notes = {
        name: getattr(kind, "__metadata__", ()) for name, kind in get_type_hints(shape, include_extras=True).items()
    }
    return {name: note for name, several in notes.items() for note in several if isinstance(note, Becomes)}


def as_read_today(programme: Programme) -> Programme:
    """Return a version that was stored by an earlier release as its unchanged file is read today.

    Before the second publishing rule, and before invisible characters were taken out of texts.
    """
    programme = msgspec.convert(_cleaned(msgspec.to_builtins(programme)), Programme)
    if programme.behaviours_from:
        return programme
    behaviours_from = usual_behaviours_from(programme.threshold)
    comments_from = max(programme.comments_from, behaviours_from)
    return replace(programme, behaviours_from=behaviours_from, comments_from=comments_from)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {name: _cleaned(inner) for name, inner in value.items()}
    return [_cleaned(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _organisation(shape: OrganisationShape, logo: str | None) -> Organisation:
    return take(Organisation, shape, brand=shape.brand.lower(), logo=logo)


def _competency(shape: CompetencyShape) -> Competency:
    return take(Competency, shape, items=tuple(take(Item, item) for item in shape.items))


def _milestone(shape: MilestoneShape, forms: Forms) -> Milestone:
    return take(
        Milestone,
        shape,
        days=shape.days or shape.sessions or 1,
        assignments=forms[shape.id],
        materials=tuple(take(Material, material) for material in shape.materials),
    )
