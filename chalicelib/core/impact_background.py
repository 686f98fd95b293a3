"""What a delegate had and wrote in the year before an impact survey: it decides what the survey asks. Pure.

It is copied into the survey when that opens, so that the questions stay the same while people answer.
"""

from __future__ import annotations

from msgspec import Struct

FIRST_EDITION, EDITION = 1, 2  # of the survey's form: a survey keeps the one that it opened with


class EarlierMeasure(Struct, frozen=True):
    """A figure of the service that the delegate named before; asked is only where it is now."""

    name: str
    unit: str = ""
    better: str = ""  # up or down
    value: str = ""
    period: str = ""
    source: str = ""
    target: str = ""
    said: str = ""  # when it was written, such as "You wrote on Monday 14 September 2026:"


class Sign(Struct, frozen=True):
    """The first sign of a vision, which the delegate expected."""

    assignment: str
    text: str
    by: str = ""  # a day in words


class Stakeholder(Struct, frozen=True):
    """A stakeholder's stance, in words, when the plan was made and at its review; empty if it was not written."""

    id: str
    who: str
    then: str = ""
    review: str = ""


class Background(Struct, frozen=True):
    """The year before the survey. The default is a year of which nothing is known: then nothing is left out.

    stances        id and words of each stance
    steps          steps that the delegate planned with stakeholders
    steps_done     of these, those that the form says are done
    missed         ids of the workshops that the delegate did not have
    waived         ids of the assignments that the delegate did not have to do
    has_report     whether a report was released
    has_debrief    whether a debrief was held
    """

    measures: tuple[EarlierMeasure, ...] = ()
    signs: tuple[Sign, ...] = ()
    stakeholders: tuple[Stakeholder, ...] = ()
    stances: tuple[tuple[str, str], ...] = ()
    steps: int = 0
    steps_done: int = 0
    missed: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    has_report: bool = True
    has_debrief: bool = True
