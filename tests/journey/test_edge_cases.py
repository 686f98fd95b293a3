"""Each edge case of the middle of the programme is held by tests: this table says which, by number.

A number without a test fails, and so does a name that no test has any more. A pattern names several by their beginning.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
NUMBERS = (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29, 31, 32, 34, 35, 37, 38, 40, 41, 43)
NUMBERS += (44, 46, 47, 49, 50, 52, 53, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68, 70, 71)
EDGE_CASES: dict[int, tuple[str, ...]] = {
    # calendar and email
    1: (
        "emails/test_calendar_entry.py::test_half_past_nine_in_london_is_written_in_utc",
        "workshops/test_dates.py::test_a_date_over_the_clock_change_keeps_its_hour_and_changes_in_utc",
    ),
    2: ("workshops/test_dates.py::test_a_date_over_the_clock_change_keeps_its_hour_and_changes_in_utc",),
    4: (
        "workshops/test_dates.py::test_a_session_that_was_moved_and_moved_back_sends_nothing_and_leaves_two_audit_lines",
    ),
    5: ("workshops/test_dates.py::test_a_session_that_is_cancelled_and_added_again_on_the_same_day_gets_a_new_uid",),
    7: (
        "emails/test_digest.py::test_items_of_two_roles_are_listed_under_their_roles",
        "people/test_edges.py::test_one_person_in_three_roles_sees_on_each_page_what_that_role_may_see",
    ),
    8: ("workshops/test_dates.py::test_another_room_for_one_day_changes_that_entry_alone_and_emails_no_manager",),
    10: (
        "mornings/test_over_the_holidays.py::test_what_falls_due_over_the_holidays_is_one_digest_on_the_first_working_day",
        "mornings/test_closed_days.py::test_reminders_of_the_questionnaire_avoid_the_days_off",
    ),
    11: ("mornings/test_over_the_holidays.py::test_a_no_in_a_calendar_changes_nothing_and_the_email_says_so",),
    13: ("emails/test_calendar_entry.py::test_a_title_with_a_comma_quotes_an_emoji_and_a_line_break_stays_one_title",),
    14: ("workshops/test_commands.py::test_two_delegates_with_one_address_are_refused_with_both_rows",),
    # meetings and areas
    16: ("meetings/test_meetings.py::test_two_delegates_choose_the_same_time_in_every_order",),
    17: ("meetings/test_meetings.py::test_times_that_pass_lead_back_to_waiting_and_both_are_notified",),
    19: (
        "people/test_pause.py::test_a_booked_debrief_is_cancelled_in_both_calendars_and_waits_for_new_times_on_return",
    ),
    20: (
        "people/test_edges.py::test_private_notes_stay_with_the_coach_who_wrote_them",
        "debrief/test_notes.py::test_a_coach_leaves_a_note_that_the_next_one_reads_and_the_delegate_does_not",
        "debrief/test_notes.py::"
        "test_a_coach_who_takes_over_after_the_debrief_reads_it_all_and_opens_the_report_before_the_release",
    ),
    22: ("journey/test_once.py::test_a_second_release_is_refused_with_the_day_of_the_first",),
    23: ("debrief/test_release_report.py::test_a_coach_who_has_not_opened_the_report_must_open_it_first",),
    25: (
        "areas/test_areas.py::test_a_dropped_area_is_not_asked_about_and_a_done_one_is",
        "pulse/test_rounds.py::test_an_area_that_is_dropped_later_keeps_its_mid_way_figure",
        "impact/test_result.py::test_an_area_that_was_dropped_is_listed_under_changed_course_with_why",
    ),
    26: ("areas/test_areas.py::test_a_fourth_live_area_is_refused_and_a_done_one_does_not_count",),
    28: (
        "people/test_edges.py::test_a_new_manager_sees_nothing_until_the_delegate_shares",
        "areas/test_sharing.py::test_a_new_manager_sees_nothing_until_the_delegate_shares_and_the_old_link_ends",
    ),
    # forms
    29: ("journey/test_assignments.py::test_of_each_field_the_later_typing_stays_and_the_other_device_says_so",),
    31: (
        "assignments/test_timing.py::test_work_that_is_four_days_late_is_accepted_and_says_so",
        "journey/test_assignments.py::test_work_of_four_days_late_is_taken_and_says_so_to_delegate_and_coach",
        "assignments/test_timing.py::test_nothing_changes_after_the_last_survey_has_closed",
    ),
    32: (
        "journey/test_assignments.py::test_a_coach_returns_work_and_reads_what_comes_back",
        "assignments/test_planned_emails.py::test_edge_32_returned_work_is_reminded_of_by_its_new_day",
    ),
    34: (
        "journey/test_assignments.py::test_money_of_another_currency_or_in_doubt_is_refused_in_words_and_kept_as_typed",
        "assignments/test_field_types.py::test_what_is_typed_is_kept_in_one_form",
    ),
    35: ("journey/test_assignments.py::test_an_nhs_number_is_warned_about_and_the_warning_is_stored_nowhere",),
    37: (
        "assignments/test_timing.py::test_work_of_a_missed_workshop_stays_closed_until_a_way_to_catch_up_is_set",
        "workshops/test_attendance.py::test_no_one_is_asked_about_a_workshop_that_they_did_not_have",
        "workshops/test_readers.py::test_the_sponsor_sees_counts_and_no_names",
        "workshops/test_readers.py::"
        "test_one_of_twelve_who_missed_a_workshop_has_no_work_of_it_and_is_not_asked_about_it",
    ),
    38: (
        "journey/test_facilitators_part.py::"
        "test_a_delegate_who_has_left_is_not_observed_and_a_draft_goes_with_the_leaving",
    ),
    # people
    40: (
        "people/test_transfer.py::test_a_transfer_is_refused_while_the_360_is_open",
        "people/test_transfer.py::test_a_released_report_and_its_areas_go_along",
        "people/test_transfer.py::test_no_second_360_and_no_figure_of_the_new_cohort_includes_them",
    ),
    41: (
        "people/test_transfer.py::test_old_sessions_are_cancelled_and_new_ones_sent_but_for_those_attended",
        "people/test_transfer.py::test_work_and_attendance_count_in_the_new_cohort",
        "people/test_transfer.py::test_everyone_concerned_is_emailed_once_and_the_old_coach_loses_sight",
    ),
    43: (
        "people/test_edges.py::test_surveys_that_were_sent_before_leaving_stay_and_open_ones_close",
        "people/test_edges.py::test_nothing_goes_out_about_who_has_left_and_open_answers_are_destroyed",
        "sponsor/test_stories.py::test_the_story_of_a_delegate_who_leaves_is_not_used",
    ),
    44: (
        "people/test_pause.py::"
        "test_the_survey_moves_by_the_length_of_the_pause_and_by_the_real_one_after_an_early_return",
        "people/test_pause.py::test_a_survey_that_is_open_closes_later_by_the_length_of_the_pause",
        "sponsor/test_editions.py::test_a_delegate_who_was_paused_is_waited_for_sixty_days_and_no_longer",
        "sponsor/test_editions.py::test_a_late_answer_changes_no_later_edition",
        "sponsor/test_editions.py::test_late_answers_have_figures_of_their_own_from_five_on",
    ),
    46: (
        "people/test_raters.py::test_a_removal_destroys_what_was_saved_and_sent_and_the_close_counts_the_others",
        "people/test_raters.py::test_a_removal_with_a_saved_draft_leaves_one_fewer_asked_and_a_neutral_email",
        "people/test_raters.py::test_no_page_email_or_command_reveals_what_the_rater_had_done",
    ),
    47: (
        "people/test_raters.py::test_a_rater_who_answered_counts_in_the_group_they_were_moved_to",
        "people/test_raters.py::test_from_anonymous_to_named_is_refused_in_the_same_words_with_or_without_saved_answers",
    ),
    49: ("people/test_raters.py::test_a_mistyped_correction_shows_a_stranger_an_empty_form_and_the_next_one_fixes_it",),
    50: (
        "admin/test_holds.py::test_no_code_goes_to_a_new_address_for_a_day_and_then_one_does",
        "admin/test_holds.py::test_the_old_address_opens_nothing_from_the_moment_on",
        "admin/test_holds.py::test_a_second_administrator_confirms_and_the_first_cannot",
        "admin/test_address_change.py::test_a_coach_moves_with_all_their_delegates_and_is_notified_once",
        "admin/test_address_change.py::test_the_former_owner_of_the_address_gets_a_notice",
    ),
    52: ("people/test_edges.py::test_a_manager_who_is_a_delegate_of_the_cohort_gets_neither_page_by_the_other",),
    53: (
        "people/test_cohort.py::test_a_sponsor_who_is_a_line_manager_is_asked_about",
        "people/test_edges.py::test_a_sponsor_who_is_a_line_manager_sees_on_each_page_what_that_role_may_see",
    ),
    # pulse
    55: ("pulse/test_rounds.py::test_with_four_left_to_ask_no_one_is_emailed_and_the_hub_says_why",),
    56: ("pulse/test_rounds.py::test_two_rounds_are_two_figures_and_never_pooled",),
    58: (
        "pulse/test_rounds.py::test_an_area_that_is_not_approved_is_left_out",
        "pulse/test_rounds.py::test_no_approved_area_means_no_round_and_the_coach_learns_it",
    ),
    # impact and sponsor
    59: (
        "journey/test_six_months_on.py::test_what_was_sent_counts_until_a_change_of_it_is_sound",
        "sponsor/test_editions.py::test_the_first_edition_comes_five_working_days_after_the_last_survey_has_closed",
    ),
    61: (
        "sponsor/test_final.py::test_one_sum_of_millions_gives_no_total_and_finance_is_asked",
        "sponsor/test_anonymity.py::test_five_million_among_little_is_not_shown",
    ),
    62: ("sponsor/test_anonymity.py::test_the_first_mean_is_the_published_one_however_few_answer_later",),
    64: (
        "sponsor/test_evidence_pack.py::test_a_withdrawn_story_is_gone_at_once_and_its_id_is_listed",
        "sponsor/test_stories.py::test_a_withdrawn_story_is_in_no_page_pack_or_edition_from_then_on",
    ),
    65: (
        "sponsor/test_documents.py::test_without_costs_no_return_is_stated",
        "sponsor/test_costs.py::test_a_fault_in_the_file_names_its_key",
        "sponsor/test_costs.py::test_a_fault_in_the_form_is_shown_at_its_field",
    ),
    # data
    67: (
        "admin/test_person_export.py::test_a_rater_finds_their_own_place_in_what_is_shared",
        "admin/test_person_export.py::test_no_sealed_answer_is_in_it",
        "admin/test_person_export.py::test_a_rater_who_is_a_delegate_too_gets_two_parts_and_reads_what_cannot_be_found",
        "admin/test_person_export.py::test_after_the_close_no_answer_of_a_rater_is_in_their_pack",
    ),
    68: (
        "admin/test_erased_raters.py::test_the_row_is_the_same_for_everything_they_had_done",
        "admin/test_erased_raters.py::test_while_it_is_open_the_counts_of_the_group_are_hidden_in_every_case",
    ),
    70: (
        "ownership/test_restore.py::test_no_one_who_was_erased_comes_back",
        "ownership/test_restore.py::test_a_repeat_changes_nothing_and_emails_no_one",
    ),
    71: (
        "ownership/test_own_copy.py::test_a_delegate_downloads_everything_after_the_notice_until_the_day",
        "ownership/test_own_copy.py::test_from_the_day_on_the_link_says_what_was_deleted_and_when",
    ),
}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_number_is_held():
    assert set(EDGE_CASES) == set(NUMBERS)
    assert len(NUMBERS) == 48


@pytest.mark.parametrize(
    ("number", "held_by"), [(number, test_path) for number, held in EDGE_CASES.items() for test_path in held]
)
def test_the_test_of_an_edge_case_exists(number, held_by):
    file, _, name = held_by.partition("::")

    assert name.startswith("test_")
    assert name in names_in(file), f"edge case {number} is held by no test"
