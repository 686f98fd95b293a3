"""When a saved page was typed: what the browser says of it, within reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web.save_moments import AHEAD, milliseconds, typed_at

NOW = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
HERE = milliseconds(NOW)


@given(st.one_of(st.text(), st.integers().map(str)), st.booleans())
def test_any_sent_time_becomes_a_moment_that_is_not_far_ahead(sent_time, background):
    at = typed_at(sent_time, NOW, background)

    assert 0 <= at <= HERE + AHEAD
    assert background or at >= HERE


@pytest.mark.parametrize("sent_time", ["", "soon", "-5", "٣", "9" * 30, "1e9", "1.5"])
def test_a_strange_moment_is_taken_as_now(sent_time):
    assert typed_at(sent_time, NOW, background=True) == HERE


def test_a_page_in_the_background_is_as_old_as_it_says():
    assert typed_at(str(HERE - 9000), NOW, background=True) == HERE - 9000
    assert typed_at(str(HERE - 9000), NOW, background=False) == HERE
