"""Each transition of each thread is made by its act in a test, and every other one is refused with words.

The lists come from the machines: a new transition fails until a test makes it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.areas.acts import AreaRefused, next_state
from chalicelib.areas.states import AREA
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Standing
from chalicelib.core.state_machine import By, NotAllowed, load_machines
from chalicelib.meetings import acts, machine
from chalicelib.meetings.acts import MeetingRefused
from chalicelib.people.planned import ActRefused
from chalicelib.people.standing import STANDING
from chalicelib.store import attendance, cohorts, delegates, meetings
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.workshops.attendance import ATTENDANCE, CATCH_UP, MARKS, REOPEN, SET_CATCH_UP
from chalicelib.workshops.mark import Actor, MarkRefused, save_marks, set_catch_up, set_caught_up
from chalicelib.workshops.register import load_registers
from tests.meetings.conftest import ready  # noqa: F401 (a fixture)
from tests.meetings.test_meetings import for_coach, for_delegate
from tests.people import scene
from tests.support import people
from tests.workshops.conftest import dated, visitor  # noqa: F401 (fixtures)
from tests.workshops.registers import BEGINS, DAY_1, id_of

MACHINES = load_machines()
TESTS = Path(__file__).parent.parent
HERE = "threads/test_every_transition.py::"
MEETINGS = f"{HERE}test_an_act_on_a_meeting_is_done_or_refused_in_every_state"
ATTENDED = f"{HERE}test_a_mark_on_a_register_is_made_or_refused_in_every_state"
_MEETING = {
    "offer": MEETINGS,
    "choose": MEETINGS,
    "enter": MEETINGS,
    "move": MEETINGS,
    "ask for other times": MEETINGS,
    "miss": MEETINGS,
    "lapse": "meetings/test_meetings.py::test_times_that_pass_lead_back_to_waiting_and_both_are_notified",
    "start again": "meetings/test_meetings.py::test_another_coach_starts_again_and_the_former_ones_entry_is_cancelled",
    "cancel": "meetings/test_meetings.py::test_a_delegate_who_leaves_has_no_meeting_and_both_entries_are_cancelled",
}
_ROUND = "pulse/test_rounds.py::test_a_round_goes_from_the_check_to_a_page_for_delegate_and_coach"
_FORM = "journey/test_assignments.py::test_a_form_is_typed_submitted_and_shown_as_submitted"
_RETURNED = "journey/test_assignments.py::test_a_coach_returns_work_and_reads_what_comes_back"
_PART = "journey/test_facilitators_part.py::"
_PART += "test_a_part_is_a_draft_until_it_is_submitted_and_then_delegate_and_coach_read_it"
_WAY = "journey/test_whole_way.py::test_a_cohort_goes_the_whole_way"
_REVIEWED = "meetings/test_review.py::test_outcomes_change_the_areas_and_the_meeting_is_held"
_SIX_MONTHS = "journey/test_six_months_on.py::test_a_survey_is_filled_in_part_by_part_resumed_and_sent"
_CHANGED = "journey/test_six_months_on.py::test_what_was_sent_counts_until_a_change_of_it_is_sound"
_STORY = "sponsor/test_stories.py::test_the_approved_words_are_published_exactly"
MADE_BY: dict[str, dict[str, str]] = {
    "Assignment": {
        "open": "assignments/test_timing.py::"
        "test_work_of_a_missed_workshop_stays_closed_until_a_way_to_catch_up_is_set",
        "type": _FORM,
        "submit": _FORM,
        "take back": "journey/test_assignments.py::test_work_is_taken_back_until_it_is_read",
        "read": _RETURNED,
        "return": _RETURNED,
        "waive": "admin/test_waiving.py::test_work_is_waived_with_a_reason_that_the_delegate_reads",
        "finish": "assignments/test_timing.py::test_nothing_changes_after_the_last_survey_has_closed",
    },
    "Attendance at a session": dict.fromkeys((*MARKS.values(), SET_CATCH_UP, CATCH_UP, REOPEN), ATTENDED),
    "Debrief": _MEETING | {"record": "meetings/test_meetings.py::test_recording_the_debrief_ends_the_meeting"},
    "Six-month review": _MEETING | {"record": _REVIEWED},
    "Development area": {
        "revise": "areas/test_areas.py::test_a_revision_keeps_what_it_said_before_who_and_why",
        "approve the words": "areas/test_areas.py::"
        "test_words_of_the_coach_are_read_by_others_once_the_delegate_approves_them",
        "finish": "areas/test_areas.py::test_the_delegate_marks_an_area_as_done_and_the_coach_gets_one_notice",
        "ask to close": "areas/test_areas.py::test_an_area_is_dropped_only_with_the_coachs_yes",
        "take back": "areas/test_areas.py::test_an_area_goes_on_if_the_coach_says_no_or_the_delegate_thinks_again",
        "keep": "areas/test_areas.py::test_an_area_goes_on_if_the_coach_says_no_or_the_delegate_thinks_again",
        "drop": "areas/test_areas.py::test_an_area_is_dropped_only_with_the_coachs_yes",
        "replace": "areas/test_areas.py::test_an_area_is_replaced_by_another_with_an_id_of_its_own",
        "go on after the review": _REVIEWED,
        "finish at the review": _REVIEWED,
        "give up at the review": "meetings/test_review.py::"
        "test_an_area_that_is_given_up_says_why_and_can_have_been_asked_about",
    },
    "Facilitator's part of an assignment": {
        "open": _PART,
        "type": _PART,
        "submit": _PART,
        "take back": "journey/test_facilitators_part.py::test_a_submitted_part_is_changed_only_after_it_was_taken_back",
        "leave": "journey/test_facilitators_part.py::"
        "test_a_delegate_who_has_left_is_not_observed_and_a_draft_goes_with_the_leaving",
        "finish": f"{HERE}test_a_facilitators_part_is_final_with_the_work",
    },
    "Impact survey of a role": {
        "move": "programme/test_move_dates.py::test_the_survey_moves_with_its_summary",
        "waive": "impact/test_thread.py::test_a_survey_of_who_has_left_is_waived_and_never_opens",
        "open": _SIX_MONTHS,
        "type": _SIX_MONTHS,
        "send": _SIX_MONTHS,
        "begin a change": _CHANGED,
        "correct": _CHANGED,
        "give another link": "admin/test_moved_links.py::test_an_impact_survey_shows_nothing_of_before",
        "give more time": "admin/test_survey_acts.py::test_more_time_moves_surveys_raters_and_the_close",
        "close": "journey/test_six_months_on.py::test_a_closed_survey_and_a_part_that_is_not_there_get_a_kind_page",
        "end": "people/test_edges.py::test_surveys_that_were_sent_before_leaving_stay_and_open_ones_close",
        "ask again": "impact/test_thread.py::"
        "test_what_was_sent_and_cannot_be_counted_is_asked_for_again_once_it_has_closed",
        "start again": "admin/test_hand_over.py::test_another_manager_who_is_asked_again_starts_with_an_empty_survey",
    },
    "Pulse round": {
        "check the wordings": _ROUND,
        "take back": "pulse/test_rounds.py::test_the_check_can_be_taken_back_until_the_opening_and_not_after",
        "open": _ROUND,
        "find too few to ask": "pulse/test_rounds.py::"
        "test_with_four_left_to_ask_no_one_is_emailed_and_the_hub_says_why",
        "drop": "pulse/test_rounds.py::test_no_approved_area_means_no_round_and_the_coach_learns_it",
        "leave": "pulse/test_rounds.py::test_a_delegate_who_leaves_while_the_round_is_open_is_asked_about_no_more",
        "close": _ROUND,
        "publish": _ROUND,
        "find too few answers": "pulse/test_rounds.py::test_four_answers_show_nothing_and_say_so",
    },
    "Session of a workshop": {
        "move": "workshops/test_dates.py::test_every_later_change_raises_the_sequence_that_was_sent_last",
        "cancel": "workshops/test_dates.py::"
        "test_a_session_that_is_cancelled_and_added_again_on_the_same_day_gets_a_new_uid",
        "begin": "workshops/test_dates.py::test_what_has_begun_can_neither_move_nor_be_cancelled",
    },
    "Sharing of an area with the line manager": {
        "share": "areas/test_sharing.py::test_what_is_shared_is_seen_and_nothing_else",
        "withdraw": "areas/test_sharing.py::test_what_is_taken_back_is_gone_at_once_and_can_be_shared_again",
    },
    "Standing": {
        "pause": "people/test_pause.py::"
        "test_one_email_each_to_delegate_coach_and_manager_and_none_about_them_until_the_return",
        "return": "people/test_pause.py::"
        "test_on_the_day_of_the_return_they_are_back_and_only_reminders_that_are_in_time_go_out",
        "leave": "people/test_leave.py::test_links_are_revoked_and_saved_answers_destroyed",
        "transfer": "people/test_transfer.py::test_everyone_concerned_is_emailed_once_and_the_old_coach_loses_sight",
    },
    "Story": {
        "offer": "sponsor/test_stories.py::test_each_is_offered_once_and_asked_by_email",
        "approve": _STORY,
        "correct": "sponsor/test_stories.py::test_corrected_typing_goes_back_to_the_delegate",
        "review": "sponsor/test_stories.py::test_an_administrator_passes_only_the_words_that_they_saw",
        "publish": _STORY,
        "ask again after a restore": "ownership/test_restore_withdrawals.py::"
        "test_words_that_were_changed_wait_for_the_delegate_to_approve_once_more",
        "withdraw": "sponsor/test_stories.py::test_a_withdrawn_story_is_in_no_page_pack_or_edition_from_then_on",
    },
    "Wave of answers": {
        "open": _WAY,
        "give more time": "journey/test_few_answers.py::"
        "test_with_more_time_who_has_not_answered_gets_a_notice_and_every_answer_counts",
        "wait for a decision": "journey/test_few_answers.py::"
        "test_the_administrator_is_notified_once_and_raters_that_it_may_be_extended",
        "close": _WAY,
        "publish with few answers": "journey/test_few_answers.py::"
        "test_closed_all_the_same_the_report_shows_what_may_be_shown",
        "finish closing": _WAY,
        "lose the key in a restore": "ownership/test_settle.py::"
        "test_without_the_finish_the_close_waits_for_a_decision_and_fails_no_job",
        "count the stored report": "ownership/test_settle.py::test_the_stored_report_counts_again_with_the_same_bytes",
        "record the answers as lost": "ownership/test_settle.py::test_answers_that_are_lost_end_without_a_report",
        "withdraw": "people/test_edges.py::test_nothing_goes_out_about_who_has_left_and_open_answers_are_destroyed",
    },
}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("thread", MACHINES)
def test_each_act_of_a_thread_is_made_by_a_test(thread):
    assert {step.act for step in MACHINES[thread].transitions} == MADE_BY[thread].keys()
    for act, made_by in MADE_BY[thread].items():
        file, _, name = made_by.partition("::")
        assert name in names_in(file), f"{thread}: no test makes {act}"


def test_each_thread_has_its_tests():
    assert MACHINES.keys() == MADE_BY.keys()


@pytest.mark.parametrize("thread", MACHINES)
def test_what_a_thread_does_not_declare_is_refused_with_its_words(thread):
    checked = MACHINES[thread]
    made = {
        (state, step.act, by): step.after for step in checked.transitions for state in step.before for by in step.by
    }
    acts_of = {step.act for step in checked.transitions}
    for state, act, by in product(type(checked.start), acts_of, By):
        if (state, act, by) in made:
            assert checked.move(state, act, by) is made[state, act, by]
            continue
        with pytest.raises(NotAllowed) as refused:
            checked.move(state, act, by)
        assert str(refused.value) == f"{thread}: the {by.value} cannot {act} when it is {state.value}"


# --- acts, in every state -------------------------------------------------------------------------------


def slots(kind: MeetingKind, at: int) -> tuple[Slot, ...]:
    """Return a time that no other case of a test has."""
    starts = datetime.fromisoformat("2026-09-21T08:00:00+00:00") + timedelta(hours=at)
    return (Slot(starts, 60),)


OFFERED = {"day-1": "2026-11-02", "minutes": "60", "place": "Room 4"}
ACTS: dict[str, tuple[By, Callable[[Meeting, int, datetime], object]]] = {
    "offer": (
        By.COACH,
        lambda meeting, at, now: acts.offer(for_coach(), meeting, OFFERED | {"time-1": f"{8 + at:02}:00"}, now),
    ),
    "enter": (
        By.COACH,
        lambda meeting, at, now: acts.enter(for_coach(), meeting, OFFERED | {"time-1": f"{8 + at:02}:30"}, now),
    ),
    "choose": (
        By.DELEGATE,
        lambda meeting, at, now: acts.choose(
            for_delegate(), meeting, next((f"{slot.starts:%Y-%m-%dT%H:%M:%SZ}" for slot in meeting.slots), ""), now
        ),
    ),
    "ask for other times": (By.DELEGATE, lambda meeting, at, now: acts.ask(for_delegate(), meeting, "No", now)),
    "miss": (By.COACH, lambda meeting, at, now: acts.miss(for_coach(), meeting, now)),
}


def put(kind: MeetingKind, state: MeetingState, at: int, now: datetime) -> Meeting:
    """Store a meeting in a state. A booked one is over if it is to be missed."""
    coach = reader_key(people.person("cleo coach").email)
    offered = slots(kind, at) if state in (MeetingState.OFFERED, MeetingState.BOOKED) else ()
    booked = Slot(datetime.fromisoformat("2026-10-30T08:00:00+00:00"), 60) if state is MeetingState.BOOKED else None
    before = meetings.find(people.dana(), kind)
    after = Meeting(kind, state, coach, offered, booked, "Room 4", revision=before.revision + 1)
    people.write(meetings.save(people.dana(), before, after, now))
    return after


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("kind", MeetingKind)
def test_an_act_on_a_meeting_is_done_or_refused_in_every_state(ready, clock, kind, name):  # noqa: F811
    by, do = ACTS[name]
    checked = machine.MACHINES[kind]
    for at, state in enumerate(MeetingState):
        before = put(kind, state, at, clock.now())
        if name == "miss" and before.booked:
            before = replace(before, booked=Slot(clock.now() - timedelta(hours=1), 60))
        act = machine.MOVE if before.booked and name in ("choose", "enter") else name
        if checked.allows(state, act, by):
            assert not do(before, at, clock.now()), "nothing typed is at fault"
            assert meetings.find(people.dana(), kind).state is checked.move(state, act, by)
        else:
            with pytest.raises(MeetingRefused, match=r"changed in another window|no longer on offer"):
                do(before, at, clock.now())
            assert meetings.find(people.dana(), kind).state is state


def test_a_mark_on_a_register_is_made_or_refused_in_every_state(dated, clock):  # noqa: F811
    clock.to(BEGINS)
    admin, dana = Actor(By.ADMINISTRATOR, "ada@example.org", "By phone."), id_of("dana delegate")

    def register():
        cohort = cohorts.find(people.COHORT)
        registers = load_registers(cohort, people.programme(), list(cohorts.rows(people.COHORT)))
        return next(day_register for day_register in registers if day_register.session.id == DAY_1)

    typed = {"what": "Watch the recording.", "by": f"{date(2026, 12, 11)}"}
    others = {
        SET_CATCH_UP: lambda: set_catch_up(register(), dana, typed, admin, clock.now()),
        CATCH_UP: lambda: set_caught_up(register(), dana, admin, clock.now()),
        REOPEN: lambda: set_caught_up(register(), dana, admin, clock.now(), done=False),
    }
    marks = {act: lambda to=to: save_marks(register(), {dana: to}, admin, clock.now()) for to, act in MARKS.items()}
    for state, (act, do) in product(State, (marks | others).items()):
        stored = attendance.from_rows(delegates.load_rows(dana)).get(DAY_1, Attendance(DAY_1))
        agreed = (
            ("Watch the recording.", date(2026, 12, 1)) if state in (State.CATCH_UP, State.CAUGHT_UP) else ("", None)
        )
        people.write(attendance.save(dana, stored, Attendance(DAY_1, state, *agreed)))
        if ATTENDANCE.allows(state, act, By.ADMINISTRATOR):
            do()
            assert now_is(dana) is ATTENDANCE.move(state, act, By.ADMINISTRATOR), (state, act)
            continue
        if is_recorded(state, act):
            do()
        else:
            with pytest.raises(MarkRefused, match="so this cannot be recorded"):
                do()
        assert now_is(dana) is state, (state, act)


def is_recorded(state: State, act: str) -> bool:
    """Return whether the register says so already: that succeeds and changes nothing. Who catches up was absent."""
    if act == MARKS[State.ABSENT]:
        return state in attendance.IS_ABSENT
    return {**MARKS, State.CAUGHT_UP: CATCH_UP, State.CATCH_UP: REOPEN}.get(state) == act


def now_is(delegate: str) -> State:
    return attendance.from_rows(delegates.load_rows(delegate))[DAY_1].state


def test_an_act_on_an_area_is_done_or_refused_with_words():
    for state, act, by in product(AreaState, {step.act for step in AREA.transitions}, (By.DELEGATE, By.COACH)):
        area = Area("a1", "behaviour", state=state)
        if AREA.allows(state, act, by):
            assert next_state(area, act, by) is AREA.move(state, act, by)
        else:
            with pytest.raises(AreaRefused, match="changed in another window"):
                next_state(area, act, by)


STORED = {
    Standing.ACTIVE: {},
    Standing.PAUSED: {"paused_until": "2026-12-01"},
    Standing.LEFT: {"withdrawn": True},
    Standing.TRANSFERRED: {"moved_to": "spring"},
}


def test_a_change_of_standing_is_refused_with_words(clock, aws):
    scene.open_cohort(clock)
    loaded = scene.found()
    for standing, step in product(Standing, STANDING.transitions):
        line = replace(loaded.line, **STORED[standing])
        if STANDING.allows(standing, step.act, By.ADMINISTRATOR):
            replace(loaded, line=line).refuse_unless(step.act)
            continue
        with pytest.raises(ActRefused, match=r"Dana Delegate (is|has|was)"):
            replace(loaded, line=line).refuse_unless(step.act)


def test_a_facilitators_part_is_final_with_the_work():
    from chalicelib.assignments.thread import FACILITATOR_PART, PartState
    from tests.assignments.test_timing import submitted

    last = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
    assert submitted(last).part_state(last) is PartState.FINAL
    assert not [step for step in FACILITATOR_PART.transitions if PartState.FINAL in step.before]
