"""Recognise the words next to a number that say no more than its question does: `40 h` in a field of hours. Pure."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[^\W\d_]+|[^\w\s]")
_SAME = tuple(
    frozenset(words.split())
    for words in (
        "hour hours h hr hrs",
        "minute minutes min mins",
        "second seconds sec secs",
        "day days d",
        "week weeks wk wks",
        "month months mth mths",
        "year years yr yrs",
        "person persons people staff",
        "percent %",
    )
)
_SHORT = {"hour": "h hr", "day": "d", "week": "wk", "month": "mth", "year": "yr annum"}
_WHOLE = {
    "hour": "ph p/h hourly",
    "day": "daily",
    "week": "pw p/w weekly",
    "month": "pm p/m pcm monthly",
    "year": "pa p/a yearly annually",
}
_AROUND_SLASH = re.compile(r" ?/ ?")


def is_unit(mark: str, unit: str) -> bool:
    """Return whether every word next to a number is one of its unit: `hrs` of hours, `£` of £ a month."""
    known = set(_WORDS.findall(unit.casefold()))
    known = known.union(*(same for same in _SAME if same & known))
    known |= {f"{word}s" for word in known} | {word.removesuffix("s") for word in known} | {"."}
    return known.issuperset(_WORDS.findall(mark.casefold()))


def is_rate(mark: str, per: str) -> bool:
    """Return whether words next to a sum repeat what it is for: `/h`, `per hour` and `an hour` of a sum per hour."""
    said = _AROUND_SLASH.sub("/", mark.casefold().replace(".", "").strip())
    words = (per.casefold(), *_SHORT.get(per, "").split())
    return said in _WHOLE.get(per, "").split() or said in {
        f"{before}{word}" for word in words for before in ("/", "per ", "a ", "an ", "each ", "every ")
    }
