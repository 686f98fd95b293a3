"""What a sweep hints at, and in which order: nothing that opens or closes waits for bulk email."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.jobs.kinds import EMAIL, JobKind
from chalicelib.jobs.sweep import BATCH, MAX_JOBS, Lane, choose, lane_of, sweep
from chalicelib.store.due import SHARDS, due_columns
from chalicelib.store.table import put_all
from infra.local.memory import backend
from tests.support.clock import MONDAY
from tests.support.cloud import STAGE

OLD = MONDAY - timedelta(hours=1)


def job(kind: JobKind, number: int, due_at: datetime) -> dict[str, object]:
    row_id = f"{kind.id}#{number}"
    return {"pk": f"JOB#{row_id}", "sk": "JOB", "kind": kind.id, **due_columns(row_id, due_at)}


def email(number: int, due_at: datetime, *, is_urgent: bool = False) -> dict[str, object]:
    row_id = f"{'web/code' if is_urgent else 'collect/reminder'}#{number}"
    columns = due_columns(row_id, due_at, is_urgent=is_urgent)
    return {"pk": f"MAIL#{row_id}", "sk": "MAIL", "kind": EMAIL, **columns}


def hinted(queue: str) -> list[str]:
    """Rows that the queue's messages name, in the order in which they were sent."""
    sqs_queue = backend("sqs").queues[f"fullcircle-{STAGE}-{queue}"]
    return [message.body.split('"')[3] for message in sqs_queue._messages]


def test_with_a_hundred_thousand_due_emails_every_open_and_close_job_is_hinted_at_first():
    """The emails are older, the jobs lie in every shard, and 20,000 other jobs are due as well."""
    timely = [job(kind, n, MONDAY) for kind in (JobKind.OPEN, JobKind.CLOSE) for n in range(2000)]
    codes = [email(n, MONDAY, is_urgent=True) for n in range(50)]
    others = [job(JobKind.CHASE, n, OLD - timedelta(seconds=n)) for n in range(20_000)]
    bulk = [email(n, OLD - timedelta(seconds=n)) for n in range(100_000)]

    chosen = choose([*bulk, *others, *timely, *codes], {Lane.JOBS: MAX_JOBS, Lane.EMAILS: 4200})

    lanes = [lane_of(row) for row in chosen]
    assert Counter(lanes) == {Lane.CODES: 50, Lane.TIMELY: 4000, Lane.JOBS: MAX_JOBS, Lane.EMAILS: 4200}
    assert lanes == sorted(lanes)
    assert chosen[-4200:] == bulk[:-4201:-1], "the oldest of all shards"
    assert {row["due_shard"] for row in chosen} == {"urgent", *map(str, range(SHARDS))}


@given(st.lists(st.tuples(st.sampled_from(Lane), st.integers(0, 50))), st.integers(0, 9), st.integers(0, 9))
def test_a_lane_goes_before_the_next_and_its_oldest_first(due, most_jobs, most_emails):
    of_lane = {
        Lane.CODES: lambda n, at: email(n, at, is_urgent=True),
        Lane.TIMELY: lambda n, at: job(JobKind.CLOSE, n, at),
        Lane.JOBS: lambda n, at: job(JobKind.REPORT, n, at),
        Lane.EMAILS: email,
    }
    rows = [of_lane[lane](n, OLD + timedelta(minutes=age)) for n, (lane, age) in enumerate(due)]

    chosen = choose(rows, {Lane.JOBS: most_jobs, Lane.EMAILS: most_emails})

    assert [(lane_of(row), row["due_at"]) for row in chosen] == sorted((lane_of(row), row["due_at"]) for row in chosen)
    left = [row for row in rows if row not in chosen]
    for lane, most in ((Lane.CODES, 0), (Lane.TIMELY, 0), (Lane.JOBS, most_jobs), (Lane.EMAILS, most_emails)):
        taken = [row["due_at"] for row in chosen if lane_of(row) is lane]
        waiting = [row["due_at"] for row in left if lane_of(row) is lane]
        assert not waiting or (len(taken) == most and max(taken, default=OLD) <= min(waiting))


@pytest.mark.made_up_rows
def test_a_sweep_hints_at_as_many_emails_as_ses_takes_until_the_next(aws):
    put_all([email(n, OLD - timedelta(seconds=n)) for n in range(700)])
    put_all([job(JobKind.CLOSE, n, MONDAY) for n in range(60)])

    assert sweep(MONDAY, emails_per_second=1) == 760

    assert hinted("mail") == [f"MAIL#collect/reminder#{n}" for n in range(699, 399, -1)]
    assert len(hinted("work")) == 60


@pytest.mark.made_up_rows
def test_a_sweep_says_how_long_the_oldest_row_has_waited(aws, log_lines):
    sweep(MONDAY)
    put_all([email(1, MONDAY - timedelta(seconds=90)), job(JobKind.OPEN, 1, OLD), email(2, MONDAY)])
    sweep(MONDAY)

    assert [(line["due"], line["oldest_seconds"]) for line in log_lines()] == [(0, 0), (3, 3600)]


@pytest.mark.made_up_rows
def test_a_sweep_goes_on_while_it_is_full_until_its_time_is_over(aws):
    put_all([email(n, OLD) for n in range(2 * BATCH + 50)])
    put_all([job(JobKind.OPEN, n, MONDAY) for n in range(BATCH)])
    looks = iter([False, True])

    sweep(MONDAY, is_over=lambda: next(looks))
    assert len(hinted("work")) == len(hinted("mail")) == BATCH

    for queue in ("work", "mail"):
        backend("sqs").queues[f"fullcircle-{STAGE}-{queue}"]._messages.clear()
    sweep(MONDAY)
    assert len(hinted("mail")) == 2 * BATCH + 50
