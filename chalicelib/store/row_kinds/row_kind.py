"""What a kind of row declares: key, owner, readers, how long it is kept, and what erasing its owner does to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from chalicelib.store.marshal import Row
from chalicelib.store.row_key import Key, key_of


class Owner(StrEnum):
    """The owner of a row. An export holds nothing of others, also where they share a row: admin/person_export.py."""

    DELEGATE = "delegate"
    RATER = "rater"
    COACH = "coach"
    READER = "reader"  # a reader of emails at an address
    ORGANISATION = "organisation"  # about no particular person


class Reader(StrEnum):
    """Who sees what a row holds on a page, in a file or in an email. Operators with AWS rights are not listed."""

    OWNER = "its owner"
    DELEGATE = "the delegate"
    COACH = "the delegate's coach"
    MANAGER = "the line manager"
    RATER = "raters"
    FACILITATOR = "facilitators of the cohort"
    ADMINISTRATOR = "administrators"
    SPONSOR = "the sponsor"
    APPROVER = "the approver of lists of raters"


class Erasure(StrEnum):
    """What happens to a row when its owner asks to be erased."""

    DELETE = "deleted"
    REDACT = "name and address replaced by “(erased)”"
    KEEP = "kept"


class Retention(StrEnum):
    """How long a row is kept by default."""

    PROGRAMME = "24 months after the last questionnaire, survey or meeting"
    COLLECTION = "90 days after the last questionnaire, survey or meeting"
    CLOSE = "until the questionnaire closes"
    FIGURES = "30 days after the figures made from it are final"
    EMAIL = "90 days after the last questionnaire, survey or meeting; an email about no cohort for 13 months"
    NOTES = "6 months after the last questionnaire, survey or meeting"
    RECORD = "6 years after the end of the programme"
    TRIES = "one year after the last wrong code"
    EXPIRY = "until it expires: minutes to a week"
    DEPLOYMENT = "as long as the deployment"


class RowKind(Struct, frozen=True, dict=True, kw_only=True):
    """One kind of row.

    pk, sk              templates of the key: `{part}` is one part without `#`, `{part*}` may hold `#`
    why                 the reason for a row that is kept when its owner is erased
    folder              where the bucket keeps documents of a row, a template of parts of the key; they go with the row
    signed              the field with the name of who wrote a row of someone else; erasing the writer takes it out
    goes_with_delegate  someone else's row about a delegate, which is deleted when the delegate is erased
    earlier             how a row of an earlier shape is read, one step for each shape: see store/shapes.py
    """

    name: str
    pk: str
    sk: str
    what: str
    owner: Owner
    readers: tuple[Reader, ...]
    erasure: Erasure
    retention: Retention
    why: str = ""
    folder: str = ""
    signed: str = ""
    goes_with_delegate: bool = False
    earlier: tuple[Callable[[Row], Row], ...] = ()

    @property
    def shape(self) -> int:
        """Return the number of the shape in which today's code writes the row."""
        return 1 + len(self.earlier)

    def key(self, **parts: str) -> Key:
        """Make the key of one row. Raises KeyError where a part is missing."""
        return Key(self.partition(**parts), self.sk.replace("*}", "}").format_map(parts))

    def partition(self, **parts: str) -> str:
        """Make the partition key alone. Raises KeyError where a part is missing."""
        return self.pk.replace("*}", "}").format_map(parts)

    def has(self, row: Row) -> bool:
        """Return whether a row is of this kind."""
        return self.matches(key_of(row))

    def matches(self, key: Key) -> bool:
        return bool(self._pattern.fullmatch(f"{key.pk}\n{key.sk}"))

    def parts(self, key: Key) -> Mapping[str, str]:
        """Return the parts of a key of this kind. Raises ValueError for a key of another kind."""
        match = self._pattern.fullmatch(f"{key.pk}\n{key.sk}")
        if not match:
            raise ValueError(f"the key is not of a {self.name} row")
        return match.groupdict()

    def folder_of(self, key: Key) -> str:
        """Return how the names of the row's documents begin; empty for a kind that has none."""
        return self.folder.format_map(self.parts(key))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(f"{_pattern(self.pk)}\n{_pattern(self.sk)}")


def _pattern(template: str) -> str:
    """Turn a template into a regular expression with one group for each part."""
    pieces = re.split(r"(\{\w+\*?\})", template)
    return "".join(_group(piece) if piece.startswith("{") else re.escape(piece) for piece in pieces)


def _group(piece: str) -> str:
    name = piece.strip("{}*")
    return rf"(?P<{name}>.+)" if piece.endswith("*}") else rf"(?P<{name}>[^#\n]+)"
