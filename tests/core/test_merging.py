"""An older page takes nothing back: what it did not touch stays, and a blank removes only what the page showed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import merging
from chalicelib.core.merging import SHOWN, marks, merge, read_marks

NAMES = ("a", "b", "c", "d")
TEXTS = st.one_of(st.integers(1, 5).map(str), st.just("na"), st.text(min_size=4, max_size=12))
PAGES = st.dictionaries(st.sampled_from(NAMES), TEXTS)


def merged(stored: dict[str, str], posted: dict[str, str], showed: dict[str, str], never_blank: tuple[str, ...] = ()):
    return merge(stored, posted, read_marks({SHOWN: marks(showed)}), NAMES, never_blank)


@given(PAGES, PAGES, PAGES)
def test_a_field_that_cannot_be_emptied_is_never_lost(stored, posted, showed):
    assert merged(stored, posted, showed, NAMES).keys() == stored.keys() | {
        name for name in posted if posted[name] != showed.get(name)
    }


@given(PAGES, PAGES, PAGES)
def test_each_field_is_what_was_typed_last(stored, posted, showed):
    after = merged(stored, posted, showed)
    for name in NAMES:
        if posted.get(name) == showed.get(name):  # not touched on this page
            assert after.get(name) == stored.get(name)
        elif name in posted:
            assert after[name] == posted[name]
        else:  # emptied: removed only if the page showed what is stored
            assert after.get(name) == (None if stored.get(name) == showed[name] else stored.get(name))


@given(PAGES, PAGES)
def test_a_page_that_is_sent_as_it_was_made_changes_nothing(stored, showed):
    assert merged(stored, showed, showed) == stored


def test_a_page_without_marks_empties_nothing():
    assert merging.merge({"a": "Kept."}, {}, {}, NAMES) == {"a": "Kept."}
