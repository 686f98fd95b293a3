"""No job over a cohort fails because of one row: it is left out, the administrator reads so, and the rest is done."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from chalice.test import Client

import chalicelib.core.clock
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.jobs.run import run_job
from chalicelib.store import cohorts, jobs
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.marshal import Row
from chalicelib.store.table import Key, Missing, query, transact, update
from chalicelib.store.unreadable import watch_rows
from tests.faults import recording
from tests.support import world
from tests.support.recorder import Act

KEYS = {"pk", "sk"}
MAX_ACTS = 3  # of a kind, the widest
WIDEST_ONLY = ("act_on_many",)  # three of it take two minutes
WAITS_FOR_ALL = {  # the others wait too, which is safe; the job still says who is left out
    "retention": "whether a cohort is over depends on each of its delegates, and what is deleted cannot come back",
}


@pytest.fixture
def http(aws):
    from app import app

    logging.disable(logging.CRITICAL)
    with Client(app) as client:
        yield client.http
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_a_broken_row_of_one_delegate_keeps_no_other_out(http, tmp_path_factory, kind):
    at_most = 1 if kind in WIDEST_ONLY else MAX_ACTS
    acts = recording.find(f"job {kind}", recording.shared_folder(tmp_path_factory), http, at_most)

    assert acts, f"let tests/faults/plays.py do an action that adds a job `{kind}`"
    assert not [fault for act in acts for fault in faults(act)]


def faults(act: Act) -> Iterator[str]:
    """Run a job of a cohort once as it was, and once for each row of a delegate that can be broken."""
    after, lines = done(act), _lines(act)
    worked_on = [line.delegate_id for line in lines if any(line.delegate_id in place for place in after)]
    for broken in worked_on[: len(worked_on) > 1]:
        others = [delegate_id for delegate_id in worked_on if delegate_id != broken]
        for name, place in _rows_to_break(act, broken).items():
            now_done = done(act, place)
            lost = [place for place in after if any(other in place for other in others) and place not in now_done]
            if lost and act.name.split()[-1] not in WAITS_FOR_ALL:
                yield f"{act.name}, {name}: not done for others: {lost[:5]}"
            missed = any(broken in place and place not in now_done for place in after)
            if missed and not _is_said(act, broken):
                yield f"{act.name}, {name}: {broken} is left out, and no one learns it"


def _lines(act: Act) -> list[DelegateLine]:
    """Return the delegates of the job's cohort; none for a job about one delegate."""
    world.put_back(act.before)
    job = jobs.find(act.what[0])
    if job is None or "cohort" not in job.about or "delegate" in job.about:
        return []
    return cohorts.list_lines(job.about["cohort"])


def done(act: Act, broken: Key | None = None) -> set[str]:
    """Run the job, and return the keys of the rows that it made or changed."""
    world.put_back(act.before)
    chalicelib.core.clock.use(lambda: act.now)
    if broken:
        damage(broken)
    before = _by_key()
    run_job(act.what[0], HANDLERS, "attempt", act.now)
    return {place for place, row in _by_key().items() if before.get(place) != row}


def _by_key() -> dict[str, Row]:
    return {f"{row['pk']} {row['sk']}": row for row in world.all_rows()}


def _rows_to_break(act: Act, delegate_id: str) -> dict[str, Key]:
    """One row of each kind in the delegate's partition, and the delegate's rows in the cohort's."""
    world.put_back(act.before)
    by_kind = {row["sk"].split("#")[0]: Key(row["pk"], row["sk"]) for row in query(f"DELEGATE#{delegate_id}")}
    job = jobs.find(act.what[0])
    of_cohort = query(f"COHORT#{job.about['cohort']}") if job else []
    in_cohort = {row["sk"]: Key(row["pk"], row["sk"]) for row in of_cohort if delegate_id in row["sk"]}
    return dict(sorted({**by_kind, **in_cohort}.items()))


def damage(place: Key) -> None:
    """Take everything out of a row but its key; a delegate only loses the coach."""
    (row,) = [row for row in query(place.pk) if row["sk"] == place.sk]
    names = {"coach"} if place.sk == "META" else row.keys() - KEYS
    transact([update(place, remove=sorted(names), refusal=Missing)])


def _is_said(act: Act, delegate_id: str) -> bool:
    """Whether the console shows it: as a failed job that names the delegate, or next to the delegate."""
    job = jobs.find(act.what[0])
    failed = job is not None and job in jobs.failed() and delegate_id in job.error
    with watch_rows() as unreadable:
        lines = cohorts.list_lines(job.about["cohort"]) if job else []
    is_unreadable = any(delegate_id in place for place in unreadable)  # tests/web/test_unreadable.py
    return failed or is_unreadable or any(line.left_out for line in lines if line.delegate_id == delegate_id)
