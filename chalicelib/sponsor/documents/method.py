"""The content of the page that explains how an edition's figures were computed. Pure."""

from __future__ import annotations

from typing import Any

from chalicelib.core import formatting
from chalicelib.core.colour import text_from
from chalicelib.core.formatting import in_words
from chalicelib.core.model import Programme
from chalicelib.results.sponsor_rule import ENOUGH, ENOUGH_TO_COUNT
from chalicelib.results.uncertainty import spread_of
from chalicelib.sponsor.final.facts import Final


def method_content(programme: Programme, final: Final) -> dict[str, Any]:
    return {
        "title": f"How the figures are made: {final.programme}, {final.cohort}",
        "organisation": final.organisation,
        "accent": text_from(programme.organisation.brand),
        "day": [final.made_on.year, final.made_on.month, final.made_on.day],
        "made": formatting.day(final.made_on),
        "edition": final.edition,
        "enough": in_words(ENOUGH),
        "enough_to_count": in_words(ENOUGH_TO_COUNT),
        "sd": f"{float(spread_of(programme).sd):g}",
        "silent": f"{final.response.began - final.response.delegates_answered} of {final.response.began}",
    }
