"""How many raters have answered, while a questionnaire is open: once a day, and in steps that tell of no one. Pure.

Rule and proof: docs/decisions/0028-daily-counts-of-answers.md; tests/results/test_answer_counts.py plays the attacker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from chalicelib.core.model import SELF_GROUP, AnswerCount, Programme
from chalicelib.results.partition import pooled

MARGIN = 2  # people of a part whose answers no count needs: one rater, and one more who tells what they did


def count_parts(
    programme: Programme, invited: Mapping[str, int], answered: Mapping[str, int], hidden: Collection[str] = ()
) -> tuple[AnswerCount, ...]:
    """One part for each group that is large enough; smaller groups are counted together, or not at all.

    hidden   groups that are not counted before the close, for answers that were taken out: nor is any part with them
    """
    named = [
        AnswerCount((group.id,), invited[group.id], answered.get(group.id, 0), named=True)
        for group in programme.groups
        if group.named and invited.get(group.id)
    ]
    order = [group.id for group in programme.anonymous_groups]
    anonymous = [
        _part(part, invited, answered, programme.threshold)
        for part in pooled(invited, order, programme.threshold + MARGIN)
    ]
    return tuple(part for part in (*named, *anonymous) if not set(part.groups) & set(hidden))


def _part(groups: tuple[str, ...], invited: Mapping[str, int], answered: Mapping[str, int], step: int) -> AnswerCount:
    asked, came = (sum(counts.get(group, 0) for group in groups) for counts in (invited, answered))
    return AnswerCount(groups, asked, at_least(came, asked, step))


def at_least(answered: int, invited: int, step: int) -> int:
    """The largest multiple of `step` that leaves MARGIN people of whom it says nothing."""
    return max(0, min(answered, invited - MARGIN)) // step * step


def others(parts: Iterable[AnswerCount]) -> list[AnswerCount]:
    """Without the delegate's own questionnaire."""
    return [part for part in parts if part.groups != (SELF_GROUP,)]


def title_of(programme: Programme, part: AnswerCount) -> str:
    """`Peers`, `Peers and direct reports`, `Peers, direct reports and others`."""
    titles = {group.id: group.title for group in programme.groups}
    first, *more = [titles.get(group, group) for group in part.groups]
    lower = [title[:1].lower() + title[1:] for title in more]
    return " and ".join(filter(None, (", ".join([first, *lower[:-1]]), lower[-1] if lower else "")))
