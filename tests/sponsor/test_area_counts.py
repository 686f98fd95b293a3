"""Counts of development areas for sponsor and facilitators: five delegates or more, frozen, and compared."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import Wave
from chalicelib.forms.impact_options import LEVELS
from chalicelib.links.kinds import FACILITATOR, SPONSOR
from chalicelib.mornings.jobs import open_day
from chalicelib.results.closure import answers_isolate_few
from chalicelib.results.sponsor_rule import with_rest
from chalicelib.sponsor import count_areas, planned_emails
from chalicelib.sponsor.count_areas import OwnArea, count_again, freeze_area_counts, topic_of
from chalicelib.store import area_counts, areas, cohorts, delegates
from chalicelib.store.area_counts import AreaCounts, Counted, CountedPart
from chalicelib.store.areas import Area, AreaState, Progress
from chalicelib.store.row_kinds.cohort_rows import AREA_COUNTS
from chalicelib.store.table import put
from chalicelib.store.unreadable import watch_rows
from tests.report.attackers import Lin, isolated
from tests.report.example import tiny_programme
from tests.sponsor.test_anonymity import certain
from tests.support import people
from tests.support.drain import drain
from tests.support.faults import single_faults
from tests.support.world import put_back, take
from tests.workshops import dates

FIVE, DAY = 5, date(2026, 10, 20)
LEVEL_IDS = [level for level, _ in LEVELS]

# --- the rule ---------------------------------------------------------------------------------------------------------

PEOPLE = [f"d{place}" for place in range(9)]
FIGURES = st.lists(
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(["first", "second", "third"]), min_size=1),
    min_size=1,
    max_size=4,
)


def attacker(figures: Sequence[dict[str, str]]) -> bool:
    """Whether a combination of sums over these answers is about fewer than five delegates, by the test of reports."""
    rows = [
        sum(Lin({(PEOPLE.index(who), answer): Fraction(1)}) for who, answer in figure.items()) for figure in figures
    ]
    return isolated(rows, FIVE, frozenset()) is not None


@given(FIGURES)
def test_the_rule_for_answers_that_change_is_that_of_an_attacker(figures):
    assert answers_isolate_few(figures) == attacker(figures)


TOPICS = ("a", "b", "c")


def page_of_topics(world: Sequence[tuple[int, ...]]) -> tuple[object, ...]:
    by_topic = [[who for who, counts in enumerate(world) for _ in range(counts[place])] for place in range(3)]
    return with_rest(TOPICS, by_topic, "other")


@pytest.mark.parametrize("delegates", [6, pytest.param(9, marks=pytest.mark.prove)])
def test_no_ones_areas_are_certain_from_the_counts_by_competency(delegates):
    states = [(a, b, c) for a in range(3) for b in range(3) for c in range(3) if 1 <= a + b + c <= 2]
    assert certain(page_of_topics, states, delegates) == []


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((5, 6, 7), [("a", 5), ("b", 6), ("c", 7)]),
        ((5, 7, 5, 1), [("a", 5), ("b", 7), ("other", 6)]),
        ((5, 2, 5, 3), [("a", 5), ("c", 5), ("other", 5)]),
        ((9, 9, 0), [("a", 9), ("other", 9)]),  # that no one works on it would show everyone's answer
        ((4, 4, 4), []),
        ((9, 1), []),
    ],
)
def test_competencies_of_few_delegates_are_counted_together(sizes, shown):
    others = iter(range(1000))
    given = [[f"{next(others)}" for _ in range(size)] for size in sizes]
    assert [(part.label, part.count) for part in with_rest("abcd"[: len(sizes)], given, "other")] == shown


def test_one_delegate_with_many_areas_makes_no_number():
    five = [f"d{place}" for place in range(5)]
    parts = with_rest("abc", [["d0"] * 6, five, five], "other")
    assert [(part.label, part.count) for part in parts] == [("b", 5), ("other", 11)]


# --- counts one after another --------------------------------------------------------------------------------------


def own(count: int, level: str = "tried", notes: int = 1, topic: str = "", start: int = 0) -> dict[str, list[OwnArea]]:
    return {f"d{place}": [OwnArea(f"a{place}", topic, level, 1, notes)] for place in range(start, start + count)}


def shown(world, before: Sequence[AreaCounts] = ()) -> tuple[Counted | None, Counted | None]:
    return count_again(tiny_programme(), world, before, DAY + timedelta(days=len(before)))


def levels_after(first, second) -> bool:
    """Return whether the second count is shown as it is."""
    _, before = shown(first)
    assert before is not None
    _, after = shown(second, [AreaCounts("autumn", 1, None, before)])
    assert after is not None
    return after.day > before.day


HALF = own(6) | own(6, "not_started", 0, start=6)


@pytest.mark.parametrize(
    ("changed", "is_counted"),
    [
        (own(4, "regular", 2), False),
        (own(1, "regular", 2), False),
        (own(5, "regular", 2), True),
        (own(5, start=12), True),
        (own(1, start=12) | own(4, "regular", 2), False),
        ({}, True),  # the same answers: nothing new is shown
    ],
)
def test_a_count_that_would_show_what_few_have_changed_is_not_made(changed, is_counted):
    assert levels_after(HALF, HALF | changed) is is_counted


@pytest.mark.parametrize(("changed", "joined", "counted"), [(0, 4, 12), (5, 1, 12), (5, 5, 17)])
def test_a_few_who_join_are_left_out_also_if_others_note_levels(changed, joined, counted):
    _, first = shown(HALF)
    _, second = shown(HALF | own(changed, "regular", 2) | own(joined, start=12), [AreaCounts("autumn", 1, None, first)])

    assert second is not None
    assert (second.day > first.day, second.delegates, second.areas) == (True, counted, counted)


def test_no_two_counts_make_the_level_of_one_who_joins_certain():
    """The sponsor knows who joins. Others note levels too, and no level goes back."""
    kinds = [("not_started", "not_started", 1), ("not_started", "not_started", 2), ("not_started", "tried", 2)]
    kinds += [("tried", "tried", 1), ("tried", "tried", 2)]
    possible = defaultdict(set)
    for world in combinations_with_replacement(kinds, 11):
        then, now = ({f"d{place}": areas_of(place, kind[at]) for place, kind in enumerate(world)} for at in (0, 1))
        now = {who: [replace(area, notes=kind[2])] for (who, (area,)), kind in zip(now.items(), world, strict=True)}
        topics, first = shown(then)
        for level in ("not_started", "tried") if first else ():
            newest = shown(now | {"joiner": areas_of(99, level)}, [AreaCounts("autumn", 1, topics, first)])
            possible[tuple((count.day, count.delegates, count.parts) for count in (first, newest[1]))].add(level)

    assert len({pages[1][0] for pages in possible}) == 2, "some counts are made again"
    assert [pages for pages, levels in possible.items() if len(levels) == 1] == []


def areas_of(number: int, level: str) -> list[OwnArea]:
    return [OwnArea(f"a{number}", "", level, 1, 1)]


def test_someone_who_is_gone_is_not_shown_by_the_next_count():
    assert not levels_after(HALF, {who: given for who, given in HALF.items() if who != "d0"})


def test_a_count_is_compared_with_all_earlier_ones_not_only_the_last():
    """Five join. Then four of them leave, and one who was there before: five are gone from the last count. Next to the
    first count, two delegates differ.
    """
    _, first = shown(HALF)
    _, second = shown(HALF | own(5, start=12), [AreaCounts("autumn", 1, None, first)])
    third = {who: given for who, given in HALF.items() if who != "d0"} | own(1, start=12)
    before = [AreaCounts("autumn", 1, None, first), AreaCounts("autumn", 2, None, second)]

    assert second is not None
    assert second.day > first.day
    assert shown(third, before)[1] == second


def random_year(chance: random.Random) -> Iterator[dict[str, list[OwnArea]]]:
    """Play delegates who join, leave and note levels; return their areas at four counts."""
    world = own(chance.randint(8, 12), chance.choice(LEVEL_IDS))
    for _ in range(4):
        for who in chance.sample(sorted(world), min(len(world), chance.randint(0, 7))):
            (area,) = world[who]
            world[who] = [OwnArea(area.id, "", chance.choice(LEVEL_IDS), area.wording, area.notes + 1)]
        for who in chance.sample(sorted(world), chance.choice([0, 0, 1, 2])):
            del world[who]
        world |= own(chance.choice([0, 0, 1, 6]), "tried", start=100 + len(world))
        yield dict(world)


def rows_of(seed: int, part: Callable[[str], str] = str) -> list[Lin]:
    """Return every number by level that a year shows, as a row over the delegates' answers, or over a part of each."""
    before: list[AreaCounts] = []
    for place, world in enumerate(random_year(random.Random(seed))):
        before.append(AreaCounts("autumn", place, *shown(world, before)))
    counted = {counts.levels.day: counts.levels for counts in before if counts.levels}
    everyone = sorted({who for count in counted.values() for who in count.answers})
    return [
        sum(Lin({(everyone.index(who), part(answer)): Fraction(1)}) for who, answer in count.answers.items())
        for count in counted.values()
    ]


