"""A cohort with the dates of two workshops."""

from tests.journey.conftest import visitor
from tests.workshops.registers import dated

__all__ = ["dated", "visitor"]
