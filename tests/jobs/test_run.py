"""A job is done once after any fault, and delays no other job."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from msgspec.structs import replace

from chalicelib.core.aws import client
from chalicelib.core.model import Person
from chalicelib.core.settings import settings
from chalicelib.jobs.commit import commit
from chalicelib.jobs.errors import PermanentFailure
from chalicelib.jobs.kinds import JobKind
from chalicelib.jobs.run import FIRST_DELAY, LEASE, MAX_ATTEMPTS, MAX_DELAY, NO_REPEAT_HELPS, delay, run_job
from chalicelib.jobs.sweep import sweep
from chalicelib.store import due, emails, jobs, queues
from chalicelib.store.expressions import equals
from chalicelib.store.jobs import Job, JobState
from chalicelib.store.plans import PlanChanged
from chalicelib.store.table import Changed, Key, get, put, put_all, transact, update
from tests.support.calls import count_calls, watched_by
from tests.support.clock import MONDAY
from tests.support.faults import KINDS, Killed, Striking, double_faults, single_faults
from tests.support.interleave import explore

pytestmark = pytest.mark.usefixtures("aws")

TALLY = Key("COHORT#1", "META")
CLOSE = JobKind.CLOSE.job("dana", due_at=MONDAY)
FOLLOW_ON = JobKind.COHORT_FIGURES.job("dana", due_at=MONDAY)
REPORT = JobKind.REPORT.job("dana", due_at=MONDAY)
ATTEMPTS = count()
CALLS = 4  # claim, settle, hint; and the claim of the duplicate delivery
WRITES = 3  # of these: all but the hint may meet another transaction


def setup() -> None:
    transact([jobs.add(CLOSE), put({**TALLY._asdict(), "closed": 0})])


def close(_job: Job, now: datetime) -> list:
    return [update(TALLY, add={"closed": 1}, refusal=Changed), jobs.add(FOLLOW_ON)]


class Unwell(Exception):
    """Something that may pass."""


def poison(_job: Job, now: datetime) -> list:
    raise Unwell("Dana said so")


def hints(queue: str) -> list[str]:
    answer = client("sqs").receive_message(QueueUrl=settings().queues[queue], MaxNumberOfMessages=10)
    return [queues.read_hint(message["Body"]) for message in answer.get("Messages", [])]


def test_a_job_whose_result_another_run_has_made_looks_again_and_logs_no_error(caplog):
    """Two jobs print one plan at once: the second ends as soon as it sees the first one's."""
    transact([jobs.add(CLOSE)])

    def late(_job: Job, now: datetime) -> list:
        return [update(TALLY, put={"closed": 1}, when=[equals("closed", 0)], refusal=PlanChanged)]

    assert not run_job(CLOSE.id, {CLOSE.kind: late}, "first", MONDAY)
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == []
    waiting = jobs.find(CLOSE.id)
    assert (waiting.state, waiting.error) == (JobState.WAITING, "")
    assert run_job(CLOSE.id, {CLOSE.kind: lambda job, now: []}, "second", waiting.due_at)


@pytest.mark.parametrize("later", [{"kind": "of_a_later_version"}, {"schema": jobs.SCHEMA + 1}], ids=repr)
def test_a_job_of_a_later_version_waits_for_it(later):
    """A deploy brings the functions up one after another, and a rollback takes them back: the job must not be lost."""
    made = replace(CLOSE, **later)
    transact([jobs.add(made)])

    assert not run_job(made.id, {CLOSE.kind: poison}, "a", MONDAY)
    waiting = jobs.find(made.id)
    assert (waiting.state, waiting.attempts) == (JobState.WAITING, 1)
    assert waiting.error.startswith("MadeByLaterVersion")
    known = {made.kind: lambda _job, now: []}
    assert run_job(made.id, known, "b", waiting.due_at) == (made.schema == jobs.SCHEMA)


def test_a_job_without_a_number_is_of_the_first_schema():
    transact([jobs.add(CLOSE)])
    row = get(jobs.key(CLOSE.id))
    put_all([{name: value for name, value in row.items() if name != "schema"}])

    assert run_job(CLOSE.id, {CLOSE.kind: lambda _job, now: []}, "a", MONDAY)


