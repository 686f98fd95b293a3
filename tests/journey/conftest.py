"""Visitors of the real app, on the tests' own AWS."""

from collections.abc import Iterator

import pytest
from chalice.test import Client

from tests.support.visitor import Visitor


@pytest.fixture
def visitor(aws, clock) -> Iterator[Visitor]:
    from app import app

    with Client(app) as client:
        yield Visitor(client.http)
