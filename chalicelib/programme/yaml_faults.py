"""Say what to do about text that is not YAML. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

import yaml
from msgspec import Struct
from msgspec.structs import replace

LINES_ABOVE = 5
MAX_LINE_CHARS = 2_000  # of a line that is looked at; a longer one gets the plain message
_ODD_BLANKS = "\t\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_ODD_BLANK = re.compile(f"(?:^[ -]*|[:,{{[] *)([{_ODD_BLANKS}])")
_COMMENT = re.compile(r"(?:^|[:,\[-]) +#[^ ]")
_VALUE = re.compile(r"^ *(?:- +)?\w[\w.-]{0,39}: +([^ '\"|>\[{#].{0,2000})$")
_SPECIAL_SIGN = re.compile(r"[:-] +([@`%*&!?|>-])")
_LIST_SIGN = re.compile(
    "^ *(?:[\u2010-\u2015\u2212\u2022\u00b7\u2023\u25e6*] |-[^ -])"
)  # dashes and bullets of an editor
_BEHIND_QUOTES = re.compile(r"""[:-] +(?:'[^']{0,1000}'|"[^"]{0,1000}") +[^ #]""")
_WITHOUT_BLANK = re.compile(r"^ *(?:- +)?\w[\w.-]{0,39}:[^ ]")
_QUOTED_APOSTROPHE = re.compile(r"[:,\[{-] *'[^']{0,1000}\w'\w")
_QUOTED_QUOTATION = re.compile(r'[:,\[{-] *"[^"]{0,1000}"[^",:\]}]')
IN_QUOTES = "put the text in quotes"


