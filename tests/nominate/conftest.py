"""Visitors of the real app, on the tests' own AWS."""

from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
