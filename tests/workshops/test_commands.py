"""`cohort load --cohort` and `cohort move --session`, as an operator types them."""

from __future__ import annotations

import json

import pytest

from chalicelib.cli.parser import main
from chalicelib.store import audit_events, cohorts
from tests.support import people
from tests.workshops import dates
from tests.workshops.dates import BOTH, DELEGATE, MANAGER

pytestmark = pytest.mark.usefixtures("aws")

FILE = """\
cohort: autumn
opens: 2026-09-14
closes: 2026-10-02
closed: [2026-10-05]
facilitators: [{id: mo, name: "Mo Hart", email: "mo.hart@example.org"}]
sessions:
  leading_self:
    - {date: 2026-10-22, start: "09:30", end: "16:30", place: "Room 4", by: mo}
    - {date: 2026-10-23, start: "09:30", end: "16:00", place: "Room 4", by: mo}
"""
DELEGATES = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email\n"
DELEGATES += "Dana Delegate,dana.delegate@example.org,Lead,Nursing,Mara Manager,mara@example.org,Cleo,c@example.org\n"


@pytest.fixture
def load(tmp_path, clock):
    """Load with a cohort file of this text, and these further options."""

    def run(text: str = FILE, *options: str, delegates: str = DELEGATES) -> int:
        (tmp_path / "cohort.yaml").write_text(text)
        (tmp_path / "delegates.csv").write_text(delegates)
        files = ["--delegates", str(tmp_path / "delegates.csv"), "--cohort", str(tmp_path / "cohort.yaml")]
        return main(["cohort", "load", "autumn", "--programme", str(people.EXAMPLE), *files, *options])

    return run


def test_a_cohort_is_loaded_with_its_file(load, capsys):
    assert load() == 0

    cohort = cohorts.find("autumn")
    assert (f"{cohort.dates.ends}", [f"{day}" for day in cohort.dates.closed]) == ("2026-10-23", ["2026-10-05"])
    assert [each.plan.date.day for each in dates.sessions()] == [22, 23]
    assert "Cohort autumn loaded: 1 delegate." in capsys.readouterr().out


def test_the_same_files_again_change_nothing(load, capsys):
    load()
    capsys.readouterr()

    assert load() == 0
    assert "nothing changed" in capsys.readouterr().out


def test_a_file_that_is_loaded_again_changes_the_room_alone(load):
    load()
    before = dates.sessions()
    assert load(FILE.replace('"Room 4", by: mo}\n', '"Library", by: mo}\n', 1)) == 0

    assert [each.plan.place for each in dates.sessions()] == ["Library", "Room 4"]
    assert [each.id for each in dates.sessions()] == [each.id for each in before]


def test_a_file_without_a_workshop_that_had_a_date_says_what_follows(load, capsys):
    others = '  leading_others:\n    - {date: 2026-11-12, start: "09:30", end: "16:00", place: "Room 4"}\n'
    load(FILE + others)
    assert "no date" not in capsys.readouterr().out, "the first load changes nothing"

    assert load() == 0
    said = capsys.readouterr().out
    assert "Leading Others has no date then." in said
    assert "The programme ends on Friday 23 October 2026; it was Thursday 12 November 2026." in said


def test_a_load_without_the_cohort_file_keeps_end_sessions_and_facilitators(load, tmp_path):
    load()
    more = DELEGATES + DELEGATES.splitlines()[1].replace("dana", "lee").replace("Dana", "Lee") + "\n"
    (tmp_path / "delegates.csv").write_text(more)
    files = ["--programme", str(people.EXAMPLE), "--delegates", str(tmp_path / "delegates.csv")]

    assert main(["cohort", "load", "autumn", *files, "--opens", "2026-09-14", "--closes", "2026-10-02"]) == 0
    cohort = cohorts.find("autumn")
    assert (f"{cohort.dates.ends}", cohort.facilitators[0].person.name) == ("2026-10-23", "Mo Hart")
    assert len(dates.sessions()) == 2


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        (FILE.replace("cohort: autumn", "cohort: spring"), (), 'cohort.yaml:1: cohort: is "spring"'),
        (FILE.replace("2026-10-23", "2026-10-22"), (), "cohort.yaml:9: sessions.leading_self[1].start: overlaps"),
        (FILE, ("--ends", "2026-11-30"), "--ends is 2026-11-30, and"),
        (FILE, ("--opens", "2026-09-15"), "leave the option out, or correct the file"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_loaded(load, capsys, text, options, why):
    assert load(text, *options) == 1

    assert why in capsys.readouterr().err
    assert cohorts.find("autumn") is None


def test_two_delegates_with_one_address_are_refused_with_both_rows(load, capsys):
    again = DELEGATES.splitlines()[1].replace("Dana Delegate", "Dora Delegate")

    assert load(delegates=DELEGATES + again + "\n") == 1
    said = capsys.readouterr().err
    assert "delegates.csv:3: email" in said
    assert "row 2" in said or "line 2" in said


def test_without_dates_the_command_says_how_to_give_them(clock, tmp_path, capsys):
    (tmp_path / "delegates.csv").write_text(DELEGATES)
    files = ["--programme", str(people.EXAMPLE), "--delegates", str(tmp_path / "delegates.csv")]

    assert main(["cohort", "load", "autumn", *files, "--opens", "2026-09-14"]) == 1
    assert "Give --closes, --ends, or --cohort with a file of the dates" in capsys.readouterr().err


def move(*options: str) -> int:
    return main(["cohort", "move", people.COHORT, "--session", "leading_self/2", *options])


def test_a_session_moves_with_one_audit_line(clock, capsys):
    dates.announce(clock)

    assert move("--to", "2026-10-26T10:00", "--why", "The room is taken") == 0
    said = capsys.readouterr().out
    assert "moved Leading Self, day 2 of 2 from 2026-10-23 09:30-16:30" in said
    assert f"<{DELEGATE}>, delegate: will be sent: changed calendar entry for Leading Self, day 2 of 2" in said
    assert f"<{MANAGER}>, line manager: will be sent" in said
    assert "The programme ends on Monday 26 October 2026; it was Friday 23 October 2026." in said
    assert [each.plan.hours for each in dates.sessions()] == ["09:30 to 16:30", "10:00 to 17:00"]
    (line,) = [row["act"] for row in audit_events.of_cohort(people.COHORT) if "moved Leading Self" in row["act"]]
    assert line.endswith("(The room is taken)")


def test_a_dry_run_says_the_same_and_changes_nothing(clock, capsys):
    dates.announce(clock)

    assert move("--to", "2026-10-26", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Would change: moved Leading Self, day 2 of 2" in said
    assert "would be sent" in said
    assert [each.plan for each in dates.sessions()] == [*BOTH]


def test_the_answer_is_json_for_a_program(clock, capsys):
    dates.announce(clock)

    assert move("--to", "2026-10-26", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [email["email"] for email in answer["recipients"]] == [DELEGATE, MANAGER]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--to", "26 October"), "is not a day such as 2026-03-10 or 2026-03-10T09:30"),
        (("--to", "2026-10-26T25:00"), "is not a day such as"),
        (("--to", "2026-10-26T20:00"), "would last until the next day"),
        (("--to", "2026-09-01"), "in the past"),
        (("--to", "2026-10-22"), "overlaps another one"),
    ],
)
def test_an_impossible_move_is_refused(clock, capsys, options, why):
    dates.announce(clock)

    assert move(*options) == 1
    assert why in capsys.readouterr().err
    assert [each.plan for each in dates.sessions()] == [*BOTH]
