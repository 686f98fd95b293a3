"""A fault at every AWS call of what an administrator does: done once and noted once, or not at all; no mail twice."""

from collections import Counter
from datetime import date, timedelta

import pytest

from chalicelib.admin import chase, followup, lost_link, withdraw
from chalicelib.admin.replace import replace
from chalicelib.model import InvitationState, Wave, WaveState
from chalicelib.store import audits, cohorts, delegates, jobs, wave_keys
from chalicelib.store.cohorts import Stage
from chalicelib.store.table import scan
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.faults import single_faults

BY = "ada@example.org"
DAY = people.OPENING + timedelta(days=2)


def at(now):
    """The plan's time, counted from two days after the opening."""
    return DAY + (now - MONDAY)


def noted(act):
    """What is wrong with the trail: the act stands there once."""
    found = [row for row in audits.of_cohort(people.COHORT) if act in row["act"] and row["by"] == BY]
    return [] if len(found) == 1 else [f"noted {len(found)} times"]


def jobs_of(kind):
    return [row["id"] for row in scan() if row["pk"].startswith(f"JOB#{kind}#")]


def mails_of(template):
    return Counter(row["to"]["email"] for row in scan() if row["sk"] == "MAIL" and row["template"] == template)


def once(template, *names):
    """What is wrong with the mails of a template: each of these people has one, and nobody else."""
    wanted = Counter(people.person(name).email for name in names)
    return [] if mails_of(template) == wanted else [f"{template} to {dict(mails_of(template))}"]


@pytest.mark.prove
def test_a_chase_mails_everybody_once_and_is_noted_once(aws):
    opened = Scene(scene.open_wave)

    def act(_, now):
        chase.chase(people.dana(), at(now), BY)
        scene.run_job(jobs_of("chase")[0], at(now))

    def check(_):
        today = [row for row in scan() if row["sk"] == "MAIL" and f"#{DAY:%Y-%m-%d}" in row["id"]]
        wrong = [] if len(today) == len({row["to"]["email"] for row in today}) == 6 else [f"{len(today)} mails"]
        (line,) = cohorts.lines(people.COHORT)
        wrong += [] if line.reminded_on == f"{DAY:%Y-%m-%d}" else ["the dashboard does not know"]
        return wrong + noted("reminded") + ([] if len(jobs_of("chase")) == 1 else ["two jobs"])

    assert single_faults(opened.lay_out, act, check) > 20


@pytest.mark.prove
def test_a_chase_of_the_cohort_is_one_job_each_and_noted_once(aws):
    opened = Scene(scene.open_wave)

    def act(_, now):
        chase.chase_all(people.COHORT, DAY.date(), at(now), BY)
        scene.run_job(jobs_of("chase_all")[0], at(now))

    def check(_):
        return noted("reminded") + ([] if len(jobs_of("chase")) == 1 else [f"{len(jobs_of('chase'))} jobs"])

    assert single_faults(opened.lay_out, act, check) > 10


@pytest.mark.prove
def test_a_delegate_is_withdrawn_whole_and_noted_once(aws):
    opened = Scene(scene.open_wave)

    def act(_, now):
        withdraw.withdraw(people.dana(), at(now), BY)
        scene.run_job(jobs_of("withdraw")[0], at(now))

    def check(_):
        delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        (line,) = cohorts.lines(people.COHORT)
        wrong = [] if delegate.withdrawn and line.withdrawn else ["delegate and dashboard say different things"]
        wrong += [] if wave.state is WaveState.WITHDRAWN else [f"the wave is {wave.state}"]
        wrong += ["a link works" for one in scene.asked() if one.state is not InvitationState.REVOKED]
        wrong += ["saved answers are left" for one in scene.asked() if one.draft or one.sent]
        wrong += ["the key is left"] if wave_keys.find(people.dana(), Wave.BASELINE) else []
        wrong += [f"{row['id']} would be sent" for row in scan() if row["sk"] == "MAIL" and "due_shard" in row]
        return wrong + noted("withdrew")

    assert single_faults(opened.lay_out, act, check) > 20


def test_a_lost_link_is_sent_once_and_noted_once(aws):
    opened = Scene(scene.open_wave)
    act = lambda _, now: lost_link.send_again(people.COHORT, people.person("p0").email, at(now), BY)  # noqa: E731
    check = lambda _: once("admin/link", "p0") + noted("sent a link again")  # noqa: E731

    assert single_faults(opened.lay_out, act, check) > 8


@pytest.mark.prove
def test_an_address_is_replaced_from_the_button_on_and_mailed_once(aws):
    """However often the button is pressed."""
    opened = Scene(scene.open_wave)

    def act(_, now):
        replace(people.COHORT, people.person("cleo coach").email, people.person("new coach").email, at(now), BY)
        for job in jobs_of("replace"):
            scene.run_job(job, at(now))

    def check(_):
        delegate = delegates.find(people.dana())
        (line,) = cohorts.lines(people.COHORT)
        coaches = {delegate.coach.email, line.coach.email}
        wrong = [] if coaches == {people.person("new coach").email} else [f"coached by {coaches}"]
        noted_for_each_job = [row for row in audits.of_cohort(people.COHORT) if row["act"] == "replaced an address"]
        wrong += [] if len(noted_for_each_job) == len(jobs_of("replace")) else ["a job without its line in the trail"]
        return wrong + once("admin/link", "new coach")

    assert single_faults(opened.lay_out, act, check) > 15


def test_a_load_that_is_confirmed_is_there_whole_and_noted_once(aws):
    programme = people.programme()

    def act(_, now):
        people.load(now)
        scene.run_job(jobs_of("enrol")[0], now)

    def check(_):
        (line,) = cohorts.lines(people.COHORT)
        wrong = [] if line.stage is Stage.PLANNED else [f"{line.stage}"]
        delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        wrong += [] if delegate.programme_version == programme.version and wave.state is WaveState.PLANNED else ["odd"]
        wrong += [f"{len(jobs_of(kind))} jobs {kind}" for kind in ONCE if len(jobs_of(kind)) != 1]
        found = [row for row in audits.of_cohort(people.COHORT) if "loaded" in row["act"]]
        return wrong + ([] if len(found) == 1 else [f"noted {len(found)} times"])

    assert single_faults(lambda: None, act, check) > 15


ONCE = ("enrol", "open", "impact", "summary", "cohort_figures")


@pytest.mark.prove
def test_a_follow_up_is_planned_once_told_once_and_noted_once(aws):
    def build():
        scene.open_wave()
        delegate = delegates.find(people.dana())
        people.write(cohorts.change_line(delegate, put={"stage": Stage.RELEASED}))

    released = Scene(build)
    opens, closes = date(2026, 12, 7), date(2026, 12, 18)

    def act(_, now):
        followup.plan(people.COHORT, opens, closes, at(now), BY)
        scene.run_job(f"followup#{people.COHORT}", at(now))

    def check(_):
        waves = [row for row in scan() if row["sk"] == f"WAVE#{Wave.FOLLOWUP.value}"]
        wrong = [] if len(waves) == 1 else [f"{len(waves)} waves"]
        wrong += [] if jobs.find(f"open#{people.dana()}#followup") else ["nothing will open it"]
        return wrong + once("programme/followup_planned", "dana delegate") + noted("planned the follow-up")

    assert single_faults(released.lay_out, act, check) > 20
