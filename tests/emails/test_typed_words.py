"""What someone types and others read in an email of ours holds no web address: no one advertises in our name."""

from __future__ import annotations

import ast
from pathlib import Path

from chalicelib.emails.kinds import load_kinds

ROOT = Path(__file__).parents[2]
TYPED = {  # word of an email -> the test that an address is refused where it is typed
    "areas": "tests/impact/test_returned.py::test_thanks_with_a_web_address_are_refused_and_shown_again",
    "catch_up": "tests/workshops/test_register.py::test_a_way_to_catch_up_holds_no_web_address",
    "line": "tests/meetings/test_meetings.py::test_a_line_for_the_coach_holds_no_web_address",
    "remark": "tests/journey/test_choosing.py::test_an_approvers_remark_holds_no_web_address",
    "text": "tests/impact/test_returned.py::test_thanks_with_a_web_address_are_refused_and_shown_again",
    "why": "tests/programme/test_move_dates.py::test_the_reason_of_a_move_holds_no_web_address",
}
MORE = (  # doors of the same words
    "tests/journey/test_assignments.py::test_a_remark_about_work_holds_no_web_address",
    "tests/people/test_cohort.py::test_the_reason_of_a_move_holds_no_web_address",
)
LINKED = {
    "where"
}  # a room, a telephone number or a video link, which the coach or an administrator gives for a meeting
NAMES = (  # of people, cohorts and parts of the programme: tests/programme/test_names.py
    "approver coach cohort delegate facilitators from_name group_title list manager name organisation part people"
    " programme raters_named replaces session task tasks things workshop"
)
OURS = (  # counts, days and words that we write
    "again asked asked_in at before begins brand by challenge changes closes count dates day days delegates due edition"
    " invited is_last last later managers meeting minimum minutes missed missing month moved notice opens outcome own"
    " passed readdressed time_zone too_few until what when who_sees zone"
)


def test_every_word_of_an_email_is_ours_a_name_or_refused_where_it_is_typed():
    words = {word for kind in load_kinds().values() for word in kind.words}

    known = [*TYPED, *LINKED, *NAMES.split(), *OURS.split()]
    new, gone = sorted(words - {*known}), sorted({*known} - words)
    assert not new, (
        f"say in this file where {', '.join(new)} comes from: OURS if we write it, NAMES if it is a name, "
        "TYPED with the test of its door if someone types it"
    )
    assert not gone, f"no email has {', '.join(gone)}: take it out of this file"
    assert len(known) == len({*known}), "a word comes from one place"


def test_the_test_of_each_door_exists():
    for place in {*TYPED.values(), *MORE}:
        file, name = place.split("::")
        functions = ast.walk(ast.parse((ROOT / file).read_text()))
        assert name in {node.name for node in functions if isinstance(node, ast.FunctionDef)}, place
