"""Fixtures of the report tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from logging.handlers import BufferingHandler

import pytest

from chalicelib.core.model import Programme
from tests.report.example import programme_of


@pytest.fixture
def programme() -> Programme:
    return programme_of()


@pytest.fixture
def problems() -> Iterator[list[logging.LogRecord]]:
    """Warnings in our log."""
    logger, kept = logging.getLogger("fullcircle"), BufferingHandler(1_000)
    kept.setLevel(logging.WARNING)
    logger.addHandler(kept)
    yield kept.buffer
    logger.removeHandler(kept)
