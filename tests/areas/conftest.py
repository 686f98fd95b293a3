"""A released report with two development areas."""

from __future__ import annotations

import pytest

import chalicelib.core.clock
from chalicelib.core.model import Wave
from chalicelib.store import reports
from tests.faults.test_faults import ready_to_release
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.support import people
from tests.support.drain import drain


@pytest.fixture
def dana(visitor, clock):  # noqa: F811
    """Release Dana's report on a working day. Return the visitor, who has opened nothing yet."""
    ready_to_release()
    clock.to(people.OPENING.replace(day=16))
    chalicelib.core.clock.use(clock.now)
    people.write(reports.release(reports.find(people.dana(), Wave.BASELINE), clock.now()))
    drain(clock.now())
    yield visitor
    chalicelib.core.clock.use(None)
