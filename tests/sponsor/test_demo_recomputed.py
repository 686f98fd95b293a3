"""Every figure that the demo's sponsor is given, computed again from what the demo's people typed.

It plays the whole demo, so it runs among the proofs.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

import pytest
import yaml

from infra.local.demo.sponsoring import ASKS
from tests.sponsor.demo_again import (
    COSTS,
    Cohort,
    Numbers,
    areas,
    costs,
    first_360,
    measures,
    named,
    outcome,
    proposals,
    seen,
    sums,
    useful,
)
from tests.sponsor.plain_arithmetic import ENOUGH, MINUS, change, error, figure, mean, plain, pounds, tenths, total
from tests.support import full_demo

pytestmark = pytest.mark.prove

LABELS = {
    "fees": "Fees of the provider",
    "venue": "Venue and travel",
    "delegates_time": "Time of delegates",
    "managers_time": "Time of line managers",
    "raters_time": "Time of raters",
    "administration": "Administration",
}
FACTORS = {
    "manager": "Support from my line manager",
    "time": "Time",
    "authority": "Authority to decide",
    "staffing": "Staffing",
    "data": "Data about the service",
    "peers": "Peers from the programme",
    "coaching": "Coaching",
    "opportunity": "Opportunity to use it",
}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory) -> Cohort:
    home = tmp_path_factory.mktemp("full-demo")
    return Cohort(home, full_demo.play(home))


def facts_again(cohort: Cohort) -> dict[str, Any]:
    """All of facts.json that a figure is in."""
    first, money = first_360(cohort), sums(cohort)
    value = {name: total(money[name]) for name in ("claimed", "attributed", "lost")}
    value["confident"] = total(money["confident"], money["lost"])
    return {
        "response": response(cohort),
        "start": [line for competency in cohort.programme["competencies"] if (line := start_line(competency, first))],
        "followup": [],
        "late": None,
        "reviews": {"delegates": 0, "things": 0, "parts": []},  # the first edition comes before them
        "survey": survey(cohort, first),
        "value": {**value, **counted_claims(cohort), **with_costs(value["confident"])},
    }


def response(cohort: Cohort) -> dict[str, int]:
    return {
        "began": len(cohort.people),
        "stayed": len(cohort.people),
        "reports": sum(person["released"] for person in cohort.people),
        "delegates_answered": len(cohort.own),
        "managers_answered": len(cohort.manager),
        "left_out": 0,
        "later": 0,
    }


def start_line(competency: Mapping[str, Any], first: Numbers) -> dict[str, Any] | None:
    own, others = (first.get((competency["id"], cell)) for cell in ("self", "all_others"))
    if not own and not others:
        return None
    figures = {name: figure(number) if number else None for name, number in (("own", own), ("others", others))}
    return {"id": competency["id"], "title": competency["title"], **figures}


def survey(cohort: Cohort, first: Numbers) -> dict[str, Any]:
    recommend, relevance = mean(cohort.numbers("recommend"), 0, 10), mean(cohort.numbers("relevance"), 1, 5)
    return {
        "seen": {
            name: figure(number, sign=True, error=error(number.n, points=7)) if number else None
            for name, number in seen(cohort).items()
        },
        "changes": [
            line for competency in cohort.programme["competencies"] if (line := change_line(cohort, competency, first))
        ],
        "areas": areas(cohort),
        "proposals": proposals(cohort),
        "measures": measures(cohort),
        "named": named(cohort),
        "factors": factors(cohort),
        "reaction": {
            "recommend": figure(recommend) if recommend else None,
            "relevance": figure(relevance) if relevance else None,
            "useful": useful(cohort),
        },
    }


def change_line(cohort: Cohort, competency: Mapping[str, Any], first: Numbers) -> dict[str, Any] | None:
    key, before = competency["id"], first.get((competency["id"], "self"))
    both = [own for own in cohort.own.values() if all(own.get(f"{n}.{key}", "na").isdigit() for n in ("now", "then"))]
    now, then = (mean([Fraction(own[f"{name}.{key}"]) for own in both], 1, 5) for name in ("now", "then"))
    if before is None or now is None or then is None:
        return None
    one_answer = error(now.n)
    since = sqrt(error(before.n, len(cohort.items[key])) ** 2 + one_answer**2)
    return {
        "id": key,
        "title": competency["title"],
        "first": figure(before),
        "now": figure(now),
        "then": figure(then),
        "since_first": figure(change(before, now), sign=True, error=since),
        "looking_back": figure(change(then, now), sign=True, error=sqrt(2 * one_answer**2)),
    }


def factors(cohort: Cohort) -> list[dict[str, Any]]:
    numbers = {name: mean(cohort.numbers(f"factor.{name}"), -2, 2) for name in FACTORS}
    lines = [
        {"id": name, "label": FACTORS[name], "mean": figure(number, sign=True, error=error(number.n))}
        for name, number in numbers.items()
        if number
    ]
    return sorted(lines, key=lambda line: (line["mean"]["value"], line["label"]))


def counted_claims(cohort: Cohort) -> dict[str, Any]:
    claiming = [who for who, own in cohort.own.items() if any(own.get(f"measure.{n}.money") for n in range(1, 4))]
    assert len(claiming) < 2 * ENOUGH - 1, "enough claims to count: compute the two counts here"
    labels = {
        "manager_too": "have a share from their line manager too",
        "checked": "agreed with finance, or from a standard cost",
    }
    return {name: {"label": label, "n": 0, "display": "", "many": False} for name, label in labels.items()}


def with_costs(confident: Mapping[str, Any]) -> dict[str, Any]:
    amounts, sources = costs(), yaml.safe_load(COSTS.read_text())
    whole, ratio, percent = sum(amounts.values()), "", ""
    if confident["display"]:
        benefit = Fraction(confident["amount"])
        back = 100 * (benefit - whole) / whole
        ratio = f"{float(tenths(benefit / whole, 100)):.2f}"
        percent = f"{MINUS if back < 0 else ''}{float(abs(tenths(back))):.1f} %"
    lines = [
        {"label": LABELS[kind], "source": sources[kind]["source"].capitalize(), "display": pounds(amount)}
        for kind, amount in amounts.items()
    ]
    return {"costs": lines, "cost": pounds(whole), "ratio": ratio, "percent": percent}


def test_every_figure_of_the_facts_follows_from_what_people_typed(cohort):
    facts, again = cohort.file("sponsor/facts.json"), facts_again(cohort)

    for part, expected in again.items():
        assert facts[part] == expected, part
    rest = facts.keys() - again.keys()
    assert rest == {
        "asks", "checksum", "cohort", "edition", "headline", "made_on", "organisation", "programme", "replaces",
        "scale", "stories",
    }, "a part that this test does not compute"  # fmt: skip


def test_what_is_said_in_words_follows_too(cohort):
    facts = cohort.file("sponsor/facts.json")
    lines = facts_again(cohort)["survey"]["changes"]
    lower = sum(line["since_first"]["clear"] and line["since_first"]["value"] < 0 for line in lines)
    growth = sum(line["looking_back"]["clear"] and line["looking_back"]["value"] > 0 for line in lines)
    words = dict(enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]))

    assert f"clearly lower in {words[lower]} of {words[len(lines)]} competencies" in facts["headline"][1]
    assert facts["headline"][1].endswith(f"they see growth in {words[growth]}.")
    assert facts["asks"] == [value for name, value in ASKS.items() if name.startswith("ask.")]
    answered = (person for person in cohort.people if cohort.own.get(person["email"]))
    quotable = set().union(*(quotes(cohort, person) for person in answered))
    assert {(story["who"], story["text"]) for story in facts["stories"]} <= quotable


def quotes(cohort: Cohort, person: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return what a delegate may be quoted with: the improved figure that moved furthest, or what failed."""
    own = cohort.own[person["email"]]
    who = f"{person['name']}, {person['service']}" if own["consent"] == "named" else "A delegate"
    improved = [n for n in range(1, 4) if outcome(own, n) == "improved"]
    if improved:
        best = max(improved, key=lambda n: how_far(own, n))
        name, unit, before, now = (own[f"measure.{best}.{part}"] for part in ("name", "unit", "baseline", "now"))
        return {(who, f"{name}, from {before} to {now} {unit}. {own['implemented']}")}
    given = [int(value) for name, value in own.items() if name.startswith("factor.") and value.lstrip("-").isdigit()]
    why = own.get("factors_why", "") if -min([0, *given]) > max([0, *given]) else ""
    return {(who, f"{own.get('negative', '')} {why}".strip())}


