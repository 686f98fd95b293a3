"""Cases at the edge of a change: what was shared, held, observed or sent before it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.admin import person_export
from chalicelib.admin.address_change import change_address
from chalicelib.core.ids import coach_id, reader_key
from chalicelib.core.model import Wave, WaveState
from chalicelib.links.kinds import COACH, FACILITATOR, HUB, SHARED, SPONSOR
from chalicelib.people.acts import find_act
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.store import (
    cohorts,
    debriefs,
    delegates,
    impact_surveys,
    invitations,
    reports,
    waiting_emails,
    wave_keys,
)
from chalicelib.store.areas import Area, Sharing, SharingState, share, sharing_state
from chalicelib.store.debriefs import CoachNotes, Debrief
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.reports import StoredReport
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
    surveys = {survey.role: survey for survey in impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))}

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
    assert {invitation.sent for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)} == {None}


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
    for email, other in ((scene.DANA, dora.email), (dora.email, scene.DANA)):
        rows = [row for row in person_export.export(email, clock.now()) if row["sk"] != "MAIL"]
        owner = delegates.find(people.dana()) if email == scene.DANA else own
        assert {row["sk"] for row in rows if row["pk"] == f"DELEGATE#{owner.id}"} >= {"META"}
        assert other not in repr(rows), "others appear by role"


def test_one_person_in_three_roles_sees_on_each_page_what_that_role_may_see(visitor, clock):
    """Edge 7: coach of three, facilitator, and line manager of a fourth."""
    own = ("dana delegate", "dora delegate", "ann delegate")
    scene.open_cohort(clock, names=(*own, "bea delegate"))
    bea = people.person("bea delegate")
    for name in own:
        scene.change(clock, "coach", address=people.person(name).email, **NEW_COACH)
    scene.change(clock, "manager", address=bea.email, **NEW_MANAGER)
    former = people.FACILITATOR.person.email
    planned = find_cohort_act("facilitator").plan(
        find_cohort(people.COHORT),
        {"former": former, "name": "Nora New", "email": NORA},
        Asking(scene.BY, clock.now(), "asked"),
    )
    perform(planned, clock.now())
    drain(clock.advance(days=2))
    fourth = scene.found(bea.email).delegate
    now, cohort = delegates.find(people.dana()), cohorts.find(people.COHORT)
    caseload = COACH.url(now.cohort_id, now.coach, now.coach_link)
    people.write(delegates.open_link_of_manager(fourth))
    of_facilitator = FACILITATOR.url(cohort, cohort.facilitators[0].person)
    visitor.let_in(NORA, clock.now())

    as_coach = visitor.open(caseload).page
    assert [name for name in (*own, bea.name) if people.person(name).name not in as_coach] == [bea.name]
    assert visitor.open(f"{caseload}/{fourth.id}").status == 404
    as_manager = visitor.open(SHARED.url(delegates.find(fourth.id))).page
    assert bea.name in as_manager
    assert [name for name in own if people.person(name).name in as_manager] == []
    as_facilitator = visitor.open(of_facilitator).page
    assert visitor.status == 200
    for page in (as_manager, as_facilitator):
        assert caseload.partition("/api")[2] not in page
    for part in (people.dana(), f"{people.dana()}/report", fourth.id):
        assert visitor.open(f"{of_facilitator}/{part}").status in (403, 404)


def test_a_sponsor_who_is_a_line_manager_sees_on_each_page_what_that_role_may_see(visitor, clock):
    """Edge 53: as a manager what was shared, as a sponsor counts and no names."""
    scene.open_cohort(clock, names=("dana delegate", "dora delegate"))
    mara = people.person("mara manager")
    planned = find_cohort_act("sponsor").plan(
        find_cohort(people.COHORT),
        {"name": mara.name, "email": mara.email},
        Asking(scene.BY, clock.now(), "asked"),
    )
    perform(planned, clock.now())
    drain(clock.advance(days=2))
    text = "Listens before deciding"
    areas = [Area("a1", text), Area("a2", "Delegates the rota")]
    report = StoredReport(people.dana(), Wave.BASELINE, "c" * 64, *people.documents_of(people.dana()), clock.now())
    people.store_facts(report)
    held = Debrief(clock.now().date(), ("a1", "a2"))
    people.write(reports.add(report), *debriefs.save(people.dana(), Wave.BASELINE, held, areas))
    people.write(reports.release(report, clock.now()))
    shared = Sharing(SharingState.SHARED, reader_key(mara.email), clock.now())
    people.write(
        share(people.dana(), Wave.BASELINE, "a1", "manager", shared),
        delegates.open_link_of_manager(delegates.find(people.dana())),
    )
    visitor.let_in(mara.email, clock.now())

    as_manager = visitor.open(SHARED.url(delegates.find(people.dana()))).page
    assert text in as_manager
    assert "Delegates the rota" not in as_manager
    assert "Dora Delegate" not in as_manager
    sponsor = SPONSOR.url(cohorts.find(people.COHORT))
    as_sponsor = visitor.open(sponsor).page
    assert visitor.status == 200
    assert [word for word in ("Dana Delegate", "Dora Delegate", text) if word in as_sponsor] == []
    for page, other in ((as_manager, sponsor), (as_sponsor, SHARED.url(delegates.find(people.dana())))):
        assert other.partition("/api")[2] not in page


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
