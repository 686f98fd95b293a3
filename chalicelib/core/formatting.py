"""Format dates, counts and durations for people. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.core.model import Programme

SECONDS_FOR_AN_ITEM = 8
SECONDS_FOR_A_COMMENT = 90
# letters that do not decompose into a plain letter and a mark
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})


def day(when: date) -> str:
    """Format a day: `Friday 6 March 2026`."""
    return f"{when:%A} {when.day} {when:%B %Y}"


def local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def local_time(moment: datetime, zone: str) -> str:
    """Format a moment: `6 March 2026, 14:05`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y, %H:%M}"


def day_and_time(moment: datetime, zone: str) -> str:
    """Format when something takes place: `Friday 6 March 2026, 14:05`."""
    return f"{local_day(moment, zone)}, {clock_time(moment, zone)}"


def say_when(at: datetime, now: datetime, zone: str) -> str:
    """Say when something is sent, for the preview of an act: `at once`, `on Friday 6 March 2026, 09:00`."""
    return f"on {day_and_time(at, zone)}" if at > now else "at once"


def clock_time(moment: datetime, zone: str) -> str:
    """Format the local time of a moment on a day that is known: `14:05`."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def local_day(moment: datetime, zone: str) -> str:
    return day(local_date(moment, zone))


def last_date(closes_at: datetime, zone: str) -> date:
    """Return the last local day on which something that closes at this moment is accepted."""
    return local_date(closes_at - timedelta(seconds=1), zone)


def last_day(closes_at: datetime, zone: str) -> str:
    """Return the last day before a closing moment, in words."""
    return day(last_date(closes_at, zone))


def last_moment(closes_at: datetime, zone: str) -> str:
    """Return the last day with its hour, for readers anywhere: `Friday 6 March 2026, 23:59 (London time)`."""
    return with_hour(last_day(closes_at, zone), time_zone_name(zone))


def with_hour(last: str, time_zone: str) -> str:
    """Add to a last day in words when it ends. The zone is in words; none in emails of earlier versions."""
    return f"{last}, 23:59 ({time_zone})" if time_zone else f"{last}, 23:59"


def time_zone_name(zone: str) -> str:
    """Return a time zone in words: `London time` for Europe/London, `UTC`."""
    place = zone.split("/")[-1].replace("_", " ")
    return place if place.isupper() else f"{place} time"


def short_day(closes_at: datetime, zone: str) -> str:
    """Format the last day in short, `6 Mar`, where there is little room and the year is clear."""
    return short_date(last_date(closes_at, zone))


def short_date(when: date) -> str:
    """Format a day in short, `6 Mar`, where there is little room and the year is clear."""
    return f"{when.day} {when:%b}"


def month(moment: datetime, zone: str) -> str:
    """Format a month: `March 2026`."""
    return f"{moment.astimezone(ZoneInfo(zone)):%B %Y}"


def days_in_words(days: Sequence[date]) -> str:
    """Format days that are near to one another: `10, 11 and 12 March`, `30 March and 2 April`."""
    ordered = sorted(set(days))
    months = [f"{each:%B %Y}" for each in ordered]
    is_last = [month != after for month, after in zip(months, [*months[1:], ""], strict=True)]
    words = [f"{each.day} {each:%B}" if last else str(each.day) for each, last in zip(ordered, is_last, strict=True)]
    return join_words(words)


def join_words(words: Sequence[str]) -> str:
    """Join words as in running text: `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def slug(text: str, max_chars: int, *, begins_with_letter: bool = False) -> str:
    """Return the words of a text in plain small letters, joined by hyphens: `autumn-cohort-2026`; "" without any.

    begins_with_letter  leave out what comes before the first letter, as in an id
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    joined = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return (joined.lstrip("0123456789-") if begins_with_letter else joined)[:max_chars].rstrip("-")


def name_sort_key(name: str) -> tuple[str, str]:
    """Return the key by which names sort: Łucja after Lucas, amara next to Amara."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(PLAIN), name


def plural(count: int, singular: str, many: str) -> str:
    """Format a count: `1 rater`, `3 raters`."""
    return f"{count} {singular if count == 1 else many}"


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_words(count: int) -> str:
    """Return a number up to ten as a word, as in running text."""
    return _WORDS[count] if 0 <= count < len(_WORDS) else str(count)


def minutes(programme: Programme) -> int:
    """Estimate how long the questionnaire takes a careful rater."""
    comments = [question for question in programme.open_questions if question.competency is None]
    return minutes_for(len(list(programme.items)), len(comments))


def minutes_for(items: int, comments: int) -> int:
    """Return whole minutes, at least one. Folded-away comments are not counted: few raters write one."""
    return max(1, round((items * SECONDS_FOR_AN_ITEM + comments * SECONDS_FOR_A_COMMENT) / 60))
