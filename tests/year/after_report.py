"""What holds after each step once reports are made: areas, surveys, figures, stories, deletion. See invariants.py."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

from chalicelib.admin.home import list_needs
from chalicelib.areas.openings import open_for_manager
from chalicelib.core.clock import stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.model import SELF_GROUP, DelegateWave, Standing, Wave, WaveState
from chalicelib.forms.fields import questions
from chalicelib.forms.survey import sections_of
from chalicelib.links.kinds import SHARED
from chalicelib.store import (
    area_counts,
    areas,
    cohort_figures,
    cohorts,
    debriefs,
    delegates,
    impact_surveys,
    jobs,
    meetings,
    reports,
    summaries,
)
from chalicelib.store.areas import AreaState
from chalicelib.store.impact_surveys import ImpactSurvey, Role
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import Row, read
from chalicelib.store.meetings import MeetingKind, MeetingState
from chalicelib.store.reports import ReportState
from chalicelib.store.row_kinds import kinds_of
from chalicelib.store.row_kinds.row_kind import Retention
from chalicelib.store.table import Key
from chalicelib.waves.lifecycle import close_job, publish_job, summary_job
from tests.support import people
from tests.support.world import document
from tests.year.invariants import check
from tests.year.world import Year

WEEKS = timedelta(weeks=2)  # longer than five working days with every day off of the year's calendar
ENOUGH = 5  # delegates behind a figure of the sponsor's
KEPT = {  # days after everything is over, with the notice before a delegate's data goes
    Retention.COLLECTION: 90 + 1,
    Retention.NOTES: 184 + 1,
    Retention.PROGRAMME: 731 + 30 + 1,
}
GIVEN_UP = (AreaState.DROPPED, AreaState.REPLACED, AreaState.DONE)


# --- development areas ----------------------------------------------------------------------------------------------


@check("I3 the page of shared areas shows an area exactly while it is shared")
def managers_see_what_is_shared(year: Year) -> None:
    for delegate_id in year.delegates:
        delegate = delegates.find(delegate_id)
        if delegate and delegate.manager_link and not delegate.withdrawn and delegate_id not in year.gone:
            opened = open_for_manager(SHARED.url(delegate).rpartition("/")[2])
            given_up = {area.id for area in opened.areas if area.state not in areas.SURVEYED}
            assert {area.id for area in opened.shared} == year.shared[delegate_id] - given_up


@check("I18 an area's id is never used again")
def areas_keep_their_ids(year: Year) -> None:
    for delegate_id in set(year.delegates) - year.gone:
        rows = list(delegates.load_rows(delegate_id))
        stored_areas = areas.from_rows(rows, Wave.BASELINE)
        for area in stored_areas:
            assert year.area_of.setdefault(area.id, delegate_id) == delegate_id
            assert not (area.id in year.given_up and area.is_live)
        year.given_up |= {area.id for area in stored_areas if area.state in GIVEN_UP}
        asked = {area.id for survey in impact_surveys.surveys_from(rows) for area in survey.areas}
        assert all(year.area_of.get(area) == delegate_id for area in asked)


# --- what is asked, and that it ends --------------------------------------------------------------------------------


@check("I15 what is open has an end, and what waits for an administrator is on their list")
def everything_comes_to_an_end(year: Year) -> None:
    now = year.clock.now()
    needs = {need.who for of_cohort in list_needs(now).values() for need in of_cohort}
    closing_surveys = [row["id"] for row in year.rows() if row["pk"].startswith("JOB#impact_close#")]
    for delegate_id in set(year.delegates) - year.gone - year.moved:
        delegate, rows = delegates.find(delegate_id), list(delegates.load_rows(delegate_id))
        for wave in (read(DelegateWave, row) for row in rows if row["sk"].startswith("WAVE#")):
            if wave.state is WaveState.OPEN:
                closing = (close_job(wave), publish_job(wave, now))  # either closes it at its end
                assert any(_waits(job.id, stamp(wave.closes_at)) for job in closing), f"nothing closes {wave.wave}"
            if wave.state is WaveState.HELD and delegate and not delegate.withdrawn and not delegate.pause:
                assert delegate.person.name in needs, "no one hears of a questionnaire that is held"
        if delegate and delegate.standing is Standing.ACTIVE and _is_unrecorded(rows, now):
            assert delegate.person.name in needs, "no one hears of a debrief that is not recorded"
        for survey in impact_surveys.surveys_from(rows):
            assert not survey.is_open or _closes(survey, closing_surveys), "nothing closes the survey"


def _is_unrecorded(rows: Sequence[Row], now: datetime) -> bool:
    """Return whether the time of a debrief passed weeks ago, and nothing is recorded."""
    meeting, (debrief, _) = meetings.from_rows(rows, MeetingKind.DEBRIEF), debriefs.from_rows(rows, Wave.BASELINE)
    booked = meeting.booked if meeting.state is MeetingState.BOOKED else None
    return booked is not None and debrief is None and booked.ends + WEEKS < now


def _waits(job_id: str, due_at: str) -> bool:
    """Return whether a job will run by then; or a little later, if a run was lost."""
    job = jobs.find(job_id)
    return job is not None and job.state is not JobState.DONE and (stamp(job.due_at) <= due_at or job.attempts > 0)


def _closes(survey: ImpactSurvey, jobs_of_all: Sequence[str]) -> bool:
    ids = [job_id for job_id in jobs_of_all if job_id.startswith(f"impact_close#{survey.delegate_id}")]
    return any(_waits(job_id, stamp(survey.closes_at)) for job_id in ids)


@check("I23 no one is asked about what they did not have")
def surveys_ask_about_what_was(year: Year) -> None:
    rules = people.programme()
    for delegate_id in set(year.delegates) - year.gone:
        report = reports.find(delegate_id, Wave.BASELINE)
        released = report is not None and report.state is ReportState.RELEASED
        for survey in impact_surveys.surveys_from(impact_surveys.of_delegate(delegate_id)):
            assert released or not survey.areas, "asked about areas without a report"
            asked = {question.field for question in questions(sections_of(rules, survey))}
            wrong = {name for name in asked for workshop in year.absent[delegate_id] if name == f"milestone.{workshop}"}
            wrong |= {workshop for workshop in year.absent[delegate_id] if workshop not in survey.background.missed}
            assert survey.role is Role.MANAGER or not wrong, "asked about a workshop that they missed"


# --- figures --------------------------------------------------------------------------------------------------------


@check("I5 nothing anonymous is of fewer people than the threshold")
def figures_are_of_enough(year: Year) -> None:
    rules = people.programme()
    named = {group.id for group in rules.rater_groups if group.named} | {SELF_GROUP}
    for delegate_id in set(year.delegates) - year.gone:
        report = reports.find(delegate_id, Wave.BASELINE)
        facts = json.loads(document(report.facts)) if report and document(report.facts) else {}
        for cell in facts.get("cells", ()):
            assert cell["n"] >= rules.threshold or set(cell["groups"]) <= named
        assert all(comment["cell"] for comment in facts.get("comments", ()))


@check("I6 figures of the sponsor over the same answers differ by no one, or by five delegates")
def editions_differ_by_enough(year: Year) -> None:
    counted = [set(summary.counted) for summary in summaries.of_cohort(people.COHORT)]
    differences = [len(earlier ^ later) for earlier, later in pairwise(counted)]
    assert [n for n in differences if 0 < n < ENOUGH] == []
    for wave in (Wave.BASELINE, Wave.FOLLOWUP):
        figures = cohort_figures.find(people.COHORT, wave)
        assert not figures or len(figures.delegates) in (0, *range(ENOUGH, 100))
    counts = area_counts.of_cohort(people.COHORT)
    for counted in ([each.topics for each in counts if each.topics], [each.levels for each in counts if each.levels]):
        assert all(part.number >= ENOUGH for each in counted for part in each.parts)
        for earlier, later in combinations([each.answers for each in counted], 2):
            changed = [who for who in {*earlier, *later} if earlier.get(who) != later.get(who)]
            assert len(changed) in (0, *range(ENOUGH, 100))


def _editions(year: Year) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return name, facts and all readable words of each edition whose documents are there."""
    for summary in summaries.of_cohort(people.COHORT):
        texts = [document(summary.file(kind)).decode() for kind in ("facts", "html", "csv") if summary.file(kind)]
        if texts and texts[0]:
            yield summary.name, json.loads(texts[0]), "\n".join(texts)


