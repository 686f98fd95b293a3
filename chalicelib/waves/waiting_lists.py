"""Who approves lists of raters that wait, for the preview of a later last day: they are emailed about it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from chalicelib.core.formatting import join_words, name_sort_key, plural
from chalicelib.core.model import Delegate, Programme
from chalicelib.waves.lifecycle import approver_of

MAX_NAMED = 10  # of more approvers, a line counts the rest


class WaitingLists(Struct, frozen=True):
    """Lists that wait, and the names of those who approve them."""

    count: int
    approvers: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return for example `Cleo Coach, who approves 2 lists that wait`; empty if no one is asked."""
        if not self.approvers:
            return ""
        named, rest = [*self.approvers[:MAX_NAMED]], len(self.approvers) - MAX_NAMED
        who = join_words([*named, f"{rest} more"] if rest > 0 else named)
        verb = "approves" if len(self.approvers) == 1 else "approve"
        return f"{who}, who {verb} {plural(self.count, 'list that waits', 'lists that wait')}"


def find_approvers(programme: Programme, waiting: Iterable[Delegate]) -> WaitingLists:
    """Find who approves the lists of these delegates, each of whose lists waits. No one who was erased."""
    people = [approver for delegate in waiting if (approver := approver_of(programme, delegate))]
    asked = [person for person in people if not person.is_erased]
    by_address = {person.email: person.name for person in asked}
    return WaitingLists(len(asked), tuple(sorted(by_address.values(), key=name_sort_key)))
