"""The record of the six-month review: kept as it is typed, recorded once, sent to the delegate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.areas.openings import open_for_coach
from chalicelib.areas.states import GO_ON
from chalicelib.core.model import Wave
from chalicelib.links.kinds import COACH, HUB
from chalicelib.meetings.review.form import read_review
from chalicelib.store import areas, audit_events, debriefs, delegates, impact_surveys, meetings, reviews
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.meetings import MeetingKind, MeetingState
from chalicelib.store.reviews import Outcome
from tests.areas.conftest import dana, visitor  # noqa: F401 (fixtures)
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

CLEO, DANA = (people.person(name).email for name in ("cleo coach", "dana delegate"))
FIRST, SECOND = Area("1", "Ask first"), Area("2", "Delegate", others_text="Gives work away", approved="Gives work away")
TODAY = date(2027, 3, 10)
LATER = (TODAY + timedelta(days=30)).isoformat()
GOOD = {
    "held_on": TODAY.isoformat(),
    "outcome-1": "kept",
    "step-1": "Ask two people",
    "step_by-1": LATER,
    "outcome-2": "done",
    "also": "We meet in June.",
}


@pytest.fixture
def case(dana, clock) -> str:  # noqa: F811
    """Return the record's page, for the coach, who is signed in: the survey closed in March."""
    survey = ImpactSurvey(people.dana(), Role.DELEGATE, SurveyState.CLOSED, clock.now(), clock.now(), ())
    people.write(impact_surveys.add(survey))
    dana.let_in(CLEO, clock.now())
    return f"{people.coach_url()}/{people.dana()}/review-record"


def typed(clock, **more: str) -> dict[str, str]:
    today = clock.now().date()
    return GOOD | {"held_on": today.isoformat(), "step_by-1": (today + timedelta(days=30)).isoformat()} | more


def found() -> dict[str, Area]:
    return {area.id: area for area in areas.from_rows(delegates.load_rows(people.dana()), Wave.BASELINE)}


def review() -> reviews.Review | None:
    return reviews.from_rows(delegates.load_rows(people.dana()))


def agreed_emails() -> list[str]:
    return [email.row for email in sent_emails() if email.row.startswith("meetings/agreed#")]


# --- the form -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": ""}, "held_on"),
        ({"held_on": "2027-02-27"}, "held_on"),
        ({"held_on": "2027-03-11"}, "held_on"),
        ({"outcome-1": ""}, "outcome-1"),
        ({"outcome-1": "perhaps"}, "outcome-1"),
        ({"step-1": ""}, "step-1"),
        ({"step_by-1": ""}, "step_by-1"),
        ({"step_by-1": "2027-03-09"}, "step_by-1"),
        ({"outcome-1": "changed"}, "words-1"),
        ({"outcome-2": "given_up"}, "why-2"),
        ({"step-1": "x" * 501}, "step-1"),
        ({"also": "x" * 2001}, "also"),
    ],
)
def test_what_is_missing_is_named_at_its_field(changes, field):
    form = read_review(GOOD | changes, [FIRST, SECOND], date(2027, 2, 28), TODAY)
    assert [fault.field for fault in form.faults] == [field]


def test_a_complete_record_has_no_fault_and_one_without_areas_needs_words():
    assert read_review(GOOD, [FIRST, SECOND], TODAY, TODAY).faults == ()
    assert [fault.field for fault in read_review(GOOD | {"also": ""}, [], TODAY, TODAY).faults] == ["also"]


# --- recording ------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_before_it_is_recorded(dana, case, clock):  # noqa: F811
    dana.open(case).post(case, {"step-1": "Ask two people", "by": "script"})

    assert 'name="step-1" value="Ask two people"' in dana.open(case).page
    assert review() is None
    assert found()["1"].state is AreaState.AGREED


def test_what_is_wrong_is_shown_and_what_was_typed_is_kept(dana, case, clock):  # noqa: F811
    dana.open(case).post(case, typed(clock, **{"outcome-1": "", "also": "We meet in June."}))

    assert dana.status == 400
    assert "We meet in June." in dana.open(case).page
    assert review() is None


