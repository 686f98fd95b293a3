"""The first edition of the delegate's and the line manager's survey, for surveys that opened with it. Pure.

It differs in what it says about readers, ticks what helped and hindered, and asks for one sum over all measures.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from chalicelib.core import currency
from chalicelib.core.impact_background import Background
from chalicelib.core.model import Programme, PulseArea
from chalicelib.forms import readers
from chalicelib.forms.fields import Block, Kind, Question, Section
from chalicelib.forms.impact_managers import seen
from chalicelib.forms.impact_measures import measures
from chalicelib.forms.impact_options import BASES_BEFORE, FACTORS
from chalicelib.forms.impact_questions import application, consent, learning, reaction, work

SHARE_HINT = "0 to 100. The rest is due to other causes. Left empty, it counts as 0."


def delegate_sections(programme: Programme, areas: Sequence[PulseArea]) -> tuple[Section, ...]:
    code, nothing_known = programme.organisation.currency, Background()
    return (
        reaction(programme, nothing_known),
        learning(programme),
        *application(areas),
        work(programme, nothing_known),
        _factors(),
        _measures(code),
        _worth(code),
        _closing(),
    )


def manager_sections(areas: Sequence[PulseArea]) -> tuple[Section, ...]:
    asked = (
        Question("effect", Kind.TEXT, "What did it do for the service?", "Figures, if you have them."),
        Question("share", Kind.PERCENT, "How much of that is due to the programme, in percent?", SHARE_HINT),
    )
    return (*seen(areas), Section("effect", "Results", "", (Block("", asked),)))


def _factors() -> Section:
    blocks = tuple(
        Block(title, tuple(Question(f"{kind}.{name}", Kind.TICK, text) for name, text in FACTORS.items()))
        for kind, title in (("helped", "This helped"), ("hindered", "This was missing or got in the way"))
    )
    return Section("factors", "What helped, and what got in the way", "Tick all that apply.", blocks)


def _measures(code: str) -> Section:
    """Return the fields of each measure, without a sum of its own and without the question before them."""
    section = measures(code, ())
    blocks = [
        replace(block, questions=tuple(replace(question, when=None) for question in block.questions))
        for block in section.blocks
        if block.title and not block.title.endswith("worth")
    ]
    return replace(section, intro="Up to three figures that moved.", blocks=tuple(blocks))


def _worth(code: str) -> Section:
    asked = (
        Question(
            "money",
            Kind.MONEY,
            f"Worth in money, in {currency.sign(code)} a year",
            "Saved or gained in the first year. An estimate is fine.",
            currency=code,
            per="year",
        ),
        Question("basis", Kind.CHOICE, "Where does this sum come from?", options=BASES_BEFORE),
        Question("share", Kind.PERCENT, "How much of all this is due to the programme, in percent?", SHARE_HINT),
        Question(
            "confidence",
            Kind.PERCENT,
            "How sure are you of that, in percent?",
            "100 is certain. Left empty, it counts as 0.",
        ),
    )
    return Section("worth", "What it is worth", "", (Block("", asked),))


def _closing() -> Section:
    asked = (
        Question("negative", Kind.TEXT, "What got worse, or cost more than it brought?"),
        consent(readers.Form.IMPACT_DELEGATE_BEFORE),
    )
    return Section("closing", "The other side, and your consent", "", (Block("", asked),))
