"""Pages that are made from the code are current."""

from __future__ import annotations

import pytest

from infra.docs.pages import FOLDER, PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_current(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs` and commit the page"
