"""Emails of rounds of answers. Their templates are in the stage's folder; several stages send them."""

from chalicelib.waves.emails import about_lists, about_surveys, to_raters, without_key

__all__ = ["about_lists", "about_surveys", "to_raters", "without_key"]
