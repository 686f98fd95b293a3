"""The pulse, a one-minute form for raters: what has changed in each development area. Pure.

A pulse is an ordinary wave with a programme of its own: one competency whose items are the development areas, on a
scale of seven. So the same rules collect, encrypt, close and publish it as the questionnaire. Raters are asked after
the programme, and on the way in mid-way rounds.
"""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.core.model import Competency, DelegateWave, Item, OpenQuestion, Programme, RaterGroup, Wave

SCALE = ("Much worse", "Worse", "A little worse", "No change", "A little better", "Better", "Much better")
NO_CHANGE = 4  # the rating that means 0; the change in -3..+3 is the rating less this
AREAS = "areas"
PULSE_PAGE = f"c-{AREAS}"  # the one page of the form

SUGGESTION = "suggestion"
EVERYONE = RaterGroup("raters", "Raters", min=0, max=0, named=False)  # everyone who answers a mid-way round
MIN_RATERS = 5  # behind a mid-way figure, also in a programme with a smaller threshold


def wave_programme(programme: Programme, wave: DelegateWave) -> Programme:
    """Return what a wave asks: the programme itself, or for a pulse its development areas."""
    if not wave.wave.is_pulse:
        return programme
    items = tuple(Item(area.id, area.text, area.text, ()) for area in wave.areas)
    competency = Competency(AREAS, "What has changed", "", None, items)
    pulse = replace(programme, scale=SCALE, competencies=(competency,), values=(), open_questions=())
    return _midway(pulse) if wave.wave.is_midway else pulse


def _midway(pulse: Programme) -> Programme:
    """Return a round's own rules: all anonymous raters are one group of five or more, and may write a suggestion."""
    fewest = fewest_raters(pulse)
    question = OpenQuestion(SUGGESTION, "One suggestion for the future", AREAS)
    return replace(
        pulse,
        groups=(*pulse.groups, EVERYONE),
        threshold=fewest,
        behaviours_from=fewest if pulse.behaviours_from else 0,
        comments_from=max(pulse.comments_from, fewest),
        open_questions=(question,) if pulse.pulse.suggestion else (),
        coach_only_comments=False,
        close_when_complete=False,  # an early close would show that everyone has answered
    )


def fewest_raters(programme: Programme) -> int:
    """Return how many raters a mid-way round needs: to be asked, and behind a figure."""
    return max(programme.threshold, MIN_RATERS)


def stored_group(wave: Wave, group: str) -> str:
    """Return the group of a response once it is cut from identity: a mid-way round keeps none."""
    return EVERYONE.id if wave.is_midway else group
