"""The job of the summary is tested with the pages that feed it and that show what it left out."""

from tests.journey.conftest import visitor

__all__ = ["visitor"]
