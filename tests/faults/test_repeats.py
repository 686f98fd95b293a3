"""A job that did its work, was killed before it could say so, and runs again the next day emails no one twice."""

from collections import Counter
from datetime import date, timedelta

import pytest

import chalicelib.core.clock
from chalicelib.admin import address_change, close_or_extend, remind, schedule_followup
from chalicelib.emails import delivery_events
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.people import leave
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.jobs import JobState
from infra.local import outbox
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.world import all_rows

BY = "ada@example.org"
DANA = people.person("dana delegate").email
NOW = people.OPENING + timedelta(days=2)


def loaded():
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    people.load(clock.now(), chosen=people.raters(4, 0))
    return clock


def enrolled():
    loaded()
    return Clock().now()


def opening():
    clock = loaded()
    drain(clock.now())
    return people.OPENING


def inviting():
    scene.run_job(f"open#{people.dana()}#baseline", opening())
    return people.OPENING


def opened(act):
    def build():
        scene.open_wave()
        act()
        return NOW

    return build


def released_and_followed_up():
    line = delegates.find(people.dana())
    people.write(cohorts.change_line(line, put=cohorts.set_feedback(FeedbackState.RELEASED)))
    schedule_followup.plan(people.COHORT, date(2026, 12, 7), date(2026, 12, 18), NOW, BY)


def six_months_on():
    scene.open_wave()
    return jobs.find(f"impact#{people.dana()}").due_at


def bounce():
    email = sent_emails(people.person("p0").email)[0]
    delivery_events.record_delivery_event(outbox.bounce(email, NOW), NOW)


KINDS = {
    "enrol": enrolled,
    "open": opening,
    "invite": inviting,
    "chase": opened(lambda: remind.remind_delegate(people.dana(), NOW, BY)),
    "chase_all": opened(lambda: remind.remind_cohort(people.COHORT, NOW.date(), NOW, BY)),
    "tell_extended": opened(lambda: close_or_extend.extend(people.COHORT, DANA, date(2026, 10, 9), NOW, BY)),
    "withdraw": opened(lambda: leave.leave(people.dana(), NOW, BY)),
    "replace": opened(
        lambda: address_change.change_address(
            people.COHORT, people.person("cleo coach").email, "new@example.org", NOW, BY
        )
    ),
    "followup": opened(released_and_followed_up),
    "undeliverable": opened(bounce),
    "impact": six_months_on,
}
UNTIL = timedelta(days=1, hours=1)


@pytest.fixture(autouse=True)
def system_clock(aws):
    yield
    chalicelib.core.clock.use(None)


def emails() -> Counter[tuple[str, str]]:
    return Counter((row["template"], row["to"]["email"]) for row in all_rows() if row["sk"] == "MAIL")


def run_jobs_of(kind: str, now) -> None:
    for job in jobs.waiting(now):
        if job.kind in (kind, "chase"):
            scene.run_job(job.id, now)


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeat_on_the_next_day_changes_nothing(kind):
    when = {}
    ready = Scene(lambda: when.update(now=KINDS[kind]()))
    now = when["now"]
    (job,) = [job for job in jobs.waiting(now) if job.kind == kind]
    run_jobs_of(kind, now)
    run_jobs_of(kind, now)  # and what it made
    once = emails()

    cloud.empty()
    ready.lay_out()
    HANDLERS[kind](jobs.find(job.id), now)  # and is killed before it settles
    run_jobs_of(kind, now + UNTIL)
    run_jobs_of(kind, now + UNTIL)

    assert jobs.find(job.id).state is JobState.DONE
    assert {who: count for who, count in emails().items() if count > once[who]} == {}
    assert set(once) <= set(emails()) or kind == "open"
