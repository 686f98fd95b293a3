"""docs/threat-model.md: each statement names the test that holds it, as a link at its end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"
TEXT = PAGE.read_text(encoding="utf-8")
LINK = re.compile(r"\]\((\.\./tests/[\w/.]+)\)")
OUTSIDE = "No test: outside the product."
OUTSIDE_ALLOWED = {"Screenshots and printouts"}


def statements() -> list[tuple[str, str]]:
    """Return each statement and where its tests are: the last cell of a row, the last line of a point."""
    rows = [line.strip(" |") for line in TEXT.splitlines() if line.startswith("| ") and not line.endswith("| test |")]
    points = re.findall(r"^(?:- |\d\. )(.*(?:\n {2,}.*)*)", TEXT, re.MULTILINE)
    return [*(_apart(row, " | ") for row in rows), *(_apart(point, "\n") for point in points)]


def _apart(statement: str, separator: str) -> tuple[str, str]:
    said, _, held = statement.rpartition(separator)
    return said, held


def lacks(said: str, held: str) -> str:
    """Return what a statement lacks, or ""."""
    if OUTSIDE in held:
        return "" if any(title in said for title in OUTSIDE_ALLOWED) else "may be held by a test"
    named = LINK.findall(held)
    missing = [name for name in named if not (PAGE.parent / name).is_file()]
    return f"names {missing}, not there" if missing else "" if named else "names no test"


@pytest.mark.parametrize(("said", "held"), statements(), ids=lambda text: " ".join(text.strip("*| ").split()[:8]))
def test_each_statement_names_a_test_that_there_is(said, held):
    assert lacks(said, held) == ""


def test_every_line_with_a_statement_is_looked_at():
    """A table without the column of tests, or a point that begins in another way, would pass unseen."""
    said = " ".join(" ".join(both) for both in statements())
    kinds = [line for line in TEXT.splitlines() if line.startswith(("| ", "- ", "1. ", "2. ", "3. ", "4. ", "5. "))]
    heads = [line for line in kinds if line.endswith("| test |")]

    assert [line for line in kinds if line not in heads and line.strip("|-12345. ")[:12] not in said] == []
    assert len(heads) == len(re.findall(r"^\|[-|]+$", TEXT, re.MULTILINE))
    assert len(statements()) > 80


@pytest.mark.parametrize(
    "held", ["", "everything", "[gone](../tests/web/test_that_is_not_there.py)", "[all](../tests/web)", OUTSIDE]
)
def test_a_statement_without_one_is_found(held):
    assert lacks("No one reads the answers.", held)
