"""More time: everyone who has not answered gets one email, after any fault and any number of extensions."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.admin import close_or_extend, failures, remind
from chalicelib.collect.announce_extension import announce_extension
from chalicelib.collect.submit_answers import submit
from chalicelib.core.calendar import local_moment
from chalicelib.core.model import InvitationState, Wave
from chalicelib.emails.send import send
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.store import audit_events, delegates, jobs
from chalicelib.store.jobs import JobState
from chalicelib.waves import lifecycle
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.calls import watched_by
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.faults import Killed, Striking, single_faults
from tests.support.world import all_rows

NOW = people.OPENING + timedelta(days=2)
DANA = people.person("dana delegate").email
RATERS = {people.person(name).email for name in ("p0", "p1", "p2", "p3", "mara manager")}
FIRST, SECOND = date(2026, 10, 9), date(2026, 10, 12)


@pytest.fixture(autouse=True)
def system_clock(aws):
    yield
    chalicelib.core.clock.use(None)


def extend(last_day: date, now=NOW) -> None:
    close_or_extend.extend(people.COHORT, DANA, last_day, now, "ada@example.org")


def telling() -> list[str]:
    return sorted(row["id"] for row in all_rows() if row["pk"].startswith("JOB#tell_extended"))


def count_emails() -> Counter[str]:
    return Counter(row["to"]["email"] for row in all_rows() if row["pk"].startswith("MAIL#collect/extended"))


def wrong_reminders() -> list[str]:
    """Emails that would go out with an earlier last day, and invitations whose emails are not there."""
    extensions = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].extensions
    waiting = {row["id"] for row in all_rows() if row["sk"] == "MAIL" and "due_shard" in row}
    there = {row["id"] for row in all_rows() if row["sk"] == "MAIL"}
    old = [email for email in waiting if "reminder#" in email and f".{extensions}" not in email]
    asked = [invitation for invitation in scene.asked() if invitation.state is InvitationState.INVITED]
    lost = [invitation.rater.email for invitation in asked if not there.intersection(people.reminders_of(invitation))]
    return [f"{email} names an earlier day" for email in old] + [f"{who} has no reminders" for who in lost]


def once(who: set[str] = RATERS) -> list[str]:
    return ([] if count_emails() == Counter(who) else [f"emailed {dict(count_emails())}"]) + wrong_reminders()


def test_under_every_fault_everyone_is_notified_once():
    waiting = {people.person(name).email for name in ("p0", "mara manager")}

    def build():
        scene.open_wave()
        for name in ("p1", "p2", "p3"):
            submit(scene.link_of(scene.invitation(name)), scene.at(MONDAY))
        extend(FIRST)

    extended = Scene(build)
    (job,) = telling()
    act = lambda _, now: scene.run_job(job, NOW + (now - MONDAY))  # noqa: E731

    assert single_faults(extended.lay_out, act, lambda _: once(waiting)) > 30


@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("newest_first", [True, False])
def test_two_extensions_before_the_first_notice_make_one_email_each(days, newest_first):
    scene.open_wave()
    extend(FIRST)
    later = NOW + timedelta(days=days)
    extend(SECOND, later)
    for job in sorted(telling(), reverse=newest_first):
        assert run.run_job(job, HANDLERS, "attempt", later)
        for email in [row["id"] for row in all_rows() if row["pk"].startswith("MAIL#collect/extended")]:
            send(email, "attempt", later)
    sent = Counter(email.addresses[0] for email in sent_emails() if email.row.startswith("collect/extended"))
    assert sent == Counter(RATERS)

    assert once() == []
    words = [row["words"]["closes"] for row in all_rows() if row["pk"].startswith("MAIL#collect/extended")]
    assert set(words) == {"Monday 12 October 2026"}


def test_two_extensions_on_two_days_are_both_announced():
    scene.open_wave()
    extend(FIRST)
    drain(NOW)
    extend(SECOND, NOW + timedelta(days=1))
    drain(NOW + timedelta(days=1))

    sent = Counter(email.addresses[0] for email in sent_emails() if email.row.startswith("collect/extended"))
    assert sent == Counter(list(RATERS) * 2)
    assert wrong_reminders() == []
    assert jobs.failed() == []


@pytest.mark.parametrize("days", [0, 1, 3])
def test_a_job_that_is_started_over_days_later_writes_only_to_who_had_no_notice(days):
    scene.open_wave()
    extend(FIRST)
    (job,) = telling()
    with watched_by(Striking({10: "killed before"})), pytest.raises(Killed):
        run.run_job(job, HANDLERS, "first", NOW)
    some = sum(count_emails().values())
    assert 0 < some < len(RATERS)
    people.write(jobs.mark_failed(jobs.find(job), "for the test"))

    later = NOW + timedelta(days=days, hours=1)
    failures.retry(job, later, "ada@example.org")
    drain(later)

    assert jobs.find(job).state is JobState.DONE
    assert once() == []


def test_a_job_made_by_an_earlier_version_still_sends_its_notices():
    scene.open_wave()
    extend(FIRST)
    (job,) = telling()
    old = jobs.find(job)
    about = {name: value for name, value in old.about.items() if name not in ("extension", "at")}
    assert list(announce_extension(replace(old, about=about), NOW)) == []
    assert once() == []


def test_a_rater_with_other_reminders_than_were_read_gets_the_notice_from_the_repeat():
    """An administrator reminds everyone between the read and the write."""
    scene.open_wave()
    extend(FIRST)
    (job,) = telling()

    class Chasing:
        seen = 0

        def before(self, service, operation, context):
            self.seen += 1
            if self.seen == 8:  # the invitations are read
                remind.remind_delegate(people.dana(), NOW, "ada@example.org")
                run.run_job(f"chase#{people.dana()}#baseline#{NOW:%Y-%m-%d}", HANDLERS, "chase", NOW)

        def after(self, service, operation, context):
            pass

    with watched_by(Chasing()):
        run.run_job(job, HANDLERS, "first", NOW)
    drain(NOW + timedelta(hours=1))

    assert jobs.find(job).state is JobState.DONE
    assert set(count_emails()) == RATERS
    assert wrong_reminders() == []


def press(last_day: date, now) -> None:  # type: ignore[no-untyped-def]
    """Give more time. A second press of the same, or of an earlier day, is refused and changes nothing."""
    with suppress(close_or_extend.CloseRefused):
        extend(last_day, now)


def announce(now) -> None:  # type: ignore[no-untyped-def]
    for job in telling():
        scene.run_job(job, now)


def stays(last_day: date, audited: int) -> list[str]:
    """Return what is wrong with the wave, its line in the trail and the job that closes it."""
    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    closes_at = local_moment(last_day + timedelta(days=1), 0, "Europe/London")
    lines = [row for row in audit_events.of_cohort(people.COHORT) if "extended" in row["act"]]
    closing = jobs.find(lifecycle.close_job(wave).id)
    wrong = [] if wave.closes_at == closes_at else [f"closes at {wave.closes_at}"]
    wrong += [] if len(lines) == audited else [f"noted {len(lines)} times"]
    wrong += [] if closing and closing.due_at == closes_at else ["no job closes it then"]
    return wrong + [f"{job.id} failed: {job.error}" for job in jobs.failed()]


@pytest.mark.prove
def test_under_every_fault_of_giving_more_time_it_is_given_once():
    opened = Scene(scene.open_wave)

    def act(_, now):
        press(FIRST, NOW + (now - MONDAY))
        announce(NOW + (now - MONDAY))

    assert single_faults(opened.lay_out, act, lambda _: once() + stays(FIRST, 1)) > 60


@pytest.mark.prove
@pytest.mark.parametrize("announced_between", [False, True])
def test_under_every_fault_of_two_extensions_in_a_row_the_later_day_is_the_last(announced_between):
    """If the first is announced before the second, a rater is emailed about both; otherwise once."""
    opened = Scene(scene.open_wave)

    def act(_, now):
        at = NOW + (now - MONDAY)
        press(FIRST, at)
        if announced_between:
            announce(at)
        press(SECOND, at)
        announce(at)

    def check(_):
        emailed = count_emails()
        most = 2 if announced_between else 1
        wrong = [f"{who} {count} times" for who, count in emailed.items() if not 1 <= count <= most]
        wrong += [] if set(emailed) == RATERS else [f"emailed {set(emailed)}"]
        days = {row["to"]["email"]: row["words"]["closes"] for row in extended_emails()}
        wrong += [f"{who}: {day}" for who, day in days.items() if day != "Monday 12 October 2026"]
        return wrong + wrong_reminders() + stays(SECOND, 2)

    assert single_faults(opened.lay_out, act, check) > 60


def extended_emails() -> list[dict]:
    """Emails of more time; of one rater the one of the later extension last."""
    rows = [row for row in all_rows() if row["pk"].startswith("MAIL#collect/extended")]
    return sorted(rows, key=lambda row: row["words"]["closes"] == "Monday 12 October 2026")


@pytest.mark.prove
@pytest.mark.parametrize("days", [0, 3])
def test_under_every_fault_of_starting_over_only_those_not_yet_notified_are(days):
    def build():
        scene.open_wave()
        extend(FIRST)
        (job,) = telling()
        with watched_by(Striking({10: "killed before"})), pytest.raises(Killed):
            run.run_job(job, HANDLERS, "first", NOW)
        people.write(jobs.mark_failed(jobs.find(job), "for the test"))

    failed = Scene(build)
    (job,) = telling()

    def act(_, now):
        later = NOW + timedelta(days=days) + (now - MONDAY)
        failures.retry(job, later, "ada@example.org")
        scene.run_job(job, later)

    def check(_):
        lines = [row for row in audit_events.of_cohort(people.COHORT) if "restarted" in row["act"]]
        return once() + stays(FIRST, 1) + ([] if len(lines) == 1 else [f"noted {len(lines)} times"])

    assert single_faults(failed.lay_out, act, check) > 30