@check("I20 the total is the sum of what was sent")
def totals_add_up(year: Year) -> None:
    """Of the first edition: later ones repeat it. Silence, drafts and changes that are not sound count nothing."""
    for name, facts, _ in _editions(year):
        if name == summaries.IMPACT and f"I20 {name}" not in year.seen:
            year.seen.add(f"I20 {name}")
            counted = next(summary.counted for summary in summaries.of_cohort(people.COHORT) if summary.name == name)
            claims = [year.claims[who] for who in counted if year.claims.get(who)]
            is_shown = len(claims) >= ENOUGH and 2 * max(claims) <= sum(claims)
            value = facts["value"] or {"claimed": {"display": ""}}
            assert value["claimed"]["display"] == (f"£{sum(claims):,}" if is_shown else "")


@check("I21 withdrawn words are in no later document")
def withdrawn_words_are_gone(year: Year) -> None:
    for name, _, text in _editions(year):
        for words, before in year.withdrawn.items():
            assert name in before or words not in text, f"{name} holds words that were withdrawn"


@check("I22 an edition says who began and who stayed")
def denominators_are_right(year: Year) -> None:
    lines = [line for line in cohorts.list_lines(people.COHORT) if line.delegate_id not in year.moved]
    left = sum(line.delegate_id in year.left for line in lines)
    for name, facts, _ in _editions(year):
        if f"I22 {name}" not in year.seen:
            year.seen.add(f"I22 {name}")
            assert (facts["response"]["began"], facts["response"]["stayed"]) == (len(lines), len(lines) - left)


