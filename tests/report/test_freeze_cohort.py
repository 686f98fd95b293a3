"""The figures of a cohort are frozen once, over one set of delegates, before any report shows them."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta

import pytest

from chalicelib.core.answers import Answers, Response
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Wave, WaveState
from chalicelib.jobs import run
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import HANDLERS, JobKind
from chalicelib.report.load_facts import facts_in
from chalicelib.results.cohort_snapshot import Frozen, Share, frozen_bytes, read_frozen, read_share, share_bytes
from chalicelib.results.facts import Facts, facts_bytes, read_facts
from chalicelib.store import cohort_figures, cohorts, delegates, jobs, objects, reports, responses
from chalicelib.store.cohorts import FeedbackState, KeyLoss
from chalicelib.store.jobs import JobState
from chalicelib.store.table import Missing, query, transact, update
from tests.faults.scene import Scene, run_job
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.faults import single_faults
from tests.support.world import all_rows

NAMES = tuple(f"dee {letter}" for letter in "abcdef")
BASELINE = Wave.BASELINE


def enrolled(clock, names=NAMES) -> None:
    people.load(clock.now(), names=names)
    drain(clock.now())


def an_id(name: str) -> str:
    return delegate_id(people.COHORT, people.person(name).email)


def close(name: str, now, rating: int = 4, **how: str) -> None:
    """As the close job leaves a delegate with five peers' ratings."""
    items = [item.id for item in people.programme().items][:2]  # few, so that hundreds of attempts stay quick
    answers = {f"{k}": Response("peer", Answers(dict.fromkeys(items, rating))) for k in range(5)}
    own = {"own": Response("self", Answers(dict.fromkeys(items, 3)))}
    delegate, _ = delegates.find_with_wave(an_id(name), BASELINE)
    responses.store(delegate.id, BASELINE, answers | own)
    about = {"cohort": delegate.cohort_id, "wave": "baseline", "delegate": delegate.id, **how}
    commit(
        [
            delegates.move_wave(delegate.id, BASELINE, WaveState.CLOSED, WaveState.PLANNED),
            cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.SCORING)),
            jobs.add(JobKind.COHORT_FIGURES.job(delegate.cohort_id, "baseline", delegate.id, due_at=now, **about)),
        ],
        now,
    )


def facts_of(name: str) -> Facts | None:
    report = reports.find(an_id(name), BASELINE)
    return read_facts(objects.load(report.facts)) if report else None


def frozen_set() -> set[str] | None:
    figures = cohort_figures.find(people.COHORT, BASELINE)
    return set(figures.delegates) if figures else None


def test_the_last_close_freezes_the_means_and_has_every_report_printed_with_them(aws, clock):
    enrolled(clock)
    for name in NAMES[:-1]:
        close(name, clock.now())
    drain(clock.now())
    assert (frozen_set(), facts_of("dee a")) == (None, None)

    close(NAMES[-1], clock.now(), rating=3)
    drain(clock.now())

    all_facts = [facts_of(name) for name in NAMES]
    assert frozen_set() == {an_id(name) for name in NAMES}
    assert {(mean.delegates, mean.display) for mean in all_facts[0].cohort_means if mean.cell == "self"} == {(6, "3.0")}
    assert len({facts.cohort_means for facts in all_facts}) == 1
    assert {m.display for m in all_facts[0].cohort_means if m.cell == "all_others"} == {"3.8"}


def test_who_closes_after_the_deadline_sees_the_means_of_the_others(aws, clock):
    enrolled(clock)
    for name in NAMES[:-1]:
        close(name, clock.now())
    drain(clock.now())
    clock.to(people.CLOSE + timedelta(hours=1))
    delegate, _ = delegates.find_with_wave(an_id(NAMES[-1]), BASELINE)
    run_only("cohort_figures", clock.now())
    frozen = frozen_set()
    assert frozen == {an_id(name) for name in NAMES[:-1]}

    cohorts_line_to(delegate, FeedbackState.COLLECTING, clock.now())
    close(NAMES[-1], clock.advance(days=3), rating=1)
    run_only("cohort_figures", clock.now())
    run_only("report", clock.now())

    assert frozen_set() == frozen
    assert facts_of(NAMES[-1]).cohort_means == facts_of(NAMES[0]).cohort_means != ()