def test_a_job_is_settled_in_one_transaction_with_its_result_and_what_follows():
    setup()

    with count_calls() as calls:
        settled = run_job(CLOSE.id, {"close": close}, "a", MONDAY)

    assert settled
    assert get(TALLY)["closed"] == 1
    assert jobs.find(CLOSE.id).state is JobState.DONE
    assert jobs.find(FOLLOW_ON.id).state is JobState.WAITING
    assert hints("work") == ["JOB#cohort_figures#dana"]
    assert calls == {"UpdateItem": 1, "TransactWriteItems": 1, "SendMessageBatch": 1}


def test_a_job_that_is_done_is_not_run_again():
    setup()
    run_job(CLOSE.id, {"close": close}, "a", MONDAY)

    assert run_job(CLOSE.id, {"close": close}, "b", MONDAY + timedelta(days=1)) is False
    assert get(TALLY)["closed"] == 1


def test_a_failing_job_keeps_the_error_without_its_text_and_comes_again_later():
    setup()

    settled = run_job(CLOSE.id, {"close": poison}, "a", MONDAY)

    queued_job = jobs.find(CLOSE.id)
    assert settled is False
    assert "Unwell at " in queued_job.error
    assert "Dana" not in queued_job.error
    assert MONDAY + FIRST_DELAY / 2 <= queued_job.due_at <= MONDAY + FIRST_DELAY


def test_a_poison_job_fails_after_its_last_attempt_and_never_raises():
    setup()
    now = MONDAY
    for attempt in range(MAX_ATTEMPTS):
        assert jobs.find(CLOSE.id).state is JobState.WAITING
        assert run_job(CLOSE.id, {"close": poison}, f"a{attempt}", now) is False
        now += MAX_DELAY

    assert jobs.find(CLOSE.id).state is JobState.FAILED
    assert list(due.list_due(now)) == []


TWO_WRITES_OF_ONE_ROW = ClientError({"Error": {"Code": "ValidationException"}}, "TransactWriteItems")
ROW_TOO_LARGE = ClientError(
    {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "ValidationError"}]},
    "TransactWriteItems",
)


def raises(error: Exception):
    def work(_job: Job, now: datetime) -> list:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "said"),
    [
        pytest.param(raises(PermanentFailure("no cohort autumn")), "no cohort autumn", id="said-by-the-job"),
        pytest.param(raises(LookupError("Dana")), "LookupError", id="a-row-is-missing"),
        pytest.param(raises(TypeError("Dana")), "TypeError", id="our-own-fault"),
        pytest.param(lambda job, now: [jobs.add(REPORT)], "JobExists", id="made-already"),
        pytest.param(lambda job, now: [emails.cancel("none")], "EmailMissing", id="nothing-to-change"),
        pytest.param(raises(TWO_WRITES_OF_ONE_ROW), "ValidationException", id="a-request-that-dynamodb-refuses"),
        pytest.param(raises(ROW_TOO_LARGE), "TransactionCanceledException", id="a-row-that-is-too-large"),
    ],
)
def test_an_error_that_no_repeat_can_fix_fails_at_once_is_alarmed_and_says_so(work, said, caplog):
    setup()
    transact([jobs.add(REPORT)])

    assert run_job(CLOSE.id, {"close": work}, "a", MONDAY) is False

    queued_job = jobs.find(CLOSE.id)
    assert queued_job.state is JobState.FAILED
    assert said in queued_job.error
    assert NO_REPEAT_HELPS in queued_job.error
    assert "Dana" not in queued_job.error
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == ["job_given_up"]


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(raises(Changed()), id="a-row-changed-in-between"),
        pytest.param(raises(OSError("disk")), id="the-machine"),
        pytest.param(raises(ReadTimeoutError(endpoint_url="dynamodb")), id="no-answer"),
    ],
)
def test_an_error_that_may_pass_is_tried_again(work):
    setup()

    run_job(CLOSE.id, {"close": work}, "a", MONDAY)

    assert jobs.find(CLOSE.id).state is JobState.WAITING
    assert run_job(CLOSE.id, {"close": close}, "b", MONDAY + LEASE)


def test_a_job_that_was_given_up_can_be_started_over():
    setup()
    run_job(CLOSE.id, {"close": raises(LookupError())}, "a", MONDAY)

    transact([jobs.retry(jobs.find(CLOSE.id), MONDAY)])

    assert run_job(CLOSE.id, {"close": close}, "b", MONDAY)
    assert get(TALLY)["closed"] == 1


