"""Waits grow with each try, never pass the longest, and leave a guesser fewer than one chance in 10,000 a year."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web.code_links import FRESH
from chalicelib.web.sign_in_codes import DIGITS
from chalicelib.web.waits import ASKS, TRIES, Waits
from tests.support.clock import MONDAY

YEAR = timedelta(days=365)
MOMENTS = st.lists(st.integers(0, 60_000_000), max_size=120).map(lambda offsets: [after(n) for n in sorted(offsets)])
RULES = st.sampled_from([ASKS, TRIES])


def after(seconds: int) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def use_every_chance(rule: Waits, until: datetime) -> list[datetime]:
    """Someone who tries again as soon as it is allowed."""
    done: list[datetime] = []
    now = MONDAY
    while (now := max(now, rule.next_at(done, now))) <= until:
        done.append(now)
    return done


def accepted(rule: Waits, wanted: list[datetime]) -> list[datetime]:
    """Return which of the wanted moments were allowed."""
    done: list[datetime] = []
    for now in wanted:
        if rule.next_at(done, now) <= now:
            done.append(now)
    return done


@given(RULES, MOMENTS)
def test_a_wait_is_never_longer_than_the_longest_and_the_first_tries_are_free(rule, past):
    now = max(past, default=MONDAY)

    assert rule.next_at(past, now) <= now + rule.longest
    assert rule.next_at(past[: rule.free - 1], now) <= now
    assert rule.next_at(past, now + rule.within) <= now + rule.within


@given(RULES, MOMENTS)
def test_one_try_more_never_shortens_the_wait(rule, past):
    now = max(past, default=MONDAY)

    assert rule.next_at([*past, now], now) >= rule.next_at(past, now)


@given(RULES, MOMENTS)
def test_no_one_gets_more_tries_by_choosing_other_moments(rule, wanted):
    done = accepted(rule, wanted)
    most = len(use_every_chance(rule, MONDAY + rule.within))

    assert all(sum(moment <= later < moment + rule.within for later in done) <= most for moment in done)


def test_a_year_of_guessing_finds_a_code_with_less_than_one_chance_in_ten_thousand():
    tries = use_every_chance(TRIES, MONDAY + 4 * YEAR)
    most = max(sum(moment <= later < moment + YEAR for later in tries) for moment in tries)

    assert most == 69
    assert Fraction(most, 10**DIGITS) <= Fraction(1, 10_000)


def test_an_address_gets_at_most_twelve_unasked_codes_a_day():
    asks = use_every_chance(ASKS, MONDAY + timedelta(days=10))

    assert max(sum(moment <= later < moment + timedelta(days=1) for later in asks) for moment in asks) <= 12


@given(MOMENTS)
def test_a_person_who_has_to_wait_for_a_code_has_an_email_whose_link_still_works(wanted):
    done = accepted(ASKS, wanted)
    for now in wanted:
        past = [at for at in done if at <= now]
        if ASKS.next_at(past, now) > now:
            assert now - past[-1] < FRESH
