"""What the demo's people typed, and the figures that follow: of the first 360, and of the survey six months on.

What it takes from the product's files is only which figures of a delegate's own pages may be shown at all: those rules
are proved in tests/report.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from infra.local.demo.output import slug
from tests.sponsor.plain_arithmetic import ENOUGH, Number, average, clamped, exact, mean, plain, spread
from tests.support import full_demo

PROGRAMME = full_demo.ROOT / "examples/maximising-potential/programme.yaml"
COSTS = full_demo.ROOT / "examples/maximising-potential/costs.yaml"
APART, TWO, HALVES = ((0,), (1,), (2,), (3,)), ((0, 1), (2,), (3,)), ((0, 1), (2, 3))

Numbers = Mapping[tuple[str, str], Number]  # competency and cell


class Cohort:
    def __init__(self, home: Path, played: Mapping[str, Any]):
        self.people = played["people"]
        self.output = home / "demo-output"
        self.programme = yaml.safe_load(PROGRAMME.read_text())
        self.items = {
            competency["id"]: [item["id"] for item in competency["items"]]
            for competency in self.programme["competencies"]
        }
        self.given: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)  # form and delegate -> sender
        for sending in played["given"]:
            by_sender = self.given[sending["form"], sending["delegate"]]
            by_sender[sending["by"]] = sending["answers"]  # the last sending counts
        self.own = {who: self.sent("delegate", who) for who in self.emails if self.sent("delegate", who)}
        self.manager = {who: self.sent("manager", who) for who in self.emails if self.sent("manager", who)}

    @property
    def emails(self) -> list[str]:
        return [person["email"] for person in self.people]

    def sent(self, role: str, who: str) -> dict[str, str]:
        return next(iter(self.given[f"impact/{role}", who].values()), {})

    def file(self, path: str) -> Any:
        return json.loads((self.output / path).read_text())

    def numbers(self, name: str) -> list[Fraction]:
        return [Fraction(own[name]) for own in self.own.values() if own.get(name, "na") not in ("na", "")]


# --- the first 360 ----------------------------------------------------------------------------------------------------


def first_360(cohort: Cohort) -> Numbers:
    """Own ratings and those of all others, over the delegates whose reports are in the cohort's figures."""
    figures = [delegates_figures(cohort, person) for person in cohort.people if not person["published_with_few"]]
    numbers = {}
    for cell in ("self", "all_others"):
        for competency, items in cohort.items.items():
            number = over_delegates([{i: own[i, cell] for i in items if (i, cell) in own} for own in figures], items)
            if number:
                numbers[competency, cell] = number
    return numbers


def delegates_figures(cohort: Cohort, person: Mapping[str, Any]) -> dict[tuple[str, str], Number]:
    """Return the figures of a delegate's behaviours, as far as the report shows them, from the questionnaires."""
    facts = cohort.file(f"reports/{slug(person['name'])}/facts.json")
    blocks = {block["block"]: block["groups"] for block in facts["blocks"]}
    by_item: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for statistic in facts["statistics"]:
        if statistic["about"] == "item":
            by_item[statistic["id"]][statistic["cell"]] = statistic
    numbers = {}
    for item, cells in by_item.items():
        rated = ratings(cohort, person, item)
        sums = [clamped(rated["manager"], 1, 5, margin=0)] if "manager" in cells else []
        sums += [
            clamped([rating for g in blocks[cell] for rating in rated[g]], 1, 5, 2) for cell in cells if cell in blocks
        ]
        again = {"self": rated["self"][0] if rated["self"] else None, "all_others": over_raters(sums) if sums else None}
        for cell in cells.keys() & again.keys():
            numbers[item, cell] = number = again[cell]
            assert (float(number.shown), number.n) == (cells[cell]["mean"], cells[cell]["n"]), (person["name"], item)
    return numbers


def ratings(cohort: Cohort, person: Mapping[str, Any], item: str) -> defaultdict[str, list[Number]]:
    """Everyone's rating of a behaviour, by group."""
    groups = {person["email"]: "self", **person["groups"]}
    rated = defaultdict(list)
    for by, answers in cohort.given["questionnaire", person["email"]].items():
        if answers.get(item, "na").isdigit():
            rated[groups[by]].append(exact(answers[item]))
    return rated


def over_raters(parts: Sequence[Number]) -> Number:
    n = sum(part.n for part in parts)
    return Number(*(sum(part[place] * part.n for part in parts) / n for place in range(3)), n)


def over_delegates(figures: Sequence[Mapping[str, Number]], items: Sequence[str]) -> Number | None:
    """Return the mean over delegates, each with the cohort's figure of the behaviours that their report shows."""
    means = {
        item: clamped([own[item] for own in figures if item in own], 1, 5)
        for item in items
        if sum(item in own for own in figures) >= ENOUGH
    }
    sets = [[item for item in means if item in own] for own in figures]
    counted = [own for own in sets if own and 2 * len(own) >= len(items)]
    if len(counted) < ENOUGH:
        return None
    shares = [sum(means[item][place] for item in own) / len(own) for own in counted for place in range(3)]
    n = len(counted)
    return Number(sum(shares[0::3]) / n, sum(shares[1::3]) / n, sum(shares[2::3]) / n, n)


# --- six months on ----------------------------------------------------------------------------------------------------


def seen(cohort: Cohort) -> dict[str, Number | None]:
    managers = [
        average(
            [Fraction(v) for name, v in answers.items() if name.startswith("change.") and v not in ("", "not_seen")]
        )
        for answers in cohort.manager.values()
    ]
    raters = [average(list(raters_changes(cohort, person))) for person in cohort.people]
    return {
        "managers": mean([figure for figure in managers if figure is not None], -3, 3),
        "raters": mean([figure for figure in raters if figure is not None], -3, 3),
    }