@pytest.mark.parametrize("seed", range(10))
def test_no_combination_of_a_years_counts_is_about_fewer_than_five_delegates(seed):
    years = [rows_of(seed * 30 + number) for number in range(30)]
    assert [rows for rows in years if rows and isolated(rows, FIVE, frozenset())] == []
    assert sum(len(rows) > 1 for rows in years) >= 3, "some years show more than one count"


@pytest.mark.parametrize("seed", range(10))
def test_the_delegates_of_a_years_counts_differ_by_no_fewer_than_five(seed):
    years = [rows_of(seed * 30 + number, lambda _: "counted") for number in range(30)]
    assert [rows for rows in years if rows and isolated(rows, FIVE, frozenset())] == []


def test_the_proof_notices_counts_that_are_not_compared(monkeypatch):
    monkeypatch.setattr(count_areas, "answers_isolate_few", lambda figures: False)
    assert any(isolated(rows, FIVE, frozenset()) for rows in map(rows_of, range(60)) if rows)


def test_an_area_belongs_to_the_competency_of_most_of_its_behaviours():
    rules = people.programme()
    first, second = rules.competencies[:2]
    assert topic_of(rules, [second.items[0].id]) == second.id
    assert topic_of(rules, [first.items[0].id, *(item.id for item in second.items[:2])]) == second.id
    assert topic_of(rules, [second.items[0].id, first.items[0].id]) == first.id
    assert topic_of(rules, []) == ""


