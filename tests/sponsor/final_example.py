"""A cohort of twelve with plausible answers, as a final is made of them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random

from chalicelib.core.costs import Cost, CostKind, CostSource
from chalicelib.core.model import Cohort
from chalicelib.forms.impact_answers import measures_of
from chalicelib.forms.impact_options import FACTORS
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.facts import CohortMean
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final.build import Prepared, build_final
from chalicelib.sponsor.final.facts import Final, StoryLine
from tests.support import people

MADE = date(2027, 7, 1)
COSTS = (
    Cost(CostKind.FEES, CostSource.INVOICE, amount="18000"),
    Cost(CostKind.DELEGATES_TIME, CostSource.PAYROLL, people="12", hours="52.5", rate="32"),
)
STORIES = (
    StoryLine(
        "s1",
        "Amara Osei, District nursing",
        "From 18 to 11 days for a first visit: a wall chart of visits, and one person who may change it.",
        True,
        ("pathway",),
    ),
    StoryLine(
        "s2",
        "A delegate",
        "Staff turnover fell from 14 to 9 in a hundred. We ask every leaver, and act on what two of them say.",
        True,
        ("promotion",),
    ),
    StoryLine(
        "s3",
        "Chloe Adams, Podiatry",
        "The new rota cost more overtime in spring than it saved. We went back to the old one at weekends.",
        False,
    ),
)
ASKS = (
    "Say who may decide on a trial without coming back to you.",
    "Protect half a day a month for each delegate’s improvement work, with cover.",
)


def cohort() -> Cohort:
    return Cohort(people.COHORT, "Autumn 2026", "maximising-potential", 1, people.DATES, None)


def evidence(place: int, seed: int = 5, **own: str) -> Evidence:
    rules, rng = people.programme(), Random(f"{seed} {place}")
    answers = {
        f"{what}.{competency.id}": str(rng.choice(points))
        for competency in rules.competencies
        for what, points in (("now", (3, 4, 4, 5)), ("then", (2, 2, 3, 3)))
    }
    answers |= {
        f"factor.{name}": str(
            rng.choice((-2, -1, -1, 0, 1) if name in ("time", "staffing", "authority") else (0, 1, 1, 2))
        )
        for name in FACTORS
    }
    answers |= {
        "recommend": str(rng.randint(6, 10)),
        "relevance": str(rng.choice((3, 4, 5))),
        "useful": rng.choice(("feedback", "coaching")),
    }
    answers |= {f"level.{area}": rng.choice(("tried", "regular", "regular", "habit")) for area in ("a", "b")}
    answers |= {"proposal": rng.choice(("accepted", "accepted", "amended", "pending"))}
    for number in (1, 2):
        after = rng.choice((11, 14, 18, 20))
        answers |= {
            f"measure.{number}.{part}": text
            for part, text in (
                ("name", "Waiting time"),
                ("unit", "days"),
                ("baseline", "18"),
                ("now", str(after)),
                ("direction", "down"),
            )
        }
    if place % 4:
        answers |= {
            "measure.1.money": str(rng.choice((4000, 9000, 12500, 21500))),
            "measure.1.basis": "finance" if place % 2 else "own",
            "share.1": "50",
            "confidence.1": "70",
        }
    answers |= own
    manager = {f"change.{area}": str(rng.choice((0, 1, 1, 2))) for area in ("a", "b")}
    (first, *_) = measures_of(answers)
    manager[f"share.{first.key}"] = "40"
    return Evidence(
        name=f"Delegate {place}",
        service="Nursing",
        id=f"d{place}",
        has_report=True,
        areas=("a", "b"),
        agreed=1 + place % 2,
        own=answers,
        manager=manager if place % 5 else None,
        raters_change=(Fraction(rng.randint(2, 8), 5), Fraction(rng.randint(0, 6), 5)),
    )


def everyone(count: int = 12, seed: int = 5) -> list[Evidence]:
    silent = Evidence("Silent", "Nursing", id="silent", has_report=True, agreed=2, has_left=True)
    return [*(evidence(place, seed) for place in range(count - 1)), silent]


def frozen(delegates: int = 12, seed: int = 1) -> Frozen:
    rng, rules = Random(seed), people.programme()
    subjects = [("competency", competency.id) for competency in rules.competencies] + [
        ("item", item.id) for item in rules.items
    ]
    means = []
    for about, subject in subjects:
        for cell, base in (("self", 3.8), ("all_others", 3.5)):
            mean = round(base + rng.uniform(-0.6, 0.6), 3)
            means.append(CohortMean(about, subject, cell, delegates, mean, f"{mean + 0.0001:.1f}"))
    return Frozen(tuple(means))


def one_mean(competency: str, top: int) -> Frozen:
    """Return the published first mean of own ratings of one competency."""
    mean = (1 + top) / 2
    return Frozen((CohortMean("competency", competency, "self", 12, mean, f"{mean:.1f}"),))


def final(**more: object) -> Final:
    settings: dict[str, object] = {"baseline": frozen(), "prepared": Prepared(COSTS, ASKS, STORIES)} | more
    return build_final(people.programme(), cohort(), everyone(), MADE, **settings)  # type: ignore[arg-type]
