"""Pages that anyone can open without an invitation."""

from __future__ import annotations

import pytest

from tests.browser.checks import assert_sound


@pytest.mark.parametrize("path", ["/", "/answer/no.such.link", "/hub/forged"])
def test_a_page_for_who_has_no_link_is_sound(cloud, visit, path):
    page = visit(f"http://127.0.0.1:{cloud.port}/api{path}")

    assert page.locator("h1").inner_text()
    assert_sound(page)
