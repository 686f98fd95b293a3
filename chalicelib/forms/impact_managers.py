"""Questions to the line manager after six months: what they saw, and their share of the delegate's sums. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.core import currency
from chalicelib.core.model import PulseArea
from chalicelib.forms.fields import Block, Kind, Question, Section
from chalicelib.forms.impact_answers import Measure
from chalicelib.forms.impact_options import BASES, CHANGES, DIRECTIONS, SCOPES

WAITING = "You are asked here about figures and sums once {delegate} has sent any. There are none so far."


def manager_sections(
    areas: Sequence[PulseArea], measures: Sequence[Measure], delegate: str, code: str
) -> tuple[Section, ...]:
    """Build the line manager's survey: a second view of the same areas, and of their results.

    measures  all that the delegate has sent: a share is asked of each that has a sum
    """
    effect = Question("effect", Kind.TEXT, "What did it do for the service?", "Figures, if you have them.")
    shares = [
        Block(measure.name, (_share(measure, delegate, code),))
        for measure in measures
        if measure.name and measure.money
    ]
    others = [_in_full(measure, code) for measure in measures if measure.name and not measure.money]
    intro = f"{delegate} also gives figures without a sum: {' '.join(others)}" if others else ""
    said = intro if measures else WAITING.format(delegate=delegate)
    return (*seen(areas), Section("effect", "Results", said, (Block("", (effect,)), *shares)))


def seen(areas: Sequence[PulseArea]) -> Iterator[Section]:
    blocks = tuple(
        Block(
            area.text,
            (
                Question(f"change.{area.id}", Kind.CHOICE, "What change have you seen?", options=CHANGES),
                Question(f"evidence.{area.id}", Kind.TEXT, "What did you see?", "An example helps most."),
            ),
        )
        for area in areas
    )
    if blocks:
        yield Section("seen", "What you have seen", "Compared with the time before the programme.", blocks)


def _share(measure: Measure, delegate: str, code: str) -> Question:
    return Question(
        f"share.{measure.key}",
        Kind.PERCENT,
        "How much of it is due to the programme, in percent?",
        f"{delegate} says: {_in_full(measure, code)} 0 to 100. Left empty, it counts as 0.",
    )


def _in_full(measure: Measure, code: str) -> str:
    """Return all that the delegate gave of a measure, in the words of the form."""
    worth = f"worth {currency.whole_sum(measure.money, code)} in the first year" if measure.money else ""
    said = [
        measure.in_words,
        dict(DIRECTIONS).get(measure.direction, ""),
        measure.period,
        measure.source,
        f"for: {dict(SCOPES)[measure.scope]}" if measure.scope in dict(SCOPES) else "",
        worth,
        dict(BASES).get(measure.basis, ""),
    ]
    return f"{'; '.join(filter(None, said))}."
