"""A refused page leads to the page above it."""

from __future__ import annotations

import pytest

from app import app
from chalicelib.web.way_back import find_way_back


@pytest.mark.parametrize(
    ("route", "above"),
    [
        ("/admin/cohort/{cohort_id}/person/{delegate_id}/{change_id}", "/admin/cohort/c1/delegate/d1"),
        ("/admin/cohort/{cohort_id}/delegate/{delegate_id}", "/admin/cohort/c1"),
        ("/admin/cohort/{cohort_id}", "/admin"),
        ("/hub/{token}/work/{work}", "/hub/a.b"),
        ("/answer/{token}/page/{page_id}", "/answer/a.b"),
    ],
)
def test_the_page_above(route, above):
    values = {"cohort_id": "c1", "delegate_id": "d1", "token": "a.b"}
    way_back = find_way_back(route, values)
    assert way_back is not None
    assert way_back.path == above


@pytest.mark.parametrize("route", ["/hub/{token}", "/answer/{token}", "/admin", "/"])
def test_the_first_page_has_none_above(route):
    assert find_way_back(route, {"token": "a.b"}) is None


@pytest.mark.parametrize("route", sorted(app.routes))
def test_every_way_back_is_a_page_of_ours(route):
    values = {name: f"{{{name}}}" for name in ("cohort_id", "delegate_id", "token")}
    way_back = find_way_back(route, {name: f"{name}.0" for name in values})
    if way_back is None:
        return
    parts = way_back.path
    for name in values:
        parts = parts.replace(f"{name}.0", f"{{{name}}}")
    assert "GET" in app.routes[parts]
