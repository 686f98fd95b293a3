"""What people think of a delegate: a seeded model that gives believable answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from chalicelib.core.answers import NOT_ABLE
from chalicelib.core.model import MANAGER_GROUP, Programme
from infra.local.demo.phrases import Deck, as_typed, bank

TITLES = {"Dr", "Prof", "Mr", "Mrs", "Ms"}
USUAL = 3.7  # of five points, as such questionnaires come out
STRENGTH, WEAKNESS, BLIND_SPOT = 0.6, -0.95, 1.0
OWN_VIEWS = (0.45, 0.05, -0.4)  # self minus others, in turn: too high, about right, too low
NOISE, LENIENCY = 0.55, 0.3
UNABLE = {MANAGER_GROUP: 0.01, "peer": 0.06, "direct_report": 0.04, "other": 0.15}
BLANK = 0.012
SELDOM_SEEN = 2.5  # times more often "not able to comment" on one competency
COMMENTS = {"strengths": 0.75, "one_change": 0.65, "anything_else": 0.25}  # question -> how often it is answered
PHRASES = {"strengths": "strengths", "one_change": "changes"}

ChosenAnswers = Mapping[str, str]  # field -> what is chosen or typed; a blank is absent


@dataclass(frozen=True)
class Leader:
    """How a delegate leads, on the scale of five that the example has."""

    first_name: str
    levels: Mapping[str, float]  # item -> the rating most people would give
    own_levels: Mapping[str, float]  # item -> how the delegate sees it
    strengths: tuple[str, ...]  # competencies
    weaknesses: tuple[str, ...]


def make_leader(programme: Programme, name: str, place: int, rng: Random) -> Leader:
    competencies = [competency.id for competency in programme.competencies]
    chosen = rng.sample(competencies, 4)
    strengths, weaknesses = tuple(chosen[:2]), tuple(chosen[2:])
    base, own = USUAL + rng.gauss(0, 0.15), OWN_VIEWS[place % len(OWN_VIEWS)]
    levels, own_levels = {}, {}
    for competency in programme.competencies:
        level = base + STRENGTH * (competency.id in strengths) + WEAKNESS * (competency.id in weaknesses)
        blind = BLIND_SPOT if competency.id == weaknesses[0] else 0.0
        for item in competency.items:
            levels[item.id] = level + rng.gauss(0, 0.3)
            own_levels[item.id] = levels[item.id] + own + blind
    first = next(word for word in name.split() if word not in TITLES)
    return Leader(first, levels, own_levels, strengths, weaknesses)


def rater_answers(programme: Programme, leader: Leader, group: str, deck: Deck, rng: Random) -> dict[str, str]:
    """All answers of one rater."""
    leniency = rng.gauss(0, LENIENCY)
    seldom_seen = rng.choice(programme.competencies).id
    answers = {}
    for competency in programme.competencies:
        unable = UNABLE.get(group, BLANK) * (SELDOM_SEEN if competency.id == seldom_seen else 1)
        for item in competency.items:
            chance = rng.random()
            if chance < unable:
                answers[item.id] = NOT_ABLE
            elif chance < 1 - BLANK:
                answers[item.id] = _rating(leader.levels[item.id] + leniency, programme.top, rng)
    return answers | _comments(programme, leader, deck, rng)


def own_answers(programme: Programme, leader: Leader, deck: Deck, rng: Random) -> dict[str, str]:
    """All answers of a delegate."""
    words = bank("phrases")
    answers = {item: _rating(level, programme.top, rng) for item, level in leader.own_levels.items()}
    answers["strengths"] = deck.deal(words[leader.strengths[0]]["own_strengths"])
    answers["one_change"] = deck.deal(words[leader.weaknesses[1]]["own_changes"])
    if rng.random() < COMMENTS["anything_else"]:
        answers["anything_else"] = deck.deal(words["own_anything_else"])
    return answers


def amended(programme: Programme, answers: ChosenAnswers, rng: Random) -> dict[str, str]:
    """Second thoughts on the first page: one step up or down."""
    item = programme.competencies[0].items[0].id
    before = int(answers[item]) if answers.get(item, NOT_ABLE) != NOT_ABLE else programme.top - 1
    is_lower = rng.random() < 0.5
    step = 1 if before == 1 else -1 if before == programme.top or is_lower else 1
    return {item: str(before + step)}


def _comments(programme: Programme, leader: Leader, deck: Deck, rng: Random) -> dict[str, str]:
    words = bank("phrases")
    comments = {}
    for question in programme.open_questions:
        if rng.random() >= COMMENTS.get(question.id, 0):
            continue
        if question.id == "anything_else":
            lists = [words["anything_else"]]
        else:
            about = leader.strengths if question.id == "strengths" else leader.weaknesses
            lists = [words[competency][PHRASES[question.id]] for competency in about]
        comments[question.id] = as_typed(deck.deal(*lists).format(first=leader.first_name), rng)
    return comments


def _rating(level: float, top: int, rng: Random) -> str:
    return str(min(top, max(1, round(level + rng.gauss(0, NOISE)))))
