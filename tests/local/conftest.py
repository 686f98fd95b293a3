"""One embedded cloud for all tests of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.served import Served, served


@pytest.fixture(scope="session")
def desk() -> Iterator[Served]:
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def loaded(desk: Served) -> Served:
    """With the example cohort, a week and a half on: its delegates have read that it is open."""
    assert desk.post("/_local/demo").status == 200
    assert desk.post("/_local/clock", advance="P10D").status == 200
    return desk