# --- in a cohort ------------------------------------------------------------------------------------------------------

NAMES = tuple(f"d{number} delegate" for number in range(12))


@pytest.fixture
def cohort(aws, clock):
    """Have thirteen delegates with two areas each: one of the first competency, one of the second."""
    people.load(clock.now(), names=NAMES)
    dates.announce(clock, sessions=(dates.FIRST, dates.SECOND))
    drain(clock.now())
    first, second = (competency.items[0].id for competency in people.programme().competencies[:2])
    for line in lines():
        for number, item in enumerate((first, second), start=1):
            save(line.delegate_id, Area(f"area{number}", "Ask before I answer", items=(item,), place=number))
    return clock


def lines():
    return list(cohorts.list_lines(people.COHORT))


def save(delegate_id: str, area: Area) -> None:
    people.write(areas.save(delegate_id, Wave.BASELINE, area))


def note(clock, count: int, level: str, once: str) -> None:
    for line in lines()[:count]:
        progress = Progress("delegate", line.name, clock.now(), level, "Went well.")
        people.write(areas.note(line.delegate_id, Wave.BASELINE, "area1", once, progress))


def count(clock, place: int) -> AreaCounts | None:
    freeze_area_counts(open_day(people.COHORT, clock.now()), place)
    return area_counts.find_newest(people.COHORT)


def test_areas_are_counted_before_the_first_workshop_and_after_each(cohort):
    day = open_day(people.COHORT, cohort.now())
    mornings = sorted({planned.at for planned in planned_emails.plan(day)})
    assert [at.date() for at in mornings] == [date(2026, 10, 20), date(2026, 10, 30)]

    for number, at in enumerate(mornings):
        drain(cohort.to(at))
        newest = area_counts.find_newest(people.COHORT)
        assert newest is not None
        assert newest.place == number


