"""Replace characters that the PDF fonts cannot draw; PDF/UA rejects them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import groupby
from typing import Any

MAX_RUN_CHARS = 30  # characters without a break; a longer run could leave the page
COMMON = "–−·’“”£"  # characters that every font has in addition to the letters of ASCII
BREAK = "\N{ZERO WIDTH SPACE}"
JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # of emoji, and of Arabic and Indic letters
OTHER_SCRIPT = "[text in another script: see the online report]"
_RUN, _GAP = rf"[!-~{COMMON}]{{1,{MAX_RUN_CHARS}}}+", "[ \n\N{NO-BREAK SPACE}]"
_PLAIN = re.compile(rf"{_GAP}*+({_RUN}{_GAP}++)*+({_RUN})?+")  # most text


def replace_undrawable(text: str, covered: Collection[int]) -> str:
    """Keep the characters in `covered`, line feeds and possible line breaks; replace all others.

    A single symbol becomes its name in brackets; text in a script that the fonts lack becomes one note.
    """
    if _PLAIN.fullmatch(text):
        return text
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    whole = re.sub("\r\n?|[\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]", "\n", whole)
    pieces = []
    for strange, run in groupby(whole, key=lambda c: _is_strange_letter(c, covered)):
        pieces.append(OTHER_SCRIPT if strange else "".join(_known(c, covered) for c in run))
    return _with_breaks(_one_note("".join(pieces)))


def printable_tree(data: Any, covered: Collection[int], *, kept: Collection[str]) -> Any:
    """Make every string in a tree of dicts, sequences and scalars printable, except the values named in `kept`."""
    if isinstance(data, str):
        return replace_undrawable(data, covered)
    if isinstance(data, dict):
        return {k: part if k in kept else printable_tree(part, covered, kept=kept) for k, part in data.items()}
    if isinstance(data, list | tuple):
        return [printable_tree(part, covered, kept=kept) for part in data]
    return data


def _is_strange_letter(character: str, covered: Collection[int]) -> bool:
    if ord(character) in covered or not _is_of_a_script(character):
        return False
    return not _decomposed(character, covered) and unicodedata.category(character) not in ("Mn", "Me")


def _is_of_a_script(character: str) -> bool:
    """Return whether it is a letter or mark, or the wide punctuation between Chinese and Japanese letters."""
    kind = unicodedata.category(character)[0]
    return kind in "LM" or (kind == "P" and unicodedata.east_asian_width(character) == "W")


def _known(character: str, covered: Collection[int]) -> str:
    category = unicodedata.category(character)
    if character == "\n" or (ord(character) in covered and category[0] != "C"):
        return character
    if character in JOINERS and ord(character) in covered:
        return character
    if category[0] == "Z" or character == "\t":
        return " "
    if category[0] == "C" or category in ("Mn", "Me"):
        return ""  # controls, formats, private use; marks and variation selectors of replaced characters
    return _decomposed(character, covered) or f"[{unicodedata.name(character, 'symbol').lower()}]"


def _decomposed(character: str, covered: Collection[int]) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", character) if ord(c) in covered)


def _one_note(text: str) -> str:
    """Merge the notes of one foreign passage into one."""
    note = re.escape(OTHER_SCRIPT)
    return re.sub(rf"{note}(?:[\s\W\d]*{note})+", OTHER_SCRIPT, text)


def _with_breaks(text: str) -> str:
    def broken(run: re.Match[str]) -> str:
        return BREAK.join(run[0][at : at + MAX_RUN_CHARS] for at in range(0, len(run[0]), MAX_RUN_CHARS))

    return re.sub(rf"\S{{{MAX_RUN_CHARS + 1},}}", broken, text)
