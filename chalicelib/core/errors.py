"""Every reason to refuse a request or a file. Pure.

A `Refusal` is something that the reader of a page or the user of a command can act on. Its text is shown to them, so it
contains no answers and nothing that identifies a rater.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from msgspec import Struct

from chalicelib.core.model import Programme


class Refusal(Exception):
    """A refusal that the sender can act on.

    status     the HTTP status
    title      the page's heading
    next_step  the page's status line: the result, and what to do
    way_on     the path of the page to continue with, if the refused link leads to one; its reader signs in there
    """

    status: int = HTTPStatus.BAD_REQUEST
    title = "There is a problem"
    next_step = "Nothing was changed. Read below what to do."
    way_on = ""
    programme: Programme | None = None  # the organisation whose colours the page uses, if known

    @property
    def name(self) -> str:
        """Return the name by which a test finds the page of this refusal: `link-ended` for LinkEnded."""
        return re.sub(r"(?<=.)(?=[A-Z])", "-", type(self).__name__).lower()


class FileError(Struct, frozen=True, order=True):
    """One fault in a file, and its place. `line` counts from 1; `column` is the CSV column or YAML key."""

    file: str
    line: int
    column: str
    message: str  # what is wrong and what is allowed

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


class FileInvalid(Refusal):
    """A file that cannot be used. Carries every fault in file order; nothing was changed."""

    title = "The file has errors"

    def __init__(self, faults: Sequence[FileError]):
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class FieldError(Struct, frozen=True):
    """One fault in a form.

    field  the name of the input; "" is the form as a whole
    name   how a test finds it, where the field can be wrong for several reasons
    """

    field: str
    message: str
    name: str = ""


class FormInvalid(Refusal):
    """A form that cannot be used as submitted. Carries every fault; nothing was changed."""

    def __init__(self, *faults: FieldError):
        self.faults = faults
        super().__init__(" ".join(fault.message for fault in faults))
