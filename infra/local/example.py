"""The example programme and its people, loaded as one cohort with dates that suit the virtual clock."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from chalicelib.core.model import Cohort, CohortDates, DelegateEntry, Person, Programme
from chalicelib.core.schedule import SessionPlan
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.programme.read_cohort import CohortFile, read_cohort
from chalicelib.programme.read_people import read_delegates
from chalicelib.programme.read_programme import read_programme
from chalicelib.store import cohorts

if TYPE_CHECKING:
    from infra.local.cloud import Cloud

FOLDER = Path(__file__).parents[2] / "examples" / "maximising-potential"
COHORT = "cohort-1"
SPONSOR = Person("Eleanor Ashworth", "eleanor.ashworth@example.org")
NOTICE = timedelta(days=2)  # at least, before it opens
OPEN_FOR = timedelta(days=18)  # three working weeks, Monday to Friday
LASTS = timedelta(days=72)  # to a Wednesday, so that six months on is a working day
WEEK = 7


def load_example(cloud: Cloud, most: int | None = None) -> dict[str, object]:
    """Load it, and run all work that is due at once. Loading it again changes nothing, and says so.

    most   delegates; all of them if left out
    """
    programme, delegates = read_example(most)
    today = cloud.clock.now().astimezone(ZoneInfo(programme.organisation.timezone)).date()
    stored = cohorts.find(COHORT)
    cohort = stored or _cohort(programme, example_dates(today))
    sessions = None if stored else example_sessions(programme, cohort.dates)
    loaded = load_cohort(cohort, programme, delegates, {}, cloud.clock.now(), sessions=sessions)
    cloud.settle()
    dates = cohort.dates
    return {
        "message": "The example is loaded." if loaded.changed else "The example was loaded before: nothing changed.",
        "cohort": cohort.id,
        "delegates": loaded.delegates,
        "opens": dates.opens.isoformat(),
        "closes": dates.closes.isoformat(),
        "ends": dates.ends.isoformat(),
        "changed": loaded.changed,
    }


def read_example(most: int | None = None) -> tuple[Programme, tuple[DelegateEntry, ...]]:
    programme = read_programme((FOLDER / "programme.yaml").read_bytes(), "programme.yaml", FOLDER)
    return programme, read_delegates((FOLDER / "delegates.csv").read_bytes(), "delegates.csv")[:most]


def example_dates(today: date) -> CohortDates:
    """Choose the dates: open on a Monday a few days on; about nine months later the sponsor has the summary."""
    soonest = today + NOTICE
    opens = soonest + timedelta(days=-soonest.weekday() % WEEK)
    return CohortDates(opens=opens, closes=opens + OPEN_FOR, ends=opens + LASTS)


def example_sessions(programme: Programme, dates: CohortDates) -> tuple[SessionPlan, ...]:
    """Return the sessions of the example's file, moved by as many weeks as the opening."""
    file = read_dates(programme)
    return tuple(replace(plan, date=plan.date + (dates.opens - file.dates.opens)) for plan in file.sessions)


def read_dates(programme: Programme) -> CohortFile:
    return read_cohort((FOLDER / "cohort.yaml").read_bytes(), "cohort.yaml", "spring-2026", programme)


def _cohort(programme: Programme, dates: CohortDates) -> Cohort:
    return Cohort(
        id=COHORT,
        title=f"Cohort 1, {dates.opens.year}",
        programme_id=programme.id,
        programme_version=programme.version,
        dates=dates,
        sponsor=SPONSOR,
        facilitators=read_dates(programme).facilitators,
    )
