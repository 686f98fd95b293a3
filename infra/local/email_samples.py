"""Every kind of email with plausible words, as email programs show it: for the desk and for tests."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.emails import compose
from chalicelib.emails.kinds import EmailKind, load_kinds
from chalicelib.emails.mime import Rendered
from chalicelib.emails.render import render
from chalicelib.emails.samples import SAM, reader_of, sample

DARK = "@media (prefers-color-scheme:dark)"


def every() -> dict[tuple[str, str], Rendered]:
    """(template, variant) -> the email; the usual variant is empty."""
    return {
        (kind.name, variant): _rendered(kind, words)
        for kind in load_kinds().values()
        for variant, words in {"": {}, **kind.variants}.items()
    }


def _rendered(kind: EmailKind, words: Mapping[str, str]) -> Rendered:
    shown_words = {"name": reader_of(kind), **words}
    return render(kind.name, compose.context(sample(kind.name, to=SAM, **shown_words)))


def dark(html: str) -> str:
    """As a mail program shows it that follows a dark desktop."""
    return html.replace(DARK, "@media all").replace(":root{color-scheme:light dark}", ":root{color-scheme:dark}")


def stripped(html: str) -> str:
    """As a mail program shows it that drops style sheets and classes."""
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r' class="[^"]*"', "", bare)
