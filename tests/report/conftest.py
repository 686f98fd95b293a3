"""Fixtures of the report tests."""

from __future__ import annotations

import pytest

from chalicelib.model import Programme

from .example import programme_of


@pytest.fixture
def programme() -> Programme:
    return programme_of()
