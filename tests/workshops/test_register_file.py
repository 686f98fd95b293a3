"""The command `cohort register` reads attendance as people write it, and records all of it or nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib.core.clock
from chalicelib.cli import parser
from chalicelib.core.errors import FileInvalid
from chalicelib.core.model import Person
from chalicelib.store import audit_events
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.table import Key, Missing, query, update
from chalicelib.workshops.register import Entry
from chalicelib.workshops.register_file import WRITTEN, read_register
from tests.support import people
from tests.workshops.registers import BEGINS, DAY_1, DAY_2, states

COACH = Person("Cleo", "cleo@example.org")


def entry(id: str, name: str, email: str) -> Entry:
    return Entry(DelegateLine(id, name, email, "Nursing", COACH, "coach"), Attendance("s"))


ENTRIES = (
    entry("a", "Dr Amara Osei", "amara.osei@example.org"),
    entry("j", "Łucja Nowicka", "lucja.nowicka@example.org"),
    entry("s1", "Sam Hill", "sam.hill@example.org"),
    entry("s2", "Sam Hill", "sam.hill2@example.org"),
)


def read(text: str, encoding: str = "utf-8") -> dict[str, State]:
    return read_register(text.encode(encoding), "register.csv", ENTRIES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,attendance\nDr Amara Osei,attended\n", {"a": State.ATTENDED}),
        ("Name;Status\nLucja NOWICKA;In part\n", {"j": State.PARTLY}),
        ("Email address\tPresent?\nAmara.Osei@Example.org\tYes\n", {"a": State.ATTENDED}),
        ("sep=;\nE-mail;Attended\nsam.hill2@example.org;no\n", {"s2": State.ABSENT}),
        ("Surname,First name,Attendance\nNowicka,Łucja,Apologies\n", {"j": State.EXCUSED}),
        ('name,attendance\n"Nowicka, Łucja",left early\n', {"j": State.PARTLY}),
        ("name,email,attendance\nSam Hill,sam.hill@example.org,absent\n", {"s1": State.ABSENT}),
        (
            "name,email,attendance\nDr Amara Osei,,1\n,lucja.nowicka@example.org,0\n",
            {"a": State.ATTENDED, "j": State.ABSENT},
        ),
    ],
)
def test_columns_names_and_words_as_people_write_them(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("name,attendance\nSam Hill,attended\n", "register.csv:2: name", "several people"),
        ("name,attendance\nNobody Here,attended\n", "register.csv:2: name", "no one on this register"),
        ("email,attendance\nx@example.org,attended\n", "register.csv:2: email", "no one on this register"),
        ("name,attendance\n,attended\n", "register.csv:2: name", "is empty"),
        ("name,attendance\nDr Amara Osei,perhaps\n", "register.csv:2: attendance", "write attended, partly"),
        ("name,attendance\nDr Amara Osei,\n", "register.csv:2: attendance", "is empty"),
        ("name\nDr Amara Osei\n", "register.csv:1: attendance", "is missing"),
        (
            "name,email,attendance\nŁucja Nowicka,amara.osei@example.org,yes\n",
            "register.csv:2: name",
            "another person",
        ),
        ("name,attendance\nDr Amara Osei,yes\nOsei Dr Amara,no\n", "register.csv:3: attendance", "another line"),
    ],
)
def test_a_fault_names_file_row_and_column_and_what_to_do(text, place, words):
    with pytest.raises(FileInvalid) as refused:
        read(text)

    assert place in str(refused.value)
    assert words in str(refused.value)
    assert "amara.osei" not in str(refused.value).lower(), "no fault quotes an address"


@given(st.sampled_from([(state, word) for state, words in WRITTEN.items() for word in words.split()]))
def test_every_word_is_read_in_any_case(pair):
    state, word = pair
    assert read(f"name,attendance\nDr Amara Osei,{word.upper()}\n") == {"a": state}


# --- the command ------------------------------------------------------------------------------------------

FILE = "name,attendance\nDana Delegate,attended\nDora Delegate,absent\n"


@pytest.fixture
def command(dated, clock, tmp_path, capsys):
    clock.to(BEGINS)
    chalicelib.core.clock.use(clock.now)

    def run(text: str, *more: str, session: str = "leading_self/1") -> tuple[int, str]:
        path = tmp_path / "register.csv"
        path.write_text(text)
        status = parser.main(["cohort", "register", people.COHORT, session, str(path), *more])
        out = capsys.readouterr()
        return status, out.out + out.err

    yield run
    chalicelib.core.clock.use(None)


def test_a_file_is_recorded_and_again_changes_nothing(command):
    assert command(FILE) == (
        0,
        "Leading Self, day 1 of 2: 1 attended, 1 absent. 2 recorded.\n"
        "1 on the register are not in the file: nothing was changed for them.\n",
    )
    assert states() == {"dana": "attended", "dora": "absent"}
    acts = sorted(row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("marked"))
    assert acts == [
        "marked Leading Self, day 1 of 2: from expected to absent (from register.csv)",
        "marked Leading Self, day 1 of 2: from expected to attended (from register.csv)",
    ]
    assert "0 recorded" in command(FILE)[1]


@pytest.mark.made_up_rows
def test_a_number_that_a_damaged_session_leaves_open_is_refused(command, clock):
    """The second day would be the first."""
    clock.advance(days=1)
    (key,) = [Key(row["pk"], row["sk"]) for row in query(f"COHORT#{people.COHORT}") if row["sk"].endswith(DAY_1)]
    people.write(update(key, remove=["plan"], refusal=Missing))

    status, text = command(FILE)

    assert status == 1
    assert key.sk in text, "the command names the damaged record"
    assert states(DAY_2) == {}


def test_a_dry_run_records_nothing(command):
    status, text = command(FILE, "--dry-run", "--json")

    assert (status, json.loads(text)["recorded"]["changed"]) == (0, 2)
    assert states() == {}


def test_one_fault_is_enough_to_record_nothing(command):
    status, text = command(FILE + "Nemo,attended\n")

    assert status == 1
    assert "register.csv:4: name" in text
    assert "Nothing was changed" in text
    assert states() == {}


@pytest.mark.parametrize("name", ["leading_self", "leading_self/0", "leading_self/3", "nonesuch/1", "leading_self/x"])
def test_a_session_that_there_is_not_is_answered_with_those_that_there_are(command, name):
    status, text = command(FILE, session=name)

    assert status == 1
    assert "leading_self/1, leading_self/2, leading_others/1" in text


def test_before_a_session_only_an_excuse_is_recorded(command):
    status, text = command(FILE, session="leading_others/1")
    assert (status, "begins on Tuesday 17 November 2026, 09:30" in text) == (1, True)

    status, _ = command("name,attendance\nDana Delegate,excused\n", session="leading_others/1")
    assert status == 0
    assert states(DAY_1) == {}
