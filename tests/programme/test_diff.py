"""What a new version of a programme changes is shown, whichever field it is."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import Approver, Programme
from chalicelib.programme import diff
from chalicelib.programme.diff import Kind
from tests.support import people

BEFORE = people.programme()
FIELDS = [name for name in Programme.__struct_fields__ if name not in ("id", "version")]


def other(value: Any, name: str) -> Any:
    """Return a value of the same type that differs."""
    if name == "raters_approved_by":
        return Approver.COACH if value is None else None
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str) and not isinstance(value, Enum):
        return f"{value} again"
    if isinstance(value, Struct):
        first = next(name for name in value.__struct_fields__ if name != "id")
        return replace(value, **{first: other(getattr(value, first), first)})
    return (other(value[0], name), *value[1:]) if value else ("new",)


@pytest.mark.parametrize("name", FIELDS)
def test_a_changed_field_is_shown(name):
    after = replace(BEFORE, version=BEFORE.version + 1, **{name: other(getattr(BEFORE, name), name)})

    assert diff.count(diff.of_programme(BEFORE, after))[Kind.CHANGED] >= 1


def test_rules_that_change_together_are_each_shown():
    after = replace(
        BEFORE,
        coach_only_comments=not BEFORE.coach_only_comments,
        close_when_complete=not BEFORE.close_when_complete,
        raters_approved_by=other(BEFORE.raters_approved_by, "raters_approved_by"),
    )

    names = {change.name for change in diff.of_programme(BEFORE, after) if change.kind is Kind.CHANGED}

    assert names == {"coach only comments", "close when complete", "raters approved by"}


def test_a_behaviour_that_changes_leaves_its_competency_as_it_was():
    first = BEFORE.competencies[0]
    item = replace(first.items[0], others_wording="Asks everyone.")
    after = replace(BEFORE, competencies=(replace(first, items=(item, *first.items[1:])), *BEFORE.competencies[1:]))

    names = {change.name for change in diff.of_programme(BEFORE, after) if change.kind is Kind.CHANGED}

    assert names == {f"behaviour {item.id}"}


def test_the_same_programme_has_no_change():
    assert {change.kind for change in diff.of_programme(BEFORE, BEFORE)} == {Kind.UNCHANGED}
