"""A delegate's damaged line on the dashboard keeps the delegate: no one is enrolled twice, or forgotten."""

from __future__ import annotations

import pytest

from chalicelib.admin import address_change
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.table import Missing, put, query, transact, update
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_rows

NEW = "new.address@example.org"

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.made_up_rows]


def damage_line(delegate_id: str) -> None:
    place = cohorts.line_key(people.COHORT, delegate_id)
    (row,) = [row for row in query(place.pk) if row["sk"] == place.sk]
    transact([update(place, remove=sorted(row.keys() - {"pk", "sk"}), refusal=Missing)])


def list_ids() -> list[str]:
    return cohorts.list_ids(cohorts.rows(people.COHORT))


def test_a_delegate_whose_address_was_changed_is_not_enrolled_again(clock):
    people.load(clock.now())
    drain(clock.now())
    new = people.person("dana new").email
    transact([update(delegates.key(people.dana()), put={"person.email": new}, refusal=Missing)])
    damage_line(people.dana())

    people.load(clock.now(), names=("dana new",))
    drain(clock.advance(minutes=10))

    assert list_ids() == [people.dana()]


def test_an_act_on_all_finds_the_delegate_by_the_key(clock):
    people.load(clock.now(), names=("dana delegate", "dev delegate"))
    drain(clock.now())
    damage_line(people.dana())

    assert people.dana() in list_ids()
    assert [line.name for line in cohorts.list_lines(people.COHORT)] == [people.person("dev delegate").name]


def test_answers_are_counted_again_once_the_only_line_is_repaired(clock):
    people.opened(clock, chosen=people.raters(4, 0))
    (row,) = [row for row in cohorts.rows(people.COHORT) if row["sk"].endswith(people.dana())]
    damage_line(people.dana())
    drain(clock.advance(days=1))
    assert "counts" in {job.kind for job in jobs.failed()}

    people.write(put(row))

    assert "counts" in {job.kind for job in jobs.waiting(people.CLOSE)}


def test_the_new_address_of_the_sponsor_gets_its_link_all_the_same(clock):
    people.load(clock.now())
    drain(clock.now())
    damage_line(people.dana())
    address_change.change_address(people.COHORT, people.SPONSOR.email, NEW, clock.now(), "ada@example.org")
    drain(clock.advance(minutes=1))
    assert "replace" in {job.kind for job in jobs.failed()}

    drain(clock.advance(days=2))

    assert [row for row, _ in sent_rows(NEW) if row.startswith("admin/new_link#")]


def test_a_new_address_is_checked_again_once_a_delegate_is_repaired(clock):
    people.load(clock.now(), names=("dana delegate", "dev delegate"))
    drain(clock.now())
    dana = delegates.key(people.dana())
    (row,) = [row for row in query(dana.pk) if row["sk"] == dana.sk]
    transact([update(dana, remove=["coach"], refusal=Missing)])
    coach, own = row["coach"]["email"], row["person"]["email"]
    address_change.change_address(people.COHORT, coach, own, clock.now(), "ada@example.org")
    drain(clock.advance(minutes=1))
    people.write(put(row))
    (job,) = [job for job in jobs.failed() if job.kind == "replace"]
    people.write(jobs.retry(job, clock.now()))
    drain(clock.advance(minutes=1))

    (job,) = [job for job in jobs.failed() if job.kind == "replace"]
    assert "cannot be their own coach" in job.error
    assert delegates.find(people.dana()).coach.email == coach
