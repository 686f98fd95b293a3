"""How many raters have answered, in totals that point to nobody. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from msgspec import Struct

from chalicelib.model import Invitation, InvitationState, Programme
from chalicelib.report.partition import pooled


class Progress(Struct, frozen=True):
    """Raters of one or several groups, never fewer invited than the programme's threshold."""

    title: str
    invited: int
    answered: int | None  # None: not counted until the close, because a person or an address changed


def progress(
    programme: Programme, invitations: Iterable[Invitation], hidden: Container[str] = ()
) -> tuple[Progress, ...]:
    """One line for each group with enough people invited; smaller ones are counted together, or not at all.

    hidden   groups whose answers are not counted until the close

    Who is shown by name, the line manager say, is not counted: of one person any count tells all.
    """
    asked = [one for one in invitations if one.state is not InvitationState.REVOKED]
    invited = Counter(one.group for one in asked)
    answered = Counter(one.group for one in asked if one.state is InvitationState.ANSWERED)
    titles = {group.id: group.title for group in programme.anonymous_groups}

    def count(part: tuple[str, ...]) -> int | None:
        return None if any(group in hidden for group in part) else _sum(answered, part)

    return tuple(
        Progress(_together([titles[group] for group in part]), _sum(invited, part), count(part))
        for part in pooled(invited, list(titles), programme.threshold)
    )


def _sum(counts: Counter[str], groups: tuple[str, ...]) -> int:
    return sum(counts[group] for group in groups)


def _together(titles: list[str]) -> str:
    """`Peers`, `Peers and direct reports`, `Peers, direct reports and others`."""
    first, *others = titles
    lower = [title[:1].lower() + title[1:] for title in others]
    return " and ".join(filter(None, (", ".join([first, *lower[:-1]]), lower[-1] if lower else "")))