def test_outcomes_change_the_areas_and_the_meeting_is_held(dana, case, clock):  # noqa: F811
    changed = {"outcome-1": "changed", "words-1": "Ask two people first"}
    dana.open(case).post(case, typed(clock, **changed))

    first, two = found()["1"], found()["2"]
    assert dana.status == 200
    assert (first.behaviour, first.first_step, first.state) == (
        "Ask two people first",
        "Ask two people",
        AreaState.AGREED,
    )
    assert first.review_by == clock.now().date() + timedelta(days=30)
    assert two.state is AreaState.DONE
    assert meetings.find(people.dana(), MeetingKind.REVIEW).state is MeetingState.HELD
    assert [outcome.outcome for outcome in review().outcomes] == [Outcome.CHANGED, Outcome.DONE]
    opened = open_for_coach(case.rsplit("/", 2)[0].rsplit("/", 1)[1], people.dana())
    assert [change.act for change in opened.history(first)] == [GO_ON]


def test_two_areas_of_one_outcome_are_two_lines_of_the_trail(dana, case, clock):  # noqa: F811
    dana.open(case).post(case, typed(clock, **{"outcome-1": "done"}))

    assert dana.status == 200
    assert {area.state for area in found().values()} == {AreaState.DONE}
    acts = [row["act"] for row in audit_events.of_cohort(people.COHORT)]
    assert sum("finish" in act for act in acts) == 2, acts


def test_an_area_that_is_given_up_says_why_and_can_have_been_asked_about(dana, case, clock):  # noqa: F811
    people.write(areas.save(people.dana(), Wave.BASELINE, Area("2", "Delegate", state=AreaState.ASKED)))
    dana.open(case).post(case, typed(clock, **{"outcome-2": "given_up", "why-2": "Another role"}))

    assert (found()["2"].state, found()["2"].why) == (AreaState.DROPPED, "Another role")


def test_it_is_recorded_once_and_the_delegate_gets_one_email_and_reads_it(dana, case, clock):  # noqa: F811
    fields = typed(clock)
    dana.open(case).post(case, fields)
    dana.post(case, fields)
    assert dana.status == 200, "pressed twice"
    dana.post(case, fields | {"outcome-1": "given_up"})
    assert dana.status == 409
    drain(clock.advance(days=4))

    assert len(agreed_emails()) == 1
    (email,) = (email for email in sent_emails() if email.row.startswith("meetings/agreed#"))
    assert email.to == (DANA,)
    assert "Ask two people" not in email.raw
    page = dana.open(f"{HUB.url(delegates.find(people.dana()))}/meeting/review").page
    assert "agreed" in dana.messages
    for words in ("Ask two people", 'data-outcome="done"', "We meet in June."):
        assert words in page
    dana.let_in(CLEO, clock.now())
    assert "We meet in June." in dana.open(case).page


def test_an_area_that_changed_meanwhile_is_not_overwritten(dana, case, clock):  # noqa: F811
    dana.open(case)
    fields = typed(clock)
    people.write(areas.save(people.dana(), Wave.BASELINE, Area("3", "A third", revision=2)))
    dana.post(case, fields)

    assert dana.status == 400, "the third area has no outcome"
    assert review() is None


def test_no_record_before_the_survey_has_closed(dana, clock):  # noqa: F811
    dana.let_in(CLEO, clock.now())
    assert dana.open(f"{people.coach_url()}/{people.dana()}/review-record").status == 404


# --- after the debrief ----------------------------------------------------------------------------------------------


def test_the_record_of_a_debrief_is_on_the_delegates_page_without_the_figures(ready, clock):
    clock.to(people.CLOSE + timedelta(days=1))
    ready.let_in(CLEO, clock.now())
    case = f"{people.coach_url()}/{people.dana()}"
    areas_typed = people.areas_typed(clock.now().date(), "Agreed words") | {"evidence-1": "all others 2.1"}
    record = {"held_on": clock.now().date().isoformat(), **areas_typed}
    ready.open(case).post(f"{case}/debrief", record)
    assert debriefs.from_rows(delegates.load_rows(people.dana()))[0]
    ready.open(case).post(f"{case}/debrief", record | {"behaviour-1": "Other words"})
    drain(clock.advance(days=4))

    assert len(agreed_emails()) == 1, "a record that is changed sends nothing more"
    page = ready.open(f"{HUB.url(delegates.find(people.dana()))}/meeting/debrief").page
    assert "Other words" in page
    assert "2.1" not in page


def test_the_link_of_another_coach_opens_no_record(dana, case, clock):  # noqa: F811
    token = COACH.token("spring", people.person("other coach"), 1)
    base = case.split("/coach/")[0]
    dana.open(f"{base}/coach/{token}/{people.dana()}/review-record")
    assert dana.status == 404