def raters_changes(cohort: Cohort, person: Mapping[str, Any]) -> Iterable[Fraction]:
    """Return what raters of the minute say of each area: 4 of 7 is no change."""
    path = cohort.output / f"impact/{slug(person['name'])}/facts.json"
    for area in json.loads(path.read_text())["areas"] if path.exists() else []:
        if not (area["raters"] or {}).get("change"):
            continue  # not enough people rated it, or only a word may be shown
        all_answers = cohort.given["impact/pulse", person["email"]].values()
        given = [exact(answers[area["id"]]) for answers in all_answers if answers.get(area["id"], "na") != "na"]
        number = clamped(given, 1, 7, margin=2)
        assert (str(number.shown - 4), number.n) == (area["raters"]["change"], area["raters"]["n"]), person["name"]
        yield number.shown - 4


def areas(cohort: Cohort) -> dict[str, Any]:
    given = {who: [v for name, v in own.items() if name.startswith("level.")] for who, own in cohort.own.items()}
    labels = {
        "not_started": "not started",
        "tried": "tried it",
        "regular": "do it regularly",
        "habit": "a habit now",
    }
    return spread(given, labels, (APART, TWO, HALVES))


def proposals(cohort: Cohort) -> dict[str, Any]:
    labels = {
        "accepted": "accepted",
        "amended": "accepted with changes",
        "pending": "not decided yet",
        "declined": "declined",
    }
    given = {who: [own.get("proposal", "")] for who, own in cohort.own.items()}
    return spread(given, labels, (APART, ((0,), (1,), (2, 3)), HALVES))


def measures(cohort: Cohort) -> dict[str, Any]:
    """Those that were submitted during the programme, also of who did not answer the survey."""
    given = {
        person["email"]: [outcome(cohort.own.get(person["email"], {}), n) for n in range(1, agreed(cohort, person) + 1)]
        for person in cohort.people
    }
    return by_outcome(given)


def named(cohort: Cohort) -> dict[str, Any]:
    """Those that are in no submission."""
    given = {}
    for person in cohort.people:
        own, first = cohort.own.get(person["email"], {}), agreed(cohort, person) + 1
        given[person["email"]] = [outcome(own, n) for n in range(first, 4) if own.get(f"measure.{n}.name")]
    return by_outcome(given)


def agreed(cohort: Cohort, person: Mapping[str, Any]) -> int:
    """Count the figures of the service in what a delegate submitted last between workshops."""
    path = cohort.output / f"assignments/{slug(person['name'])}/performance.json"
    submissions = json.loads(path.read_text())["submissions"] if path.exists() else []
    return len(submissions[-1]["values"].get("measures", ())) if submissions else 0


def by_outcome(given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    labels = {"improved": "improved", "unchanged": "unchanged", "worse": "worse", "no answer": "no answer"}
    ladder = (APART, ((0,), (1, 2), (3,)), ((0,), (1, 2, 3)), ((0, 1, 2), (3,)))
    return spread(given, labels, ladder)


def outcome(own: Mapping[str, str], place: int) -> str:
    before, now, way = (own.get(f"measure.{place}.{part}", "") for part in ("baseline", "now", "direction"))
    if not (before and now and way):
        return "no answer"
    moved = plain(now) - plain(before)
    return "unchanged" if not moved else "improved" if (moved > 0) == (way == "up") else "worse"


def useful(cohort: Cohort) -> dict[str, Any]:
    labels = {"feedback": "The 360 feedback", "coaching": "The conversation with my coach"}
    labels |= {f"milestone.{milestone['id']}": milestone["title"] for milestone in cohort.programme["milestones"]}
    chosen = Counter(own["useful"] for own in cohort.own.values() if own.get("useful"))
    value = max(labels, key=lambda label: chosen[label])
    if chosen.total() < 2 * ENOUGH - 1 or chosen[value] < ENOUGH:
        return {"label": "", "n": 0, "display": "", "many": False}
    n = chosen.total()
    return {"label": labels[value], "n": n, "display": f"{ENOUGH} or more of {n}", "many": True}


# --- money ------------------------------------------------------------------------------------------------------------


def sums(cohort: Cohort) -> dict[str, list[Fraction]]:
    """Each delegate's sums: claimed, less the lower share, less the confidence, and what got worse."""
    by_column = defaultdict(list)
    for who, own in cohort.own.items():
        claimed = attributed = confident = Fraction(0)
        for place in range(1, 4):
            if not own.get(f"measure.{place}.money"):
                continue
            money = plain(own[f"measure.{place}.money"])
            name = " ".join(own[f"measure.{place}.name"].casefold().split())
            key = sha256(f"{name}\x1f{money}".encode()).hexdigest()[:10]
            shares = own.get(f"share.{place}") or "0", cohort.manager.get(who, {}).get(f"share.{key}") or "0"
            due = money * min(map(plain, shares)) / 100
            claimed, attributed = claimed + money, attributed + due
            confident += due * plain(own.get(f"confidence.{place}") or "0") / 100
        lost = plain(own.get("lost") or "0")
        for column, value in zip(
            ("claimed", "attributed", "confident", "lost"), (claimed, attributed, confident, lost), strict=True
        ):
            by_column[column].append(value)
    return by_column


def costs() -> dict[str, Fraction]:
    read = yaml.safe_load(COSTS.read_text())
    return {kind: cost_of({name: entry[name] for name in entry if name != "source"}) for kind, entry in read.items()}


def cost_of(entry: Mapping[str, Any]) -> Fraction:
    if "amount" in entry:
        return Fraction(str(entry["amount"]))
    return Fraction(str(entry.get("people", 1))) * Fraction(str(entry["hours"])) * Fraction(str(entry["rate"]))
