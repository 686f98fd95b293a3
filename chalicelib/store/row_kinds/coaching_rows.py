"""Kinds of row of debriefs, development areas, coaches' notes and mid-way rounds."""

from __future__ import annotations

from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

_D = "DELEGATE#{delegate}"
_OWN = (Reader.OWNER,)

DEBRIEF = RowKind(
    name="debrief",
    pk=_D,
    sk="DEBRIEF",
    what="when the debrief was held",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
AREA = RowKind(
    name="development area",
    pk=_D,
    sk="AREA#{area}",
    what="a development area that coach and delegate agreed",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.MANAGER, Reader.RATER),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
MEETING = RowKind(
    name="meeting",
    pk=_D,
    sk="MEETING#{kind}",
    what="the debrief or the review: times offered, the one that is booked, and where",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
REVIEW = RowKind(
    name="review",
    pk=_D,
    sk="REVIEW",
    what="when the six-month review was held, and what was agreed: the outcome and next step of each area",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    signed="coach",
)
BOOKED_QUARTER = RowKind(
    name="quarter of an hour of a coach",
    pk="COACH#{reader}",
    sk="SLOT#{quarter}",
    what="that a coach is booked, so that no time is booked twice over all cohorts",
    owner=Owner.COACH,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
AREA_HISTORY = RowKind(
    name="change of a development area",
    pk=_D,
    sk="AREAHISTORY#{wave}#{area}#{revision}",
    what="who changed a development area, when and why, and what it said before",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    signed="name",
)
AREA_PROGRESS = RowKind(
    name="progress in a development area",
    pk=_D,
    sk="PROGRESS#{wave}#{area}#{once}",
    what="how far the delegate says they have come, or a remark of the coach",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    signed="name",
)
AREA_SHARING = RowKind(
    name="sharing of a development area",
    pk=_D,
    sk="SHARING#{wave}#{area}#{role}",
    what="whether the delegate shares a development area with the person in a role",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.MANAGER),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
HELP = RowKind(
    name="help offered by the line manager",
    pk=_D,
    sk="HELP#{once}",
    what="what the line manager of that time offers to do, in a line for the delegate",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.MANAGER),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
PLAN = RowKind(
    name="development plan on paper",
    pk=_D,
    sk="PLAN#{wave}",
    what="where the PDF of the development areas is, and a checksum of its words",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    folder="reports/{delegate}/{wave}/plan/",
)
ROUND = RowKind(
    name="mid-way round",
    pk=_D,
    sk="ROUND#{wave}",
    what="state and dates of a mid-way round, and the wordings that the delegate has approved for raters",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.RATER),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
ROUND_RESULT = RowKind(
    name="result of a mid-way round",
    pk=_D,
    sk="ROUNDRESULT#{wave}",
    what="what five raters or more see so far of each development area, to the half point, and their suggestions",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
FOLLOWUP_DEBRIEF = RowKind(
    name="debrief of the follow-up",
    pk=_D,
    sk="FOLLOWUP#DEBRIEF",
    what="when the debrief of the follow-up was held",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
FOLLOWUP_AREA = RowKind(
    name="development area of the follow-up",
    pk=_D,
    sk="FOLLOWUP#AREA#{area}",
    what="a development area agreed after the follow-up",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.MANAGER, Reader.RATER),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
NOTES = RowKind(
    name="coach's notes",
    pk=_D,
    sk="NOTES#{coach}",
    what="what one coach wrote for themself about a delegate",
    owner=Owner.COACH,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.NOTES,
    goes_with_delegate=True,
)
UNSIGNED_NOTES = RowKind(
    name="coach's notes of an earlier version",
    pk=_D,
    sk="NOTES",
    what="the same, written by the coach at that time",
    owner=Owner.COACH,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.NOTES,
    goes_with_delegate=True,
)
TICKS = RowKind(
    name="coach's ticks",
    pk=_D,
    sk="TICKS#{wave}#{coach}",
    what="behaviours that one coach ticked while reading the report",
    owner=Owner.COACH,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.NOTES,
    goes_with_delegate=True,
)
OPENED = RowKind(
    name="report opened by a coach",
    pk=_D,
    sk="OPENED#{wave}#{coach}",
    what="that one coach has opened the report, which they must before they release it",
    owner=Owner.COACH,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    goes_with_delegate=True,
)
DEBRIEF_DRAFT = RowKind(
    name="draft of a debrief or review",
    pk=_D,
    sk="DRAFT#{record}#{coach}",
    what="what a coach typed into the record of a debrief or review and has not recorded yet",
    owner=Owner.DELEGATE,
    readers=(Reader.COACH,),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
HANDOVER = RowKind(
    name="hand-over note",
    pk=_D,
    sk="HANDOVER#{coach}",
    what="what a coach leaves for the delegate's next coach",
    owner=Owner.COACH,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.NOTES,
    goes_with_delegate=True,
)
