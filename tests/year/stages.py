"""Where a year begins: the morning on which the questionnaire opens, or the day before the survey six months on."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.core.model import Cohort, CohortDates
from chalicelib.core.working_days import survey_opens_at
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts
from chalicelib.store.attendance import AttendanceState
from chalicelib.workshops.mark import save_marks
from tests.people import scene
from tests.support import people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.year import world
from tests.year.later import OTHER_COHORT, facilitator_page
from tests.year.world import ACTS, Year

SIX = ("dana delegate", "dora delegate", "ann delegate", "ben delegate", "cas delegate", "dee delegate")


def at_opening(clock: Clock) -> Year:
    scene.open_cohort(clock, chosen=people.raters(4, 1), names=world.NAMES)
    return Year(clock)


def before_survey(clock: Clock) -> Year:
    """Six delegates with released reports; the last one missed a workshop, and the first shares an area."""
    scene.open_cohort(clock, chosen=people.raters(4, 1), names=SIX)
    load_other_cohort(clock)
    year = Year(clock, SIX)
    for place in range(len(SIX)):
        ACTS["answer_all"].do(year, place, 0)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    drain(clock.advance(days=4))
    for place in range(len(SIX)):
        ACTS["release"].do(year, place, 0)
    drain(clock.now())
    drain(clock.to(scene.moment("2026-10-22T09:00:00Z")))
    attend(year)
    cohort = cohorts.find(people.COHORT)
    assert cohort
    drain(clock.to(survey_opens_at(people.programme(), cohort.dates) - timedelta(days=1)))
    return year


def attend(year: Year) -> None:
    for hours in (0, 24):
        year.clock.advance(hours=hours)
        page = facilitator_page()
        register = page.registers[hours // 24]
        marks = dict.fromkeys(year.delegates, AttendanceState.ATTENDED)
        save_marks(register, marks | {year.delegates[-1]: AttendanceState.ABSENT}, page.actor, year.clock.now())
        drain(year.clock.now())
    year.absent[year.delegates[-1]].add("leading_self")


def load_other_cohort(clock: Clock) -> None:
    rules, opens = people.programme(), date(2026, 10, 5)
    other = CohortDates(opens, date(2026, 10, 30), date(2026, 12, 15))
    cohort = Cohort(OTHER_COHORT, "Spring cohort", rules.id, rules.version, other, None)
    load_cohort(cohort, rules, (people.entry("wes delegate"),), {}, clock.now())
    drain(clock.now())
