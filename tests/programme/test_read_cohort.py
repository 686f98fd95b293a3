"""The cohort file: dates, facilitators and sessions, or every fault with its line."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.core.errors import FileInvalid
from chalicelib.programme.read_cohort import read_cohort
from tests.support import people

EXAMPLE = (people.EXAMPLE.parent / "cohort.yaml").read_text()
FILE = """\
cohort: spring-2026
opens: 2026-01-12
closes: 2026-01-30
closed: [2026-12-29]
facilitators: [{id: mo, name: "Mo Hart", email: "mo.hart@example.org"}]
sessions:
  leading_self:
    - {date: 2026-03-10, start: "09:30", end: "16:30", place: "Education Centre, Room 4", by: mo}
    - {date: 2026-03-11, start: "09:30", end: "16:00", link: "https://video.example.org/abc", by: mo}
"""
WITHOUT = "cohort: spring-2026\nopens: 2026-01-12\ncloses: 2026-01-30\n"


def read(text: str = FILE, cohort: str = "spring-2026"):
    return read_cohort(text, "cohort.yaml", cohort, people.programme())


def faults(text: str, cohort: str = "spring-2026") -> str:
    with pytest.raises(FileInvalid) as refused:
        read(text, cohort)
    return str(refused.value)


def test_a_file_has_dates_facilitators_and_sessions():
    cohort_file = read()

    assert (cohort_file.dates.opens, cohort_file.dates.closes, cohort_file.dates.ends) == (
        date(2026, 1, 12),
        date(2026, 1, 30),
        date(2026, 3, 11),
    )
    assert cohort_file.dates.closed == (date(2026, 12, 29),)
    assert cohort_file.facilitators[0].person.email == "mo.hart@example.org"
    first, second = cohort_file.sessions
    assert (first.milestone, first.when, first.place, first.by) == (
        "leading_self",
        "Tuesday 10 March 2026, 09:30 to 16:30",
        "Education Centre, Room 4",
        "mo",
    )
    assert second.link == "https://video.example.org/abc"
    assert cohort_file.warnings == ()


def test_the_example_has_no_warning():
    assert read(EXAMPLE).warnings == ()
    assert len(read(EXAMPLE).sessions) == 6


def test_without_sessions_the_end_is_given():
    assert read(f"{WITHOUT}ends: 2026-06-30\n").dates.ends == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "cohort: spring-2026",
            "cohort: autumn-2026",
            ':1: cohort: is "autumn-2026", and this cohort is',
        ),
        ("opens: 2026-01-12", "opens: 12/01/2026", ":2: opens: is"),
        ("closes: 2026-01-30", "closes: 2026-01-02", ":3: closes: The questionnaire closes on 2026-01-02, before"),
        ("closed:", "ends: 2026-06-01\nclosed:", ":4: ends: is given, and the programme ends with its last session"),
        ('end: "16:30"', "end: 16:30", ":8: sessions.leading_self[0].end: is 16:30, which YAML does not read as text"),
        ('end: "16:30"', 'end: "25:30"', ':8: sessions.leading_self[0].end: is "25:30"; allowed: a time such as'),
        ('end: "16:30"', 'end: "09:30"', ":8: sessions.leading_self[0].end: ends at 09:30, which is not after"),
        ("date: 2026-03-11", "date: 2026-03-10", ":9: sessions.leading_self[1].start: overlaps another one"),
        ("date: 2026-03-11", "date: 2026-02-30", ":9: sessions.leading_self[1].date: is"),
        ("leading_self:", "leading_cats:", ":7: sessions.leading_cats: names no workshop of the programme"),
        ("by: mo}\n    -", "by: jo}\n    -", ':8: sessions.leading_self[0].by: is by "jo"'),
        ('email: "mo.hart@example.org"', 'email: "mo.hart"', ":5: facilitators[0].email: "),
        ('place: "Education Centre, Room 4", ', "", ":8: sessions.leading_self[0].place: has neither a place nor"),
        ("https://video", "video", ':9: sessions.leading_self[1].link: is "video.example.org/abc"'),
        ("opens:", "open:", ':2: open: is not a known key; did you mean "opens"?'),
    ],
)
def test_a_fault_is_named_with_its_line_and_key(old, new, fault):
    assert old in FILE
    assert f"cohort.yaml{fault}" in faults(FILE.replace(old, new, 1))


def test_a_file_without_sessions_and_end_is_refused():
    assert "cohort.yaml:1: ends: is missing" in faults(WITHOUT)


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("date: 2026-03-11", "date: 2026-03-14", ":9: sessions.leading_self[1].date: is on Saturday 14 March 2026"),
        (
            "date: 2026-03-11",
            "date: 2026-01-29",
            ":9: sessions.leading_self[1].date: is on Thursday 29 January",
        ),
        ("    - {date: 2026-03-11", "    #", ":7: sessions.leading_self: is of Leading Self, which has 1 session here"),
    ],
)
def test_a_probable_mistake_is_a_warning_with_its_line(old, new, warning):
    cohort_file = read(FILE.replace(old, new, 1))

    assert f"cohort.yaml{warning}" in "\n".join(map(str, cohort_file.warnings))


def test_a_facilitator_is_in_the_file_once():
    twice = FILE.replace("}]\nsessions", ', {id: mo, name: "Jo", email: "mo.hart@example.org"}]\nsessions').replace(
        'org", {', 'org"}, {'
    )
    assert 'cohort.yaml:5: facilitators[1].id: "mo" is already on line 5' in faults(twice)