def test_a_run_that_comes_second_is_no_failure(caplog):
    """Another run settled the job in the meantime: what follows is there already, and that is no alarm."""
    setup()

    def slow(job: Job, now: datetime) -> list:
        run_job(CLOSE.id, {"close": close}, "b", MONDAY + LEASE)
        return close(job, now)

    assert run_job(CLOSE.id, {"close": slow}, "a", MONDAY) is False
    assert jobs.find(CLOSE.id).state is JobState.DONE
    assert get(TALLY)["closed"] == 1
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


def test_a_job_that_kills_every_run_is_given_up():
    def deadly(_job: Job, now: datetime) -> list:
        raise Killed

    setup()
    now = MONDAY
    for attempt in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            run_job(CLOSE.id, {"close": deadly}, f"a{attempt}", now)
        now += LEASE

    assert run_job(CLOSE.id, {"close": deadly}, "last", now) is False
    assert jobs.find(CLOSE.id).state is JobState.FAILED
    assert jobs.find(CLOSE.id).error == "All attempts timed out or crashed"


def attempt_to_close(_env: None, now: datetime) -> None:
    run_job(CLOSE.id, {"close": close}, f"attempt-{next(ATTEMPTS)}", now)


def done_once(_env: None) -> list[str]:
    for days in range(1, MAX_ATTEMPTS):  # the sweep comes by
        attempt_to_close(None, MONDAY + timedelta(days=days))
    closed, state = get(TALLY)["closed"], jobs.find(CLOSE.id).state
    return [] if (closed, state) == (1, JobState.DONE) else [f"closed {closed} times, job {state}"]


def test_under_every_fault_a_job_is_done_exactly_once():
    assert single_faults(setup, attempt_to_close, done_once) == 1 + len(KINDS) * CALLS + WRITES


@pytest.mark.prove
def test_under_every_pair_of_faults_a_job_is_done_exactly_once():
    assert double_faults(setup, attempt_to_close, done_once) > len(KINDS) ** 2


def test_two_runs_at_once_do_the_work_once_in_every_order():
    def check(_env: None, outcomes: list) -> list[str]:
        closed = get(TALLY)["closed"]
        return [] if (closed, sorted(outcomes)) == (1, [False, True]) else [f"{closed} times, {outcomes}"]

    runs = [lambda _, attempt=attempt: run_job(CLOSE.id, {"close": close}, attempt, MONDAY) for attempt in ("a", "b")]

    assert explore(setup, runs, check) > 3


@pytest.mark.parametrize("fault", ["throttled", "answer lost"])
def test_a_hint_that_cannot_be_sent_is_no_error_and_the_sweep_sends_it_again(fault):
    settings()
    with watched_by(Striking({2: fault})):
        commit([jobs.add(CLOSE)], MONDAY)
    hints("work")

    assert sweep(MONDAY) == 1
    assert hints("work") == ["JOB#close#dana"]


def test_only_what_is_due_is_hinted_at():
    later = JobKind.CLOSE.job("later", due_at=MONDAY + timedelta(days=1))
    email = emails.Email(id="invite#1", template="collect/invite", to=Person("Ann", "ann@example.org"), due_at=MONDAY)

    commit([jobs.add(CLOSE), jobs.add(later), jobs.add(REPORT), *emails.add(email)], MONDAY)

    assert hints("work") == ["JOB#close#dana"]
    assert hints("report") == ["JOB#report#dana"]
    assert hints("mail") == ["MAIL#invite#1"]


@pytest.mark.parametrize(
    ("attempts", "share", "expected"),
    [
        pytest.param(1, 0.0, timedelta(minutes=1), id="first"),
        pytest.param(1, 1.0, timedelta(seconds=30), id="first-at-its-earliest"),
        pytest.param(3, 0.0, timedelta(minutes=4), id="doubles"),
        pytest.param(8, 0.0, timedelta(hours=2), id="ceiling"),
        pytest.param(8, 0.5, timedelta(hours=1, minutes=30), id="ceiling-spread-out"),
    ],
)
def test_the_delay_doubles_up_to_a_ceiling(attempts, share, expected):
    assert delay(attempts, share) == expected
