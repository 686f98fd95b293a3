"""An administrator's test needs the pages as well: people answer between two of their acts."""

from tests.journey.conftest import visitor

__all__ = ["visitor"]
