"""Every figure of an edition, computed again from raw answers by arithmetic that shares no code with the product."""

from __future__ import annotations

import json
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from hashlib import sha256
from random import Random

import pytest

from chalicelib.sponsor.final.build import Prepared, build_final
from chalicelib.sponsor.final.facts import final_bytes
from tests.sponsor.final_example import COSTS, MADE, cohort, everyone, frozen
from tests.support import people

MINUS = "\N{MINUS SIGN}"
BASELINE = frozen()
SEEDS = range(5, 9)


def rounded(number: Fraction, places: str = "0.1") -> Decimal:
    quotient = Decimal(abs(number).numerator) / Decimal(abs(number).denominator)
    return quotient.quantize(Decimal(places), ROUND_HALF_UP).copy_sign(1 if number >= 0 else -1)


def shown(number: Fraction, *, sign: bool = False) -> str:
    value = rounded(number)
    if not sign:
        return f"{value}"
    return "0.0" if value == 0 else f"{'+' if value > 0 else MINUS}{abs(value)}"


def mean(values: list[Fraction], low: int, high: int) -> tuple[Fraction, int] | None:
    """Return the mean; its sum is kept one away from the ends, so that no figure says that all gave the extreme."""
    n = len(values)
    if n < 5:
        return None
    total = min(max(sum(values), Fraction(n * low + 1)), Fraction(n * high - 1))
    return total / n, n


class Again:
    """The answers of one cohort, read as plain text, and the figures that follow from them."""

    def __init__(self, seed: int) -> None:
        self.people = everyone(seed=seed)
        prepared = Prepared(COSTS, ("Time.",), ())
        final = build_final(people.programme(), cohort(), self.people, MADE, BASELINE, prepared=prepared)
        self.facts = json.loads(final_bytes(final))
        self.own = [person.own for person in self.people if person.own]
        self.left = set(self.figures(self.facts))

    def figures(self, part, path=()):
        """Paths of every mean and difference in the facts."""
        if isinstance(part, dict):
            if "display" in part and "value" in part:
                yield path
            for name, inner in part.items():
                yield from self.figures(inner, (*path, name))
        elif isinstance(part, list):
            for place, inner in enumerate(part):
                yield from self.figures(inner, (*path, place))

    def check(self, path: tuple, number: Fraction, n: int, *, sign: bool = False) -> None:
        figure = self.facts
        for step in path:
            figure = figure[step]
        plain = figure["display"].partition(" ")[0]  # without “or more”
        assert (plain, figure["n"]) == (shown(number, sign=sign), n), path
        assert figure["value"] == float(rounded(number)), path
        self.left.discard(path)

    def numbers(self, name: str) -> list[Fraction]:
        return [Fraction(own[name]) for own in self.own if own.get(name, "na") != "na"]


@pytest.fixture(params=SEEDS, scope="module")
def again(request) -> Again:
    return Again(request.param)


def test_every_mean_and_every_difference(again):
    check_seen(again)
    check_own(again)
    check_rest(again)
    assert again.left == set(), "a figure that this test does not compute"


def check_seen(again: Again) -> None:
    managers, raters = [], []
    for person in again.people:
        given = [
            Fraction(v) for name, v in (person.manager or {}).items() if name.startswith("change.") and v != "not_seen"
        ]
        managers += [sum(given) / len(given)] if given else []
        raters += [sum(person.raters_change) / len(person.raters_change)] if person.raters_change else []
    for name, values in (("managers", managers), ("raters", raters)):
        figure = mean(values, -3, 3)
        assert figure
        again.check(("survey", "seen", name), *figure, sign=True)


def check_own(again: Again) -> None:
    published = {(mean.id, mean.cell): mean for mean in BASELINE.means if mean.about == "competency"}
    for place, competency in enumerate(people.programme().competencies):
        key = competency.id
        both = [own for own in again.own if {f"now.{key}", f"then.{key}"} <= own.keys()]
        now, then = (mean([Fraction(own[f"{what}.{key}"]) for own in both], 1, 5) for what in ("now", "then"))
        first = Fraction(str(published[key, "self"].mean))
        others = Fraction(str(published[key, "all_others"].mean))
        assert now
        assert then
        path = ("survey", "changes", place)
        again.check((*path, "first"), first, 12)
        again.check((*path, "now"), *now)
        again.check((*path, "then"), *then)
        since = Fraction(rounded(now[0])) - Fraction(rounded(first))
        back = Fraction(rounded(now[0])) - Fraction(rounded(then[0]))
        again.check((*path, "since_first"), since, now[1], sign=True)
        again.check((*path, "looking_back"), back, now[1], sign=True)
        again.check(("start", place, "own"), first, 12)
        again.check(("start", place, "others"), others, 12)


def check_rest(again: Again) -> None:
    for place, line in enumerate(again.facts["survey"]["factors"]):
        figure = mean(again.numbers(f"factor.{line['id']}"), -2, 2)
        assert figure
        again.check(("survey", "factors", place, "mean"), *figure, sign=True)
    for name, low, high in (("recommend", 0, 10), ("relevance", 1, 5)):
        figure = mean(again.numbers(name), low, high)
        assert figure
        again.check(("survey", "reaction", name), *figure)


