"""The checks themselves: a page with a fault does not pass."""

from __future__ import annotations

import pytest

from tests.browser.checks import (
    assert_accessible,
    assert_bears_forced_colours,
    assert_bears_text_spacing,
    assert_fits,
    html_faults,
)

PAGE = "<!doctype html><html lang=en-GB><title>A page</title><main><h1>A page</h1>{}</main></html>"


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        pytest.param("<input>", assert_accessible, id="a-field-without-a-label"),
        pytest.param('<p style="color:#bbb">Pale</p>', assert_accessible, id="pale-text"),
        pytest.param('<p style="width:2000px">Wide</p>', assert_fits, id="sideways"),
        pytest.param('<p style="height:1em;overflow:hidden">Cut</p>', assert_bears_text_spacing, id="cut-off"),
        pytest.param('<button style="border:0">Press</button>', assert_bears_forced_colours, id="a-button-like-text"),
    ],
)
def test_a_faulty_page_does_not_pass(visit, fault, check):
    page = visit()
    page.set_content(PAGE.format("<p>Sound</p>"))
    check(page)

    page.set_content(PAGE.format(fault))
    with pytest.raises(AssertionError):
        check(page)


def test_faulty_html_is_named_with_its_page():
    (fault,) = html_faults({"sound": PAGE.format("<p>Sound</p>"), "faulty": PAGE.format("<li>Lost</li>")})

    assert fault.startswith("faulty: ")
