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
_INSIDE = "’‘´·º°–—\u00a0"  # in O’Neil, col·legi, word—word
_AFTER = "”“»›…®™"  # and at the end of a word
_OPENS = "“‘«„‚¿¡–—•·§©°\u00a0"
_ODD = re.compile(
    rf"(?<=[{_LETTERS}])[^\x00-\x7f{_LETTERS}{_INSIDE}{_AFTER}]"  # a sign that no word has inside or at its end
    rf"|(?<![{_LETTERS}])[^\x00-\x7f{_LETTERS}{_OPENS}](?=[{_LETTERS}])"  # or at its beginning
    rf"|(?<=[{_LETTERS}])[{_AFTER}](?=[{_LETTERS}])"
    rf"|(?<![\S])[À-ÖØ-ÞŠŽŒŸ](?![\S])"  # a capital alone: no initial
    r"|[À-ÖØ-öø-ÿŠšŽžŒœŸ]{4}"  # the letters of another alphabet
)
_ODD_CAPITAL = re.compile(r"(?<=[^\W\d_])[À-ÖØ-ÞŠŽŒŸ]|(?<=[à-öø-ÿšžœ])[A-Z]")
_DASH_INSIDE = re.compile(r"(?<=[^\W\d_])[–—](?=[^\W\d_])")
_MAY_BE_A_NAME = re.compile(r"^[A-Z](?:\w{0,30}[–—]|\w{1,30}’)(?!(?:s|t|ll|re|ve|d|m)$)[a-z]")  # Mu–oz, L—pez, Garc’a
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u0080-\u009f]")


def western_text(data: bytes) -> str | None:
    """Return the text as most of its words look right; None if neither code gives sound words."""
    readings = [text for code in (_WINDOWS, _MAC) if (text := _read(data, code)) is not None]
    if not readings:
        return None
    best, *others = sorted(readings, key=_odd_places)
    odd, odd_in_others = _odd_places(best), [*map(_odd_places, others)]
    if 0 in odd_in_others and any(map(_MAY_BE_A_NAME.search, _words(best))):
        return None
    return best if odd == 0 or any(found >= _CLEARLY * odd for found in odd_in_others) else None


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
