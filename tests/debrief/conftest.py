"""A coach's pages are tested with the pages that feed them."""

from tests.journey.conftest import visitor

__all__ = ["visitor"]
