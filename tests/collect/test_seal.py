"""A sealed page tells nothing of what is in it, and opens nowhere else."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.collect.seal import BLOCK, seal, unseal

KEY = bytes(range(32))
SAVED = {"asks": "4", "why": "Because."}


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=300), max_size=5))
def test_what_was_sealed_is_read_again(saved):
    assert unseal(KEY, "i1", "c-1", seal(KEY, "i1", "c-1", saved)) == saved


def test_a_row_does_not_tell_which_rating_or_how_many_words_are_in_it():
    sizes = {len(seal(KEY, "i1", "c-1", {"asks": asks, "why": "x" * n})) for asks in ("1", "na") for n in (0, 9, 400)}

    assert len(sizes) == 1
    assert len(seal(KEY, "i1", "c-1", {"why": "x" * BLOCK})) - sizes.pop() == BLOCK


def test_the_same_answers_never_look_the_same():
    assert seal(KEY, "i1", "c-1", SAVED) != seal(KEY, "i1", "c-1", SAVED)


@pytest.mark.parametrize(
    ("key", "invitation", "page"), [(bytes(32), "i1", "c-1"), (KEY, "i2", "c-1"), (KEY, "i1", "c-2")]
)
def test_another_key_rater_or_page_opens_nothing(key, invitation, page):
    with pytest.raises(InvalidTag):
        unseal(key, invitation, page, seal(KEY, "i1", "c-1", SAVED))
