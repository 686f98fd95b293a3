"""Accounts on a moto server of each test process's own: functions deployed there would take other tests' messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import deployment
from tests.support.deployment import Account


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with deployment.server() as url:
        yield url


@pytest.fixture
def account(moto_url, tmp_path, monkeypatch) -> Account:
    """Empty."""
    return deployment.empty(moto_url, tmp_path, monkeypatch)


@pytest.fixture
def deployed(account) -> Account:
    """Make a stage of the test's own, to do with as it likes."""
    return first_deploy(account)


@pytest.fixture(scope="module")
def standing(moto_url, tmp_path_factory) -> Iterator[Account]:
    """Deployed once for all tests of a module that look and change nothing."""
    with pytest.MonkeyPatch.context() as patch:
        yield first_deploy(deployment.empty(moto_url, tmp_path_factory.mktemp("standing"), patch))


def first_deploy(account: Account) -> Account:
    account.set_up()
    assert account.deploy() == 0
    return account
