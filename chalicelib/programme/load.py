"""Load a cohort: a checked programme and its people become rows, all at once or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.codec import programme_as_json
from chalicelib.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.model import Cohort, DelegateEntry, Programme, RaterEntry
from chalicelib.programme.dates import Duration, check_dates, impact_due_at
from chalicelib.store import cohorts, jobs, programmes
from chalicelib.store.cohorts import People
from chalicelib.store.expressions import equals
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import fields
from chalicelib.store.table import ConditionFailed, Write


class LoadRefused(Refusal):
    """The files are sound, and yet cannot be loaded as they are."""

    title = "Nothing was loaded"


@dataclass(frozen=True)
class Loaded:
    cohort: Cohort
    delegates: int
    changed: bool  # False: the very same files were loaded before


def load_cohort(
    cohort: Cohort,
    programme: Programme,
    delegates: tuple[DelegateEntry, ...],
    raters: Mapping[str, tuple[RaterEntry, ...]],
    now: datetime,
) -> Loaded:
    """Store programme, cohort and people, and the job that enrols everyone.

    Loading the same files again changes nothing; files with more delegates, or other details, add and correct.
    Raises LoadRefused for other content under a version that is loaded, or for dates that make no sense.
    """
    if wrong := check_dates(cohort.dates):
        raise LoadRefused(" ".join(wrong))
    people = People(delegates, raters)
    checksum = _checksum(cohort, people)
    writes = [*_programme_writes(programme), *_cohort_writes(cohort, programme)]
    if cohorts.find_people(cohort.id, checksum) and not writes:
        return Loaded(cohort, len(delegates), changed=False)
    enrol = jobs.job("enrol", cohort.id, checksum, due_at=now, cohort=cohort.id, people=checksum)
    try:
        commit([*writes, cohorts.add_people(cohort.id, checksum, people), jobs.add(enrol)], now)
    except ConditionFailed:
        raise LoadRefused(
            "Somebody else is loading this cohort now. Please look at its status and try again."
        ) from None
    return Loaded(cohort, len(delegates), changed=True)


def _programme_writes(programme: Programme) -> list[Write]:
    stored = programmes.stored(programme.id, programme.version)
    if stored is None:
        return [programmes.add(programme)]
    if stored != programme_as_json(programme):
        raise LoadRefused(
            f"Programme {programme.id} version {programme.version} is loaded with other content. "
            f"A loaded version never changes: raise `version` in the programme file to {programme.version + 1}."
        )
    return []


def _cohort_writes(cohort: Cohort, programme: Programme) -> list[Write]:
    stored = cohorts.find(cohort.id)
    if stored is None:
        return [cohorts.save(cohort, [], once=True), jobs.add(_summary_job(cohort, programme))]
    if (stored.programme_id, stored.programme_version) != (cohort.programme_id, cohort.programme_version):
        raise LoadRefused(
            f"Cohort {cohort.id} runs on programme {stored.programme_id} version {stored.programme_version}, "
            "which cannot change any more. Give the new cohort another id."
        )
    if stored.dates != cohort.dates:
        raise LoadRefused(
            f"Cohort {cohort.id} is loaded with other dates: opens {stored.dates.opens}, closes {stored.dates.closes}, "
            f"ends {stored.dates.ends}. Use those, or extend delegates with `cohort close --extend`."
        )
    if stored != cohort:
        return [cohorts.save(cohort, [equals("title", stored.title)], once=False)]
    return []


def _summary_job(cohort: Cohort, programme: Programme) -> Job:
    """For the sponsor, on the morning after the last impact survey has closed."""
    zone = programme.organisation.timezone
    opens = impact_due_at(cohort.dates.ends, programme.impact.after_months, zone)
    morning_after = Duration(0, timedelta(days=programme.impact.open_days + 1)).after(opens, zone)
    return jobs.job("summary", cohort.id, due_at=morning_after, cohort=cohort.id)


def _checksum(cohort: Cohort, people: People) -> str:
    canonical = json.dumps([fields(cohort), fields(people)], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
