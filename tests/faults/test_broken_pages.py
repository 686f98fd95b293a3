"""No page about many delegates fails because of one damaged row, in a cohort that has lived its whole year."""

from __future__ import annotations

import chalicelib.core.clock
from chalicelib.links.kinds import COACH, FACILITATOR, HUB, SPONSOR
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.table import Key, query
from tests.faults import recording
from tests.faults.test_broken_rows import damage, http
from tests.support import world
from tests.support.cloud import BASE_URL
from tests.support.recorder import Act
from tests.support.visitor import Visitor

__all__ = ["http"]

MAX_ACTS = 8
EVIDENCE = "page /admin/cohort/{cohort_id}/board/evidence"  # asked for after everything else
CONSOLE = ("", "/cohort/{id}", "/cohort/{id}/trail", "/cohort/{id}/dates", "/cohort/{id}/followup")
REFUSED = {  # pages that say which row is damaged, and that nothing can be changed or shown until it is repaired
    "HOLD": ["sponsor"],  # someone with another address waits until it is known for how long
    "SESSION": ["/admin/cohort/{id}/dates"],
}


def test_each_row_of_one_delegate_may_be_damaged(http, tmp_path_factory):
    act = last_summary(http, tmp_path_factory)
    rows = rows_of_first_delegate(act)
    failed = {key.sk: pages for key in rows if (pages := failing_pages(http, act, key))}

    assert len(rows) > 20
    assert failing_pages(http, act) == []
    assert failed == {}


def test_each_row_of_the_cohort_may_be_damaged(http, tmp_path_factory):
    (act,) = recording.find(EVIDENCE, recording.shared_folder(tmp_path_factory), http, 1)
    rows = rows_of_cohort(act)
    failed = {kind: pages for kind, key in rows.items() if (pages := failing_pages(http, act, key))}

    assert rows.keys() > {"COSTS", "SESSION", "SUMMARY"}
    assert failed == {kind: [page.format(id=cohort_of(act)) for page in pages] for kind, pages in REFUSED.items()}


def last_summary(http, tmp_path_factory) -> Act:
    acts = recording.find("job summary", recording.shared_folder(tmp_path_factory), http, MAX_ACTS)
    return max(acts, key=lambda act: act.now)


def cohort_of(act: Act) -> str:
    if act.kind == "page":
        return act.what[0].split("/")[3]
    job = jobs.find(act.what[0])
    assert job
    return job.about["cohort"]


def rows_of_first_delegate(act: Act) -> list[Key]:
    """One row of each kind."""
    world.put_back(act.before)
    delegate_id = cohorts.list_lines(cohort_of(act))[0].delegate_id
    by_kind = {row["sk"].split("#")[0]: Key(row["pk"], row["sk"]) for row in query(f"DELEGATE#{delegate_id}")}
    return list(by_kind.values())


def rows_of_cohort(act: Act) -> dict[str, Key]:
    """One row of each kind, without the cohort's own."""
    world.put_back(act.before)
    rows = [row for row in query(f"COHORT#{cohort_of(act)}") if row["sk"] != "META"]
    return {row["sk"].split("#")[0]: Key(row["pk"], row["sk"]) for row in rows}


def failing_pages(http, act: Act, damaged: Key | None = None) -> list[str]:
    """Open the pages about the cohort, after taking everything out of a row but its key."""
    world.put_back(act.before)
    chalicelib.core.clock.use(lambda: act.now)
    cohort = cohorts.find(cohort_of(act))
    other = delegates.find(cohorts.list_lines(cohort.id)[1].delegate_id)
    if damaged:
        damage(damaged)
    facilitator = cohort.facilitators[0].person
    pages = {
        "coach": (other.coach.email, COACH.url(cohort.id, other.coach, other.coach_link)),
        "sponsor": (cohort.sponsor.email, SPONSOR.url(cohort)),
        "facilitator": (facilitator.email, FACILITATOR.url(cohort, facilitator)),
        "hub": (other.person.email, HUB.url(other)),
    }
    failed = [name for name, (email, url) in pages.items() if status(Visitor(http).let_in(email, act.now), url) != 200]
    console = Visitor(http).let_in_administrator(act.now)
    paths = [f"{BASE_URL}/admin{path.format(id=cohort.id)}" for path in CONSOLE]
    return failed + [path.removeprefix(BASE_URL) for path in paths if status(console, path) != 200]


def status(visitor: Visitor, url: str) -> int:
    return visitor.open(url).status
