"""Two line managers of one delegate: the form says that each is shown by name, and the report shows each."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import person_export
from chalicelib.collect.submit_answers import submit
from chalicelib.core.formatting import local_date
from chalicelib.core.model import RaterEntry, Wave
from chalicelib.ownership import erase_person
from chalicelib.results.facts import read_facts
from chalicelib.retention.jobs import remove_old_data
from chalicelib.retention.periods import Clock, list_ends
from chalicelib.store import cohorts, jobs, objects, reports
from chalicelib.store.row_kinds.row_kind import Retention
from chalicelib.store.table import query
from chalicelib.waves.lifecycle import retention_job, summary_job
from tests.faults import scene
from tests.support import people
from tests.support.drain import drain

MO = people.person("mo manager")
TWO = replace(
    people.programme(),
    id="two-managers",
    groups=tuple(replace(g, max=2) if g.id == "manager" else g for g in people.programme().groups),
)


@pytest.fixture
def closed(visitor, clock):
    managers = [RaterEntry("manager", person) for person in (MO, people.person("mara manager"))]
    people.opened(clock, chosen=(*people.raters(4, 0), *managers), rules=TWO)
    visitor.open(people.link("mo manager", "answer"))
    for name, rating in (("mo manager", "2"), ("mara manager", "5"), *((f"p{k}", "4") for k in range(4))):
        answer_link = scene.link_of(scene.invitation(name))
        scene.fill_in(answer_link, rating, clock.now())
        submit(answer_link, clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    assert jobs.failed() == []
    return visitor


def responses() -> list[dict]:
    return query(f"DELEGATE#{people.dana()}", f"RESPONSE#{Wave.BASELINE.value}#")


def test_the_form_says_that_each_is_shown_by_name(closed):
    assert "are shown with your name to" in closed.page
    assert "“Line manager: Mo Manager”" in closed.page
    assert "There is only one" not in closed.page


def test_the_report_shows_each_of_them_by_name(closed):
    facts = read_facts(objects.load(reports.find(people.dana(), Wave.BASELINE).facts))

    displays = {cell.title: {s.display for s in facts.statistics if s.cell == cell.cell} for cell in facts.cells}
    assert (displays["Line manager: Mo Manager"], displays["Line manager: Mara Manager"]) == ({"2.0"}, {"5.0"})


def test_only_their_answers_are_stored_with_a_name(closed):
    stored = [(row["group"], (row.get("person") or {}).get("name")) for row in responses()]

    assert sorted(stored, key=str) == [
        ("manager", "Mara Manager"),
        ("manager", "Mo Manager"),
        *[("peer", None)] * 4,
    ]


def test_an_export_holds_the_answers_under_the_person_s_own_name_and_no_others(closed):
    theirs = [row for row in person_export.find(MO.email) if row["sk"].startswith("RESPONSE#")]

    assert [row["person"]["name"] for row in theirs] == ["Mo Manager"]
    assert theirs[0]["answers"]
    assert [row for row in person_export.find(people.person("p0").email) if row["sk"].startswith("RESPONSE#")] == []


def test_their_names_go_with_the_answers_thirty_days_after_the_figures_are_final(closed, clock):
    """`kept`: until an erasure, or until these are deleted, whichever comes first."""
    programme, cohort = people.programme(), cohorts.find(people.COHORT)
    last = local_date(summary_job(cohort, programme).due_at, programme.organisation.timezone)
    due = list_ends(programme.retention, Clock(last, cohort.dates.ends))[Retention.FIGURES]
    for day, stored in ((due - timedelta(days=1), 6), (due, 0)):
        now = datetime.combine(day, time(4), UTC)
        remove_old_data(retention_job(people.COHORT, day, programme), now)
        assert len(list(responses())) == stored
    assert "Mo Manager" not in str(list(responses()))


def test_a_reader_who_is_erased_is_taken_out_of_them(closed, clock):
    report = reports.find(people.dana(), Wave.BASELINE)
    documents = {name: objects.load(name) for name in (report.facts, report.html, report.pdf)}
    erase_person.erase(MO.email, clock.now() + timedelta(days=1))

    assert {name: objects.load(name) for name in documents} == documents
    assert b"Mo Manager" in documents[report.html], "names in frozen documents of other people stay"
    assert "mo.manager" not in str(responses()).lower()
    assert "Mo Manager" not in str(responses())
