"""Logos: only elements and attributes that a plain drawing needs, and a message that names the first other one."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.programme.svg import MAX_DEPTH, MAX_ELEMENTS, NotPlainSvg, check_svg

LOGO = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- drawn by hand -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20" role="img">
  <title>Example Trust</title>
  <defs><style>.a { fill: url(#shade); font-family: "Arial" }</style>
    <linearGradient id="shade"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
  <g transform="translate(1 2)"><path class="a" d="M0 0h10v10z" style="stroke:#000"/></g>
  <text x="3" y="9">Trust</text>
</svg>"""


def test_a_plain_drawing_passes():
    check_svg(LOGO)


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("<script>x()</script>", "the element <script>"),
        ("<SCRIPT>x()</SCRIPT>", "the element <SCRIPT>"),
        ("<foreignObject/>", "the element <foreignObject>"),
        ("<image href='http://evil.example/a.png'/>", "the element <image>"),
        ("<use href='#a'/>", "the element <use>"),
        ("<animate/>", "the element <animate>"),
        ("<a href='http://evil.example'/>", "the element <a>"),
        ("<metadata/>", "the element <metadata>"),
        ("<g onclick='x()'/>", 'the attribute onclick="…" of <g>'),
        ("<g ONLOAD='x()'/>", 'the attribute ONLOAD="…" of <g>'),
        ("<g src='x'/>", 'the attribute src="…" of <g>'),
        ("<linearGradient href='http://evil.example'/>", 'in href="…" of <linearGradient>'),
        ("<linearGradient xlink:href='javascript:x()'/>", 'in xlink:href="…" of <linearGradient>'),
        ("<g style='fill:url(http://evil.example)'/>", 'in style="…" of <g>'),
        ("<g style='fill:u\\72l(http://evil.example)'/>", 'in style="…" of <g>'),
        ("<g fill='URL( //evil.example)'/>", 'in fill="…" of <g>'),
        ("<style>@import 'http://evil.example'</style>", "in <style>"),
        ("<style>g{fill:url(&quot;//evil.example&quot;)}</style>", "in <style>"),
        ("<style><![CDATA[g{fill:url(//evil.example)}]]></style>", "in <style>"),
        ("<?xml-stylesheet href='http://evil.example'?>", "the instruction <?xml-stylesheet?>"),
        ("&undefined;", "the entity &undefined;"),
        ("<g>", "mismatched tag"),
        ("<g/>" * MAX_ELEMENTS, f"more than {MAX_ELEMENTS} elements"),
        ("<g>" * MAX_DEPTH, f"{MAX_DEPTH} levels"),
    ],
)
def test_what_a_logo_does_not_need_is_refused_by_name(part, names):
    with pytest.raises(NotPlainSvg, match=re.escape(names)):
        check_svg(LOGO.replace(b"<text", part.encode() + b"<text"))


def test_entities_are_refused_before_they_are_read():
    lots = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))

    with pytest.raises(NotPlainSvg, match="declares entities"):
        check_svg(f'<!DOCTYPE svg [<!ENTITY a0 "ha">{lots}]><svg>&a11;</svg>'.encode())


@pytest.mark.parametrize("content", [b"", b"<html/>", b"GIF89a", "<svg/>".encode("utf-16"), b"\xff<svg/>"])
def test_another_file_is_refused_or_is_a_drawing_in_another_encoding(content):
    if content.startswith(b"\xff\xfe"):
        check_svg(content)
    else:
        with pytest.raises(NotPlainSvg, match="is not an SVG picture"):
            check_svg(content)


@given(st.binary(max_size=60) | st.text(st.sampled_from("<>/sgv&;!?-[]DOCTYPE\"'= a"), max_size=60).map(str.encode))
def test_no_content_breaks_the_check(content):
    with contextlib.suppress(NotPlainSvg):
        check_svg(content)