class Place(Struct, frozen=True):
    """Where reading stopped, and where the block, list or quoted text began that it was reading."""

    lines: list[str]
    start: int
    end: int
    problem: str

    def above(self) -> Place:
        """Include a few lines before: what goes wrong there may be noticed here."""
        return replace(self, start=max(0, self.start - LINES_ABOVE))

    def between(self, wanted: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield the lines from the end back to the start that match."""
        for number in range(min(self.end, len(self.lines) - 1), self.start - 1, -1):
            line = self.lines[number]
            if len(line) <= MAX_LINE_CHARS and (match := wanted.search(line)):
                yield number, match


Finding = tuple[int, str] | None


def explain(error: Exception, text: str) -> tuple[int, str, str]:
    """Return line, column and message of a fault."""
    if isinstance(error, yaml.reader.ReaderError):
        return (text.count("\n", 0, error.position) + 1, "", "is not YAML: it contains a control character")
    if not isinstance(error, yaml.MarkedYAMLError):
        # PyYAML lets chr() fail on "\UFFFFFFFF"
        return (1, "", "is not YAML: an escape in a quoted text names a character that does not exist")
    end = error.problem_mark or error.context_mark
    begin = error.context_mark or end
    problem = str(error.problem or error.context)
    if not end or not begin:
        return (1, "", f"is not YAML: {problem}")
    place = Place(text.splitlines(), min(begin.line, end.line), end.line, f"{error.context or ''}: {problem}")
    number, says = next(filter(None, (find(place) for find in _FINDERS)), (end.line, problem))
    return (number + 1, "", f"is not YAML: {says}")


def hint_at_comment(line: str) -> str:
    """Return what to do about a value that `#` has turned into a comment."""
    return ": # begins a comment, so put the value in quotes" if _COMMENT.search(line[:MAX_LINE_CHARS]) else ""


def name_of(sign: str) -> str:
    """Return what people call a blank: `a no-break space`, `an em space`."""
    name = {"\t": "tab", "\ufeff": "byte-order mark"}.get(sign, unicodedata.name(sign, "blank").lower())
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def odd_blank(text: str) -> str:
    """Return the first character of a key if it looks like a blank and is none, or nothing."""
    match = _ODD_BLANK.match(text)
    return match[1] if match else ""


def _odd_blank(place: Place) -> Finding:
    for number, match in place.above().between(_ODD_BLANK):
        return number, f"line {number + 1} holds {name_of(match[1])} where a blank is meant"
    return None


def _comment(place: Place) -> Finding:
    if "flow" not in place.problem:
        return None
    for number, match in place.above().between(_COMMENT):
        before = match.string[: match.start() + 1]
        if sum(map(before.count, "{[")) > sum(map(before.count, "}]")):
            return number, "# begins a comment: put the value in quotes"
    return None


def _apostrophe(place: Place) -> Finding:
    if "<scalar>" not in place.problem and "expected" not in place.problem and "quoted" not in place.problem:
        return None
    for number, _ in place.between(_QUOTED_APOSTROPHE):
        return number, 'a text in apostrophes holds an apostrophe: put the text in quotation marks (")'
    for number, _ in place.between(_QUOTED_QUOTATION):
        return number, "a text in quotation marks holds quotation marks: put the text in apostrophes (')"
    return None


def _escape(place: Place) -> Finding:
    if "escape" in place.problem:
        return place.end, "a backslash in quotation marks begins an escape: put the text in apostrophes (')"
    return None


def _second_document(place: Place) -> Finding:
    if "a single document" in place.problem:
        return place.end, "--- begins a second document: leave this line out"
    return None


def _behind_quotes(place: Place) -> Finding:
    if "<block end>" in place.problem and "<scalar>" in place.problem:
        for number, _ in place.between(_BEHIND_QUOTES):
            return number, "there is text behind the closing quotation mark: put all of the text inside"
    return None


def _list_sign(place: Place) -> Finding:
    if "mapping values are not allowed" in place.problem or "could not find expected ':'" in place.problem:
        for number, _ in place.above().between(_LIST_SIGN):
            return number, "an entry of a list begins with a hyphen and a blank"
    if "expected <block end>" in place.problem and _LIST_SIGN.search(place.lines[place.end][:MAX_LINE_CHARS]):
        return place.end, "an entry of a list begins with a hyphen and a blank"
    return None


def _open_quote(place: Place) -> Finding:
    if "quoted scalar" in place.problem:
        return place.end, f"a quotation mark that is opened on line {place.start + 1} is never closed"
    return None


def _colon(place: Place) -> Finding:
    if "mapping values are not allowed" not in place.problem and "got ':'" not in place.problem:
        return None
    for number, match in place.between(_VALUE):
        if ": " in match[1] or match[1].endswith(":"):
            return number, f"{IN_QUOTES}: it holds a colon and a blank"
    if "got ':'" in place.problem:
        return (place.end, f"{IN_QUOTES}: it holds a colon and a blank") if place.end == place.start else None
    return place.end, "the line is indented too far: let all keys of a block begin below each other"


def _sign_in_a_list(place: Place) -> Finding:
    if "got '?'" in place.problem:
        return place.end, f"{IN_QUOTES}: it ends with a question mark or holds one"
    return None


_ABOUT_A_SIGN = (
    "cannot start any token",
    "alias",
    "anchor",
    "directive",
    "tag",
    "block scalar",
    "are not allowed here",
)


def _special_sign(place: Place) -> Finding:
    if not any(part in place.problem for part in _ABOUT_A_SIGN):
        return None
    for number, match in place.between(_SPECIAL_SIGN):
        return number, f"{IN_QUOTES}: it begins with {match[1]}"
    return None


def _without_blank(place: Place) -> Finding:
    if "could not find expected ':'" not in place.problem:
        return None
    for number, _ in place.between(_WITHOUT_BLANK):
        return number, "put a blank after the colon"
    return place.start, "a key needs a colon and a blank behind it, and a text of several lines needs quotes"


def _open_bracket(place: Place) -> Finding:
    if "flow" in place.problem:
        opened = f"the bracket that is opened on line {place.start + 1}"
        return place.end, f"put a comma between the entries in {opened}, quotes around their texts, and close it"
    return None


def _indent(place: Place) -> Finding:
    if "expected <block end>" in place.problem:
        return (
            place.end,
            "the line is indented differently from its block: let all lines of a block begin below each other",
        )
    return None


_FINDERS: tuple[Callable[[Place], Finding], ...] = (
    _odd_blank,
    _comment,
    _apostrophe,
    _escape,
    _second_document,
    _behind_quotes,
    _open_quote,
    _list_sign,
    _colon,
    _sign_in_a_list,
    _special_sign,
    _without_blank,
    _open_bracket,
    _indent,
)
