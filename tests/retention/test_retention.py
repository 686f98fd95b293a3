"""A cohort's data is deleted when its time is over: that and nothing else, once, and not while it is on hold."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.collect.submit_answers import submit
from chalicelib.core.aws import client
from chalicelib.core.clock import stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Wave
from chalicelib.core.settings import settings
from chalicelib.jobs.each import RowsBroken
from chalicelib.jobs.kinds import JobKind
from chalicelib.people.acts import find_act
from chalicelib.people.loaded import find
from chalicelib.people.planned import ActRefused, Asking, perform
from chalicelib.retention.emails import NOTICE
from chalicelib.retention.jobs import BY_ANSWERS, LOOK_AGAIN_AFTER, remove_old_data
from chalicelib.retention.periods import Clock, list_ends, notice_day
from chalicelib.retention.remove import DueRows, go_through
from chalicelib.retention.state import DECIDED_WITHIN, read_year
from chalicelib.store import (
    area_counts,
    attendance,
    audit_events,
    catalogue,
    cohort_figures,
    cohorts,
    delegates,
    invitations,
    jobs,
    kept_data,
    stories,
    waiting_emails,
)
from chalicelib.store.area_counts import AreaCounts
from chalicelib.store.attendance import Attendance, AttendanceState
from chalicelib.store.row_kinds import kinds_of
from chalicelib.store.row_kinds.row_kind import Retention
from chalicelib.store.stories import Story, StoryState
from chalicelib.store.table import Key, delete_all, key_of, put, scan, transact
from chalicelib.waves.lifecycle import retention_job, summary_job
from tests.faults import scene
from tests.faults.scene import link_of
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain
from tests.support.emails import days_of

TWO = ("dana delegate", "ann delegate")
FIVE = (*TWO, "ben delegate", "cas delegate", "dee delegate")  # enough for figures of the cohort


@pytest.fixture
def year_over(aws, clock):
    """Two delegates whose questionnaires are closed; the programme has ended."""
    return close_questionnaires(clock, TWO)


def close_questionnaires(clock, names):
    people.opened(clock, chosen=people.raters(4, 0), names=names)
    for line in cohorts.list_lines(people.COHORT):
        for invitation in invitations.of_delegate(line.delegate_id, Wave.BASELINE):
            scene.fill_in(link_of(invitation), "3", clock.now())
            submit(link_of(invitation), clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    drain(clock.advance(days=4))  # past the morning on which emails about the reports go out
    return clock


def ends():
    """Return the first days on which rows go, by retention: the last that is planned is the survey."""
    programme, cohort = people.programme(), cohorts.find(people.COHORT)
    last = local_date(summary_job(cohort, programme).due_at, programme.organisation.timezone)
    return list_ends(programme.retention, Clock(last, cohort.dates.ends))


def run(clock, day, hours=4):
    """Run the job on a local day, at four in the morning; delegates were notified in time."""
    if day > notice_day(ends()) > clock.now().date():
        run_once(clock, notice_day(ends()))
    return run_once(clock, day, hours)


def run_once(clock, day, hours=4):
    now = datetime.combine(day, time(hours), UTC)
    job = retention_job(people.COHORT, day, people.programme())
    return remove_old_data(job, now)


def stored():
    return {Key(row["pk"], row["sk"]): kinds_of(Key(row["pk"], row["sk"]))[0] for row in scan()}


def documents():
    listing = client("s3").list_objects_v2(Bucket=settings().bucket).get("Contents", [])
    return {document["Key"] for document in listing}


def notices():
    return [email for email in waiting_emails.list_waiting(people.dana()) if email.template == NOTICE.name]


@pytest.mark.parametrize("retention", [Retention.FIGURES, Retention.COLLECTION, Retention.NOTES, Retention.PROGRAMME])
def test_on_its_day_what_is_due_goes_and_the_day_before_it_is_there(year_over, retention):
    day = ends()[retention]
    run(year_over, day - timedelta(days=1))
    before = stored()
    run(year_over, day)
    after = stored()

    due = {kind for kind, end in ends().items() if end <= day}
    gone = {key: kind for key, kind in before.items() if key not in after}
    assert all(kind.retention in {*due, Retention.EXPIRY} for kind in gone.values())  # the latter by themselves too
    left = {kind.name for kind in after.values() if kind.retention in due and kind.retention is not Retention.EMAIL}
    assert not left


def test_a_run_on_which_nothing_is_due_reads_no_delegate_a_second_time(year_over):
    rows, cohort = tuple(cohorts.rows(people.COHORT)), cohorts.find(people.COHORT)
    year = read_year(cohort, rows, people.programme(), year_over.now())

    with count_calls() as calls:
        assert not go_through(DueRows(year, (), ())).counts

    assert calls.total() == 0


def test_raw_answers_go_and_reports_stay_until_their_own_day(year_over):
    assert any(kind.name == "response" for kind in stored().values())
    made = documents()
    assert made
    run(year_over, ends()[Retention.FIGURES])
    assert not any(kind.name == "response" for kind in stored().values())
    assert documents() == made

    run(year_over, ends()[Retention.PROGRAMME])
    assert documents() == set()


def test_answers_go_before_the_survey_once_the_figures_made_from_them_are_final(aws, clock):
    year_over = close_questionnaires(clock, FIVE)
    frozen_at = cohort_figures.find(people.COHORT, Wave.BASELINE).frozen_at
    first_day = local_date(frozen_at, people.programme().organisation.timezone) + timedelta(days=30)
    made = documents()
    run_once(year_over, first_day - timedelta(days=1))
    assert any(kind.name == "response" for kind in stored().values())
    run_once(year_over, first_day)

    kinds = {kind.name for kind in stored().values()}
    assert "response" not in kinds
    assert {"invitation", "report", "delegate"} <= kinds
    assert documents() == made


def test_answers_stay_while_the_figures_made_from_them_are_not_final(aws, clock):
    year_over = close_questionnaires(clock, FIVE)
    delete_all([cohort_figures.key(people.COHORT, Wave.BASELINE)])
    run_once(year_over, people.CLOSE.date() + timedelta(days=100))

    assert any(kind.name == "response" for kind in stored().values())


def test_the_first_run_is_planned_when_a_cohort_is_loaded(aws, clock):
    people.load(clock.now())
    (job,) = [row for row in scan() if row.get("kind") == "retention"]

    assert datetime.fromisoformat(job["due_at"]).date() == people.DATES.closes + timedelta(days=31)


def test_a_row_that_cannot_be_read_stops_no_run_and_nothing_but_final_answers_goes(aws, clock):
    year_over = close_questionnaires(clock, FIVE)
    (wave,) = [row for row in scan() if row["pk"] == f"DELEGATE#{people.dana()}" and row["sk"] == "WAVE#baseline"]
    transact([put({**wave, "closes_at": "no day"})])
    day = ends()[Retention.PROGRAMME] + timedelta(days=60)
    for _ in range(2):  # the second run is a restart by an administrator
        with pytest.raises(RowsBroken, match=people.dana()):
            run_once(year_over, day)

    kept = [key for key, kind in stored().items() if kind.name == "response"]
    assert {key.pk for key in kept} == {f"DELEGATE#{people.dana()}"}
    assert len(cohorts.list_lines(people.COHORT)) == len(FIVE)
    planned = [datetime.fromisoformat(row["due_at"]).date() for row in scan() if row.get("kind") == "retention"]
    assert max(planned) == day + LOOK_AGAIN_AFTER


def test_raters_are_forgotten_with_their_inbox_and_emails(year_over):
    run(year_over, ends()[Retention.COLLECTION])
    everything = str(list(scan()))

    for rater in people.raters(4, 0):
        assert rater.person.email not in everything
    assert not any(key.pk.startswith("RATER#") for key in stored())


@pytest.mark.parametrize(("name", "page"), [("dana delegate", "hub"), ("cleo coach", "coach")])
def test_pages_open_after_the_list_of_raters_was_forgotten(visitor, year_over, name, page):
    url = people.link(name, page)
    day = ends()[Retention.COLLECTION]
    run(year_over, day)
    year_over.to(datetime.combine(day, time(12), UTC))
    visitor.let_in(people.person(name).email, year_over.now())

    assert visitor.open(url).status == 200


def test_nothing_is_deleted_while_a_questionnaire_is_open(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    drain(clock.to(people.CLOSE))  # too few answers: it waits for a decision
    before = stored()
    run(clock, people.CLOSE.date() + DECIDED_WITHIN - timedelta(days=1))
    assert stored() == before

    run(clock, max(ends()[Retention.COLLECTION], people.CLOSE.date() + DECIDED_WITHIN) + timedelta(days=1))
    assert not any(kind.name == "invitation" for kind in stored().values())


def test_nothing_but_final_answers_goes_while_a_follow_up_is_planned(year_over):
    day = ends()[Retention.COLLECTION]
    later = cohorts.FollowupDates(day + timedelta(days=10), day + timedelta(days=30))
    transact([cohorts.add_followup(people.COHORT, later)])
    run(year_over, day)

    assert any(kind.name == "invitation" for kind in stored().values())


def test_nothing_but_final_answers_goes_before_a_delegate_who_was_paused_is_surveyed(year_over):
    day = ends()[Retention.COLLECTION]
    survey = JobKind.IMPACT.job(people.dana(), due_at=datetime.combine(day, time(23), UTC))
    (row,) = [row for row in scan() if row["pk"] == f"JOB#{survey.id}"]
    transact([put({**row, "due_at": stamp(survey.due_at)})])
    run(year_over, day)

    assert any(kind.name == "invitation" for kind in stored().values())


def hold_data(act, why, now):
    asking = Asking("administrator@example.org", now, why)
    perform(find_act(act).plan(find(people.COHORT, people.dana()), {}, asking), now)


def test_a_hold_keeps_one_delegate_and_its_end_lets_them_go(year_over):
    hold_data("hold", "A dispute about the report", year_over.now())
    run(year_over, ends()[Retention.PROGRAMME])
    kept = {key.pk for key in stored() if key.pk.startswith("DELEGATE#")}
    assert kept == {f"DELEGATE#{people.dana()}"}
    assert any(people.dana() in name for name in documents())
    assert [line.delegate_id for line in cohorts.list_lines(people.COHORT)] == [people.dana()]

    hold_data("hold-end", "Settled", year_over.now())
    run(year_over, ends()[Retention.PROGRAMME])
    assert not any(key.pk.startswith("DELEGATE#") and key.sk != "KEPT" for key in stored())
    acts = [row["act"] for row in audit_events.of_cohort(people.COHORT)]
    assert any("on hold (A dispute about the report)" in act for act in acts)


def test_a_hold_that_is_asked_for_again_takes_the_new_reason_and_says_so(year_over):
    for why in ("A dispute", "A request of the employee", "A request of the employee"):
        hold_data("hold", why, year_over.advance(minutes=1))
    acts = [row["act"] for row in audit_events.of_cohort(people.COHORT) if "on hold" in row["act"]]
    assert sorted(acts) == [
        "changed why the data of the delegate is on hold, from “A dispute” to “A request of the employee”",
        "put the data of the delegate on hold (A dispute)",
    ]
    assert kept_data.find_reason(delegates.load_rows(people.dana())) == "A request of the employee"


def test_a_hold_needs_a_reason(year_over):
    with pytest.raises(ActRefused):
        hold_data("hold", "  ", year_over.now())


def test_what_stays_of_a_delegate_is_what_the_notice_says(year_over):
    """Every kind of row with their name, address or id, once their data is deleted: a new one needs new words."""
    renamed = find_act("details").plan(
        find(people.COHORT, people.dana()),
        {"name": "Dana Newly", "job_title": "Lead", "service": "Wards"},
        Asking("ada@example.org", year_over.now(), "married"),
    )
    perform(renamed, year_over.now())
    drain(year_over.now())
    here = Story(people.dana(), people.COHORT, "A chart.", True, 1, year_over.now(), StoryState.PUBLISHED)
    expected = Attendance("leading_self/1")
    came = attendance.save(people.dana(), expected, replace(expected, state=AttendanceState.ATTENDED))
    people.write(stories.add(here), came)
    run(year_over, ends()[Retention.PROGRAMME])

    marks = ("Dana Newly", "Dana Delegate", people.person("dana delegate").email, people.dana())
    left = {kinds_of(key_of(row))[0].name for row in scan() if any(mark in str(row) for mark in marks)}
    service = {"job", "complete list of emails"}  # ids alone
    assert left - service - {"email", "listed email"} == {"attendance", "story", "audit line"}
    in_jobs = [row for row in scan() if row["sk"] == "JOB" and any(mark in str(row) for mark in marks[:3])]
    assert in_jobs == []


def test_each_delegate_is_notified_once_thirty_days_before(year_over):
    day = notice_day(ends())
    run(year_over, day - timedelta(days=1))
    assert not notices()
    run(year_over, day)
    run(year_over, day + timedelta(days=1))

    (waiting,) = notices()
    assert waiting.words["day"].endswith(str(ends()[Retention.PROGRAMME].year))
    drain(year_over.to(datetime.combine(day, time(12), UTC)))
    assert days_of("retention/notice") == [f"{day}"]


def test_a_job_that_runs_late_notifies_first_and_deletes_thirty_days_later(year_over):
    late = ends()[Retention.PROGRAMME] + timedelta(days=400)
    run_once(year_over, late)
    (waiting,) = notices()
    assert cohorts.list_lines(people.COHORT)
    run_once(year_over, late + timedelta(days=29))
    assert cohorts.list_lines(people.COHORT)
    run_once(year_over, late + timedelta(days=30))

    assert not cohorts.list_lines(people.COHORT)
    assert waiting.words["day"]


def test_a_notice_that_was_sent_and_forgotten_is_not_sent_again(year_over):
    run_once(year_over, notice_day(ends()))
    drain(year_over.to(datetime.combine(notice_day(ends()), time(12), UTC)))
    assert not notices()
    run_once(year_over, notice_day(ends()) + timedelta(days=2))

    assert not notices()


def deletions() -> dict[str, str]:
    """Return what the trail says of each kind that was deleted: how many, or only that there were rows."""
    acts = [row["act"] for row in audit_events.of_cohort(people.COHORT)]
    matches = [re.match(r"deleted (\w+) of the kind “(.+?)”", act) for act in acts]
    return {match[2]: match[1] for match in matches if match}


def test_the_trail_counts_each_kind_and_names_no_one(year_over):
    run(year_over, ends()[Retention.PROGRAMME])

    assert deletions()["invitation"] == "12"
    assert deletions()["delegate"] == "2"
    assert "Dana" not in str(audit_events.of_cohort(people.COHORT))


def test_the_trail_does_not_count_what_shows_how_many_have_answered(year_over):
    """Administrators see counts in steps. With everyone else on hold, a line would be about one delegate's raters."""
    with_answers = list(delegates.load_rows(people.dana()))
    for line in cohorts.list_lines(people.COHORT):
        if line.delegate_id != people.dana():
            perform(
                find_act("hold").plan(
                    find(people.COHORT, line.delegate_id), {}, Asking("ada@example.org", year_over.now(), "a dispute")
                ),
                year_over.now(),
            )
    run(year_over, ends()[Retention.PROGRAMME])

    assert any(row["sk"].startswith("RESPONSE#") for row in with_answers)
    assert deletions()["response"] == "rows"
    assert {kind for kind, count in deletions().items() if not count.isdigit()} <= BY_ANSWERS
    assert {"email", "listed email"} & deletions().keys() == {
        kind for kind in ("email", "listed email") if deletions().get(kind) == "rows"
    }


def test_in_the_end_nothing_of_the_cohort_is_left(year_over):
    people.write(area_counts.add(AreaCounts(people.COHORT, 0)))
    run(year_over, ends()[Retention.RECORD])
    left = {kind.name for key, kind in stored().items() if people.COHORT in key.pk or people.dana() in key.pk}

    waiting = {"email", "listed email"}  # the notice: these tests send nothing
    assert left <= {"complete list of emails", "email account, for a cohort", "job", *waiting}
    assert {row["template"] for row in scan() if row["sk"] == "MAIL" and row["state"] == "queued"} == {NOTICE.name}
    assert catalogue.everything().cohorts == ()


def test_a_run_that_is_repeated_deletes_nothing_more_and_plans_the_next_day(year_over):
    day = ends()[Retention.FIGURES]
    run(year_over, day)
    before = stored()
    writes = run(year_over, day)

    assert stored() == before
    (job,) = [write.row for write in writes if write.row.get("kind") == "retention"]
    assert job["due_at"].date() - day <= timedelta(days=30)
    assert not jobs.failed()
