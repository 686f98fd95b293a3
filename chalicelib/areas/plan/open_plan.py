"""Open the plan on paper, or start the job that makes it if the areas have changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chalicelib.areas.openings import AreasPage, AreaUnknown
from chalicelib.areas.plan.jobs import plan_job, plan_of
from chalicelib.jobs.commit import commit
from chalicelib.store import plans
from chalicelib.store.jobs import JobExists

ASKED = "asked"


def open_plan(opened: AreasPage, now: datetime) -> str:
    """Return the name of the PDF of the areas as they are now; empty if it is being made. Raises AreaUnknown."""
    if not opened.is_released:
        raise AreaUnknown
    wanted = plan_of(opened.programme, opened.delegate, opened.rows, opened.wave).checksum
    stored = plans.from_rows(opened.rows, opened.wave)
    if stored and stored.checksum == wanted:
        return stored.pdf
    revision = str(stored.revision if stored else 0)
    with suppress(JobExists):  # it is being made
        commit([plan_job(opened.delegate.id, ASKED, wanted, revision, now=now)], now)
    return ""
