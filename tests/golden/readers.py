"""How the store reads each kind of row: as one of its types, or by the names of a few attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import decompress

from msgspec import Struct

from chalicelib.core.answers import Response
from chalicelib.core.model import Cohort, Delegate, DelegateWave, Invitation
from chalicelib.core.schedule import Session
from chalicelib.results.cohort_snapshot import read_frozen, read_share
from chalicelib.store import (
    account_fault,
    administrator_rights,
    area_counts,
    areas,
    assignments,
    attendance,
    board_requests,
    catalogue,
    codes,
    cohort_figures,
    cohorts,
    costs,
    debriefs,
    delegates,
    emails,
    holds,
    impact_results,
    impact_surveys,
    invitations,
    jobs,
    meetings,
    openings,
    own_copies,
    pauses,
    plans,
    pulse_rounds,
    record_drafts,
    reports,
    returned,
    reviews,
    second_factors,
    sessions,
    stories,
    summaries,
    ticks,
    workshops,
)
from chalicelib.store.marshal import Row
from chalicelib.store.programme_codec import decode_programme
from chalicelib.store.row_kinds.row_kind import RowKind

TYPES: dict[str, type] = {
    "assignment": assignments.Work,
    "attendance": attendance.Attendance,
    "bounce": emails.Bounce,
    "change of a development area": areas.Revision,
    "coach's notes": debriefs.CoachNotes,
    "coach's notes of an earlier version": debriefs.CoachNotes,
    "coach's ticks": ticks.CoachTicks,
    "cohort": Cohort,
    "cohort figures": cohort_figures.CohortFigures,
    "cohort share": cohort_figures.StoredShare,
    "cohort's mean of a mid-way round": pulse_rounds.RoundMean,
    "copy of a person's own data": own_copies.OwnCopy,
    "costs": costs.Costs,
    "counts of development areas": area_counts.AreaCounts,
    "dashboard line": cohorts.DelegateLine,
    "dashboard line of the follow-up": cohorts.DelegateLine,
    "debrief": debriefs.Debrief,
    "debrief of the follow-up": debriefs.Debrief,
    "delegate": Delegate,
    "development area": areas.Area,
    "development area of the follow-up": areas.Area,
    "development plan on paper": plans.StoredPlan,
    "draft of a debrief or review": record_drafts.RecordDraft,
    "email": emails.Email,
    "email account": account_fault.Seen,
    "email account, for a cohort": account_fault.Seen,
    "ended sessions": sessions.EndedSessions,
    "facilitator's part of an assignment": assignments.Part,
    "facilitator's seat in a session": workshops.Seat,
    "follow-up": cohorts.FollowupDates,
    "hand-over note": debriefs.HandOver,
    "help offered by the line manager": areas.Help,
    "hold on a new address": holds.Hold,
    "impact result": impact_results.StoredResult,
    "impact survey": impact_surveys.ImpactSurvey,
    "inbox entry": invitations.InboxEntry,
    "invitation": Invitation,
    "job": jobs.Job,
    "list of raters": delegates.Nomination,
    "listed cohort": catalogue.CohortEntry,
    "listed programme": catalogue.ProgrammeEntry,
    "loaded people": cohorts.People,
    "meeting": meetings.Meeting,
    "mid-way round": pulse_rounds.Round,
    "pause": pauses.Paused,
    "progress in a development area": areas.Progress,
    "report": reports.StoredReport,
    "report opened by a coach": openings.Opening,
    "requests to the board": board_requests.BoardRequests,
    "response": Response,
    "result of a mid-way round": pulse_rounds.RoundResult,
    "review": reviews.Review,
    "rights of an administrator": administrator_rights.Rights,
    "seat in a session": workshops.Seat,
    "second factor": second_factors.SecondFactor,
    "session": sessions.Session,
    "session of a workshop": Session,
    "sharing of a development area": areas.Sharing,
    "sign-in code": codes.Code,
    "sign-in tries": codes.Asking,
    "state of an assignment": assignments.WorkLine,
    "story": stories.Story,
    "submitted assignment": assignments.Submission,
    "summary": summaries.Summary,
    "thanks to raters": returned.Returned,
    "wave": DelegateWave,
}

# Attributes that the store reads by their names, or writes for conditions, the index or DynamoDB's expiry.
EVERYWHERE = {"pk", "sk", "due_shard", "gone_at"}
BY_NAME: dict[str, set[str]] = {
    "audit line": {"act", "about", "by", "people", "at", "is_one_person"},
    "cohort": {"people", "loads"},
    "comment for the coach": {"part"},
    "dashboard line": {"invited:", "answered:", "hidden:"},
    "dashboard line of the follow-up": {"invited:", "answered:", "hidden:"},
    "delegate": {"load"},
    "discarded cohort": {"at"},
    "email": {"kind"},
    "hold on deletion": {"since", "why"},
    "invitation": {"sent_moments", "frozen"},
    "job": {"done_at"},
    "notice of deletion": {"day"},
    "programme": {"checked"},
    "quarter of an hour of a coach": {"ends", "delegate"},
    "rater's load": {"requests"},
}
INSIDE: dict[tuple[str, str], Callable[[bytes], Any]] = {  # what an attribute of bytes holds
    ("programme", "checked"): decode_programme,
    ("cohort figures", "figures"): read_frozen,
    ("cohort share", "share"): read_share,
    ("comment for the coach", "part"): decompress,
}


def type_of(kind: RowKind, row: Row) -> type[Struct] | None:
    """Return the type that a row of a kind is read as; None for a kind whose attributes are read by name."""
    return impact_surveys.PulseResult if row["sk"] == "IMPACT#pulse" else TYPES.get(kind.name)


def is_read_by_name(kind: RowKind, attribute: str) -> bool:
    names = EVERYWHERE | BY_NAME.get(kind.name, set())
    return attribute in names or attribute.partition(":")[0] + ":" in names
