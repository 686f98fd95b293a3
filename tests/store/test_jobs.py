"""A job row: made once, claimed by one run, settled, rescheduled, given up, started over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.jobs.kinds import JobKind
from chalicelib.store import due, jobs
from chalicelib.store.jobs import JobState
from chalicelib.store.table import ConditionFailed, transact
from tests.support.calls import count_calls
from tests.support.clock import MONDAY
from tests.support.interleave import explore

pytestmark = pytest.mark.usefixtures("aws")

LATER = MONDAY + timedelta(minutes=6)
CLOSE = JobKind.CLOSE.job("dana", "baseline", due_at=MONDAY, delegate="dana")


def add() -> None:
    transact([jobs.add(CLOSE)])


def held(attempt: str = "a"):
    return jobs.claim(CLOSE.id, attempt, MONDAY, LATER)


def test_a_job_comes_back_as_it_was_made():
    add()

    job = jobs.find("close#dana#baseline")

    assert (job.kind, job.about, job.state, job.attempts) == ("close", {"delegate": "dana"}, "waiting", 0)


def test_a_job_that_was_never_made_is_none():
    assert jobs.find("close#no-one") is None
    assert jobs.claim("close#no-one", "a", MONDAY, LATER) is None


def test_one_cause_makes_one_job():
    add()

    with pytest.raises(ConditionFailed):
        add()


def test_a_claimed_job_is_held_until_its_lease_is_over():
    add()

    first, second, third = held("a"), held("b"), jobs.claim(CLOSE.id, "c", LATER, LATER + timedelta(minutes=6))

    assert (first.attempts, first.attempt) == (1, "a")
    assert second is None
    assert (third.attempts, third.attempt) == (2, "c")


def test_a_job_that_is_not_due_is_not_claimed():
    transact([jobs.add(JobKind.CLOSE.job("later", due_at=LATER))])

    assert jobs.claim("close#later", "a", MONDAY, LATER) is None


def test_of_two_claims_at_once_one_wins_in_every_order():
    def check(_env: None, outcomes: list) -> list[str]:
        return [] if sum(outcome is not None for outcome in outcomes) == 1 else [f"winners: {outcomes}"]

    orders = explore(add, [lambda _: held("a"), lambda _: held("b"), lambda _: held("c")], check)

    assert orders == 6


def test_a_job_that_is_done_is_never_due_again():
    add()
    transact([jobs.mark_done(held(), MONDAY)])

    assert jobs.find(CLOSE.id).state is JobState.DONE
    assert list(due.list_due(MONDAY + timedelta(days=9))) == []
    assert jobs.claim(CLOSE.id, "b", MONDAY + timedelta(days=9), LATER) is None


@pytest.mark.parametrize("settle", ["done", "put_off", "fail"])
def test_a_run_that_lost_its_lease_settles_nothing(settle):
    add()
    slow = held("slow")
    jobs.claim(CLOSE.id, "fast", LATER, LATER + timedelta(minutes=6))
    write = {
        "done": lambda: jobs.mark_done(slow, LATER),
        "put_off": lambda: jobs.reschedule(slow, LATER, "error"),
        "fail": lambda: jobs.mark_failed(slow, "error"),
    }[settle]()

    with pytest.raises(ConditionFailed):
        transact([write])

    assert jobs.find(CLOSE.id).attempt == "fast"


def test_a_postponed_job_is_due_at_its_new_time_with_its_error():
    add()
    transact([jobs.reschedule(held(), MONDAY + timedelta(hours=1), "ValueError at work.py:3")])

    assert [row["pk"] for row in due.list_due(MONDAY + timedelta(minutes=59))] == []
    assert [row["pk"] for row in due.list_due(MONDAY + timedelta(hours=1))] == ["JOB#close#dana#baseline"]
    assert jobs.find(CLOSE.id).error == "ValueError at work.py:3"


def test_a_failed_job_is_shown_as_failed_and_swept_no_more():
    add()
    transact([jobs.mark_failed(held(), "ValueError at work.py:3")])

    assert [job.id for job in jobs.failed()] == [CLOSE.id]
    assert list(due.list_due(MONDAY + timedelta(days=9))) == []
    assert jobs.waiting(MONDAY + timedelta(days=9)) == []


def test_a_failed_job_starts_over_with_all_its_attempts():
    add()
    transact([jobs.mark_failed(held(), "error")])

    transact([jobs.retry(jobs.find(CLOSE.id), LATER)])

    assert [job.id for job in jobs.waiting(LATER)] == [CLOSE.id]
    assert jobs.failed() == []
    assert jobs.claim(CLOSE.id, "b", LATER, LATER + timedelta(minutes=6)).attempts == 1


def test_only_a_failed_job_is_started_over():
    add()

    with pytest.raises(ConditionFailed):
        transact([jobs.retry(CLOSE, LATER)])


def test_a_waiting_job_is_moved_and_a_settled_one_is_not():
    add()
    transact([jobs.move(CLOSE.id, LATER)])
    assert [job.due_at for job in jobs.waiting(LATER)] == [LATER]

    transact([jobs.mark_done(jobs.claim(CLOSE.id, "a", LATER, LATER), LATER)])
    with pytest.raises(ConditionFailed):
        transact([jobs.move(CLOSE.id, MONDAY)])


def test_the_index_finds_due_rows_of_every_shard_oldest_first():
    times = [MONDAY + timedelta(minutes=place) for place in range(60)]
    transact([jobs.add(JobKind.CHASE.job(f"{place:02}", due_at=at)) for place, at in enumerate(times)])

    pks = [row["pk"] for row in due.list_due(MONDAY + timedelta(minutes=39))]

    assert sorted(pks) == [f"JOB#chase#{place:02}" for place in range(40)]
    assert [each.id for each in jobs.waiting(times[39])] == [f"chase#{place:02}" for place in range(40)]


def test_the_index_reads_every_page():
    text = "x" * 100_000
    for start in range(0, 120, 30):
        transact([jobs.add(JobKind.CHASE.job(f"{n}", due_at=MONDAY, text=text)) for n in range(start, start + 30)])

    with count_calls() as calls:
        due_rows = list(due.list_due(MONDAY))

    assert len(due_rows) == 120
    assert calls["Query"] > due.SHARDS
