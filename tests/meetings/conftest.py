"""A report is made, and its debrief is to be arranged."""

from __future__ import annotations

import pytest

import chalicelib.core.clock
from chalicelib.core.model import Wave
from chalicelib.store.debriefs import key
from chalicelib.store.table import delete
from tests.faults.test_faults import ready_to_release
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.support import people


@pytest.fixture
def ready(visitor, clock):  # noqa: F811
    """Return the visitor on a Wednesday morning; no debrief is recorded."""
    ready_to_release()
    people.write(delete(key(people.dana(), Wave.BASELINE)))
    clock.to(people.OPENING.replace(day=16))
    chalicelib.core.clock.use(clock.now)
    yield visitor
    chalicelib.core.clock.use(None)