def settle_as_stored(name: str, now) -> None:
    """As the act leaves a delegate whose report is in the bucket, and whose answers a restore has lost."""
    delegate, _ = delegates.find_with_wave(an_id(name), BASELINE)
    line = cohorts.set_feedback(FeedbackState.REPORT_READY)
    closed = delegates.move_wave(delegate.id, BASELINE, WaveState.CLOSED, WaveState.PLANNED)
    commit([closed, cohorts.change_line(delegate, put=line)], now)


def test_a_stored_report_without_responses_is_in_no_figure(aws, clock):
    """Else figures over five say that they are over six: see the ledger of published figures."""
    enrolled(clock)
    settle_as_stored(NAMES[-1], clock.now())
    for name in NAMES[:-1]:
        close(name, clock.now())
    drain(clock.now())
    assert frozen_set() == {an_id(name) for name in NAMES[:-1]}


def test_no_one_waits_for_answers_that_are_lost(aws, clock):
    enrolled(clock)
    lost, _ = delegates.find_with_wave(an_id(NAMES[-1]), BASELINE)
    line = {**cohorts.set_feedback(FeedbackState.HELD), **cohorts.set_key_loss(KeyLoss.LOST)}
    commit([cohorts.change_line(lost, put=line)], clock.now())
    for name in NAMES[:-1]:
        close(name, clock.now())
    drain(clock.now())
    assert frozen_set() == {an_id(name) for name in NAMES[:-1]}


def run_only(kind: str, now) -> None:
    """Just these jobs: the waves of those who were not closed are unchanged."""
    for job in [job for job in jobs.waiting(now) if job.kind == kind]:
        assert run.run_job(job.id, HANDLERS, "attempt", now)


def cohorts_line_to(delegate, stage: FeedbackState, now) -> None:
    commit([cohorts.change_line(delegate, put=cohorts.set_feedback(stage))], now)


@pytest.mark.parametrize(("closed", "days", "frozen"), [(4, 0, False), (4, 15, True), (5, 0, True)])
def test_a_deadline_freezes_what_is_enough_and_waits_for_more_for_two_weeks(aws, clock, closed, days, frozen):
    enrolled(clock)
    for name in NAMES[:closed]:
        close(name, clock.now())
    clock.to(people.CLOSE + timedelta(hours=1))
    for _ in range(days + 1):
        run_only("cohort_figures", clock.now())
        clock.advance(days=1, hours=1)

    assert (frozen_set() is not None) == frozen


def test_a_report_wanted_at_once_goes_without_the_means(aws, clock):
    enrolled(clock)
    close("dee a", clock.now(), at_once="yes")
    close("dee b", clock.now())
    drain(clock.now())

    assert facts_of("dee a").cohort_means == ()
    assert (facts_of("dee b"), frozen_set()) == (None, None)


def test_a_cohort_of_four_has_no_means_and_waits_for_no_one(aws, clock):
    enrolled(clock, NAMES[:4])
    close("dee a", clock.now())
    drain(clock.now())

    assert facts_of("dee a").cohort_means == ()
    assert frozen_set() is None


def test_of_a_cohort_of_four_that_closes_at_once_each_report_is_made(aws, clock):
    """Each close starts a run; the first starts all four reports, and the others find theirs."""
    enrolled(clock, NAMES[:4])
    for name in NAMES[:4]:
        close(name, clock.now())
    drain(clock.now())

    assert all(facts_of(name) for name in NAMES[:4])


@pytest.mark.prove
def test_figures_are_frozen_once_and_every_report_printed_once_after_any_fault(aws, clock):
    def build() -> None:
        enrolled(clock, NAMES[:5])
        for name in NAMES[:5]:
            close(name, clock.now())

    ready = Scene(build)
    job_id = f"cohort_figures#{people.COHORT}#baseline#{an_id(NAMES[0])}"

    def check(_) -> list[str]:
        wrong = [] if frozen_set() == {an_id(name) for name in NAMES[:5]} else [f"frozen over {frozen_set()}"]
        shares = {row["share"] for row in all_rows() if row["sk"] == "COHORT#baseline"}
        printed = [row for row in all_rows() if row["pk"].startswith("JOB#report#")]
        wrong += [] if len(shares) == 1 else [f"{len(shares)} different shares"]
        return wrong + ([] if len(printed) == 5 else [f"{len(printed)} reports to print"])

    act = lambda _, now: run_job(job_id, clock.now() + (now - MONDAY))  # noqa: E731
    assert single_faults(ready.lay_out, act, check) > 40


