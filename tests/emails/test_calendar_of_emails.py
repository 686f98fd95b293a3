"""The calendar of emails, row by row: which kind sends each, and who reads it."""

from __future__ import annotations

import pytest

from chalicelib.emails.kinds import To, load_kinds

D, M, C, F = To.DELEGATE, To.MANAGER, To.COACH, To.FACILITATOR
A, R, S = To.ADMINISTRATOR, To.RATER, To.SPONSOR
CALENDAR = [  # when, kind, reader
    ("dates confirmed", "workshops/dates", D),
    ("dates confirmed", "workshops/manager_dates", M),
    ("opening", "programme/opening", D),
    ("opening to close", "collect/invitation", R),
    ("opening to close", "collect/reminder", R),
    ("opening to close", "collect/self_reminder", D),
    ("close + 1 working day", "collect/closed", D),
    ("report made", "report/ready", C),
    ("report made + 3, + 7", "meetings/arrange", C),
    ("report made + 10", "meetings/not_arranged", A),
    ("times offered", "meetings/offered", D),
    ("booked", "meetings/booked", D),
    ("booked", "meetings/booked_coach", C),
    ("meeting - 2", "meetings/prepare", D),
    ("meeting - 2", "meetings/prepare_coach", C),
    ("meeting + 2", "meetings/record", C),
    ("meeting + 5", "meetings/not_recorded", A),
    ("debrief or review recorded", "meetings/agreed", D),
    ("released", "debrief/released", D),
    ("released + 5", "areas/prompt", D),
    ("area shared", "areas/shared", M),
    ("workshop - 15", "workshops/joining", D),
    ("workshop - 15", "workshops/prepare", F),
    ("workshop - 5", "workshops/away", M),
    ("workshop - 2", "workshops/starts", D),
    ("workshop - 2", "workshops/runs", F),
    ("workshop + 1, attended", "assignments/after", D),
    ("workshop + 1, absent", "workshops/absent", D),
    ("workshop + 2", "workshops/register", F),
    ("workshop + 5", "workshops/overdue", A),
    ("due - 5", "assignments/due", D),
    ("due + 2", "assignments/late", D),
    ("Mondays", "assignments/to_read", C),
    ("Mondays", "assignments/to_read_facilitator", F),
    ("work read", "assignments/read", D),
    ("work returned", "assignments/returned", D),
    ("second Tuesday", "areas/monthly", D),
    ("survey opens", "impact/delegate", D),
    ("survey opens", "impact/manager", M),
    ("survey closed + 2", "meetings/propose", C),
    ("thanks pressed", "impact/returned", R),
    ("round - 5", "pulse/check", D),
    ("round", "pulse/asked", R),
    ("round", "pulse/reminder", R),
    ("round published", "pulse/published", D),
    ("round published", "pulse/published_coach", C),
    ("survey opens", "impact/pulse", R),
    ("survey + 10", "impact/progress", A),
    ("survey closed + 1", "impact/result", D),
    ("survey closed + 1", "impact/result_coach", C),
    ("survey closed + 2", "impact/counted", M),
    ("report made + 2", "sponsor/start", S),
    ("report made + 2", "sponsor/start_facilitator", F),
    ("workshop + 5", "sponsor/interim", S),
    ("final frozen", "sponsor/summary", S),
    ("every working morning", "admin/needs", A),
    ("30 days before deletion", "retention/notice", D),
    ("first load", "people/sponsor_new", S),
    ("first load", "people/facilitator_new", F),
]
PLANNED = ("workshop -", "due", "Mondays", "second", "report")
IN_A_DIGEST = [kind for when, kind, _ in CALENDAR if when.startswith(PLANNED)]


@pytest.mark.parametrize(("when", "kind", "reader"), CALENDAR)
def test_each_row_has_a_kind_of_email_to_its_reader(when, kind, reader):
    assert load_kinds()[kind].to is reader, when


@pytest.mark.parametrize("kind", IN_A_DIGEST)
def test_an_email_for_a_morning_may_go_out_with_others(kind):
    assert load_kinds()[kind].in_digest
