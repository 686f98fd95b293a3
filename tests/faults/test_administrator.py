"""A fault at every AWS call of what an administrator does: done once and noted once, or not at all; no email twice."""

from collections import Counter
from datetime import date, timedelta

import pytest
from msgspec.structs import replace as other

import chalicelib.core.clock
from chalicelib.admin import remind, resend_link, schedule_followup
from chalicelib.admin.address_change import change_address
from chalicelib.admin.confirm_address import confirm
from chalicelib.admin.void_answers import void
from chalicelib.collect.submit_answers import submit
from chalicelib.core.ids import coach_id
from chalicelib.core.model import Approver, InvitationState, Wave, WaveState
from chalicelib.nominate import submit_list
from chalicelib.nominate.rater_list import load
from chalicelib.nominate.seen_list import write_seen
from chalicelib.people import leave
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, debriefs, delegates, holds, jobs, wave_keys
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.table import put
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.clock import MONDAY, Clock
from tests.support.faults import single_faults
from tests.support.world import all_rows

BY = "ada@example.org"
DAY = people.OPENING + timedelta(days=2)
TOLD_OF_LEAVING = ("people/left", "people/coach_left", "people/manager_left")


def at(now):
    """Return the plan's time, counted from two days after the opening."""
    return DAY + (now - MONDAY)


def noted(act):
    """Return what is wrong with the trail: it must name the act once."""
    entries = [row for row in audit_events.of_cohort(people.COHORT) if act in row["act"] and row["by"] == BY]
    return [] if len(entries) == 1 else [f"noted {len(entries)} times"]


def jobs_of(kind):
    return [row["id"] for row in all_rows() if row["pk"].startswith(f"JOB#{kind}#")]


def waiting_emails():
    return [row for row in all_rows() if row["sk"] == "MAIL" and "due_shard" in row]


def emails_of(template):
    return Counter(row["to"]["email"] for row in all_rows() if row["sk"] == "MAIL" and row["template"] == template)


def once(template, *names):
    """Return what is wrong with the emails of a template: each of these people has one, and no one else."""
    wanted = Counter(people.person(name).email for name in names)
    return [] if emails_of(template) == wanted else [f"{template} to {dict(emails_of(template))}"]


@pytest.mark.prove
def test_a_chase_writes_to_everyone_once_and_is_noted_once(aws):
    opened = Scene(scene.open_wave)

    def act(_, now):
        remind.remind_delegate(people.dana(), at(now), BY)
        scene.run_job(jobs_of("chase")[0], at(now))

    def check(_):
        today = [row for row in all_rows() if row["sk"] == "MAIL" and f"#{DAY:%Y-%m-%d}" in row["id"]]
        wrong = [] if len(today) == len({row["to"]["email"] for row in today}) == 6 else [f"{len(today)} emails"]
        (line,) = cohorts.list_lines(people.COHORT)
        wrong += [] if line.reminded_on == f"{DAY:%Y-%m-%d}" else ["the dashboard does not know"]
        return wrong + noted("reminded") + ([] if len(jobs_of("chase")) == 1 else ["two jobs"])

    assert single_faults(opened.lay_out, act, check) > 20


@pytest.mark.prove
def test_a_chase_of_the_cohort_is_one_job_each_and_noted_once(aws):
    opened = Scene(scene.open_wave)

    def act(_, now):
        remind.remind_cohort(people.COHORT, DAY.date(), at(now), BY)
        scene.run_job(jobs_of("chase_all")[0], at(now))

    def check(_):
        return noted("reminded") + ([] if len(jobs_of("chase")) == 1 else [f"{len(jobs_of('chase'))} jobs"])

    assert single_faults(opened.lay_out, act, check) > 10


@pytest.mark.prove
def test_a_delegate_is_withdrawn_whole_and_noted_once(aws):
    opened = Scene(scene.open_wave)

    def act(_, now):
        leave.leave(people.dana(), at(now), BY)
        scene.run_job(jobs_of("withdraw")[0], at(now))

    def check(_):
        delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        (line,) = cohorts.list_lines(people.COHORT)
        wrong = [] if delegate.withdrawn and line.withdrawn else ["delegate and dashboard say different things"]
        wrong += [] if wave.state is WaveState.WITHDRAWN else [f"the wave is {wave.state}"]
        wrong += ["a link works" for invitation in scene.asked() if invitation.state is not InvitationState.REVOKED]
        wrong += ["saved answers are left" for invitation in scene.asked() if invitation.draft or invitation.sent]
        wrong += ["the key is left"] if wave_keys.find(people.dana(), Wave.BASELINE) else []
        wrong += [f"{row['id']} would be sent" for row in waiting_emails() if row["template"] not in TOLD_OF_LEAVING]
        wrong += (
            once("people/left", "dana delegate")
            + once("people/coach_left", "cleo coach")
            + once("people/manager_left", "mara manager")
        )
        return wrong + noted("changed the status from active to left")

    assert single_faults(opened.lay_out, act, check) > 20


