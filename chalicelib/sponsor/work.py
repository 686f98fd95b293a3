"""The job of this stage: the summary of a cohort, made once the last impact survey has closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.store.jobs import Job
from chalicelib.store.table import Write


def summarise(job: Job, now: datetime) -> Sequence[Write]:
    raise NotImplementedError
