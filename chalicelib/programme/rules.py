"""Check rules across a programme file that no shape can express. Pure: an outline in, faults out."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from zoneinfo import available_timezones

from chalicelib.core.addresses import HOLDS_ADDRESS, holds_web_address
from chalicelib.core.colour import MIN_CONTRAST, contrast, text_from
from chalicelib.core.currency import CODES
from chalicelib.core.file_errors import nearest
from chalicelib.core.model import RetentionRules
from chalicelib.programme import id_rules, rater_group_rules
from chalicelib.programme.durations import days_of, months_of, span_of
from chalicelib.programme.schema import RetentionShape
from chalicelib.programme.yaml_paths import ANY, Findings, Outline

MAX_ITEMS = 60
MAX_CLOSING_QUESTIONS = 6  # open questions that belong to no competency
WHITE = "#ffffff"
REMINDER_DAYS = range(1, 61)
MATERIAL_DAYS = range(1, 91)
IMPACT_MONTHS = range(1, 25)
NAMES_IN_EMAILS = (("title",), ("organisation", "name"), ("groups", ANY, "title"), ("milestones", ANY, "title"))
IMPACT_OPEN_DAYS = range(7, 91)
DAYS_OF_LONG_MONTH = 31
KEPT = {name: str(getattr(RetentionShape(), name)) for name in RetentionRules.__struct_fields__}  # name -> usual
ROUND_DAYS = {"open": range(1, 91), "open_for": range(5, 43)}


def check(outline: Outline) -> None:
    """Add every broken rule to the outline's faults."""
    for rule in _RULES:
        for path, message in rule(outline):
            outline.fault(path, message)


def _labels_differ(outline: Outline) -> Findings:
    first: dict[str, int] = {}
    for path, label in outline.texts("scale", "labels", ANY):
        word = label.casefold()
        if word in first:
            yield path, f'"{label}" is already on line {first[word]}: every step of the scale needs a word of its own'
        elif word:
            first[word] = outline.line(path)


def _items_are_few(outline: Outline) -> Findings:
    items = {path[:4] for path in outline.scalars if len(path) > 4 and path[2] == "items"}
    if len(items) > MAX_ITEMS:
        yield ("competencies",), f"have {len(items)} items together; allowed: {MAX_ITEMS}, and 40 are plenty"


def _open_questions_are_few(outline: Outline) -> Findings:
    paths = [path for path, _ in outline.texts("open_questions", ANY, "id")]
    at_the_end = [path for path in paths if not outline.texts(*path[:2], "competency")]
    if len(at_the_end) > MAX_CLOSING_QUESTIONS:
        allowed = f"allowed: {MAX_CLOSING_QUESTIONS}, besides those of a competency; two or three are best"
        yield ("open_questions",), f"has {len(at_the_end)} entries for the last page; {allowed}"
    first: dict[str, int] = {}
    for path, competency in outline.texts("open_questions", ANY, "competency"):
        if competency in first:
            yield path, f'"{competency}" has a question on line {first[competency]} already: one for each competency'
        first[competency] = outline.line(path)


def _brand_is_readable_on_white(outline: Outline) -> Findings:
    for path, brand in outline.texts("organisation", "brand"):
        if re.fullmatch("#[0-9a-fA-F]{6}", brand) and (ratio := contrast(brand, WHITE)) < MIN_CONTRAST:
            darker = text_from(brand, WHITE)
            yield (
                path,
                f"{brand} on white has a contrast of {ratio:.2f}:1; "
                f'allowed: {MIN_CONTRAST}:1 or more, such as "{darker}"',
            )


def _names_hold_no_web_address(outline: Outline) -> Findings:
    """Refuse web addresses in names: emails show names, and readers would follow such a link."""
    for path, name in (place for pattern in NAMES_IN_EMAILS for place in outline.texts(*pattern)):
        if holds_web_address(name):
            yield path, HOLDS_ADDRESS


def _zone_exists(outline: Outline) -> Findings:
    for path, name in outline.texts("organisation", "timezone"):
        # old short names such as GB or EST are links or have no clock changes: ask for the place
        zones = {zone for zone in available_timezones() if "/" in zone} | {"UTC"}
        if name and name not in zones:
            yield path, f'"{name}" is not an IANA time zone, such as {nearest(name, zones) or "Europe/London"}'


def _currency_exists(outline: Outline) -> Findings:
    for path, code in outline.texts("organisation", "currency"):
        if re.fullmatch("[A-Z]{3}", code) and code not in CODES:
            yield path, f'"{code}" is not an ISO 4217 code, such as {nearest(code, CODES) or "GBP"}'


