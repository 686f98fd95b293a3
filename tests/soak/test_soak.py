"""A busy provider: cohorts by the hundred, thousands of emails with faults, twenty raters at once.

Nothing is lost, nothing happens twice, and memory stays flat. `make prove` prints the figures.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Cohort, DelegateEntry, Person, Wave
from chalicelib.core.settings import settings
from chalicelib.emails import delivery_events
from chalicelib.emails.send import send
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates, emails, jobs, responses
from chalicelib.store.due import list_due
from chalicelib.store.emails import EmailState
from chalicelib.store.table import transact
from infra.local import outbox
from infra.local.memory import backend
from tests.emails.samples import make_email
from tests.faults import scene
from tests.support import people
from tests.support.calls import watched_by
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.effort import FACTOR
from tests.support.faults import Killed, Striking, kinds_at
from tests.support.interleave import play_at_once
from tests.support.world import all_rows

pytestmark = pytest.mark.prove

PART = min(1.0, FACTOR)  # of all
COHORTS, DELEGATES_EACH, EMAILS = round(150 * PART), 30, round(10_000 * PART)
FAULTS = 0.05  # of the calls
MAX_GROWTH = 1.05  # of the most memory that was used, from the first third of the emails to the last
RATERS = 20


@pytest.fixture
def figure(record_property):
    """Have a figure printed at the end of the run."""
    return partial(record_property, "figure")


# --- cohorts ----------------------------------------------------------------------------------------------------------


def test_thousands_of_delegates_are_loaded_once(aws, clock, figure):
    begun = time.perf_counter()
    for number in range(COHORTS):
        load(number, clock.now())
        drain(clock.now())
    seconds = time.perf_counter() - begun

    lines = [line for number in range(COHORTS) for line in cohorts.list_lines(f"cohort-{number}")]
    assert Counter(line.email for line in lines) == Counter(address(n, k) for n, k in everyone())
    assert all(delegates.find(line.delegate_id) for line in lines[:: max(1, len(lines) // 50)])
    assert jobs.failed() == []
    rows = sum(1 for _ in all_rows())
    load(COHORTS - 1, clock.now())
    drain(clock.now())
    assert len(cohorts.list_lines(f"cohort-{COHORTS - 1}")) == DELEGATES_EACH
    figure(f"{len(lines):,} delegates in {COHORTS} cohorts: {seconds:.0f} s, {rows:,} rows, {peak_in_mb():.0f} MB")


def everyone() -> Iterator[tuple[int, int]]:
    return ((number, place) for number in range(COHORTS) for place in range(DELEGATES_EACH))


def address(number: int, place: int) -> str:
    return f"delegate{place}.of{number}@example.org"


def load(number: int, now: datetime) -> None:
    rules = people.programme()
    cohort = Cohort(f"cohort-{number}", f"Cohort {number}", rules.id, rules.version, people.DATES, people.SPONSOR)
    entries = tuple(
        DelegateEntry(
            Person(f"Delegate {place}", address(number, place)),
            "Team lead",
            "Nursing",
            people.person("mara manager"),
            people.person("cleo coach"),
        )
        for place in range(DELEGATES_EACH)
    )
    load_cohort(cohort, rules, entries, {}, now)


# --- emails -----------------------------------------------------------------------------------------------------------


class SomeFaults(Striking):
    """Strike one call in twenty, each with a fault that it may meet."""

    def __init__(self, seed: int) -> None:
        super().__init__({})
        self.chance, self.struck = Random(seed), 0

    def before(self, service, operation, context):  # type: ignore[no-untyped-def]
        self.plan = {}  # the list of calls is cut short: a fault planned earlier would strike its place again and again
        if self.chance.random() < FAULTS:
            self.plan = {len(self.calls) + 1: self.chance.choice(kinds_at(operation))}
            self.struck += 1
        return super().before(service, operation, context)


def test_thousands_of_emails_with_faults_go_out_once_each(aws, figure):
    settings()  # a warm function: its settings are read
    for number in range(EMAILS):
        transact(
            emails.add(
                make_email("collect/again", str(number), to=Person(f"Reader {number}", f"r{number}@example.org"))
            )
        )
    accepted, faults, at, begun = Counter[str](), SomeFaults(1), MONDAY, time.perf_counter()
    peaks = []
    while rows := list(list_due(at + timedelta(days=9))):
        for row in [row for row in rows if row["due_at"] <= f"{at:%Y-%m-%dT%H:%M:%SZ}"]:
            with suppress(Killed, ClientError, BotoCoreError), watched_by(faults):
                send(row["pk"].partition("#")[2], f"attempt-{len(faults.calls)}", at)
            accepted.update(report_sent(at))
            peaks += [peak_in_mb()]
            faults.calls = faults.calls[-1:]  # its list must not be what grows
        at += timedelta(minutes=5)
    seconds = time.perf_counter() - begun

    states = Counter(row["state"] for row in all_rows() if row["sk"] == "MAIL")
    assert states == {EmailState.SENT.value: EMAILS}
    assert [row for row, times in accepted.items() if times != 1] == []
    assert len(accepted) == EMAILS
    assert faults.struck > EMAILS * FAULTS
    assert peaks[-1] <= peaks[len(peaks) // 3] * MAX_GROWTH
    figure(
        f"{EMAILS:,} emails with {faults.struck:,} faults: {seconds:.0f} s, each accepted once, "
        f"{peaks[len(peaks) // 3]:.0f} MB after a third and {peaks[-1]:.0f} MB at the end"
    )


def report_sent(now: datetime) -> list[str]:
    """Have SES report what it has accepted since, and empty its outbox. Returns the ids of the rows."""
    messages = outbox.accepted()
    for sent_message in messages:
        delivery_events.record_delivery_event(outbox.send(sent_message, now), now)
    backend("ses").sent_messages.clear()
    return [accepted_email.row for accepted_email in messages]


# --- raters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(max(1, round(3 * FACTOR))))
def test_twenty_raters_who_answer_at_once_all_count(aws, clock, figure, seed):
    people.opened(clock, chosen=people.raters(8, 8, 4))
    asked = [invited for invited in scene.asked() if invited.group not in ("self", "manager")]
    assert len(asked) == RATERS

    begun = time.perf_counter()
    outcomes, calls = play_at_once([partial(answer, invitation, clock.now()) for invitation in asked], Random(seed))
    seconds = time.perf_counter() - begun

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert len(scene.answered()) == RATERS
    (line,) = cohorts.list_lines(people.COHORT)
    assert line.answered == RATERS
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    assert len(responses.of_wave(people.dana(), Wave.BASELINE)) == RATERS
    assert jobs.failed() == []
    figure(f"{RATERS} raters at once, {calls:,} calls in an order by chance: {seconds:.0f} s, all counted once")


def answer(asked_rater, now: datetime) -> None:  # type: ignore[no-untyped-def]
    answer_link = scene.link_of(asked_rater)
    scene.fill_in(answer_link, "4", now)
    submit(answer_link, now)


def peak_in_mb() -> float:
    """Return the most memory that this process has used. It never falls: what stays level is flat."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
