"""Questions about figures of the service and what they are worth. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.core import currency
from chalicelib.core.impact_background import EarlierMeasure
from chalicelib.forms.fields import Block, Kind, Question, Section, When
from chalicelib.forms.impact_options import BASES, DIRECTIONS, MEASURES, MOVED, SCOPES

INTRO = (
    "Up to three figures. Leave this out if you have none: not everyone has one. "
    "Your line manager sees each figure and its sum, to say how much of it is due to the programme."
)


def measures(code: str, earlier: Sequence[EarlierMeasure]) -> Section:
    """Ask first whether a figure moved. What the delegate named before is asked about in any case."""
    more = " besides those that you named before" if earlier else ""
    moved = Question("moved", Kind.CHOICE, f"Did a figure of your service move{more}?", options=MOVED)
    blocks = [block for number in range(1, MEASURES + 1) for block in _blocks(number, code, earlier)]
    before = 2 * min(len(earlier), MEASURES)
    asked = [Block("", (moved,))] if len(earlier) < MEASURES else []
    return Section("measures", "Results for the service", INTRO, (*blocks[:before], *asked, *blocks[before:]))


def _blocks(number: int, code: str, earlier: Sequence[EarlierMeasure]) -> Iterator[Block]:
    named = earlier[number - 1] if number <= len(earlier) else None
    when = None if named else When("moved", ("yes",))
    title = named.name if named else f"Figure {number}"
    yield Block(title, tuple(_figure(number, when)), folded=named is None and number > len(earlier) + 1)
    yield Block(f"{title}: what it is worth", tuple(_worth(number, code, when)), folded=True)


def _figure(number: int, when: When | None) -> Iterator[Question]:
    unit = f"measure.{number}.unit"
    yield Question(f"measure.{number}.name", Kind.LINE, "What is measured?", "For example: waiting time.", when=when)
    yield Question(unit, Kind.LINE, "In what unit?", "Days, %, falls a month.", when=when)
    yield Question(f"measure.{number}.baseline", Kind.NUMBER, "Before the programme", unit_field=unit, when=when)
    yield Question(f"measure.{number}.now", Kind.NUMBER, "Now", unit_field=unit, when=when)
    yield Question(f"measure.{number}.direction", Kind.CHOICE, "Which way is better?", options=DIRECTIONS, when=when)
    yield Question(f"measure.{number}.scope", Kind.CHOICE, "Who benefits?", options=SCOPES, when=when)
    yield Question(f"measure.{number}.period", Kind.LINE, "Over what period is the figure now?", when=when)
    yield Question(f"measure.{number}.source", Kind.LINE, "Where does the figure come from?", when=when)


def _worth(number: int, code: str, when: When | None) -> Iterator[Question]:
    yield Question(
        f"measure.{number}.money",
        Kind.MONEY,
        f"Worth in money, in {currency.sign(code)} a year",
        "Saved or gained in the first year. An estimate is fine. Leave it empty if it cannot be put in money.",
        currency=code,
        per="year",
        when=when,
    )
    yield Question(f"measure.{number}.basis", Kind.CHOICE, "Where does this sum come from?", options=BASES, when=when)
    yield Question(
        f"share.{number}",
        Kind.PERCENT,
        "How much of it is due to the programme, in percent?",
        "0 to 100. The rest is due to other causes. Left empty, it counts as 0.",
        when=when,
    )
    yield Question(
        f"confidence.{number}",
        Kind.PERCENT,
        "How sure are you of that, in percent?",
        "100 is certain. Left empty, it counts as 0.",
        when=when,
    )
