"""Give a facilitator the page “the cohort at the start” of their cohort."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, objects
from chalicelib.store.audit_events import AuditEvent
from chalicelib.workshops.facilitator import FacilitatorPage


class NoStartYet(Refusal):
    """The reports are not made, or fewer than five delegates have one."""

    status = 404
    title = "There is no page of the cohort yet"

    def __init__(self) -> None:
        super().__init__(
            "It is made when five delegates or more have a report. You get an email as soon as it is ready."
        )


def start_link(opened: FacilitatorPage, kind: str, now: datetime) -> str:
    """Make a link to the page or its PDF for one minute, and record it in the audit trail. Raises NoStartYet."""
    if opened.start is None:
        raise NoStartYet
    file = opened.start.file(kind if kind == "pdf" else "html")
    event, by = AuditEvent.OPENED_SUMMARY, opened.actor.name
    commit([audit_events.add(opened.cohort.id, event, by, opened.cohort.id, now, name="the cohort at the start")], now)
    return objects.link(file, download_as=f"{opened.cohort.id}-start.pdf") if kind == "pdf" else objects.link(file)
