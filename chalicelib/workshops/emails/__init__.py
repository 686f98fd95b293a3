"""Emails about workshops: their dates, and who attended."""

from chalicelib.workshops.emails import about_attendance, about_dates

__all__ = ["about_attendance", "about_dates"]
