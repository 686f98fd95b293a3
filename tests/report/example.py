"""A small programme, and waves of answers about one delegate."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import (
    Competency,
    ImpactRules,
    Item,
    OpenQuestion,
    Organisation,
    Programme,
    RaterGroup,
    Value,
)
from chalicelib.results.facts import ReportHeading

KEEP = (
    "Stays calm when the ward is full, and asks what the team needs before deciding.",
    "Explains the reasons behind a decision.",
    "Fair, and honest about what the service can and cannot do.\nKeeps her word.",
    "Makes time for one-to-ones even in a bad week.",
)
CHANGE = (
    "Delegate sooner: we would welcome the chance to lead parts of the redesign.",
    "Say no more often, and bring finance in earlier.",
    "Close the loop on ideas that staff put forward. Some of us never hear what happened to them.",
)

KEY = b"the key of one wave"

GROUPS = (
    RaterGroup("self", "Self", 1, 1, named=True),
    RaterGroup("manager", "Line manager", 1, 1, named=True),
    RaterGroup("peer", "Peers", 4, 10, named=False),
    RaterGroup("direct_report", "Direct reports", 4, 10, named=False),
    RaterGroup("other", "Other colleagues", 0, 10, named=False),
)

BEHAVIOURS = {
    "setting_direction": [
        ("Describes where the service is going in words that its teams use themselves", ("compassion",)),
        ("Says what will stop, not only what will start", ()),
        ("Links the team's plans to the needs of patients and families", ("compassion", "together")),
        ("Decides in time, and explains the decision", ()),
    ],
    "leading_others": [
        ("Asks for views that differ from their own", ("together",)),
        ("Gives feedback that a colleague can act on", ("compassion",)),
        ("Gives people work that stretches them, and support to do it", ()),
    ],
    "leading_the_service": [
        ("Uses figures on demand, cost and outcome to improve the service", ()),
        ("Works with partners outside the organisation before a problem arises", ("together",)),
        ("Tries changes on a small scale first and shares what was learnt", ()),
        ("Keeps the promises made to other services", ("together",)),
        ("Makes room for staff to improve how the work is done", ("compassion",)),
    ],
}


def programme_of(items: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = BEHAVIOURS, **changes) -> Programme:
    competencies = tuple(
        Competency(
            competency,
            competency.replace("_", " ").capitalize(),
            f"How the delegate goes about {competency.replace('_', ' ')}, day to day and under pressure.",
            None,
            tuple(
                Item(f"{competency[:10]}_{k}", f"I: {text}", text, values) for k, (text, values) in enumerate(rows, 1)
            ),
        )
        for competency, rows in items.items()
    )
    plain = Programme(
        id="example",
        version=1,
        title="Maximising Potential",
        organisation=Organisation("Riverside Community NHS Trust", "#005eb8", None, "Europe/London"),
        scale=("Never", "Rarely", "Sometimes", "Often", "Always"),
        groups=GROUPS,
        threshold=4,
        values=(Value("compassion", "Compassion"), Value("together", "Working together")),
        competencies=competencies,
        open_questions=(OpenQuestion("keep", "What should they keep doing?"), OpenQuestion("change", "What next?")),
        reminders=(7, 2),
        milestones=(),
        impact=ImpactRules(6, 28),
    )
    return replace(plain, **changes)


def by_second_rule(programme: Programme, **changes) -> Programme:
    """Cells of three, blocks of five, direct reports kept apart."""
    groups = tuple(replace(group, heard_apart=group.id == "direct_report") for group in programme.groups)
    return replace(programme, **{"groups": groups, "threshold": 3, "behaviours_from": 5, "comments_from": 5} | changes)


def tiny_programme(items: int = 1, top: int = 5, threshold: int = 3, values: tuple[str, ...] = ()) -> Programme:
    """One competency of `items` behaviours."""
    return programme_of(
        {"only": [("Does it", values)] * items},
        scale=tuple(f"word {k}" for k in range(1, top + 1)),
        threshold=threshold,
        values=(),
        open_questions=(),
    )


def rater(group: str, *ratings: int | None, programme: Programme, **comments: str) -> Response:
    """Return a rater's ratings in the programme's item order; a missing one at the end is blank."""
    ids = [item.id for item in programme.items]
    return Response(group, Answers(dict(zip(ids, ratings, strict=False)), comments))


def heading(**changes) -> ReportHeading:
    plain = ReportHeading(
        delegate="Priya Raman-O'Connor",
        job_title="Head of Community Nursing",
        service="Adult Community Services",
        cohort="Cohort 1",
        programme="Maximising Potential",
        organisation="Riverside Community NHS Trust",
        coach="Sam Okafor",
        wave="baseline",
        issued=date(2026, 11, 3),
    )
    return replace(plain, **changes)


def example_wave(programme: Programme, seed: int = 7) -> list[Response]:
    """Self, manager, six peers, five direct reports, two other colleagues; one rating in twelve is missing."""
    chance = random.Random(seed)
    ids = [item.id for item in programme.items]
    level = {item: chance.choice([3.1, 3.6, 4.1, 4.5]) for item in ids}
    wave = []
    for group, n in {"self": 1, "manager": 1, "peer": 6, "direct_report": 5, "other": 2}.items():
        for number in range(1, n + 1):
            ratings = {item: max(1, min(5, round(chance.gauss(level[item], 0.8)))) for item in ids}
            missing = [] if n == 1 else [item for item in ids if chance.random() < 1 / 12]
            comments = {"keep": chance.choice(KEEP)} | ({"change": chance.choice(CHANGE)} if number % 2 else {})
            wave.append(Response(group, Answers({**ratings, **dict.fromkeys(missing)}, comments)))
    return wave
