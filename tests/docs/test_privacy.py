"""docs/privacy.md says who reads what, how long and what erasure does, as the kinds of row declare it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.store.row_kinds import all_kinds, cohort_rows, delegate_rows
from chalicelib.store.row_kinds.row_kind import Reader, Retention, RowKind
from infra.docs import privacy
from tests.year import after_report  # noqa: F401 (its checks are declared)
from tests.year.invariants import CHECKS

TEXT = privacy.FILE.read_text(encoding="utf-8")
NOT_SEEN = "–"
# A column of “Who can see what”: the kinds of row that hold it, and the roles of readers by the names of the table.
COLUMNS = {
    "figures of a report": (delegate_rows.REPORT,),
    "comments": (delegate_rows.REPORT, delegate_rows.COACH_COMMENT),
    "cohort's figures": (delegate_rows.COHORT_SHARE, cohort_rows.FIGURES, cohort_rows.SUMMARY),
    "one rater's answers": (delegate_rows.RESPONSE,),
}
ROLES = {
    "delegate": (Reader.OWNER, Reader.DELEGATE),
    "coach": (Reader.COACH,),
    "facilitator": (Reader.FACILITATOR,),
    "line manager": (Reader.MANAGER,),
    "sponsor": (Reader.SPONSOR,),
    "administrator": (Reader.ADMINISTRATOR,),
    "rater": (Reader.RATER,),
}
SAID_OTHERWISE = {  # cells whose words say more than the rows, each with the place that holds it
    ("one rater's answers", "delegate"): "figures of groups of one, which are named: results/layout.py",
    ("one rater's answers", "coach"): "as above",
    ("comments", "administrator"): "as for the sponsor: they check the words of a story",
    ("comments", "sponsor"): "by consent from the impact survey: tests/sponsor/test_stories.py",
    ("figures of a report", "sponsor"): "“never one delegate's”",
}


def matrix() -> dict[tuple[str, str], str]:
    table = TEXT.split("## Who can see what\n")[1].split("\n\n")[0].strip().splitlines()
    names, _, *lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {(names[place], line[0]): cell for line in lines for place, cell in enumerate(line) if place}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("role", ROLES)
def test_the_table_of_readers_agrees_with_the_kinds_of_row(column, role):
    declared = any(reader in kind.readers for kind in COLUMNS[column] for reader in ROLES[role])
    said = matrix()[column, role] != NOT_SEEN

    assert said == declared or (column, role) in SAID_OTHERWISE


def test_nothing_that_is_said_otherwise_is_out_of_date():
    assert SAID_OTHERWISE.keys() <= {(column, role) for column in COLUMNS for role in ROLES}
    assert set(SAID_OTHERWISE) <= set(matrix())


def test_who_answered_is_a_count_for_those_whose_pages_show_one():
    """The pages: milestones/hub, debrief/next_steps, admin/_cohort, sponsor/summary. No other role has one."""
    counts = {role: cell for (column, role), cell in matrix().items() if column == "who answered" and cell != NOT_SEEN}

    assert counts == {
        "delegate": "counts",
        "coach": "counts",
        "administrator": "counts by group",
        "sponsor": "counts",
        "operator with AWS rights": "yes",
    }


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_each_kind_has_its_readers_period_and_erasure_on_the_page(kind: RowKind):
    made = TEXT.split(privacy.BEGIN)[1].split(privacy.END)[0]
    lines = [line for line in made.splitlines() if re.search(rf"[|;] {re.escape(kind.name)}( \||;)", line)]
    periods = [line for line in lines if line.startswith(f"| {kind.retention} |")]
    erased = [line for line in lines if line.startswith(f"| {kind.erasure} |")]

    assert (len(periods), len(erased)) == (1, 1)
    assert len(lines) >= 3 or not kind.readers


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Retention.FIGURES, "raw answers 30 days after"),
        (Retention.COLLECTION, "emails 90 days after the last questionnaire, survey or meeting"),
        (Retention.NOTES, "coaches' notes after 6 months"),
        (Retention.PROGRAMME, "delegates with their reports, areas and work after 24 months"),
        (Retention.RECORD, "attendance, cohort figures and the audit trail 6 years after the end"),
    ],
)
def test_the_sentence_about_periods_says_what_the_kinds_say(period, words):
    (number,) = re.findall(r"\d+ (?:days|months|years)", words)

    assert " ".join(words.split()) in " ".join(TEXT.split())
    assert number in period.value


@pytest.mark.parametrize("page", ["privacy.md", "threat-model.md"])
def test_every_file_that_a_page_names_exists(page):
    """A statement is held by the test that it names. A name without a folder is that of one file in `tests`."""
    root = privacy.FILE.parents[1]
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", (root / "docs" / page).read_text(encoding="utf-8")))
    existing = {name for name in named if any((root / folder / name).exists() for folder in ("", "chalicelib"))}
    alone = {name for name in named - existing if "/" not in name and len([*root.glob(f"tests/**/{name}")]) == 1}
    assert named - existing - alone == set()
    assert existing


# --- every promise names what holds it (I24) --------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"tests/[\w/]+(?:\.py|/)")
INVARIANT = re.compile(r"\bI\d+\b")
OF_THIS_PAGE = "I24"


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def promises() -> list[str]:
    """Return the rows of both tables of promises, and the points of what is kept."""
    tables = section("What we promise to each role") + section("What is proven, and by which test")
    rows = [line for line in tables.splitlines() if line.startswith("| ") and line.count("|") > 2]
    kept = re.split(r"\n- ", "\n" + section("What is kept, and for how long").strip())[1:]
    return [row for row in rows if not row.startswith(("| to |", "| statement |"))] + kept


def numbers() -> set[str]:
    return {matched[0] for name in CHECKS if (matched := INVARIANT.findall(name))} | {OF_THIS_PAGE}


def is_held(promise: str) -> bool:
    named = NAMED.findall(promise)
    invariants = set(INVARIANT.findall(promise))
    return (
        all((ROOT / test_path).exists() for test_path in named)
        and invariants <= numbers()
        and bool(named or invariants)
    )


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: " ".join(promise.strip("| ").split()[:8]))
def test_every_promise_names_a_test_or_an_invariant_that_there_is(promise):
    assert is_held(promise)


def test_the_table_of_readers_names_its_tests():
    _, _, under = section("Who can see what").strip().rpartition("|\n")

    assert all(is_held(sentence) for sentence in re.findall(r"[^.].+?\)\.", under, re.DOTALL))
    assert under.strip().endswith(").")


def test_a_promise_without_one_is_found():
    assert not is_held("| a rater | No one reads your answers. | `collect/questionnaire.py` |")
    assert not is_held("| a rater | No one reads your answers. | `tests/collect/test_that_is_not_there.py` |")
    assert not is_held("| a rater | No one reads your answers. | I99 |")


def test_what_holds_after_every_act_is_what_is_checked():
    rows = re.findall(r"^\| (I\d+)? ?\| (.+) \|$", section("What holds after every act of a year"), re.MULTILINE)
    said = [f"{number} {words}".strip().lower() for number, words in rows if words != "what holds"]

    assert sorted(name.lower() for name in CHECKS) == sorted(
        statement for statement in said if not statement.startswith("i24")
    )