def how_far(own: Mapping[str, str], place: int) -> Fraction:
    before, now = (plain(own[f"measure.{place}.{part}"]) for part in ("baseline", "now"))
    return abs(now - before) / max(abs(now), abs(before))


def rows_of(facts: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the rows of figures.csv that these facts make: part, id, what, shown, delegates, too close to call."""
    survey, value = facts["survey"], facts["value"]
    rows = [("response", name, "count", str(n), "", "") for name, n in facts["response"].items()]
    names = {"first": "first 360", "now": "now", "then": "then, looking back"}
    names |= {"since_first": "since the first 360", "looking_back": "looking back"}
    rows += [
        row("own", change["id"], what, change[name]) for change in survey["changes"] for name, what in names.items()
    ]
    who = {"managers": "line_managers", "raters": "colleagues"}
    rows += [
        row("seen", who[name], "mean change, -3 to +3", figure) for name, figure in survey["seen"].items() if figure
    ]
    for name in ("areas", "proposals", "measures"):
        spread = survey[name]
        rows += [(name, "", "count", str(p["count"]), str(spread["delegates"]), "") for p in spread["parts"]]
    assert survey["named"]["parts"] == [], "enough outcomes to show: add their rows here"
    rows += [row("helped or hindered", factor["id"], "mean, -2 to +2", factor["mean"]) for factor in survey["factors"]]
    scales = {"recommend": "mean, 0 to 10", "relevance": "mean, 1 to 5"}
    rows += [row("reaction", name, what, survey["reaction"][name]) for name, what in scales.items()]
    rows += [("reaction", "useful", "most useful part", survey["reaction"]["useful"]["display"], "", "")]
    for name in ("claimed", "attributed", "confident"):
        total = value[name]
        display = total["display"] or f"not shown: {total['why']}"
        rows.append(("value", name, "sum", display, str(total["delegates"] or ""), ""))
    rows += [("cost", "", line["source"].lower(), line["display"], "", "") for line in value["costs"]]
    rows.append(("value", "", "return on investment", value["cost"], "", ""))
    cells = {"own": "own, first 360", "others": "all others, first 360"}
    return [
        *rows,
        *(row("start", line["id"], what, line[name]) for line in facts["start"] for name, what in cells.items()),
    ]


def row(part: str, name: str, what: str, figure: Mapping[str, Any]) -> tuple[str, ...]:
    close = "" if not figure["limit"] else "no" if figure["clear"] else "yes"
    return (part, name, what, figure["display"], str(figure["n"]), close)


def test_every_row_of_the_csv_follows_from_what_people_typed(cohort):
    with (cohort.output / "sponsor/figures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (row["part"], row["id"], row["what"], row["shown"], row["delegates"], row["too_close_to_call"])
            for row in csv.DictReader(file)
        ]

    assert rows == rows_of(facts_again(cohort))
