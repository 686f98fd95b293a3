"""Count answers while a questionnaire is open: once a day, and in steps that single out no one. Pure.

Rule and proof: docs/decisions/0028-daily-counts-of-answers.md; tests/results/test_answer_counts.py plays the attacker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from chalicelib.core.formatting import join_words
from chalicelib.core.model import SELF_GROUP, AnswerCount, Programme
from chalicelib.results.partition import pooled


def margin(threshold: int) -> int:
    """Count the people that a count leaves out: one rater, and the threshold less two whose answers are known.

    Those may be the delegate's own mailboxes, or raters who reveal their answer. With one more of them, the report
    itself no longer protects the last rater of a cell.
    """
    return threshold - 1


def counted_from(threshold: int) -> int:
    """Return how many people a part of anonymous raters needs to be counted."""
    return threshold + margin(threshold)


def count_parts(
    programme: Programme,
    invited: Mapping[str, int],
    answered: Mapping[str, int],
    hidden: Collection[str] = (),
    earlier: Iterable[AnswerCount] = (),
) -> tuple[AnswerCount, ...]:
    """Make one part for each group that is large enough; count smaller groups together, or not at all.

    hidden   groups that are not counted before the close, because answers were taken out: a part with them counts 0
    earlier  the parts that were shown before. They stay together, because the counts of a part and of its pieces would
             reveal more than each of them
    """
    named = [
        AnswerCount((group.id,), invited[group.id], answered.get(group.id, 0), named=True)
        for group in programme.groups
        if group.named and invited.get(group.id)
    ]
    kept = [part.groups for part in earlier if not part.named]
    rest = [g.id for g in programme.anonymous_groups if not any(g.id in groups for groups in kept)]
    parts = [*kept, *pooled(invited, rest, counted_from(programme.threshold))]
    anonymous = [_part(part, invited, answered, programme.threshold) for part in parts]
    return tuple(replace(part, answered=0) if set(part.groups) & set(hidden) else part for part in (*named, *anonymous))


def count_together(programme: Programme, invited: Mapping[str, int], answered: Mapping[str, int]) -> AnswerCount:
    """Count the anonymous raters of one delegate as one part; 0 answers if they are too few."""
    return _part(tuple(group.id for group in programme.anonymous_groups), invited, answered, programme.threshold)


def _part(groups: tuple[str, ...], invited: Mapping[str, int], answered: Mapping[str, int], step: int) -> AnswerCount:
    group_invited, group_answered = (sum(counts.get(group, 0) for group in groups) for counts in (invited, answered))
    return AnswerCount(groups, group_invited, at_least(group_answered, group_invited, step))


def at_least(answered: int, invited: int, step: int) -> int:
    """Round down to a multiple of `step`, the threshold, that says nothing about a margin of people."""
    return max(0, min(answered, invited - margin(step))) // step * step


def has_enough_counted(programme: Programme, parts: Iterable[AnswerCount]) -> bool:
    """Return whether the counts that pages show are enough for a report.

    Each is true, so the answers are enough as well.
    """
    counted = others(parts)
    total = sum(part.answered for part in counted)
    return total >= programme.minimum_responses and any(part.answered for part in counted if not part.named)


def others(parts: Iterable[AnswerCount]) -> list[AnswerCount]:
    """Leave out the delegate's own questionnaire."""
    return [part for part in parts if part.groups != (SELF_GROUP,)]


def title_of(programme: Programme, part: AnswerCount) -> str:
    """Return `Peers`, `Peers and direct reports` or `Peers, direct reports and others`."""
    titles = {group.id: group.title for group in programme.groups}
    first, *rest = [titles.get(group, group) for group in part.groups]
    lower = [title[:1].lower() + title[1:] for title in rest]
    return join_words([first, *lower])