def test_a_lost_link_is_sent_once_and_noted_once(aws):
    opened = Scene(scene.open_wave)
    act = lambda _, now: resend_link.resend_link(people.COHORT, people.person("p0").email, at(now), BY)  # noqa: E731
    check = lambda _: once("admin/link", "p0") + noted("sent a link again")  # noqa: E731

    assert single_faults(opened.lay_out, act, check) > 8


@pytest.mark.prove
def test_an_address_is_replaced_from_the_button_on_and_emailed_once(aws):
    """However often the button is pressed. The old address is notified once, and the new one is held."""
    opened = Scene(scene.open_wave)

    def act(_, now):
        change_address(people.COHORT, people.person("cleo coach").email, people.person("new coach").email, at(now), BY)
        for job in jobs_of("replace"):
            scene.run_job(job, at(now))

    def check(_):
        delegate = delegates.find(people.dana())
        (line,) = cohorts.list_lines(people.COHORT)
        coaches = {delegate.coach.email, line.coach.email}
        wrong = [] if coaches == {people.person("new coach").email} else [f"coached by {coaches}"]
        noted_for_each_job = [
            row for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("replaced the address of")
        ]
        wrong += [] if len(noted_for_each_job) == len(jobs_of("replace")) else ["a job without its line in the trail"]
        (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
        wrong += [] if hold.person.email == people.person("new coach").email else ["another address is held"]
        return wrong + once("admin/new_link", "new coach") + once("admin/replaced", "cleo coach")

    assert single_faults(opened.lay_out, act, check) > 15


@pytest.mark.prove
def test_a_raters_address_is_replaced_whole_with_one_notice_and_one_request(aws):
    """One who has sent and one who has only saved: nothing that was saved is left, what was sent counts."""

    def build():
        scene.open_wave()
        submit(scene.link_of(scene.invitation("p0")), scene.at(MONDAY))

    opened = Scene(build)

    def act(_, now):
        for name in ("p0", "p1"):
            change_address(people.COHORT, people.person(name).email, people.person(f"new {name}").email, at(now), BY)
        for job in jobs_of("replace"):
            scene.run_job(job, at(now))

    def check(_):
        sent, saved = scene.invitation("new p0"), scene.invitation("new p1")
        wrong = [] if sent.sealed and sent.sent and not sent.draft else ["sent answers are not sealed"]
        wrong += [] if saved.state is InvitationState.INVITED and not saved.draft else ["saved answers are left"]
        (line,) = cohorts.list_lines(people.COHORT)
        wrong += [] if line.groups["peer"].answered == 1 else ["the answer is not counted once"]
        wrong += [] if line.counts_hidden == ("peer",) else ["the counts are not hidden"]
        wrong += [f"{row['id']} goes to the old address" for row in all_rows() if _goes_to_old(row)]
        asked = [emails_of("collect/invitation")[people.person(name).email] for name in ("new p0", "new p1")]
        wrong += [] if asked == [1, 1] else [f"the new addresses were asked {asked} times"]
        return wrong + once("admin/replaced", "p0", "p1")

    assert single_faults(opened.lay_out, act, check) > 20


def _goes_to_old(row):
    olds = {people.person(name).email for name in ("p0", "p1")}
    waits = row["sk"] == "MAIL" and "due_shard" in row and row["template"] != "admin/replaced"
    return waits and row["to"]["email"] in olds


@pytest.mark.prove
def test_answers_are_voided_once_counted_once_and_asked_for_once(aws):
    opened = Scene(scene.everyone_sent)

    def act(_, now):
        void(people.COHORT, people.person("p0").email, at(now), BY)
        for job in jobs_of("void"):
            scene.run_job(job, at(now))

    def check(_):
        invitation = scene.invitation("p0")
        wrong = (
            []
            if invitation.state is InvitationState.INVITED and invitation.sent is None and not invitation.draft
            else ["not destroyed"]
        )
        wrong += [] if invitation.link_version == 2 else [f"link version {invitation.link_version}"]
        (line,) = cohorts.list_lines(people.COHORT)
        wrong += [] if (line.answered, line.groups["peer"].answered) == (5, 3) else [f"{line.answered} counted"]
        wrong += [] if line.counts_hidden == ("peer",) else ["the counts are not hidden"]
        waiting = {row["id"] for row in waiting_emails()}
        of_new_link = {email for email in people.reminders_of(invitation) if email.endswith(".v2")}
        wrong += [] if of_new_link and of_new_link <= waiting else ["a reminder is missing"]
        return wrong + once("collect/again", "p0") + noted("voided")

    assert single_faults(opened.lay_out, act, check) > 15


def test_a_new_address_is_confirmed_once_and_noted_once(aws):
    def build():
        scene.open_wave()
        change_address(
            people.COHORT, people.person("cleo coach").email, people.person("new coach").email, DAY, "first@example.org"
        )

    opened = Scene(build)

    def act(_, now):
        (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
        confirm(people.COHORT, hold.id, at(now), BY)

    def check(_):
        (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
        return noted("confirmed") + ([] if hold.confirmed_by == BY else ["not confirmed"])

    assert single_faults(opened.lay_out, act, check) > 3


@pytest.mark.prove
def test_another_coach_and_manager_in_a_file_take_over_once(aws):
    """The list of raters lies with the coach: the new one is asked once, and the old one is reminded no more."""
    opened = Scene(list_with_coach)

    def act(_, now):
        entry = other(
            people.entry("dana delegate"), coach=people.person("new coach"), manager=people.person("new boss")
        )
        rules = other(people.programme(), id="approving", raters_approved_by=Approver.COACH)
        load_cohort(cohorts.find(people.COHORT), rules, (entry,), {}, at(now), BY)
        for kind in ("enrol", "handover", "ask_approver"):
            for job in jobs_of(kind):
                scene.run_job(job, at(now))

    def check(_):
        (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
        wrong = [] if hold.person == people.person("new coach") else ["another address is held"]
        asked = Counter(row["to"]["email"] for row in all_rows() if row["sk"] == "MAIL" and "approve" in row["links"])
        wrong += [] if asked[people.person("new coach").email] == 2 else [f"asked {dict(asked)}"]
        waiting = [
            row for row in all_rows() if row["sk"] == "MAIL" and "due_shard" in row and "approve" in row["links"]
        ]
        wrong += [f"{row['id']} goes to the coach of before" for row in waiting if "cleo" in row["to"]["email"]]
        notes = {row["sk"]: row.get("coach") for row in delegates.load_rows(people.dana()) if row["sk"] == "NOTES"}
        wrong += (
            [] if notes["NOTES"] == coach_id(people.COHORT, people.person("cleo coach").email) else ["notes unsigned"]
        )
        return wrong

    assert single_faults(opened.lay_out, act, check) > 15


def list_with_coach():
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    people.opened(clock, rules=other(people.programme(), id="approving", raters_approved_by=Approver.COACH))
    delegate = delegates.find(people.dana())
    before = delegates.find_nomination(people.dana(), Wave.BASELINE)
    chosen = other(before, raters=(*before.raters, *people.raters(4, 0)), revision=before.revision + 1)
    people.write(delegates.save_nomination(chosen, before.revision))
    rater_list = load("", delegate.id, str(delegate.link_version), clock.now())
    submit_list.submit_list(rater_list, clock.now(), fewer=True, seen=write_seen(rater_list.unsent))
    scene.settle(clock.now())
    people.write(put({**debriefs.unsigned_notes_key(people.dana())._asdict(), "text": "Mine", "at": clock.now()}))


@pytest.mark.prove
def test_a_load_that_is_confirmed_is_there_whole_and_noted_once(aws):
    programme = people.programme()

    def act(_, now):
        people.load(now)
        scene.run_job(jobs_of("enrol")[0], now)

    def check(_):
        (line,) = cohorts.list_lines(people.COHORT)
        wrong = [] if line.feedback is FeedbackState.PLANNED else [f"{line.feedback}"]
        delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        wrong += [] if delegate.programme_version == programme.version and wave.state is WaveState.PLANNED else ["odd"]
        wrong += [f"{len(jobs_of(kind))} jobs {kind}" for kind in ONCE if len(jobs_of(kind)) != 1]
        entries = [row for row in audit_events.of_cohort(people.COHORT) if "loaded" in row["act"]]
        return wrong + ([] if len(entries) == 1 else [f"noted {len(entries)} times"])

    assert single_faults(lambda: None, act, check) > 15


ONCE = ("enrol", "open", "impact", "summary", "cohort_figures")


@pytest.mark.prove
def test_a_follow_up_is_planned_once_announced_once_and_noted_once(aws):
    def build():
        scene.open_wave()
        delegate = delegates.find(people.dana())
        people.write(cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.RELEASED)))

    released = Scene(build)
    opens, closes = date(2026, 12, 7), date(2026, 12, 18)

    def act(_, now):
        schedule_followup.plan(people.COHORT, opens, closes, at(now), BY)
        scene.run_job(f"followup#{people.COHORT}", at(now))

    def check(_):
        waves = [row for row in all_rows() if row["sk"] == f"WAVE#{Wave.FOLLOWUP.value}"]
        wrong = [] if len(waves) == 1 else [f"{len(waves)} waves"]
        wrong += [] if jobs.find(f"open#{people.dana()}#followup") else ["nothing will open it"]
        return wrong + once("programme/followup_planned", "dana delegate") + noted("planned the follow-up")

    assert single_faults(released.lay_out, act, check) > 20
