"""Whether the six-month survey about a delegate is open is said in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Person
from chalicelib.store import cohorts
from chalicelib.store.cohorts import DelegateLine, SurveyStage

LINE = DelegateLine("d", "Dana", "dana@example.org", "Nursing", Person("Cleo", "cleo@example.org"), "c")
CODE = Path(cohorts.__file__).parents[1]


@pytest.mark.parametrize(
    ("stage", "withdrawn", "expected"),
    [
        (None, False, False),
        (SurveyStage.OPEN, False, True),
        (SurveyStage.OPEN, True, False),
        (SurveyStage.CLOSED, False, False),
    ],
)
def test_a_survey_is_open_about_someone_who_has_not_left(stage, withdrawn, expected):
    assert replace(LINE, survey=stage, withdrawn=withdrawn).is_surveyed is expected


def test_no_other_place_compares_the_stage():
    places = [path for path in CODE.rglob("*.py") if re.search(r"(is|==) SurveyStage\.OPEN", path.read_text())]

    assert [path.relative_to(CODE).as_posix() for path in places] == ["store/cohorts.py"]
