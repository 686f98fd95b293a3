"""Turn figures, titles and wordings into words of a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

ADVERBS = {
    *("never", "almost never", "rarely", "seldom", "hardly ever", "occasionally", "now and then", "sometimes"),
    *("regularly", "often", "frequently", "usually", "mostly", "nearly always", "almost always", "always"),
}
NEAR = 0.25  # scale points from a label within which a mean is given by that label alone
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def has_adverbs(scale: Sequence[str]) -> bool:
    """Return whether every label of the scale says how often, so that it fits into a sentence."""
    return all(label.lower() in ADVERBS for label in scale)


def with_adverb(words: str, adverb: str) -> str:
    """Put the adverb after "you", or after "you are": "you often thank people"."""
    first, _, rest = words.partition(" ")
    if rest.startswith("are "):
        return f"{first} are {adverb} {rest[4:]}"
    return f"{first} {adverb} {rest}"


def label_of(mean: float, scale: Sequence[str]) -> str:
    """Return the scale's own word for a mean: "often", or "sometimes or often" between two labels."""
    nearest = min(max(round(mean), 1), len(scale))
    if abs(mean - nearest) <= NEAR:
        return scale[nearest - 1].lower()
    low = min(max(int(mean), 1), len(scale) - 1)
    return f"{scale[low - 1]} or {scale[low]}".lower()


def counted(n: int, noun: str, nouns: str) -> str:
    """Return "one behaviour", "two behaviours" and so on, in figures above ten."""
    return f"{NUMBERS[n] if n < len(NUMBERS) else n} {noun if n == 1 else nouns}"


def lower_first(title: str) -> str:
    """Start with a lower-case letter as inside a sentence: "direct reports", but "HR partners".

    A title with capitals further on is left as it is: "Senior Leaders", and nouns of a language that writes them so.
    """
    first, rest = title[:1], title[1:]
    is_plain = rest == rest.lower() and not rest.endswith("…")  # the rest of a shortened title is not known
    return first.lower() + rest if is_plain else title


def upper_first(words: str) -> str:
    return words[:1].upper() + words[1:]


def quoted(wording: str) -> str:
    return f"“{lower_first(wording.rstrip('.'))}”"


def curly(text: str) -> str:
    """Set the apostrophes of the programme's words as a printer does."""
    return text.replace("'", "’")
