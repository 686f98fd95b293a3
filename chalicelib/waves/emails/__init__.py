"""Emails of rounds of answers. Their templates lie with the stage they belong to; several stages send them."""

from chalicelib.waves.emails import about_lists, about_surveys, to_raters

__all__ = ["about_lists", "about_surveys", "to_raters"]
