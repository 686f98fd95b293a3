"""Check rater groups: who rates, and whether enough can answer for any figure to be shown. Pure."""

from __future__ import annotations

from chalicelib.core.model import SELF_GROUP
from chalicelib.programme.schema import USUAL_THRESHOLD, usual_behaviours_from
from chalicelib.programme.yaml_paths import ANY, Findings, Outline, Path

MAX_RATERS = 60


def self_is_one_named_rater(outline: Outline) -> Findings:
    groups = [path for path, value in _groups(outline) if value == SELF_GROUP]
    if _groups(outline) and not groups:
        yield ("groups",), f'need one group with the id "{SELF_GROUP}": the delegate\'s own view'
    for path in groups:
        if not _is_named(outline, path):
            yield (*path, "named"), "must be true: the delegate's own answers are not anonymous"
        if outline.number(*path, "max") not in (1, None):
            yield (*path, "max"), "must be 1: there is one delegate"


def least_is_not_above_most(outline: Outline) -> Findings:
    for path, _ in _groups(outline):
        least, most = outline.number(*path, "min"), outline.number(*path, "max")
        if least is not None and most is not None and least > most:
            yield (*path, "min"), f"is {least}, above max, which is {most}"


def raters_are_not_too_many(outline: Outline) -> Findings:
    total = _raters(outline)
    if total > MAX_RATERS:
        yield ("groups",), f"allow {total} raters a delegate in all; allowed: at most {MAX_RATERS}"


def anonymous_groups_can_be_shown(outline: Outline) -> Findings:
    anonymous = [path for path, value in _groups(outline) if value != SELF_GROUP and not _is_named(outline, path)]
    most = sum(outline.number(*path, "max") or 0 for path in anonymous)
    threshold = outline.number("threshold") or USUAL_THRESHOLD
    if _groups(outline) and not anonymous:
        yield ("groups",), "need at least one group that is not named: otherwise no one answers anonymously"
    elif 0 < most < threshold:
        yield ("threshold",), f"is {threshold}, but all groups that are not named have {most} raters at most"


def only_anonymous_groups_are_heard_apart(outline: Outline) -> Findings:
    for path, _ in _groups(outline):
        if outline.scalars.get((*path, "heard_apart")) is True and _is_named(outline, path):
            yield (*path, "heard_apart"), "is for anonymous groups: a named group is always shown by name"


def minimums_are_in_reach(outline: Outline) -> Findings:
    threshold, total = outline.number("threshold") or USUAL_THRESHOLD, _raters(outline)
    behaviours_from = outline.number("behaviours_from") or usual_behaviours_from(threshold)
    needed = {
        "behaviours_from": (threshold + 1, "one more than the threshold"),
        "minimum_responses": (threshold, "the threshold"),
        "comments_from": (behaviours_from, "behaviours_from"),
    }
    for key, (least, name) in needed.items():
        number = outline.number(key)
        if number is not None and number < least:
            yield (key,), f"is {number}; allowed: {name}, {least}, or more"
        elif number is not None and 0 < total < number:
            yield (key,), f"is {number}, but all groups together have {total} raters at most"


def _groups(outline: Outline) -> list[tuple[Path, object]]:
    return [(path[:-1], value) for path, value in outline.find("groups", ANY, "id")]


def _is_named(outline: Outline, group: Path) -> bool:
    return outline.scalars.get((*group, "named")) is True


def _raters(outline: Outline) -> int:
    """Return the most raters that one delegate can have, self not counted."""
    return sum(outline.number(*path, "max") or 0 for path, value in _groups(outline) if value != SELF_GROUP)
