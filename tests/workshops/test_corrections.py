"""An administrator excuses people ahead, corrects a register at any time, and says why."""

from __future__ import annotations

from datetime import datetime

import pytest

from chalicelib.core.reasons import MAX_REASON_CHARS
from chalicelib.store import audit_events
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.workshops.registers import BEGINS, DAY_1, NAMES, id_of, states

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
REGISTER = f"{COHORT}/register/{DAY_1}"
LATE = datetime.fromisoformat("2026-11-20T10:00:00Z")  # the facilitator can no longer fill it in
DANA, DORA, DEV = NAMES


@pytest.fixture
def administrator(dated, clock):
    return dated.let_in_administrator(clock.now())


def mark(visitor, marks, why):
    typed = {id_of(name): state for name, state in marks.items()}
    return visitor.open(REGISTER).post(REGISTER, {**typed, "why": why})


def trail() -> list[tuple[str, str]]:
    entries = audit_events.of_cohort(people.COHORT)
    return [(row["act"], row["by"]) for row in entries if row["act"].startswith("marked")]


def test_a_delegate_is_excused_weeks_ahead(administrator):
    mark(administrator, {DANA: "excused"}, "On leave that week.")

    assert (administrator.status, states()) == (200, {"dana": "excused"})
    assert trail() == [
        ("marked Leading Self, day 1 of 2: from expected to excused (On leave that week.)", administrator_address())
    ]


def administrator_address() -> str:
    from infra.local.account import ADMINISTRATOR

    return ADMINISTRATOR


def test_a_register_is_corrected_after_the_time_of_the_facilitator(administrator, clock):
    clock.to(LATE)
    administrator.let_in_administrator(clock.now())

    mark(administrator, {DANA: "absent", DORA: "attended"}, "The sheet of the day says so.")
    clock.advance(minutes=1)
    mark(administrator, {DANA: "attended"}, "Dana had signed on the back.")

    assert states() == {"dana": "attended", "dora": "attended"}
    assert trail()[-1][0] == "marked Leading Self, day 1 of 2: from absent to attended (Dana had signed on the back.)"


@pytest.mark.parametrize("why", ["", "x" * (MAX_REASON_CHARS + 1)])
def test_nothing_is_recorded_without_a_reason_that_fits(administrator, why):
    mark(administrator, {DANA: "excused"}, why)

    assert (administrator.status, 'id="why-error"' in administrator.page) == (400, True)
    assert 'value="excused" checked' in administrator.page, "what was pressed is still there"
    assert (states(), trail()) == ({}, [])


def test_catching_up_is_agreed_for_the_facilitator(administrator, clock):
    clock.to(LATE)
    administrator.let_in_administrator(clock.now())
    mark(administrator, {DANA: "absent"}, "Was ill on the day.")
    typed = {"who": id_of(DANA), "what": "Watch the recording.", "by": "2026-12-11", "why": "Agreed by phone."}
    administrator.open(REGISTER).post(f"{REGISTER}/catch-up", {**typed, "go": "set"})
    administrator.open(REGISTER).post(f"{REGISTER}/catch-up", {"who": id_of(DANA), "go": "done", "why": "She did."})

    assert states() == {"dana": "caught_up"}


def test_every_register_is_listed_with_counts_only(administrator, clock):
    clock.to(BEGINS)
    administrator.let_in_administrator(clock.now())
    mark(administrator, {DANA: "attended", DORA: "absent", DEV: "attended"}, "By phone.")

    administrator.open(f"{COHORT}/registers")

    assert administrator.status == 200, administrator.page
    for label, number in (("Attended", 2), ("Absent", 1), ("Not recorded", 0)):
        assert f'data-label="{label}"><span class="number">{number}</span>' in administrator.page
    assert people.person(DANA).name not in administrator.page
    assert f"{COHORT}/registers" in administrator.open(COHORT).page


@pytest.mark.parametrize("when", [BEGINS.replace(day=15), LATE])
def test_the_cohorts_page_leads_to_the_register_that_waits(administrator, clock, when):
    clock.to(when)
    administrator.let_in_administrator(clock.now())
    links = administrator.open(COHORT).links(f"{people.COHORT}/")

    assert REGISTER in links
    refused = {url for url in {*links} - {f"{COHORT}/chosen"} if administrator.open(url).status != 200}
    assert not refused
