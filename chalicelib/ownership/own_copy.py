"""Give people a copy of their own data from a page of theirs, once a day at most."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chalicelib.core.calendar import local_moment
from chalicelib.core.ids import coach_id
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import COACH, DELETION, FACILITATOR, HUB, SHARED, SPONSOR
from chalicelib.store import audit_events, jobs, kept_data, objects, own_copies
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.jobs import JobExists
from chalicelib.store.own_copies import AskedLately, OwnCopy
from chalicelib.store.table import Write
from chalicelib.web.readers import Reader

DOWNLOAD_AS = "my-data.zip"


def find(reader: Reader) -> OwnCopy | None:
    return own_copies.find(reader.who, reader.about["cohort"])


def ask(reader: Reader, now: datetime) -> None:
    """Have a copy made. Asked again within a day, it changes nothing.

    An erasure takes away the row and not the jobs: then the next copy can be made on the next day.
    """
    assert reader.person  # noqa: S101 every reader of an emailed link is a person
    copy = OwnCopy(reader.who, reader.about["cohort"], reader.person.email, now)
    about = {"who": copy.who, "cohort": copy.cohort_id, "asked_at": now.isoformat()}
    made = JobKind.MAKE_COPY.job(copy.who, copy.cohort_id, f"{now:%Y%m%d}", due_at=now, **about)
    dropped = JobKind.DROP_COPY.job(copy.who, copy.cohort_id, f"{now:%Y%m%d}", due_at=copy.until, **about)
    writes = [own_copies.ask(copy), jobs.add(made), jobs.add(dropped), _line(reader, AuditEvent.ASKED_FOR_COPY, now)]
    with suppress(AskedLately, JobExists):
        commit(writes, now)


def kept_until(reader: Reader, copy: OwnCopy | None) -> datetime | None:
    """Return until when a copy can be downloaded: its page ends on the day on which the delegate's data is deleted."""
    delegate_id = reader.about.get("delegate")
    if copy is None:
        return None
    if delegate_id is None or reader.programme is None:
        return copy.until
    day = kept_data.find_deletion(reader.about["cohort"], delegate_id)
    return min(copy.until, local_moment(day, 0, reader.programme.organisation.timezone)) if day else copy.until


def take(reader: Reader, now: datetime) -> str:
    """Return a link to the copy, and note it in the audit trail; empty if there is none to take."""
    copy = find(reader)
    if copy is None or not copy.is_ready(now):
        return ""
    commit([_line(reader, AuditEvent.TOOK_COPY, now)], now)
    return objects.link(copy.file, DOWNLOAD_AS)


def _line(reader: Reader, event: AuditEvent, now: datetime) -> Write:
    """Return the line of the audit trail. reader.token begins with the role whose page it was."""
    assert reader.person  # noqa: S101 as above
    cohort_id, role = reader.about["cohort"], ROLES[reader.token.partition(".")[0]]
    by = f"coach {coach_id(cohort_id, reader.person.email)}" if role == "coach" else role
    about = reader.about.get("delegate", cohort_id)
    return audit_events.add_naming(cohort_id, event, by, about, now, {"by": reader.person})


ROLES = {
    HUB.verb: "delegate",
    DELETION.verb: "delegate",
    COACH.verb: "coach",
    SHARED.verb: "line manager",
    FACILITATOR.verb: "facilitator",
    SPONSOR.verb: "sponsor",
}
