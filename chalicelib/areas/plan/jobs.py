"""Make the plan on paper again whenever the areas change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.areas.openings import released_wave
from chalicelib.areas.plan.content import Plan, build_plan
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, Programme, Wave
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import areas, debriefs, delegates, jobs, plans, programmes
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.plans import StoredPlan
from chalicelib.store.table import Write


def plan_job(delegate_id: str, *cause: str, now: datetime) -> Write:
    """Return the write that starts the job. cause: what changed, so that each change makes the plan once."""
    return jobs.add(JobKind.PLAN.job(delegate_id, *cause, due_at=now, delegate=delegate_id))


def plan_of(programme: Programme, delegate: Delegate, rows: Sequence[Row], wave: Wave) -> Plan:
    """Return the plan as the rows are now."""
    debrief, _ = debriefs.from_rows(rows, wave)
    return build_plan(programme, delegate, areas.from_rows(rows, wave), debrief.held_on if debrief else None)


def make_plan(job: Job, now: datetime) -> Sequence[Write]:
    """Make the PDF of the areas as they are now, unless it exists or the delegate may not read them yet."""
    rows = list(delegates.load_rows(job.about["delegate"]))
    wave = released_wave(rows)
    if wave is None:
        return []
    from chalicelib.areas.plan.render import render_plan

    delegate = DelegateRecord(rows).delegate
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    plan, before = plan_of(programme, delegate, rows, wave), plans.from_rows(rows, wave)
    if before and before.checksum == plan.checksum:
        return []
    pdf = render_plan(plan, local_date(now, programme.organisation.timezone))
    name = plans.save_document(delegate.id, wave, plan.checksum, pdf)
    return [plans.save(delegate.id, StoredPlan(wave, plan.checksum, name, now), before)]
