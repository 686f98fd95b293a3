"""A stored report on a page of ours: its own styles and nothing else, a way back, and boxes for the coach."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from chalicelib.web.reading import Ticks, reading_page

pytestmark = pytest.mark.usefixtures("aws")
NOW = """<!doctype html><html><head><style>p { color: red }</style></head>
<body>
<a class="skip" href="#main">Skip</a>
<div id="contents"><ul><li data-behaviour="asks" class="x">Asks</li><li>Waits</li></ul></div></body></html>"""
BEFORE = (
    '<!doctype html><html style="--brand: #123456"><head><style>p{}</style></head>\n<body>\n<p>Text</p></body></html>'
)
TICKS = Ticks("/coach/x/y/ticks", "n", "", frozenset(), {"asks": "Asks & <waits>."})


def policy(answer) -> str:  # type: ignore[no-untyped-def]
    return answer.headers["Content-Security-Policy"]


def digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_exactly_the_reports_own_styles_are_allowed():
    content_policy = policy(reading_page(NOW, "/back", "Back"))

    assert f"style-src 'self' {digest('p { color: red }')};" in content_policy
    assert "unsafe" not in content_policy
    assert "default-src 'none'" in content_policy


def test_a_report_of_an_earlier_version_keeps_its_colour():
    content_policy = policy(reading_page(BEFORE, "/back", "Back"))

    assert f"style-src 'self' {digest('p{}')} 'unsafe-hashes' {digest('--brand: #123456')};" in content_policy
    assert "unsafe-inline" not in content_policy


def test_the_way_back_comes_first_and_the_report_is_whole():
    page = reading_page(NOW, "/hub/x", "Your programme").body

    nav = re.search(r'(?<=</a>)\n<nav class="way-back".*?</nav>', page, re.DOTALL)
    assert nav
    assert '<a href="/hub/x">' in nav[0]
    assert 'href="#contents"' in nav[0]
    link = re.search(r'<link rel="stylesheet" href="[^"]+/reading-[0-9a-f]{10}.css">\n', page)
    assert page.replace(nav[0], "", 1).replace(link[0], "", 1) == NOW


def test_only_what_has_contents_leads_to_them():
    assert "#contents" not in reading_page(BEFORE, "/back", "Back").body


def test_each_behaviour_gets_a_box_with_its_own_name():
    page = reading_page(NOW, "/back", "Dana", TICKS).body

    assert page.count('type="checkbox"') == 1
    assert 'form="ticks" name="tick-asks" value="on">' in page
    assert "Asks &amp; &lt;waits&gt;." in page


def test_what_is_ticked_is_shown_ticked():
    ticks = Ticks("/x", "n", "tick-asks=on", frozenset({"asks", "gone"}), {"asks": "Asks."})
    page = reading_page(NOW, "/back", "Dana", ticks).body

    assert 'name="tick-asks" value="on" checked>' in page
    assert "2 ticked" in page
