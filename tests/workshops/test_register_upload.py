"""An administrator uploads a register in the console: the same act as the command, after a preview."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from chalicelib.core.reasons import MAX_REASON_CHARS
from chalicelib.store import audit_events
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.workshops.registers import BEGINS, DAY_1, OTHERS, states
from tests.workshops.test_corrections import administrator_address, mark

AT = f"{BASE_URL}/admin/cohort/{people.COHORT}/register/{DAY_1}/file"
CSV = b"name,attendance\nDana Delegate,attended\nDora Delegate,absent\n"


@pytest.fixture
def administrator(dated, clock):
    clock.to(BEGINS)
    return dated.let_in_administrator(clock.now())


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(["Leading Self, day 1"])
    sheet.append(["E-mail", "Present?", "Room"])
    sheet.append(["Dana.Delegate@example.org", True, 4])
    sheet.append(["dora.delegate@example.org", "No", None])
    book.save(out)
    return out.getvalue()


def upload(visitor, data: bytes, name: str = "register.csv", why: str = "", at: str = AT):
    return visitor.open(at).send_files(at, {"why": why}, {"register": (name, data)})


def confirm(visitor):
    return visitor.send_files(AT, {"confirmed": "yes"})


def trail() -> list[tuple[str, str]]:
    entries = audit_events.of_cohort(people.COHORT)
    return sorted((row["act"], row["by"]) for row in entries if row["act"].startswith("marked"))


@pytest.mark.parametrize(("data", "name"), [(CSV, "register.csv"), (workbook(), "Register.xlsx")])
def test_a_file_is_recorded_after_a_preview(administrator, data, name):
    upload(administrator, data, name, "The sheet of the day.")
    assert administrator.status == 200, administrator.page
    assert administrator.page.count("data-change=") == 2
    assert 'data-left="1"' in administrator.page
    assert (states(), trail()) == ({}, []), "a preview records nothing"

    confirm(administrator)
    assert administrator.url.endswith(f"/register/{DAY_1}?saved=2")
    assert states() == {"dana": "attended", "dora": "absent"}
    by = administrator_address()
    assert trail() == [
        ("marked Leading Self, day 1 of 2: from expected to absent (The sheet of the day.)", by),
        ("marked Leading Self, day 1 of 2: from expected to attended (The sheet of the day.)", by),
    ]


def test_without_a_reason_the_trail_names_the_file(administrator):
    confirm(upload(administrator, CSV))

    assert all("(from register.csv)" in act for act, _ in trail())


def test_confirming_twice_records_once(administrator):
    upload(administrator, CSV)
    preview = administrator.page
    confirm(administrator)
    administrator.page = preview
    confirm(administrator)

    assert administrator.url.endswith("?saved=0")
    assert len(trail()) == 2


def test_a_register_that_changed_since_the_preview_is_shown_again(administrator):
    upload(administrator, CSV)
    preview = administrator.page
    mark(administrator, {"dana delegate": "partly"}, "By phone.")
    administrator.page = preview
    confirm(administrator)

    assert administrator.status == 409
    assert states() == {"dana": "partly"}
    confirm(administrator)
    assert states() == {"dana": "attended", "dora": "absent"}


@pytest.mark.parametrize("data", [CSV + b"Nemo,attended\n", b"PK\x03\x04 not a workbook", b""])
def test_one_fault_is_enough_to_record_nothing(administrator, data):
    upload(administrator, data)

    assert (administrator.status, 'id="register-error"' in administrator.page) == (400, True)
    assert 'id="faults"' in administrator.page
    assert states() == {}


def test_the_file_is_asked_for(administrator):
    administrator.open(AT).send_files(AT)

    assert (administrator.status, 'id="register-error"' in administrator.page) == (400, True)


def test_before_a_session_only_an_excuse_is_recorded(administrator):
    upload(administrator, CSV, at=AT.replace(DAY_1, OTHERS))

    assert (administrator.status, 'id="register-error"' in administrator.page) == (400, True)
    assert states(OTHERS) == {}


def test_a_reason_that_is_too_long_keeps_what_was_typed(administrator):
    upload(administrator, CSV, why="x" * (MAX_REASON_CHARS + 1))

    assert (administrator.status, 'id="why-error"' in administrator.page) == (400, True)
