"""The page of problems names no one who may not have answered."""

import re
from datetime import timedelta

from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.cli import parser
from chalicelib.collect.submit_answers import submit
from chalicelib.store import audit_events, emails, jobs
from chalicelib.store.due import due_columns
from chalicelib.store.emails import EmailMissing, EmailState
from chalicelib.store.table import update
from tests.faults import scene
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.cloud import BASE_URL
from tests.support.visitor import pages


def test_an_unconfirmed_reminder_is_listed_by_kind_alone_and_stays_when_the_rater_answers(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 4))
    clock.advance(days=1)

    def leave_in_doubt(name):
        reminder = people.reminders_of(scene.invitation(name))[0]
        due = due_columns(reminder, clock.now() + timedelta(minutes=30))
        lease = {"state": EmailState.SENDING, "attempt": "x", **due}
        people.write(update(emails.key(reminder), put=lease, refusal=EmailMissing))

    def list_of_unconfirmed():
        visitor.cookies.clear()
        page = visitor.let_in_administrator(clock.now()).open(f"{BASE_URL}/admin/work").page
        return page.partition("Unconfirmed emails")[2].partition("</main>")[0]

    leave_in_doubt("p1")
    before = list_of_unconfirmed()
    leave_in_doubt("p2")
    assert list_of_unconfirmed() == before, "nor how many have not answered"
    answer_link = scene.link_of(scene.invitation("p1"))
    scene.fill_in(answer_link, "3", clock.now())
    submit(answer_link, clock.now())

    assert "<li>" in before
    assert "p1@" not in before
    assert list_of_unconfirmed() == before


def fail_all(kind: str, now) -> int:
    """Have every waiting job of a kind fail for good, as if the delegate's rows were damaged."""
    failing = [job for job in jobs.waiting(now + timedelta(days=1)) if job.kind == kind]
    for job in failing:
        held = jobs.claim(job.id, "x", job.due_at, job.due_at + timedelta(minutes=6))
        people.write(jobs.mark_failed(held, "ValueError at pages.py:1"))
    return len(failing)


def seen_after(visitor, clock, capsys, answered: int) -> str:
    """Return what administrators and the shell see of failed work, when so many raters have answered."""
    visitor.cookies.clear()
    cloud.empty()
    rules = replace(people.programme(), id="early", close_when_complete=True)
    people.opened(clock, chosen=people.raters(4, 4), rules=rules)
    for place in range(answered):
        answer_link = scene.link_of(scene.invitation(f"p{place}"))
        scene.fill_in(answer_link, "3", clock.now())
        submit(answer_link, clock.now())
    assert fail_all("complete", clock.now()) == answered
    visitor.let_in_administrator(clock.now())
    of_pages = pages(visitor, f"{BASE_URL}/admin/work", f"{BASE_URL}/admin")
    visitor.open(f"{BASE_URL}/admin/work").post(f"{BASE_URL}/admin/work", {"job": "complete"})
    restarted = [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("restarted")]
    assert (len(restarted), jobs.failed()) == (1, [])
    fail_all("complete", clock.now())
    capsys.readouterr()
    parser.main(["cohort", "status", people.COHORT, "--json"])
    return re.sub(r'value="[^"]{40,}"', "", of_pages) + capsys.readouterr().out


def test_failed_work_that_an_answer_made_is_shown_by_kind_alone(visitor, capsys):
    """With `close_when_complete`, each answer makes a job. How many failed, and whose, would count the answers."""
    after_one, after_three = (seen_after(visitor, started_clock(), capsys, answered) for answered in (1, 3))

    assert 'data-failure="complete"' in after_one
    assert after_one == after_three


def started_clock() -> Clock:
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    return clock