# --- deletion -------------------------------------------------------------------------------------------------------


@check("I11 nothing is kept longer than its period and a day")
def old_data_is_gone(year: Year) -> None:
    today, rules, cohort = year.today(), people.programme(), cohorts.find(people.COHORT)
    if cohort is None or today < cohort.dates.ends + timedelta(days=180):
        return  # nothing is due in the year
    rows = [
        row
        for row in year.rows()
        if any(delegate_id in row["pk"] for delegate_id in year.delegates if delegate_id not in year.held)
    ]
    last = max([*_ends(rows), local_date(summary_job(cohort, rules).due_at, "Europe/London")], default=today)
    due = {kind for kind, days_kept in KEPT.items() if last + timedelta(days=days_kept) < today}
    if due and not any(row["sk"].startswith("WAVE#") and row["state"] == WaveState.HELD for row in rows):
        kept = [row for row in rows for kind in kinds_of(Key(row["pk"], row["sk"]))[:1] if kind.retention in due]
        assert [(row["pk"], row["sk"]) for row in kept] == []


def _ends(rows: list[Row]) -> list[date]:
    """Return the last day of each questionnaire, survey and meeting."""
    moments = [row["closes_at"] for row in rows if row["sk"].startswith(("WAVE#", "IMPACT#")) and "closes_at" in row]
    moments += [row["booked"]["starts"] for row in rows if row["sk"].startswith("MEETING#") and row.get("booked")]
    return [date.fromisoformat(f"{moment}"[:10]) for moment in moments]
