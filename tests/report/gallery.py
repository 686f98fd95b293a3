"""Reports to be looked at from every side: those of the demo's people, and the awkward ones."""

from __future__ import annotations

from datetime import date
from functools import cache

from msgspec.structs import replace

from chalicelib.core.answers import NOT_ABLE, Answers, Response
from chalicelib.results.change import with_changes
from chalicelib.results.cohort import with_cohort
from chalicelib.results.facts import Facts, ReportHeading, build_facts
from chalicelib.results.publish import publish
from infra.local.demo.cast import ANSWERS, Player, make_cast
from infra.local.example import read_example
from tests.report.example import KEY

PROGRAMME, ENTRIES = read_example()
ITEMS = {item.id for item in PROGRAMME.items}
QUESTIONS = {question.id for question in PROGRAMME.open_questions}
CASES = (
    *(
        "usual",
        "least favourable",
        "too few",
        "self alone",
        "pooled",
        "crowd",
        "ends",
        "split",
        "follow-up",
        "noise",
        "empty",
    ),
)


@cache
def cohort(seed: int, wave: str = "baseline") -> tuple[Facts, ...]:
    """Return the reports of the demo's twelve delegates, with the cohort's means."""
    players = make_cast(PROGRAMME, ENTRIES, seed)
    reports = {player.email: _facts(responses_of(player), _heading(player, wave)) for player in players}
    return tuple(with_cohort(PROGRAMME, reports, {}).values())


@cache
def report(case: str) -> Facts:
    """One of the cases' facts."""
    usual, earlier = cohort(1)[0], cohort(2)[0]
    if case == "least favourable":
        return min(cohort(1), key=_overall)
    if case == "too few":
        return next(facts for facts in cohort(1) if facts.too_few)
    if case in ("follow-up", "noise"):
        noise = {(s.about, s.id, s.cell): "yes" if s.n % 2 else "no" for s in usual.statistics if case == "noise"}
        later = replace(usual.heading, wave="followup")
        return with_changes(replace(usual, heading=later), earlier, noise)
    return usual if case == "usual" else _made(case)


def _made(case: str) -> Facts:
    """Build it again from the answers of the demo's first delegate."""
    player = make_cast(PROGRAMME, ENTRIES, 1)[0]
    own, manager, *others = responses_of(player)
    groups = {
        "self alone": [own],
        "empty": [],
        "pooled": [own, manager, *_as(others, peer=5, direct_report=2, other=2)],
        "split": [own, manager, *_at(2, _as(others, peer=6)), *_at(4, _as(others, direct_report=6))],
        "ends": [own, manager, *_at_the_ends(others)],
        "crowd": [own, manager, *_as([_at_length(r) for r in others], peer=25, direct_report=25, other=10)],
    }
    return _facts(groups[case], _heading(player, "baseline"))


def responses_of(player: Player) -> list[Response]:
    sent = [(part.group, part.answers) for part in player.parts if part.reply in ANSWERS]
    return [Response(group, _answers(answers)) for group, answers in [("self", player.answers), *sent]]


def _answers(answers: dict[str, str]) -> Answers:
    ratings = {k: None if v == NOT_ABLE else int(v) for k, v in answers.items() if k in ITEMS}
    return Answers(ratings, {k: v for k, v in answers.items() if k in QUESTIONS})


def _as(responses: list[Response], **groups: int) -> list[Response]:
    wanted = [group for group, many in groups.items() for _ in range(many)]
    return [replace(responses[k % len(responses)], group=group) for k, group in enumerate(wanted)]


def _at_the_ends(responses: list[Response]) -> list[Response]:
    """Everyone gives the highest rating to all behaviours, the lowest to those of the first competency."""
    low = {item.id for item in PROGRAMME.competencies[0].items}
    ratings = {item: 1 if item in low else PROGRAMME.top for item in ITEMS}
    return [replace(response, answers=replace(response.answers, ratings=ratings)) for response in responses]


def _at(rating: int, responses: list[Response]) -> list[Response]:
    """Each gives this rating, and the next higher one to every third behaviour."""
    ratings = {item: rating + (k % 3 == 0) for k, item in enumerate(sorted(ITEMS))}
    return [replace(response, answers=replace(response.answers, ratings=ratings)) for response in responses]


def _at_length(response: Response) -> Response:
    said = {question: f"{text} " * 12 for question, text in response.answers.comments.items()}
    return replace(response, answers=replace(response.answers, comments=said))


def _facts(responses: list[Response], heading: ReportHeading) -> Facts:
    return build_facts(PROGRAMME, heading, publish(PROGRAMME, responses, comment_key=KEY))


def _heading(player: Player, wave: str) -> ReportHeading:
    entry = player.entry
    return ReportHeading(
        delegate=entry.person.name,
        job_title=entry.job_title,
        service=entry.service,
        cohort="Cohort 1, 2026",
        programme=PROGRAMME.title,
        organisation=PROGRAMME.organisation.name,
        coach=entry.coach.name,
        wave=wave,
        issued=date(2026, 12, 18),
    )


def _overall(facts: Facts) -> float:
    return next((s.mean for s in facts.statistics if (s.about, s.cell) == ("overall", "all_others")), 9.0)
