"""Words that many pages and emails share."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from chalicelib.core.formatting import last_moment, name_sort_key, say_when


def test_names_are_where_a_reader_looks_for_them():
    names = [
        "amara Osei",
        "Amélie Zola",
        "Ana Ruiz",
        "Łucja Nowak",
        "Lucy Adams",
        "Ørjan Lie",
        "Óscar Vega",
        "Zoë Hart",
    ]

    assert sorted(set(names), key=name_sort_key) == names


def test_two_of_one_spelling_keep_an_order():
    assert all(name_sort_key(a) != name_sort_key(b) for a, b in pairwise(["Zoe Hart", "Zoë Hart", "zoe hart"]))


@pytest.mark.parametrize(
    ("closes_at", "zone", "words"),
    [
        (datetime(2026, 10, 2, 23, tzinfo=UTC), "Europe/London", "Friday 2 October 2026, 23:59 (London time)"),
        (datetime(2026, 10, 3, 4, tzinfo=UTC), "America/New_York", "Friday 2 October 2026, 23:59 (New York time)"),
        (datetime(2026, 10, 3, tzinfo=UTC), "UTC", "Friday 2 October 2026, 23:59 (UTC)"),
    ],
)
def test_a_last_day_ends_at_an_hour_that_holds_for_readers_elsewhere(closes_at, zone, words):
    assert last_moment(closes_at, zone) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 10, 2, 8, tzinfo=UTC), "on Friday 2 October 2026, 09:00"),
        (datetime(2026, 10, 1, 16, tzinfo=UTC), "at once"),
        (datetime(2026, 10, 1, 15, tzinfo=UTC), "at once"),
    ],
)
def test_a_preview_says_when_an_email_goes_out(at, words):
    assert say_when(at, datetime(2026, 10, 1, 16, tzinfo=UTC), "Europe/London") == words
