"""Visitors of the real app."""

from tests.journey.conftest import visitor

__all__ = ["visitor"]
