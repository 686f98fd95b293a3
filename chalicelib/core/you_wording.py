"""Word a behaviour as it is said to the delegate: "you ask", from the "I ask" of their own form. Pure."""

from __future__ import annotations

import re

from chalicelib.core.model import Item

_VERBS = (
    (r"\bI['’]m\b", "you’re"),
    (r"\bI (am|was)\b", {"am": "you are", "was": "you were"}),
    (r"\b([Aa]m|[Ww]as) I\b", {"am": "are you", "was": "were you", "Am": "Are you", "Was": "Were you"}),
)
_PRONOUNS = {
    "I": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
    "My": "Your",
    "We": "You",
    "Our": "Your",
}
_PRONOUN = re.compile(rf"\b({'|'.join(_PRONOUNS)})\b")
_WE = re.compile(r"\b([Ww]e|us|[Oo]urs?|ourselves)\b")


def to_you(item: Item) -> str:
    """Return the words for a sentence, without its full stop: "you thank people who raise a concern with you".

    The programme file's own wording comes first. Without one, pronouns change and so do the verbs that need it.
    """
    words = (item.you_wording or _from_own(item.self_wording)).rstrip(".")
    return words.replace("You ", "you ", 1) if words.startswith("You ") else words


def _from_own(wording: str) -> str:
    for pattern, to in _VERBS:
        wording = re.sub(pattern, to if isinstance(to, str) else lambda match, to=to: to[match[1]], wording)
    return _PRONOUN.sub(lambda match: _PRONOUNS[match[1]], wording)


def needs_reading(item: Item) -> bool:
    """Return whether the words may mean something else: "we" is the team or the service, and became "you"."""
    return not item.you_wording and bool(_WE.search(item.self_wording))
