"""The pulse, a one-minute form for raters after six months: what has changed in each development area. Pure.

A pulse is an ordinary wave with a programme of its own: one competency whose items are the development areas, on a
scale of seven. So the same rules collect, encrypt, close and publish it as the questionnaire.
"""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.core.model import Competency, DelegateWave, Item, Programme, Wave

SCALE = ("Much worse", "Worse", "A little worse", "No change", "A little better", "Better", "Much better")
NO_CHANGE = 4  # the rating that means 0; the change in -3..+3 is the rating less this
AREAS = "areas"
PULSE_PAGE = f"c-{AREAS}"  # the one page of the form


def wave_programme(programme: Programme, wave: DelegateWave) -> Programme:
    """Return what a wave asks: the programme itself, or for a pulse its development areas."""
    if wave.wave is not Wave.PULSE:
        return programme
    items = tuple(Item(area.id, area.text, area.text, ()) for area in wave.areas)
    competency = Competency(AREAS, "What has changed", "", None, items)
    return replace(programme, scale=SCALE, competencies=(competency,), values=(), open_questions=())
