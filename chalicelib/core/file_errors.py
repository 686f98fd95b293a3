"""Collect every fault in a file, to report them together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from chalicelib.core.errors import FileError, FileInvalid

MAX_ERRORS_SHOWN = 100
MAX_FOUND = 1000  # then reading stops: each fault looks for what was meant, and no one reads so many
MAX_HINT_CHARS = 80  # characters; a longer word is not a typing mistake in a short one
MAX_SHOWN_CHARS = 40
FAILED_FORMULA = "holds the error {}: correct the formula, or type the value"


Note = Callable[[FileError], None]


def ignore(note: FileError) -> None:
    """Show a note to no one."""


class FaultList:
    """The faults in one file so far."""

    def __init__(self, file: str, note: Note = ignore):
        self.file = file
        self._note = note
        self._found: list[FileError] = []

    def add(self, line: int, column: str, message: str) -> None:
        """Record a fault. Raises FileInvalid when there are too many to continue."""
        self._found.append(FileError(self.file, line, column, message))
        if len(self._found) >= MAX_FOUND:
            raise self.refusal()

    def note(self, line: int, column: str, message: str) -> None:
        """Report what is no fault but what the sender of the file should know."""
        self._note(FileError(self.file, line, column, message))

    def refuse_if_any(self) -> None:
        if self._found:
            raise self.refusal()

    def refusal(self) -> FileInvalid:
        """Return the first hundred faults in file order, and how many more there are."""
        errors = sorted(set(self._found))
        listed, rest = errors[:MAX_ERRORS_SHOWN], errors[MAX_ERRORS_SHOWN:]
        if rest:
            # "…" sorts after every key and column name, so this line stays last
            so_far = "at least " if len(self._found) >= MAX_FOUND else ""
            listed.append(FileError(self.file, rest[-1].line, "…", f"and {so_far}{len(rest)} more"))
        return FileInvalid(listed)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that this one is probably a misspelling of."""
    if len(word) > MAX_HINT_CHARS:
        return None
    by_lower = {each.lower(): each for each in known}
    matches = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else None


def hint(word: str, known: Sequence[str]) -> str:
    """Suggest `did you mean "threshold"?`, or list everything that is allowed."""
    likely = nearest(word, known)
    return f'did you mean "{likely}"?' if likely else f"allowed: {', '.join(known) or 'none'}"


def quote(text: str) -> str:
    """Quote a value in a fault: short, and safe for a terminal."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text[:MAX_SHOWN_CHARS])
    return printable if len(text) <= MAX_SHOWN_CHARS else printable[: MAX_SHOWN_CHARS - 1] + "…"