def test_the_counts_are_those_of_the_delegates_areas(cohort):
    note(cohort, 6, "regular", "n1")
    counts = count(cohort, 1)

    everyone = len(lines())
    title = people.programme().competencies[0].title
    assert counts.topics.parts == (CountedPart(title, everyone), CountedPart("other competencies", everyone))
    assert counts.levels.parts == (
        CountedPart("not started, or nothing noted", 2 * everyone - 6),
        CountedPart("tried it, do it regularly or a habit now", 6),
    )
    assert (counts.levels.areas, counts.levels.delegates) == (2 * everyone, everyone)


def test_areas_that_were_given_up_are_not_counted(cohort):
    for line in lines():
        save(line.delegate_id, Area("area2", "Dropped", items=(), place=2, state=AreaState.DROPPED))
    counts = count(cohort, 1)
    assert counts is None or (counts.levels or counts.topics).areas == len(lines())


@pytest.mark.parametrize("change", [{"apart": True}, {"moved_to": "spring", "withdrawn": True}])
def test_no_ones_areas_are_counted_in_two_cohorts(cohort, change):
    """Who comes from another cohort was counted there; who moved away may be counted here no longer."""
    someone = delegates.find(lines()[0].delegate_id)
    people.write(cohorts.change_line(someone, put=change))
    counts = count(cohort, 1)

    assert someone.id not in counts.topics.answers
    assert counts.topics.delegates == len(lines()) - 1


def test_a_count_is_made_once_and_never_changes(cohort):
    note(cohort, 6, "regular", "n1")
    first = count(cohort, 1)
    note(cohort, 12, "habit", "n2")
    assert count(cohort, 1) == count(cohort, 0) == first
    assert count(cohort, 2) != first


def test_few_new_notes_repeat_the_earlier_count_with_its_day(cohort):
    note(cohort, 6, "regular", "n1")
    first = count(cohort, 1)
    cohort.advance(days=40)
    note(cohort, 4, "habit", "n2")
    assert count(cohort, 2).levels == first.levels


def test_no_count_is_made_next_to_an_earlier_one_that_cannot_be_read(cohort):
    key = AREA_COUNTS.key(cohort=people.COHORT, place="01")
    people.write(put({**key._asdict(), "cohort_id": people.COHORT, "place": "not a number"}))
    with watch_rows():
        assert count(cohort, 2) is None


def test_sponsor_and_facilitator_read_the_counts(cohort, visitor):
    note(cohort, 6, "regular", "n1")
    count(cohort, 1)
    stored = cohorts.find(people.COHORT)
    for url, email in (
        (SPONSOR.url(stored), people.SPONSOR.email),
        (f"{FACILITATOR.url(stored, people.FACILITATOR.person)}/start", people.FACILITATOR.person.email),
    ):
        visitor.let_in(email, cohort.now())
        page = visitor.open(url).page
        card = re.search('id="areas".*?</section>', page, re.DOTALL)[0]
        numbers = [int(number) for number in re.findall(r'<b class="number">(\d+)</b>', card)]
        assert numbers
        assert min(numbers) >= FIVE
        assert "areas-by-competency" in card


def test_a_cohort_without_counts_shows_no_card(cohort, visitor):
    visitor.let_in(people.SPONSOR.email, cohort.now())
    assert 'id="areas"' not in visitor.open(SPONSOR.url(cohorts.find(people.COHORT))).page


def test_a_count_is_stored_once_after_any_fault(cohort):
    """A repeat may come on a later day, when the answers are others: what is stored first stays."""
    begin = take()

    def lay_out() -> None:
        put_back(begin)

    def act(_, now) -> None:  # type: ignore[no-untyped-def]
        freeze_area_counts(open_day(people.COHORT, now), 1)

    def check(_) -> list[str]:
        stored = area_counts.of_cohort(people.COHORT)
        right = len(stored) == 1 and stored[0].topics and stored[0].topics.delegates == len(lines())
        return [] if right else [f"stored: {stored}"]

    assert single_faults(lay_out, act, check) > 20
