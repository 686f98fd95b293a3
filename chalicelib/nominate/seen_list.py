"""Compare a list of raters with the one that a page showed, so that no one decides about people they have not seen."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from chalicelib.core.model import RaterEntry
from chalicelib.nominate.rater_list import ListRefused, RaterList

SEEN = "seen"  # the field of a form that holds the list as its page showed it


class ListOutdated(ListRefused):
    """The page showed another list than the present one."""

    status = 409

    def __init__(self) -> None:
        super().__init__("The list has changed since you opened this page, so nothing was done. Check the list below.")


class ListChanges(Struct, frozen=True):
    """How a list differs from the one that a page showed."""

    new: tuple[RaterEntry, ...]  # on the list now; also those whose name or group is another now
    gone: tuple[RaterEntry, ...]  # shown, and not on the list any more

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def write_seen(raters: Sequence[RaterEntry]) -> str:
    """Write the list that a page shows, for its form."""
    return msgspec.json.encode(raters).decode()


def find_changes(seen: str, unsent: Sequence[RaterEntry]) -> ListChanges:
    """Compare the raters who are not yet sent with those that a form brings back."""
    entries, addresses = _read_seen(seen), {rater.person.email for rater in unsent}
    return ListChanges(
        new=tuple(rater for rater in unsent if rater not in entries),
        gone=tuple(rater for rater in entries if rater.person.email not in addresses),
    )


def refuse_unseen(choice: RaterList, seen: str) -> None:
    """Raise ListOutdated unless the form shows the same people who would be sent."""
    if find_changes(seen, choice.unsent):
        raise ListOutdated


def _read_seen(seen: str) -> tuple[RaterEntry, ...]:
    """Read the list of a form. A form without one, from an earlier version, has shown no one."""
    try:
        return msgspec.json.decode(seen, type=tuple[RaterEntry, ...])
    except msgspec.DecodeError:
        return ()
