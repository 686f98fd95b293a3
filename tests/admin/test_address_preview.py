"""Another address is shown before it is used: who it belongs to, who is emailed, and when."""

from __future__ import annotations

import json

import pytest

from chalicelib.admin.confirm_address import ConfirmRefused, confirm
from chalicelib.cli.parser import main
from chalicelib.core.settings import settings
from chalicelib.store import audit_events, holds
from chalicelib.store.cohorts import rows
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

AT = f"{BASE_URL}/admin/cohort/{people.COHORT}/address"
NEW = "someone.new@example.org"
TYPED = {"address": "cleo.coach@example.org", "new": NEW, "name": "Cleo New", "why": "asked by phone"}


@pytest.fixture
def admin(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    drain(clock.advance(days=1))
    return visitor.let_in_administrator(clock.now())


def replaced() -> list[str]:
    return [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("replaced")]


def test_the_page_names_the_person_their_parts_and_both_readers_and_changes_nothing(admin):
    typed = {**TYPED, "address": people.person("cleo coach").email}
    admin.open(AT).post(AT, typed)
    assert admin.status == 200
    for said in ("Cleo Coach", "Dana Delegate", NEW, "Cleo New", typed["address"], "asked by phone"):
        assert said in admin.page, said
    assert (replaced(), holds.from_rows(rows(people.COHORT))) == ([], [])


def test_the_second_press_does_it_and_a_third_says_that_it_is_done(admin, clock):
    typed = {**TYPED, "address": people.person("cleo coach").email}
    admin.open(AT).post(AT, typed)
    admin.post(AT, {**typed, "confirmed": "yes"})
    drain(clock.now())
    assert len(replaced()) == 1
    admin.open(AT).post(AT, typed)
    assert "data-parts" not in admin.page
    assert len(replaced()) == 1


def test_the_form_says_a_fault_before_the_preview(admin):
    admin.open(AT).post(AT, {**TYPED, "address": "no.one@example.org"})
    assert admin.status == 400
    assert "data-parts" not in admin.page


def test_the_command_shows_the_same_and_changes_nothing_on_a_dry_run(admin, clock, capsys):
    command = ["cohort", "replace", people.COHORT, people.person("p0").email, NEW, "--json"]
    assert main([*command, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False
    assert replaced() == []
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is True
    assert len(replaced()) == 1


def test_another_administrator_confirms_what_a_command_with_by_changed(admin, clock, capsys):
    ada = settings().administrators[0].lower()
    command = ["cohort", "replace", people.COHORT, people.person("cleo coach").email, NEW]
    assert main([*command, "--by", ada]) == 0
    (hold,) = holds.from_rows(rows(people.COHORT))
    with pytest.raises(ConfirmRefused):
        confirm(people.COHORT, hold.id, clock.now(), ada)
    assert confirm(people.COHORT, hold.id, clock.now(), "grace@example.org")
    assert f"command line, {ada}" in [row["by"] for row in audit_events.of_cohort(people.COHORT)]


def test_a_command_without_by_says_that_no_one_can_confirm_it(admin, clock, capsys):
    command = ["cohort", "replace", people.COHORT, people.person("cleo coach").email, NEW]
    assert main(command) == 0
    assert "--by" in capsys.readouterr().out
    (hold,) = holds.from_rows(rows(people.COHORT))
    with pytest.raises(ConfirmRefused):
        confirm(people.COHORT, hold.id, clock.now(), "grace@example.org")


def test_by_takes_an_administrator_alone(admin, capsys):
    command = ["cohort", "replace", people.COHORT, people.person("p0").email, NEW]
    assert main([*command, "--by", "stranger@example.org"]) == 1
    assert replaced() == []
