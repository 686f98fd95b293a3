"""Another name in the text of an email that waits: dates and longer words do not change."""

from __future__ import annotations

import pytest

from chalicelib.core.name_order import replace_name


@pytest.mark.parametrize(
    ("text", "name", "replaced"),
    [
        ("May", "May", "Mae Roy"),
        ("Debrief with May", "May", "Debrief with Mae Roy"),
        ("Friday 1 May 2026", "May", "Friday 1 May 2026"),
        ("Mayor", "May", "Mayor"),
        ("Jo Ward and Sam Lee", "Jo Ward", "Mae Roy and Sam Lee"),
        ("Jo Warden", "Jo Ward", "Jo Warden"),
    ],
)
def test_a_name_is_replaced_where_it_is_a_name(text, name, replaced):
    assert replace_name(text, name, "Mae Roy") == replaced


def test_signs_of_a_new_name_are_kept():
    assert replace_name("Jo Ward", "Jo Ward", r"Mae \1 Roy") == r"Mae \1 Roy"
