"""People answer on pages before and after an erasure."""

from tests.journey.conftest import visitor

__all__ = ["visitor"]