def test_an_attempt_that_was_killed_after_freezing_is_finished_by_the_next(aws, clock):
    from chalicelib.report import freeze_cohort

    enrolled(clock)
    for name in NAMES:
        close(name, clock.now())
    done = freeze_cohort._freeze(freeze_cohort._round(people.COHORT, BASELINE), clock.now())[0]
    assert set(done.delegates) == {an_id(name) for name in NAMES}
    drain(clock.now())

    assert frozen_set() == set(done.delegates)
    assert all(facts_of(name).cohort_means for name in NAMES)


def test_what_another_attempt_stored_is_kept(aws, clock):
    """Two jobs at once, of which the slower one saw another set of delegates closed."""
    enrolled(clock)
    for name in NAMES:
        close(name, clock.now())
    first = cohort_figures.CohortFigures(
        people.COHORT, BASELINE, tuple(an_id(name) for name in NAMES[:5]), frozen_bytes(Frozen()), clock.now()
    )
    from chalicelib.report import freeze_cohort

    pulse_round = freeze_cohort._round(people.COHORT, BASELINE)
    commit([cohort_figures.add(first)], clock.now())
    snapshot, _ = freeze_cohort._freeze(pulse_round, clock.now())

    assert snapshot == first
    assert len(list(query(f"COHORT#{people.COHORT}", "FIGURES#"))) == 1


def test_figures_are_read_as_they_were_packed():
    from chalicelib.results.cohort import cohort_means, consistency, effects
    from tests.results.test_cohort import TWO_ITEMS, report

    all_of_them = {str(k): report(k, 4, manager=k) for k in range(1, 6)}
    frozen = Frozen(
        cohort_means(TWO_ITEMS, all_of_them.values()),
        tuple(effects(all_of_them, all_of_them)),
        tuple(consistency(TWO_ITEMS, all_of_them.values())),
    )
    share = Share(frozen.means, {("item", "only_1", "self"): "yes"})

    assert all((frozen.means, frozen.effects, frozen.consistency))
    assert read_frozen(frozen_bytes(frozen)) == frozen
    assert read_share(share_bytes(share)) == share
    by_name = Share(frozen.means, earlier_document="reports/d/baseline/x/facts.json", other_people=("manager",))
    assert read_share(share_bytes(by_name)) == by_name


def test_a_share_of_an_earlier_version_that_holds_the_earlier_facts_is_still_read():
    from tests.results.test_cohort import report

    facts = facts_bytes(report(1, 4, manager=1))
    stored = zlib.compress(json.dumps({"means": [], "noise": [], "earlier": facts.decode()}).encode())

    share = read_share(stored)

    assert share == Share(earlier=facts)
    assert facts_in(share).checksum == read_facts(facts).checksum


def damage_line(name: str) -> None:
    place = cohorts.line_key(people.COHORT, an_id(name))
    (row,) = [row for row in query(place.pk) if row["sk"] == place.sk]
    transact([update(place, remove=sorted(row.keys() - {"pk", "sk"}), refusal=Missing)])


@pytest.mark.made_up_rows
@pytest.mark.parametrize("names", [NAMES, NAMES[:5]], ids=["six", "the fifth is damaged"])
def test_figures_that_are_frozen_once_wait_for_a_line_that_cannot_be_read(aws, clock, names):
    enrolled(clock, names)
    damage_line(names[-1])
    for name in names[:-1]:
        close(name, clock.now())
    at_deadline = people.CLOSE + timedelta(hours=1)
    for now in (clock.now(), clock.to(at_deadline)):
        assert set(run_figures(now)) == {JobState.FAILED}
        assert (frozen_set(), jobs.find(report_job(names[0]))) == (None, None)

    for _ in range(14):  # no one waits for ever
        run_figures(clock.advance(days=1))
    assert jobs.find(report_job(names[0])) is not None


def run_figures(now) -> list[JobState]:
    """Run what is due; return how each job ended."""
    due = [job.id for job in jobs.waiting(now) if job.kind == "cohort_figures"]
    for job_id in due:
        run.run_job(job_id, HANDLERS, "attempt", now)
    return [jobs.find(job_id).state for job_id in due]


def report_job(name: str) -> str:
    return JobKind.REPORT.job_id(an_id(name), BASELINE.value)