def _reminders_are_days_before(outline: Outline) -> Findings:
    first: dict[int, int] = {}
    for path, value in outline.find("reminders", ANY):
        if type(value) not in (int, str):
            continue  # neither number nor text: reported already
        days = days_of(value)
        if days not in REMINDER_DAYS:
            yield path, f"is {value}; allowed: 1 to 60 whole days before the deadline, such as 7 or P7D"
        elif days in first:
            yield path, f"is {value}, as on line {first[days]}: one reminder a day"
        else:
            first[days] = outline.line(path)


def _impact_is_asked_in_time(outline: Outline) -> Findings:
    for path, text in outline.texts("impact", "after"):
        if text.startswith("P") and months_of(text) not in IMPACT_MONTHS:
            yield path, f'is "{text}"; allowed: P1M to P24M, whole months from the end of the programme'
    for path, text in outline.texts("impact", "open_for"):
        if text.startswith("P") and days_of(text) not in IMPACT_OPEN_DAYS:
            yield path, f'is "{text}"; allowed: P7D to P90D, whole days'


def _workshops_have_a_length(outline: Outline) -> Findings:
    for (*path, _), _id in outline.find("milestones", ANY, "id"):
        if not any((*path, key) in outline.scalars for key in ("days", "sessions")):
            yield (*path, "sessions"), "is missing; allowed: a whole number from 1 to 30, or `days` in its place"


def _materials_are_shown_some_days_before(outline: Outline) -> Findings:
    for path, text in outline.texts("milestones", ANY, "materials", ANY, "from"):
        if text.startswith("P") and days_of(text) not in MATERIAL_DAYS:
            yield path, f'is "{text}"; allowed: P1D to P90D, whole days before the first session'


def _rounds_have_days(outline: Outline) -> Findings:
    for key, allowed in ROUND_DAYS.items():
        for path, text in outline.texts("pulse", "rounds", ANY, key):
            if text.startswith("P") and days_of(text) not in allowed:
                yield path, f'is "{text}"; allowed: P{allowed[0]}D to P{allowed[-1]}D, whole days'


def _rounds_are_in_order(outline: Outline) -> Findings:
    """Refuse two rounds after one workshop, or in another order: the second would open before the first has closed."""
    order = [value for _, value in outline.texts("milestones", ANY, "id")]
    rounds = [place for place in outline.texts("pulse", "rounds", ANY, "after") if place[1] in order]
    for (_, before), (path, value) in pairwise(rounds):
        if order.index(value) <= order.index(before):
            yield path, f'"{value}" is not later than "{before}": a round follows a later workshop than the one before'


def _data_is_not_kept_too_long(outline: Outline) -> Findings:
    has_reason = any(outline.texts("retention", "why"))
    for name, usual in KEPT.items():
        for path, text in outline.texts("retention", name):
            if text.startswith("P") and not _is_kept_at_least_a_day(text):
                yield path, f'is "{text}"; allowed: whole days or whole months, such as P90D or P6M'
            elif text.startswith("P") and _longest_days(text) > _longest_days(usual) and not has_reason:
                yield path, f'is "{text}", longer than the usual {usual}: give the reason as `why` in the same block'


def _is_kept_at_least_a_day(text: str) -> bool:
    return bool(days_of(text) or months_of(text))


def _longest_days(text: str) -> int:
    span = span_of(text)
    return span.months * DAYS_OF_LONG_MONTH + span.days


_RULES: tuple[Callable[[Outline], Findings], ...] = (
    id_rules.ids_are_unique,
    id_rules.item_ids_are_free_columns,
    id_rules.references_exist,
    id_rules.values_of_an_item_differ,
    rater_group_rules.self_is_one_named_rater,
    rater_group_rules.least_is_not_above_most,
    rater_group_rules.raters_are_not_too_many,
    rater_group_rules.anonymous_groups_can_be_shown,
    rater_group_rules.only_anonymous_groups_are_heard_apart,
    rater_group_rules.minimums_are_in_reach,
    _labels_differ,
    _items_are_few,
    _open_questions_are_few,
    _brand_is_readable_on_white,
    _names_hold_no_web_address,
    _zone_exists,
    _currency_exists,
    _reminders_are_days_before,
    _impact_is_asked_in_time,
    _workshops_have_a_length,
    _materials_are_shown_some_days_before,
    _data_is_not_kept_too_long,
    _rounds_have_days,
    _rounds_are_in_order,
)
