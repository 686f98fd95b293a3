"""Choose and sort the cohorts of the administrators' home, as the page's address says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct, to_builtins

from chalicelib.core.formatting import name_sort_key
from chalicelib.store.catalogue import CohortEntry


class Period(StrEnum):
    """Where a cohort is in its year, by its dates."""

    ALL = ""
    AHEAD = "ahead"
    ANSWERS = "answers"
    PROGRAMME = "programme"
    AFTER = "after"
    FINISHED = "finished"


PERIODS = {
    Period.ALL: "All",
    Period.AHEAD: "Not open yet",
    Period.ANSWERS: "Answers come in",
    Period.PROGRAMME: "Programme runs",
    Period.AFTER: "After the programme",
    Period.FINISHED: "Finished",
}


class Sort(StrEnum):
    """In which order cohorts are listed."""

    OPENS = ""
    NAME = "name"
    CLOSES = "closes"
    ENDS = "ends"


SORTS = {
    Sort.OPENS: "Latest opening first",
    Sort.NAME: "By name",
    Sort.CLOSES: "Next last day first",
    Sort.ENDS: "Next end first",
}


class Wanted(Struct, frozen=True):
    """What a reader looks for. An empty field fits everything."""

    name: str = ""  # a part of the title or the id, in any case
    show: Period = Period.ALL
    programme: str = ""  # id
    sort: Sort = Sort.OPENS

    @property
    def as_query(self) -> str:
        """Return the choice as the query of an address."""
        return urlencode({name: value for name, value in to_builtins(self).items() if value})

    @property
    def is_filter(self) -> bool:
        return bool(self.name or self.show or self.programme)

    def choose(self, entries: Iterable[CohortEntry], today: date) -> Sequence[CohortEntry]:
        """Return those that fit, sorted. The entries come with the latest opening first."""
        found = [entry for entry in entries if self._fits(entry, today)]
        return found if self.sort is Sort.OPENS else sorted(found, key=lambda entry: self._rank(entry, today))

    def _fits(self, entry: CohortEntry, today: date) -> bool:
        return (
            self.name.casefold() in f"{entry.title} {entry.id}".casefold()
            and self.show in (Period.ALL, find_period(entry, today))
            and self.programme in ("", entry.programme_id)
        )

    def _rank(self, entry: CohortEntry, today: date) -> tuple[Any, ...]:
        if self.sort is Sort.NAME:
            return name_sort_key(entry.title), entry.id
        day = entry.dates.closes if self.sort is Sort.CLOSES else entry.dates.ends
        return day < today, abs((day - today).days), entry.id


def find_period(entry: CohortEntry, today: date) -> Period:
    dates = entry.dates
    if entry.is_finished(today):
        return Period.FINISHED
    lasts = ((dates.closes, Period.ANSWERS), (dates.ends, Period.PROGRAMME))
    if today < dates.opens:
        return Period.AHEAD
    return next((period for last, period in lasts if today <= last), Period.AFTER)


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """Read the choice from the page's address. What is unknown there fits everything."""
    show, sort = query.get("show", ""), query.get("sort", "")
    return Wanted(
        query.get("name", "").strip(),
        Period(show) if show in list(Period) else Period.ALL,
        query.get("programme", ""),
        Sort(sort) if sort in list(Sort) else Sort.OPENS,
    )
