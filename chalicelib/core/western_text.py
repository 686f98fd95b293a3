"""Find which code of western Europe a text is in: that of Windows or that of older programs on a Mac. Pure."""

from __future__ import annotations

import re
from itertools import islice

_WINDOWS, _MAC = "cp1252", "mac_roman"
_CLEARLY = 5  # times as many odd places in the other reading
MAX_WORDS = 5_000  # enough for a choice; a file of comments has more
MAX_WORD_CHARS = 60
_WORD = re.compile(r"[^\s,;:@\"()<>/]+")
_LETTERS = r"a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ffŠšŽžŒœŸ"
_INSIDE = "’‘´º°–—\u00a0"  # in O’Neil, word—word
_AFTER = "”“»›…®™"  # and at the end of a word
_OPENS = "“‘’«„‚¿¡–—•·§©°µ\u00a0"
_ODD = re.compile(
    rf"(?<=[{_LETTERS}])(?!(?<=l)·l)[^\x00-\x7f{_LETTERS}{_INSIDE}{_AFTER}]"  # but col·legi
    rf"|(?<![{_LETTERS}])[^\x00-\x7f{_LETTERS}{_OPENS}](?=[{_LETTERS}])"  # or at its beginning
    rf"|(?<=[{_LETTERS}])[{_AFTER}](?=[{_LETTERS}])"
    r"|(?<![\S])[ÐÑÒÕ](?![\S])"  # alone they are the dashes and quotation marks of a Mac
    r"|[À-ÖØ-öø-ÿŠšŽžŒœŸ]{4}"  # the letters of another alphabet
)
_ODD_CAPITAL = re.compile(r"(?<=[^\W\d_])[À-ÖØ-ÞŠŽŒŸ]|(?<=[à-öø-ÿšžœ])[A-Z]")
_DASH_INSIDE = re.compile(r"(?<=[^\W\d_])[–—](?=[^\W\d_])")
_MAY_BE_A_NAME = re.compile(  # how Windows shows Muñoz, López, Ramón, García, Martín, Zoë and Noël of a Mac
    r"(?!(?:No|Co|Re|Pre|De|Pro|Bi|Tri|Two|Three|Anti|Semi|Multi|Auto|Micro|Neuro|Intra|Extra|Ultra)–)"
    r"[A-Z][a-z]*[aeiou]–[aeiou][a-z]*$|[B-HJ-Z]—[a-z]+$|[A-Z][a-z]+—n$"
    r"|[A-Z][a-z]*[b-df-hj-np-tv-z]’(?!(?:s|t|l|ll|re|ve|d|m)$)[a-z]+$|[A-Z][a-z]*‘[a-z]*$"
)
_ENGLISH = re.compile(r"(?:n’t|’(?:s|re|ve|ll|d|m))[.!?]*$")  # don’t, Bob’s: no word of a Mac shows so
_CAPITAL_ALONE = re.compile(r"(?<![^\s,;])[À-ÖØ-ÞŠŒŽŸ](?![^\s,;])")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u0080-\u009f]")


def western_text(data: bytes) -> str | None:
    """Return the text as most of its words look right; None if neither code gives sound words."""
    readings = [text for code in (_WINDOWS, _MAC) if (text := _read(data, code)) is not None]
    if not readings:
        return None
    best, *others = sorted(readings, key=_odd_places)
    if not others and _CAPITAL_ALONE.search(best):  # nothing but this letter says that it is a text
        return None
    odd, odd_in_others = _odd_places(best), [*map(_odd_places, others)]
    if 0 in odd_in_others and _may_be_names(_words(best)):
        return None
    return best if odd == 0 or any(odd_count >= _CLEARLY * odd for odd_count in odd_in_others) else None


def _may_be_names(words: list[str]) -> bool:
    """Return whether words that both codes could have written may be names, and none is English of Windows alone."""
    return any(map(_MAY_BE_A_NAME.match, words)) and not any(map(_ENGLISH.search, words))


def _words(text: str) -> list[str]:
    """Return words with a letter or sign beyond ASCII."""
    words = (word[:MAX_WORD_CHARS] for match in _WORD.finditer(text) if not (word := match[0]).isascii())
    return [*islice(words, MAX_WORDS)]


def _read(data: bytes, code: str) -> str | None:
    try:
        text = data.decode(code)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _odd_places(text: str) -> int:
    """Count letters and signs where no word has them: `JosŽ` and `Mu–oz` have one each."""
    return sum(_odd_in(word) for word in _words(text))


def _odd_in(word: str) -> int:
    is_capitals = word.isupper()
    signs = _DASH_INSIDE if is_capitals else _ODD_CAPITAL
    return len(signs.findall(word)) + len(_ODD.findall(word))
