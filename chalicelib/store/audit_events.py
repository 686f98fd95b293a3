"""Audit events: who released, closed, opened, exported or erased what, and when. Written in the act's transaction."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from string import Formatter
from typing import NamedTuple

from chalicelib.core.clock import stamp
from chalicelib.core.ids import derive
from chalicelib.store.marshal import Row
from chalicelib.store.table import Write, put, query


class _Kind(NamedTuple):
    words: str  # what the trail says; `{part}` is filled in by the act
    reads_data: bool = False  # someone read or took away personal data, and changed nothing


class AuditEvent(_Kind, Enum):
    """Every act that the trail records. Rows keep the words, so that those of an earlier release stay readable."""

    LOADED = _Kind("loaded {delegates} and {raters}")
    NAMED_COACH = _Kind("named another coach")
    NAMED_MANAGER = _Kind("named another line manager")
    NAMED_SPONSOR = _Kind("named another sponsor")
    NAMED_FACILITATOR = _Kind("named another facilitator")
    CHANGED_DATES = _Kind("changed the dates of workshops: {changes} ({why})")
    MOVED_DATE = _Kind("moved {what} from {before} to {after}: {why}")
    MARKED_ATTENDANCE = _Kind("marked {session}: from {before} to {after} ({why})")
    EXTENDED = _Kind("extended to {day}")
    CLOSED = _Kind("closed")
    PUBLISHED_FEW = _Kind("closed to publish what may be")
    REMINDED = _Kind("reminded raters who have not answered")
    PLANNED_FOLLOWUP = _Kind("planned the follow-up from {opens} to {closes}")
    PLANNED_LATER_FOLLOWUP = _Kind("planned the follow-up for delegates who closed later")
    REPLACED_ADDRESS = _Kind("replaced the address of {part}")
    CONFIRMED_ADDRESS = _Kind("confirmed a new address")
    SENT_LINK = _Kind("sent a link again")
    REVOKED_LINKS = _Kind("revoked links")
    VOIDED = _Kind("voided a rater’s answers and asked again")
    WITHDREW = _Kind("withdrew the delegate")
    REOPENED_SURVEY = _Kind("opened the survey again")
    LEFT_OUT = _Kind("left out of the summary")
    RETRIED_EMAIL = _Kind("sent again: {email}")
    RESTARTED_JOB = _Kind("restarted: {job}")
    CHANGED_AREA = _Kind("changed a development area ({act}: {before} → {after})")
    SHARED_AREAS = _Kind("changed what the line manager sees ({shared} shared, {withdrawn} withdrawn)")
    ARRANGED = _Kind("arranged the {meeting} ({act}: {before} → {after})")
    RELEASED_REPORT = _Kind("released report")
    SUBMITTED_WORK = _Kind("submitted the work {work}")
    READ_WORK = _Kind("read the work {work}")
    RETURNED_WORK = _Kind("returned the work {work}")
    WAIVED_WORK = _Kind("waived the work {work}")
    ERASED = _Kind("erased a person")
    OPENED_REPORT = _Kind("opened report ({format})", reads_data=True)
    OPENED_SUMMARY = _Kind("opened summary ({name})", reads_data=True)
    EXPORTED = _Kind("exported a person’s data", reads_data=True)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what the words leave open."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.words) if name)

    def say(self, **parts: str) -> str:
        """Fill in the words. Raises KeyError if the parts are not those that the words name."""
        if parts.keys() != {*self.parts}:
            raise KeyError(f"{self.name} needs {', '.join(self.parts) or 'no parts'}")
        return self.words.format_map(parts)


def add(cohort_id: str, event: AuditEvent, by: str, about: str, now: datetime, **parts: str) -> Write:
    """Record an act. Raises KeyError unless `parts` are those that the event's words name.

    `by` is a role or an id (`coach k3j9x2m4`, `command line`), `about` a delegate's, coach's or cohort's id.

    The same act a moment later is another event. A retry, which has the same `now`, is the same event.
    """
    act = event.say(**parts)
    entry = {"act": act, "by": by, "about": about, "at": now}
    sk = f"{stamp(now)}#{now:%f}{derive(8, act, by, about)}"
    return put({"pk": f"AUDIT#{cohort_id}", "sk": sk, **entry})


def of_cohort(cohort_id: str) -> list[Row]:
    return list(query(f"AUDIT#{cohort_id}"))


def last_coach(cohort_id: str, delegate_id: str, until: datetime) -> str:
    """Return the id of the coach who last did something about a delegate up to a moment; empty if none did."""
    rows = [row for row in of_cohort(cohort_id) if row["about"] == delegate_id and row["by"].startswith("coach ")]
    before = [row for row in rows if row["sk"].partition("#")[0] <= stamp(until)]
    return str(before[-1]["by"]).removeprefix("coach ") if before else ""
