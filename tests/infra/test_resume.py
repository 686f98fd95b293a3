"""Deploys and set-ups that break off anywhere, and are run again."""

from __future__ import annotations

import shutil

import pytest

from infra import rights
from infra.deploy import gateway, settings
from tests.support.deployment import WHO, live, put_package

pytestmark = pytest.mark.infra


@pytest.mark.parametrize("calls", [4, 20, 40, 60, 75, 90])
def test_a_deploy_that_breaks_off_is_resumed(account, calls):
    account.set_up()
    account.break_after(calls)
    assert account.deploy() == 1
    account.break_after(0)
    shutil.rmtree(account.project / ".chalice" / "deployed", ignore_errors=True)  # as on another machine
    assert account.deploy() == 0

    whole = live(account.stage)
    assert whole["apis"] == 1
    assert len(whole["functions"]) == len(rights.FUNCTIONS)
    assert (len(whole["sources"]), len(whole["subscriptions"])) == (3, 1)
    assert set(whole["pages"]) == set(gateway.PAGES)


@pytest.mark.parametrize("calls", [3, 8, 12, 16, 20])
def test_setting_up_that_breaks_off_is_resumed(account, calls):
    account.break_after(calls)
    assert account.run("infra", *WHO) == 1
    account.break_after(0)
    assert account.run("infra", *WHO) == 0
    put_package(account.stage)
    assert account.deploy() == 0
    assert settings.faults(account.stage) == ""
