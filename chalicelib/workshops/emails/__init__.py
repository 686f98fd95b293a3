"""Emails of workshops: about their dates, and about who comes."""

from chalicelib.workshops.emails import about_dates

__all__ = ["about_dates"]
