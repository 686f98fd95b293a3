"""A page about many delegates leaves out a row that cannot be read, and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.links.kinds import COACH, SPONSOR
from chalicelib.store import attendance, catalogue, cohorts, delegates
from chalicelib.store.table import Key, Missing, put, query, transact, update
from chalicelib.store.unreadable import list_unreadable, watch_rows
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.workshops import registers
from tests.workshops.registers import MO, dated, id_of

__all__ = ["dated", "visitor"]

SIX = tuple(f"d{n} delegate" for n in range(6))
LATER = datetime.fromisoformat("2026-10-15T10:00:00Z")
COHORT = f"COHORT#{people.COHORT}"
HOME = f"{BASE_URL}/admin"


def line_key() -> Key:
    return cohorts.line_key(people.COHORT, id_of(SIX[0]))


def session_key() -> Key:
    return next(Key(row["pk"], row["sk"]) for row in query(COHORT) if row["sk"].startswith("SESSION#"))


def damage(key: Key, *names: str) -> None:
    """Take attributes out of a row; all but its key if none is named."""
    (row,) = [row for row in query(key.pk) if row["sk"] == key.sk]
    transact([update(key, remove=sorted(names or row.keys() - {"pk", "sk"}), refusal=Missing)])


def console(visitor, clock, path: str = "") -> str:
    return visitor.let_in_administrator(clock.now()).open(HOME + path).page


def coach(visitor, clock) -> str:
    delegate = delegates.find(id_of(SIX[1]))
    visitor.let_in(delegate.coach.email, clock.now())
    return visitor.open(COACH.url(delegate.cohort_id, delegate.coach, delegate.coach_link)).page


def sponsor(visitor, clock) -> str:
    visitor.let_in(people.SPONSOR.email, clock.now())
    return visitor.open(SPONSOR.url(cohorts.find(people.COHORT))).page


def facilitator(visitor, clock) -> str:
    visitor.let_in(MO, clock.now())
    return visitor.open(registers.page()).page


def register(visitor, clock) -> str:
    visitor.let_in(MO, clock.now())
    return visitor.open(registers.page(registers.DAY_1)).page


PAGES: dict[str, Callable[[Any, Any], str]] = {
    "cohort": lambda visitor, clock: console(visitor, clock, f"/cohort/{people.COHORT}"),
    "trail": lambda visitor, clock: console(visitor, clock, f"/cohort/{people.COHORT}/trail"),
    "coach": coach,
    "sponsor": sponsor,
    "facilitator": facilitator,
    "register": register,
}


@pytest.mark.made_up_rows
@pytest.mark.parametrize("names", [(), ("coach",), ("name",)], ids=["empty", "coach", "name"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_a_page_about_many_leaves_out_a_damaged_line_of_one_and_says_so(dated, clock, page, names):
    clock.to(LATER)
    damage(line_key(), *names)

    html = PAGES[page](dated, clock)

    assert "Something went wrong" not in html
    assert dated.status == 200
    assert 'data-message="unreadable"' in html
    if page in ("cohort", "coach", "register"):
        assert people.person(SIX[0]).name not in html
        assert all(people.person(name).name in html for name in SIX[1:])


@pytest.mark.made_up_rows
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_a_page_about_many_goes_on_past_each_damaged_row_of_a_delegate(dated, clock, page):
    clock.to(LATER)
    marked = attendance.Attendance(registers.DAY_1, attendance.AttendanceState.ATTENDED)
    people.write(attendance.save(id_of(SIX[0]), attendance.Attendance(registers.DAY_1), marked))
    for row in list(query(f"DELEGATE#{id_of(SIX[0])}")):
        damage(Key(row["pk"], row["sk"]), *(["coach"] if row["sk"] == "META" else []))

        html = PAGES[page](dated, clock)

        assert "Something went wrong" not in html, row["sk"]
        assert dated.status == 200, row["sk"]
        put_back(row)


def put_back(row):
    transact([put(row)])


@pytest.mark.made_up_rows
@pytest.mark.parametrize("page", ["cohort", "facilitator"])
@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_a_damaged_session_is_left_out_and_said(dated, clock, page):
    clock.to(LATER)
    damage(session_key())

    assert 'data-message="unreadable"' in PAGES[page](dated, clock)
    assert dated.status == 200


@pytest.mark.made_up_rows
@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_the_list_of_cohorts_goes_on_without_a_damaged_one(dated, clock):
    damage(Key("REGISTER", f"COHORT#{people.COHORT}"))

    assert 'data-message="unreadable"' in console(dated, clock)
    assert dated.status == 200
    assert catalogue.everything().cohorts == ()


@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_a_page_with_nothing_damaged_says_nothing(dated, clock):
    clock.to(LATER)

    assert 'data-message="unreadable"' not in PAGES["cohort"](dated, clock)


@pytest.mark.made_up_rows
@pytest.mark.usefixtures("aws")
def test_a_damaged_bounce_is_said_without_its_email_which_could_say_who_has_not_answered():
    bounce = {"pk": COHORT, "sk": "BOUNCE#collect/reminder#of-someone"}

    with watch_rows() as unreadable:
        assert cohorts.bounces_from([bounce]) == []
        assert list(unreadable) == list(list_unreadable()) == [f"{COHORT} BOUNCE"]
    assert list_unreadable() == {}
