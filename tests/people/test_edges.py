"""Cases at the edge of a change: what was shared, held, observed or sent before it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.admin.address_change import change_address
from chalicelib.core.ids import coach_id, reader_key
from chalicelib.core.model import Wave, WaveState
from chalicelib.links.kinds import COACH, HUB, SHARED
from chalicelib.people.acts import find_act
from chalicelib.people.planned import Asking, perform
from chalicelib.store import debriefs, delegates, impact_surveys, invitations, waiting_emails, wave_keys
from chalicelib.store.areas import Sharing, SharingState, share, sharing_state
from chalicelib.store.debriefs import CoachNotes
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.table import scan
from tests.people import scene
from tests.people.scene import NEW_COACH, NEW_MANAGER, NORA
from tests.support import people
from tests.support.drain import drain, run_row
from tests.support.emails import sent_emails


@pytest.fixture
def opened(visitor, clock):
    scene.open_cohort(clock)
    return visitor


def test_a_new_manager_sees_nothing_until_the_delegate_shares(opened, clock):
    """Edge 28."""
    old = reader_key(scene.MANAGER)
    people.write(
        share(people.dana(), Wave.BASELINE, "a1", "manager", Sharing(SharingState.SHARED, old, clock.now())),
        delegates.open_link_of_manager(delegates.find(people.dana())),
    )
    before = delegates.find(people.dana())
    scene.change(clock, "manager", **NEW_MANAGER)
    rows = list(delegates.load_rows(people.dana()))

    assert opened.open(SHARED.url(before)).status == 410
    assert sharing_state(rows, Wave.BASELINE, "a1", "manager", reader_key(NORA)) is SharingState.PRIVATE


def test_private_notes_stay_with_the_coach_who_wrote_them(opened, clock):
    """Edge 20."""
    notes = CoachNotes("CANARY", clock.now(), coach_id(people.COHORT, scene.COACH))
    people.write(*debriefs.save_notes(people.dana(), notes))
    scene.change(clock, "coach", **NEW_COACH)
    now = delegates.find(people.dana())
    url = COACH.url(now.cohort_id, now.coach, now.coach_link)
    drain(clock.advance(days=2))
    opened.sign_in(url, NORA, clock.now())

    assert opened.open(f"{url}/{people.dana()}").status == 200
    assert "CANARY" not in opened.page
    assert [row for row in delegates.load_rows(people.dana()) if row["sk"].startswith("NOTES#")]


def test_surveys_that_were_sent_before_leaving_stay_and_open_ones_close(opened, clock):
    """Edge 43."""
    for role, sent in ((Role.DELEGATE, True), (Role.MANAGER, False)):
        survey = ImpactSurvey(
            delegate_id=people.dana(),
            role=role,
            state=SurveyState.OPEN,
            opened_at=clock.now(),
            closes_at=people.CLOSE,
            areas=(),
            sent=sent,
            answers={"relevance": "5"} if sent else {},
        )
        people.write(impact_surveys.add(survey))
    scene.change(clock, "leave")
    surveys = {one.role: one for one in impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))}

    assert (surveys[Role.DELEGATE].sent, surveys[Role.DELEGATE].answers) == (True, {"relevance": "5"})
    assert not any(survey.is_open for survey in surveys.values())


def test_nothing_goes_out_about_who_has_left_and_open_answers_are_destroyed(opened, clock):
    """Edge 43."""
    scene.change(clock, "leave")
    count = len(sent_emails())
    for _ in range(20):
        drain(clock.advance(days=1))

    facilitator = people.FACILITATOR.person.email  # their workshops take place
    assert [email.row for email in sent_emails()[count:] if facilitator not in email.addresses] == []
    assert waiting_emails.list_waiting(people.dana()) == []
    assert wave_keys.find(people.dana(), Wave.BASELINE) is None
    assert scene.wave().state is WaveState.WITHDRAWN
    assert {one.sent for one in invitations.of_delegate(people.dana(), Wave.BASELINE)} == {None}


def test_a_manager_who_is_a_delegate_of_the_cohort_gets_neither_page_by_the_other(visitor, clock):
    """Edge 52."""
    scene.open_cohort(clock, names=("dana delegate", "dora delegate"))
    dora = people.person("dora delegate")
    scene.change(clock, "manager", manager_name=dora.name, manager_email=dora.email)
    dana, own = delegates.find(people.dana()), delegates.find(scene.found(dora.email).delegate.id)
    as_delegate = visitor.open(HUB.url(own)).page

    assert dana.manager.email == dora.email
    assert "Dana Delegate" not in as_delegate
    people.write(delegates.open_link_of_manager(dana))
    as_manager = visitor.open(SHARED.url(delegates.find(people.dana()))).page
    assert "Dana Delegate" in as_manager
    assert HUB.url(own) not in as_manager
    assert HUB.url(dana) not in as_manager


def test_the_console_says_how_many_began_and_how_many_stay(visitor, clock):
    scene.open_cohort(clock, names=("dana delegate", "dora delegate"))

    assert "2 delegates began, 1 stayed." in scene.plan(clock, "leave").effects


def test_of_two_coaches_who_follow_at_once_the_last_is_written_to_once(aws, clock):
    """One run handles both changes."""
    scene.open_cohort(clock)
    for name in ("nora new", "nick next"):
        coach, _ = people.person(name), clock.advance(seconds=5)
        planned = scene.plan(clock, "coach", "asked", coach_name=coach.name, coach_email=coach.email)
        perform(planned, clock.now())
    drain(clock.advance(minutes=1))

    rows = [row for row in scan() if row["pk"].startswith("MAIL#people/coach_")]
    assert {row["to"]["email"] for row in rows} == {scene.DANA, people.person("nick next").email}
    assert len(rows) == 2


def test_a_coach_who_is_named_again_at_once_is_written_to(aws, clock):
    scene.open_cohort(clock)
    for name in ("nora new", "cleo coach"):
        coach = people.person(name)
        planned = scene.plan(clock, "coach", "asked", coach_name=coach.name, coach_email=coach.email)
        perform(planned, clock.advance(seconds=5))
    drain(clock.advance(minutes=1))

    rows = [row for row in scan() if row["pk"].startswith("MAIL#people/coach_new#")]
    assert [row["to"]["email"] for row in rows] == [people.person("cleo coach").email]


def test_coaches_of_two_runs_at_one_moment_are_both_written_to(aws, clock):
    scene.open_cohort(clock)
    for number, name in enumerate(("nora new", "nick next")):
        coach, now = people.person(name), clock.now()
        asking = Asking("ada@example.org", now - timedelta(seconds=5 - number))
        typed = {"coach_name": coach.name, "coach_email": coach.email}
        perform(find_act("coach").plan(scene.found(), typed, asking), now)
        drain(now)

    written = [row["to"]["email"] for row in scan() if row["pk"].startswith("MAIL#people/coach_new#")]
    assert sorted(written) == sorted(people.person(name).email for name in ("nora new", "nick next"))


def test_a_coach_whose_address_is_corrected_at_once_is_announced_to_the_delegate(aws, clock):
    scene.open_cohort(clock)
    coach = people.person("nora new")
    perform(scene.plan(clock, "coach", "asked", coach_name=coach.name, coach_email=coach.email), clock.now())
    change_address(people.COHORT, coach.email, "nora@right.example", clock.advance(seconds=5))
    (row,) = [row for row in scan() if row["pk"].startswith("JOB#replace#")]
    run_row(row, clock.now())
    drain(clock.advance(minutes=1))

    rows = [row for row in scan() if row["pk"].startswith("MAIL#people/coach_")]
    assert {row["to"]["email"] for row in rows} == {scene.DANA, "nora@right.example"}
