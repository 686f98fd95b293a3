"""Read the programme file: YAML becomes a checked Programme, or every fault in it at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

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
    RaterGroup,
    Value,
)
from chalicelib.programme import rules, yaml_reader
from chalicelib.programme.logo import read_logo
from chalicelib.programme.read_forms import Forms, read_forms
from chalicelib.programme.schema import (
    USUAL_MINIMUM,
    CompetencyShape,
    MilestoneShape,
    OrganisationShape,
    ProgrammeShape,
    usual_behaviours_from,
)
from chalicelib.programme.yaml_paths import Outline


def read_programme(text: str | bytes, file: str, folder: Path | None = None) -> Programme:
    """Read and check a programme file. Raises FileFaults with every fault's line and key.

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
    return Programme(
        id=shape.programme,
        version=shape.version,
        title=shape.title,
        organisation=_organisation(shape.organisation, logo),
        scale=shape.scale.labels,
        groups=tuple(RaterGroup(g.id, g.title, g.min, g.max, g.named, g.heard_apart) for g in shape.groups),
        threshold=shape.threshold,
        values=tuple(Value(v.id, v.title) for v in shape.values),
        competencies=tuple(map(_competency, shape.competencies)),
        open_questions=tuple(OpenQuestion(q.id, q.text, q.competency) for q in shape.open_questions),
        reminders=tuple(sorted(map(rules.days_of, shape.reminders), reverse=True)),
        milestones=tuple(_milestone(m, forms) for m in shape.milestones),
        impact=ImpactRules(rules.months_of(shape.impact.after), rules.days_of(shape.impact.open_for)),
        minimum_responses=shape.minimum_responses or max(USUAL_MINIMUM, shape.threshold),
        comments_from=shape.comments_from or max(USUAL_MINIMUM, behaviours_from),
        close_when_complete=shape.close_when_complete,
        coach_only_comments=shape.coach_only_comments,
        raters_approved_by=Approver(shape.raters_approved_by) if shape.raters_approved_by else None,
        behaviours_from=behaviours_from,
        rater_sd=shape.rater_sd,
        rater_halo=shape.rater_halo,
    )


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
    return Organisation(shape.name, shape.brand.lower(), logo, shape.timezone, shape.currency, shape.holidays or "")


def _competency(shape: CompetencyShape) -> Competency:
    items = tuple(Item(i.id, i.self_wording, i.others_wording, i.values, i.you_wording or "") for i in shape.items)
    return Competency(shape.id, shape.title, shape.definition, shape.milestone, items)


def _milestone(shape: MilestoneShape, forms: Forms) -> Milestone:
    materials = (Material(m.title, m.url, rules.days_of(m.from_day) if m.from_day else None) for m in shape.materials)
    return Milestone(
        id=shape.id,
        title=shape.title,
        days=shape.days or shape.sessions or 1,
        assignments=forms[shape.id],
        sessions=shape.sessions or 0,
        bring=shape.bring or "",
        materials=tuple(materials),
    )
