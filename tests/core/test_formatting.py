"""Words that many pages and emails share."""

from __future__ import annotations

from itertools import pairwise

from chalicelib.core.formatting import name_sort_key


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