def test_the_factors_are_ranked_and_whole(again):
    values = [line["mean"]["value"] for line in again.facts["survey"]["factors"]]
    assert values == sorted(values)
    assert len(values) == len({name for own in again.own for name in own if name.startswith("factor.")})


def outcome(own: dict[str, str], number: int) -> str:
    before, now, way = (own.get(f"measure.{number}.{part}", "") for part in ("baseline", "now", "direction"))
    if not (before and now and way):
        return "no answer"
    moved = Fraction(now) - Fraction(before)
    return "unchanged" if not moved else "improved" if (moved > 0) == (way == "up") else "worse"


def test_the_parts_of_each_chart_add_up_to_what_was_answered(again):
    areas = Counter(own[f"level.{area}"] for own in again.own for area in ("a", "b"))
    agreed = [(person.own or {}, number) for person in again.people for number in range(1, person.agreed + 1)]
    measures = Counter(outcome(own, number) for own, number in agreed)
    named = Counter(
        outcome(person.own, number)
        for person in again.people
        if person.own
        for number in range(person.agreed + 1, 4)
        if f"measure.{number}.name" in person.own
    )
    assert measures["no answer"] >= 2, "those of who did not answer count too"
    proposals = Counter(own["proposal"] for own in again.own)
    words = {
        "not_started": "not started",
        "tried": "tried it",
        "regular": "do it regularly",
        "habit": "a habit now",
        "amended": "accepted with changes",
        "pending": "not decided yet",
    }
    given = {"areas": areas, "measures": measures, "named": named, "proposals": proposals}
    for name, counted in given.items():
        assert again.facts["survey"][name]["things"] in (0, sum(counted.values())), name
        by_word = {words.get(value, value): count for value, count in counted.items()}
        for part in again.facts["survey"][name]["parts"]:
            together = part["label"].replace(" or ", ", ").split(", ")
            assert part["count"] == sum(by_word.get(label, 0) for label in together), (name, part)


def test_the_money_and_the_return(again):
    claimed, attributed, confident = [], [], []
    for person in again.people:
        own, sums = person.own or {}, [Fraction(0)] * 3
        for number in (1, 2, 3):
            if f"measure.{number}.money" not in own:
                continue
            money = Fraction(own[f"measure.{number}.money"])
            key = sha256(f"{own[f'measure.{number}.name'].casefold()}\x1f{money}".encode()).hexdigest()[:10]
            shares = [Fraction(own[f"share.{number}"]), Fraction((person.manager or {}).get(f"share.{key}", 0))]
            due = money * min(shares) / 100
            sums = [sums[0] + money, sums[1] + due, sums[2] + due * Fraction(own[f"confidence.{number}"]) / 100]
        for column, value in zip((claimed, attributed, confident), sums, strict=True):
            column += [value] if value else []
    value = again.facts["value"]
    for name, column in (("claimed", claimed), ("attributed", attributed), ("confident", confident)):
        fits = len(column) >= 5 and 2 * max(column) <= sum(column)
        assert value[name]["display"] == (f"£{rounded(sum(column), '1'):,}" if fits else ""), name
        assert value[name]["delegates"] == (len(column) if fits else 0)
    assert value["cost"] == "£38,160"
    if value["confident"]["display"]:
        benefit = Fraction(value["confident"]["amount"])
        assert value["ratio"] == f"{rounded(benefit / 38_160, '0.01')}"
        percent = rounded(100 * (benefit - 38_160) / 38_160)
        assert value["percent"] == f"{MINUS if percent < 0 else ''}{abs(percent)} %"
    else:
        assert (value["ratio"], value["percent"]) == ("", "")


def test_who_began_stayed_and_answered(again):
    response = again.facts["response"]
    assert response["began"] == len(again.people)
    assert response["stayed"] == sum(not person.has_left for person in again.people)
    assert response["delegates_answered"] == len(again.own)
    assert response["managers_answered"] == sum(person.manager is not None for person in again.people)


def test_the_parts_of_the_reviews_add_up_to_what_was_agreed():
    chance, words = (
        Random(7),
        {"done": "done", "kept": "kept", "changed": "kept in other words", "given_up": "given up"},
    )
    agreed = {f"d{place}": chance.choices(list(words), k=3) for place in range(12)}
    prepared = Prepared(reviews=agreed)
    final = build_final(people.programme(), cohort(), everyone(seed=5), MADE, BASELINE, prepared=prepared)
    counted = Counter(words[outcome] for given in agreed.values() for outcome in given)
    reviews = json.loads(final_bytes(final))["reviews"]
    assert (reviews["delegates"], reviews["things"]) == (12, 36)
    assert sum(part["count"] for part in reviews["parts"]) == 36
    for part in reviews["parts"]:
        together = part["label"].replace(" or ", ", ").split(", ")
        assert part["count"] == sum(counted[label] for label in together)
