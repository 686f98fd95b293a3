"""A small programme file, as text to spoil and as the checked programme."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.core.model import Programme
from chalicelib.programme.read_programme import read_programme
from tests.programme.small import SMALL

EXAMPLE = Path(__file__).parents[2] / "examples" / "maximising-potential"


@pytest.fixture
def small_text() -> str:
    return SMALL


@pytest.fixture
def programme() -> Programme:
    return read_programme(SMALL, "small.yaml")


@pytest.fixture
def example() -> Path:
    return EXAMPLE


@pytest.fixture
def maximising(example) -> Programme:
    return read_programme((example / "programme.yaml").read_bytes(), "programme.yaml", example)
