"""Check ids: each is unique, and every reference names an existing one. Pure."""

from __future__ import annotations

from chalicelib.core.file_errors import hint
from chalicelib.programme.yaml_paths import ANY, Findings, Outline, Path

_ITEM_IDS = ("competencies", ANY, "items", ANY, "id")
_QUESTION_IDS = ("open_questions", ANY, "id")
_ID_KINDS: tuple[tuple[tuple[object, ...], ...], ...] = (
    (("groups", ANY, "id"),),
    (("values", ANY, "id"),),
    (("competencies", ANY, "id"),),
    (("milestones", ANY, "id"),),
    (("milestones", ANY, "assignments", ANY, "id"),),
    (_ITEM_IDS, _QUESTION_IDS),  # one kind: they are columns of the same responses.csv
)
_TAKEN_COLUMNS = ("delegate", "group", "person")
_TAKEN_FIELDS = ("form", "go", "at", "by")  # on every page of a questionnaire


def ids_are_unique(outline: Outline) -> Findings:
    for patterns in _ID_KINDS:
        first: dict[str, Path] = {}
        for path, value in (place for pattern in patterns for place in outline.texts(*pattern)):
            if value in first:
                yield path, f'"{value}" is taken: line {outline.line(first[value])} has the same id'
            elif value:
                first[value] = path


def item_ids_are_free_columns(outline: Outline) -> Findings:
    for path, value in outline.texts(*_ITEM_IDS) + outline.texts(*_QUESTION_IDS):
        if value in _TAKEN_COLUMNS:
            yield path, f'"{value}" is a column of its own in responses.csv: choose another id'
        if value in _TAKEN_FIELDS:
            yield path, f'"{value}" is a field that every page of the questionnaire has: choose another id'


def references_exist(outline: Outline) -> Findings:
    for pattern, kind in (
        (("competencies", ANY, "milestone"), "milestones"),
        (("competencies", ANY, "items", ANY, "values", ANY), "values"),
        (("open_questions", ANY, "competency"), "competencies"),
        (("pulse", "rounds", ANY, "after"), "milestones"),
    ):
        ids = [value for _, value in outline.texts(kind, ANY, "id")]
        for path, value in outline.texts(*pattern):
            if value and value not in ids:
                yield path, f'"{value}" is not the id of one of the {kind}; {hint(value, ids)}'


def values_of_an_item_differ(outline: Outline) -> Findings:
    seen: set[tuple[Path, str]] = set()
    for path, value in outline.texts("competencies", ANY, "items", ANY, "values", ANY):
        if (path[:-1], value) in seen:
            yield path, f'"{value}" is named twice for this item'
        seen.add((path[:-1], value))
