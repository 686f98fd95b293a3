"""Choose and sort the cohorts of the administrators' home, as the page's address says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct, to_builtins

from chalicelib.core.formatting import name_sort_key
from chalicelib.core.labelled_enum import LabelledEnum
from chalicelib.store.catalogue import CohortEntry


class Period(LabelledEnum):
    """Where a cohort is in its year, by its dates."""

    ALL = "", "All"
    AHEAD = "ahead", "Not open yet"
    ANSWERS = "answers", "Answers come in"
    PROGRAMME = "programme", "Programme runs"
    AFTER = "after", "After the programme"
    FINISHED = "finished", "Finished"


class Sort(LabelledEnum):
    """In which order cohorts are listed."""

    OPENS = "", "Latest opening first"
    NAME = "name", "By name"
    CLOSES = "closes", "Next last day first"
    ENDS = "ends", "Next end first"


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
        fitting = [entry for entry in entries if self._fits(entry, today)]
        return fitting if self.sort is Sort.OPENS else sorted(fitting, key=lambda entry: self._rank(entry, today))

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
    return Wanted(
        query.get("name", "").strip(),
        Period.read(query.get("show", "")),
        query.get("programme", ""),
        Sort.read(query.get("sort", "")),
    )
