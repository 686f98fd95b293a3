"""Find words in a comment that may reveal who wrote it, before it is sent. Plain rules; a hint, never a refusal. Pure.

Names of other raters are not looked up: a warning about them would show a person who tries names who was asked. So
every full name counts, and the writer's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from chalicelib.collect.pages import Page

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_YOU = "you|him|her|them"
_YOUR = "your|his|her|their"
_POSTS = (
    "deputy|manager|line manager|boss|director|lead|supervisor|mentor|mentee|secretary|PA|assistant|trainee|apprentice"
    "|registrar|consultant|matron|sister|nurse|clerk|colleague|peer|direct report|successor|predecessor|counterpart"
)
_WORD = r"[^\W\d_]+(?:-[^\W\d_]+|['’](?!s\b)[^\W\d_]+)*"  # O'Brien, and Priya from Priya's
_SMALL = (
    "A|An|And|As|Ask|At|But|By|Can|Do|For|From|Give|Has|He|Her|His|How|I|If|In|Is|It|Its|Keep|Let|Make|May|My|No|Not"
    "|On|Or|Our|She|So|Stop|Tell|The|Their|Then|There|They|This|To|Was|We|What|When|Who|Will|With|You|Your"
)

# Compiled when a comment is read, not when a function starts: the hint, its pattern, and its flags.
_RULES: tuple[tuple[str, str, int], ...] = (
    (
        "shows how you work together",
        rf"\bas (?:{_YOUR}|the)(?: \w+)? (?:{_POSTS})\b|\bas your \w+"
        rf"|\bI(?: am|’m|'m) (?:{_YOUR}|the only)\b(?: \w+)?"
        r"|\bin my (?:own )?(?:role|team|ward|department|office)\b|\bI (?:report to|line manage|deputise for)\b",
        re.IGNORECASE,
    ),
    (
        "mentions a conversation you had",
        rf"\bI(?:’ve|'ve| have)? (?:(?:already|often|also) )?(?:told|asked|emailed|warned|reminded) (?:{_YOU})\b"
        rf"|\bI(?:’ve|'ve| have)? (?:said|mentioned|wrote|written|spoke|spoken|talked) to (?:{_YOU})\b"
        rf"|\bwhen (?:I|we) (?:last )?(?:met|spoke|talked)\b|\b(?:in|at) our (?:\w+ )?"
        r"(?:one[- ]to[- ]ones?|1[:-]1s?|121s?|supervision|appraisal|catch[- ]up|meeting)\b",
        re.IGNORECASE,
    ),
    (
        "names a day",
        r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b"
        rf"|\b(?:on|last|this) (?:{_DAYS})\b",
        0,
    ),
)


def for_script(writer: str, harmless: str) -> dict[str, object]:
    """Return the rules and words for the same check in the browser (web/assets/comments.js)."""
    return {
        "rules": [[why, rule, "giu" if flags & re.IGNORECASE else "gu"] for why, rule, flags in _RULES],
        "word": _WORD.replace(r"[^\W\d_]", r"\p{L}"),
        "small": _SMALL.split("|"),
        "writer": writer,
        "known": harmless.split(),
    }


class Hint(Struct, frozen=True):
    """One hint. `phrase` is word for word from the comment on `question`, and `why` says what it reveals."""

    question: str
    phrase: str
    why: str


def self_check(pages: Iterable[Page], saved: Mapping[str, Mapping[str, str]], writer: str, harmless: str) -> list[Hint]:
    """Return each phrase once, in the order of the form.

    saved   page id -> question id -> answer
    writer  the rater's own name
    known   text whose capitalised words reveal no one: the delegate's name, the organisation, the programme
    """
    questions = ((page, question) for page in pages for question in page.questions if question.is_comment)
    phrases = (
        Hint(question.id, phrase, why)
        for page, question in questions
        for phrase, why in _phrases(saved.get(page.id, {}).get(question.id, ""), writer, set(harmless.split()))
    )
    return list(dict.fromkeys(phrases))


def _phrases(comment: str, writer: str, harmless: set[str]) -> Iterator[tuple[str, str]]:
    for part in [writer, *writer.split()]:
        if len(part) > 1 and part not in harmless and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", comment):
            yield part, "is your name"
            break
    for name in _full_names(comment):
        if not (harmless | set(writer.split())) & set(name):
            yield " ".join(name), "looks like a name"
    for why, rule, flags in _RULES:
        yield from ((match[0], why) for match in re.finditer(rule, comment, flags))


def _full_names(comment: str) -> Iterator[list[str]]:
    """Return runs of two or more capitalised words, without a small word at the start of a sentence."""
    run: list[str] = []
    end = -1
    for match in [*re.finditer(_WORD, comment), None]:
        word = match[0] if match else ""
        follows = match is not None and match.start() == end + 1 and comment[end] == " "
        if run and not (follows and word[:1].isupper()):
            yield from [run] if len(run) > 1 else []
            run = []
        if match and word[0].isupper() and not word.isupper() and (run or not re.fullmatch(_SMALL, word)):
            run.append(word)
        end = match.end() if match else end
