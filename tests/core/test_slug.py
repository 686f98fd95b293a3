"""Words of a title as an id or as the name of a folder."""

from __future__ import annotations

import pytest

from chalicelib.core.formatting import slug


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Autumn cohort 2026", "autumn-cohort-2026"),
        ("Łucja Nowicka", "ucja-nowicka"),
        ("Siobhán O'Dowd", "siobhan-o-dowd"),
        ("  (2026) ", "2026"),
        ("陈美玲", ""),
        ("a" * 50, "a" * 20),
        ("aaaaaaaaaaaaaaaaaaa bbb", "aaaaaaaaaaaaaaaaaaa"),
    ],
)
def test_a_title_becomes_plain_words(text, made):
    assert slug(text, 20) == made


@pytest.mark.parametrize(("text", "made"), [("(2026) Cohort 1", "cohort-1"), ("2026", ""), ("Cohort 1", "cohort-1")])
def test_an_id_begins_with_a_letter(text, made):
    assert slug(text, 20, begins_with_letter=True) == made
