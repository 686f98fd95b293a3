"""Six months on a cohort is asked about again: planned, opened, closed, reported with what has changed, released."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import close_or_extend, schedule_followup
from chalicelib.admin.address_change import change_address
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.schedule_followup import FollowupRefused
from chalicelib.areas.openings import areas_wave
from chalicelib.collect.submit_answers import submit
from chalicelib.core.formatting import day
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Approver, Invitation, InvitationState, Person, Wave, WaveState
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.links.kinds import DECLINE
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.results.cohort_snapshot import Share, read_share
from chalicelib.store import areas, cohorts, debriefs, delegates, invitations, jobs, objects, reports
from chalicelib.store.areas import Area, AreaState, Progress
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.debriefs import Debrief
from chalicelib.store.reports import ReportState
from chalicelib.store.table import query, scan
from chalicelib.waves.survey_counts import SurveyCount
from tests.faults import scene
from tests.faults.scene import Scene, link_of, run_job
from tests.support import people
from tests.support.calls import count_calls
from tests.support.clock import MONDAY
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.faults import single_faults

OPENS, CLOSES = date(2027, 5, 31), date(2027, 6, 18)
ANNOUNCED = datetime.fromisoformat("2027-05-17T09:00:00Z")
NEW = people.person("nina new")


def asked(wave: Wave) -> dict[str, Invitation]:
    return {invitation.rater.email: invitation for invitation in invitations.of_delegate(people.dana(), wave)}


def everyone_answers(wave: Wave, rating: str, now: datetime) -> None:
    for invitation in asked(wave).values():
        scene.fill_in(link_of(invitation), rating, now)
        submit(link_of(invitation), now)


def baseline_closed(clock) -> None:
    people.opened(clock, chosen=people.raters(4, 0))
    everyone_answers(Wave.BASELINE, "3", clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))


def planned(clock) -> None:
    baseline_closed(clock)
    schedule_followup.plan(people.COHORT, OPENS, CLOSES, clock.to(ANNOUNCED))
    drain(clock.now())


def opened(clock) -> None:
    planned(clock)
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))


def test_a_follow_up_goes_the_whole_way(visitor, clock):
    planned(clock)
    email = sent_emails(people.person("dana delegate").email)[-1]
    assert "Your follow-up 360 opens on Monday 31 May 2027" in " ".join(email.message["Subject"].split())
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "name": NEW.name, "email": NEW.email})
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))

    again, before = asked(Wave.FOLLOWUP), asked(Wave.BASELINE)
    assert again.keys() == {*before, NEW.email}
    assert not {invitation.id for invitation in again.values()} & {earlier.id for earlier in before.values()}
    everyone_answers(Wave.FOLLOWUP, "4", clock.now())
    (line,) = cohorts.list_lines(people.COHORT)  # pages show the counts of the morning
    assert (line.feedback, line.invited, line.answered) == (FeedbackState.COLLECTING, 7, 7)

    drain(clock.to(datetime.fromisoformat("2027-06-18T23:00:00Z")))
    drain(clock.advance(minutes=10))
    facts = json.loads(objects.load(reports.find(people.dana(), Wave.FOLLOWUP).facts))
    assert {(change["before"], change["after"]) for change in facts["changes"] if change["cell"] == "peer"} == {
        ("3.0", "4.0")
    }
    coach, who = people.coach_url(), people.person("cleo coach").email
    case = f"{coach}/{people.dana()}"
    day = clock.advance(days=2).date().isoformat()
    areas = people.areas_typed(clock.now().date())
    visitor.let_in(who, clock.now()).open(case).post(f"{case}/report", {"kind": "pdf"})
    visitor.open(case).post(f"{case}/debrief", {"held_on": day, **areas})
    assert "areas-go-on" in visitor.open(f"{case}/release").messages
    visitor.post(f"{case}/release")
    assert visitor.open(f"{case}/areas").links("/area/"), "the coach changes an area after the release"
    visitor.open(case).post(f"{case}/report", {"kind": "pdf-earlier"})
    assert "/baseline/" in visitor.headers["Location"]
    assert reports.find(people.dana(), Wave.FOLLOWUP).state is ReportState.RELEASED
    assert reports.find(people.dana(), Wave.BASELINE).state is ReportState.READY

    hub, dana = people.link("dana delegate", "hub"), people.person("dana delegate").email
    visitor.let_in(dana, clock.now()).open(f"{hub}/report").post(f"{hub}/report", {"kind": "pdf"})
    assert "/followup/" in visitor.headers["Location"]
    assert jobs.failed() == []


def test_the_console_says_that_it_runs_and_counts_its_answers(visitor, clock):
    opened(clock)
    visitor.let_in_administrator(clock.now()).open(f"{BASE_URL}/admin")

    assert f"Follow-up until {day(CLOSES)}" in visitor.page
    board = load_dashboard(people.COHORT, clock.now())
    after_survey = replace(board, surveys=(SurveyCount("delegate", 1, 1),))
    assert [figure.name for figure in after_survey.figures][:2] == ["answers", "surveys-of-delegates"]


def test_an_area_goes_on_in_the_follow_up_with_its_id_notes_and_history(visitor, clock):
    """The form of the second debrief begins with the live areas; the survey afterwards asks about what it agreed."""
    planned(clock)
    items = [item.id for item in people.programme().items]
    first = [Area("aaaaaaaa", "Asks more", items=(items[0],)), Area("bbbbbbbb", "Delegates", items=(items[1],))]
    dropped = Area("cccccccc", "Speaks up", state=AreaState.DROPPED)
    agreed = Debrief(CLOSES, tuple(area.id for area in (*first, dropped)))
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, agreed, [*first, dropped]))
    note = Progress("delegate", "Dana", clock.now(), "tried", "Two meetings so far")
    people.write(areas.note(people.dana(), Wave.BASELINE, "aaaaaaaa", "once", note))
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))
    everyone_answers(Wave.FOLLOWUP, "4", clock.now())
    drain(clock.to(datetime.fromisoformat("2027-06-18T23:00:00Z")))
    drain(clock.advance(minutes=10))

    case = f"{people.coach_url()}/{people.dana()}"
    visitor.let_in(people.person("cleo coach").email, clock.advance(days=2)).open(case)
    typed_before = dict(re.findall(r'<textarea[^>]*name="(behaviour-\d)"[^>]*>([^<]*)<', visitor.page))
    assert [text.strip() for text in typed_before.values()] == ["Asks more", "Delegates", ""]
    visitor.post(f"{case}/report", {"kind": "pdf"})
    typed = people.areas_typed(clock.now().date()) | {"behaviour-1": "Asks more", "held_on": f"{clock.now().date()}"}
    visitor.open(case).post(f"{case}/debrief", typed)
    visitor.open(f"{case}/release").post(f"{case}/release")

    rows = list(delegates.load_rows(people.dana()))
    again = areas.from_rows(rows, Wave.FOLLOWUP)
    assert again[0].id == "aaaaaaaa"
    assert again[1].id not in {"bbbbbbbb", "cccccccc"}, "other words about no behaviour of the report: another area"
    assert [kept.line for kept in areas.progress_from(rows, Wave.FOLLOWUP, "aaaaaaaa")] == ["Two meetings so far"]
    assert areas_wave(rows) is Wave.FOLLOWUP


def test_areas_that_earlier_versions_numbered_share_no_notes(aws):
    """They are called 1 to 3 in each wave, and mean other areas."""
    people.write(areas.note("dana", Wave.BASELINE, "1", "once", Progress("delegate", "Dana", MONDAY, "tried")))
    rows = list(delegates.load_rows("dana"))
    assert len(areas.progress_from(rows, Wave.BASELINE, "1")) == 1
    assert areas.progress_from(rows, Wave.FOLLOWUP, "1") == ()


@pytest.mark.parametrize(
    ("name", "email", "others"),
    [
        ("Max Manager", "max@example.org", ["manager"]),
        ("Mara Manager", "mara.new@example.org", []),
        ("Mara Married", "mara.manager@example.org", []),
    ],
)
def test_no_change_is_the_difference_of_two_line_managers(aws, clock, name, email, others):
    """A file names another line manager between the waves. Figures of both stay in their reports."""
    planned(clock)
    entry = replace(people.entry("dana delegate"), manager=Person(name, email))
    load_cohort(cohorts.find(people.COHORT), people.programme(), (entry,), {}, clock.advance(minutes=1))
    drain(clock.now())
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))
    assert email in asked(Wave.FOLLOWUP)
    everyone_answers(Wave.FOLLOWUP, "4", clock.now())
    drain(clock.to(datetime.fromisoformat("2027-06-18T23:00:00Z")))
    drain(clock.advance(minutes=10))

    facts = json.loads(objects.load(reports.find(people.dana(), Wave.FOLLOWUP).facts))
    changed = {change["cell"] for change in facts["changes"]}
    assert {"self", "peer", "all_others"} <= changed
    assert facts.get("other_people", []) == others
    (share,) = [row for row in query(f"DELEGATE#{people.dana()}") if row["sk"] == "COHORT#followup"]
    assert read_share(share["share"]) == Share(
        earlier_document=reports.find(people.dana(), Wave.BASELINE).facts, other_people=tuple(others)
    ), "a row that holds the facts, with every comment, would outgrow DynamoDB's 400 kB"
    assert ("manager" in changed) == (not others)
    assert "manager" in {statistic["cell"] for statistic in facts["statistics"]}


def test_a_successor_who_is_entered_as_another_address_counts_as_the_same_person(aws, clock):
    """docs/threat-model.md names it: `cohort replace --name` says that the person is the same."""
    planned(clock)
    mara, max_ = people.person("mara manager").email, "max@example.org"
    change_address(people.COHORT, mara, max_, clock.advance(minutes=1), "ada@example.org", name="Max Manager")
    drain(clock.now())
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))
    everyone_answers(Wave.FOLLOWUP, "4", clock.now())
    drain(clock.to(datetime.fromisoformat("2027-06-18T23:00:00Z")))
    drain(clock.advance(minutes=10))

    facts = json.loads(objects.load(reports.find(people.dana(), Wave.FOLLOWUP).facts))
    assert "manager" in {change["cell"] for change in facts["changes"]}
    assert facts.get("other_people", []) == []


@pytest.mark.parametrize("asked_the_coach", [True, False])
def test_new_names_wait_for_who_approves_them_and_the_others_are_asked(visitor, clock, asked_the_coach):
    rules = replace(people.programme(), id="approving", raters_approved_by=Approver.COACH)
    people.opened(clock, chosen=people.raters(4, 0), rules=rules)
    everyone_answers(Wave.BASELINE, "3", clock.now())
    drain(clock.to(people.CLOSE))
    schedule_followup.plan(people.COHORT, OPENS, CLOSES, clock.to(ANNOUNCED))
    drain(clock.now())
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "name": NEW.name, "email": NEW.email})
    if asked_the_coach:
        visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))

    assert asked(Wave.FOLLOWUP).keys() == asked(Wave.BASELINE).keys()
    if not asked_the_coach:
        visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    approve = people.link("cleo coach", "approve")
    visitor.open(approve).post(approve, {"decision": "approve"})
    drain(clock.advance(minutes=1))
    assert asked(Wave.FOLLOWUP).keys() == {*asked(Wave.BASELINE), NEW.email}
    assert jobs.failed() == []


def test_the_second_report_costs_one_call_more_than_the_first(aws, clock):
    opened(clock)
    everyone_answers(Wave.FOLLOWUP, "4", clock.now())
    clock.to(datetime.fromisoformat("2027-06-18T23:00:00Z"))
    for kind in ("close", "cohort_figures"):
        for job in [job for job in jobs.waiting(clock.now()) if job.kind == kind]:
            run_job(job.id, clock.now())
    with count_calls() as calls:
        assert run.run_job(f"report#{people.dana()}#followup", HANDLERS, "attempt", clock.now())

    assert calls.total() <= 7  # the facts of the first: a row that holds them would outgrow 400 kB
    assert reports.find(people.dana(), Wave.FOLLOWUP)


def test_what_the_administrator_decides_is_about_the_wave_that_is_open(aws, clock):
    opened(clock)
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, CLOSES + timedelta(days=7), clock.now())
    everyone_answers(Wave.FOLLOWUP, "4", clock.now())
    close_or_extend.close_now(people.COHORT, people.person("dana delegate").email, clock.advance(hours=1))
    drain(clock.advance(minutes=10))

    _, first = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    _, second = delegates.find_with_wave(people.dana(), Wave.FOLLOWUP)
    assert (first.extensions, second.extensions, second.state) == (0, 1, WaveState.CLOSED)
    assert reports.find(people.dana(), Wave.FOLLOWUP)
    assert jobs.failed() == []


def test_who_declined_stays_listed_and_is_sent_nothing(aws, clock):
    people.opened(clock, chosen=people.raters(5, 0))
    from chalicelib.collect.decline import decline
    from chalicelib.collect.questionnaire import parse_answer_link
    from chalicelib.links import signing

    no = asked(Wave.BASELINE)[people.person("p4").email]
    token = signing.token("decline", no.delegate_id, no.wave.value, no.id, str(no.link_version))
    decline(parse_answer_link(token, DECLINE), "no_time", clock.now())
    for invitation in asked(Wave.BASELINE).values():
        if invitation.state is InvitationState.INVITED:
            scene.fill_in(link_of(invitation), "3", clock.now())
            submit(link_of(invitation), clock.now())
    drain(clock.to(people.CLOSE))
    schedule_followup.plan(people.COHORT, OPENS, CLOSES, clock.to(ANNOUNCED))
    drain(clock.now())

    chosen = delegates.find_nomination(people.dana(), Wave.FOLLOWUP)
    assert no.rater.email in {rater.person.email for rater in chosen.raters}, "a list without them would give them away"
    before = len(sent_emails(no.rater.email))
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))
    again = asked(Wave.FOLLOWUP)
    assert again[no.rater.email].state is InvitationState.DECLINED
    assert cohorts.list_lines(people.COHORT)[0].invited == len(again) == 7  # with the delegate and the manager
    drain(clock.to(datetime.fromisoformat("2027-06-18T23:00:00Z")))
    assert len(sent_emails(no.rater.email)) == before


@pytest.mark.parametrize(
    ("opens", "closes", "why"),
    [
        (date(2026, 10, 2), date(2026, 10, 20), "must open after the first questionnaire has closed, on 2026-10-02"),
        (date(2027, 5, 16), CLOSES, "in the past"),
        (OPENS, date(2027, 5, 30), "before it opens"),
        (OPENS, date(2027, 12, 1), "more than 90 days"),
    ],
)
def test_dates_that_make_no_sense_are_refused(aws, clock, opens, closes, why):
    baseline_closed(clock)

    with pytest.raises(FollowupRefused, match=why):
        schedule_followup.plan(people.COHORT, opens, closes, clock.to(ANNOUNCED))
    assert cohorts.find_followup(people.COHORT) is None


def test_there_is_one_follow_up_for_each_cohort(aws, clock):
    planned(clock)

    assert not schedule_followup.plan(people.COHORT, OPENS, CLOSES, clock.now()).changed
    with pytest.raises(FollowupRefused, match="has a follow-up from 2027-05-31 to 2027-06-18"):
        schedule_followup.plan(people.COHORT, OPENS, CLOSES + timedelta(days=1), clock.now())
    with pytest.raises(CohortUnknown):
        schedule_followup.plan("no-one", OPENS, CLOSES, clock.now())


def test_a_delegate_whose_first_questionnaire_is_open_is_not_asked_about_twice_at_once(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, date(2026, 10, 20), clock.now())
    schedule_followup.plan(people.COHORT, date(2026, 10, 10), date(2026, 10, 30), clock.advance(days=1))
    drain(clock.now())

    assert not list(query(f"DELEGATE#{people.dana()}", "WAVE#followup"))


def test_a_follow_up_is_planned_once_after_any_fault(aws, clock):
    def build() -> None:
        baseline_closed(clock)
        schedule_followup.plan(people.COHORT, OPENS, CLOSES, clock.to(ANNOUNCED))

    ready = Scene(build)

    def check(_) -> list[str]:
        waves = list(query(f"DELEGATE#{people.dana()}", "WAVE#followup"))
        planned = [row for row in scan() if row["pk"].startswith("MAIL#programme/followup_planned")]
        opening = [row for row in scan() if row["pk"] == f"JOB#open#{people.dana()}#followup"]
        wrong = [] if len(delegates.find_nomination(people.dana(), Wave.FOLLOWUP).raters) == 5 else ["not the list"]
        written = {"waves": waves, "mails": planned, "opening jobs": opening}
        return wrong + [f"{len(rows)} {what}" for what, rows in written.items() if len(rows) != 1]

    act = lambda _, now: run_job(f"followup#{people.COHORT}", ANNOUNCED + (now - MONDAY))  # noqa: E731
    assert single_faults(ready.lay_out, act, check) > 20


def test_a_delegate_who_closes_after_the_follow_up_was_planned_is_taken_in_by_planning_it_again(aws, clock):
    people.opened(clock, names=("dana delegate", "dora delegate"), chosen=people.raters(4, 0))
    dora = delegate_id(people.COHORT, people.person("dora delegate").email)
    close_or_extend.extend(people.COHORT, people.person("dora delegate").email, date(2026, 10, 20), clock.now())
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    opens, closes = date(2026, 10, 12), date(2026, 10, 30)
    schedule_followup.plan(people.COHORT, opens, closes, clock.now())
    assert not schedule_followup.plan(people.COHORT, opens, closes, clock.advance(minutes=1)).changed, (
        "it is still at work"
    )
    drain(clock.now())
    assert not schedule_followup.plan(people.COHORT, opens, closes, clock.advance(minutes=1)).changed, (
        "no one is left out"
    )

    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dora delegate").email, clock.now())
    drain(clock.now())
    assert schedule_followup.plan(people.COHORT, opens, closes, clock.advance(minutes=1)).changed
    drain(clock.now())

    assert delegates.find_with_wave(dora, Wave.FOLLOWUP)[1].state is WaveState.PLANNED
    planned = [row["id"] for row in scan() if row["pk"].startswith("MAIL#programme/followup_planned")]
    assert len(planned) == 2, "each delegate is emailed once"
    assert jobs.failed() == []
