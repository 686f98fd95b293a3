"""Everything Fullcircle refuses to do, and why. Pure.

A `Refusal` is something the person in front of a page or command can act on: its text is shown to them, so it
holds no one's answers and nothing that names a rater.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from msgspec import Struct

from chalicelib.core.model import Programme


class Refusal(Exception):
    """A refusal the sender can act on.

    status     the HTTP answer to it
    title      the page's heading
    next_step  the page's status line: what became of it, and what to do
    """

    status: int = HTTPStatus.BAD_REQUEST
    title = "That did not work"
    next_step = "Nothing was changed. Please read on for what to do."
    programme: Programme | None = None  # whose colours the page wears, where that is known


class FileError(Struct, frozen=True, order=True):
    """One thing wrong in a file, and where. `line` counts from 1; `column` is a CSV column's or YAML key's name."""

    file: str
    line: int
    column: str
    message: str  # what is wrong and what is allowed

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


class FileInvalid(Refusal):
    """A file that cannot be used. Carries every fault found, in file order; nothing was changed."""

    title = "The file has faults"

    def __init__(self, faults: Sequence[FileError]):
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class FieldError(Struct, frozen=True):
    """One thing wrong in a form, and in which of its fields."""

    field: str
    message: str


class FormInvalid(Refusal):
    """A form that cannot be used as it was filled in. Carries every fault; nothing was changed."""

    def __init__(self, *faults: FieldError):
        self.faults = faults
        super().__init__(" ".join(fault.message for fault in faults))
