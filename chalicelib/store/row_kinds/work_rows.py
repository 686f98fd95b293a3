"""Kinds of row of a delegate's workshops, assignments and impact survey."""

from __future__ import annotations

from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

_D = "DELEGATE#{delegate}"
_OWN = (Reader.OWNER,)

ASSIGNMENT = RowKind(
    name="assignment",
    pk=_D,
    sk="ASSIGNMENT#{milestone}#{assignment}",
    what="what a delegate types between workshops, and its outcome: a draft has no other reader",
    owner=Owner.DELEGATE,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
ATTENDANCE = RowKind(
    name="attendance",
    pk=_D,
    sk="ATTENDANCE#{session}",
    what="whether a delegate attended a session, and how they make up for an absence",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.FACILITATOR, Reader.ADMINISTRATOR),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it is the employer's record of training, and has no name",
)
SEAT = RowKind(
    name="seat in a session",
    pk=_D,
    sk="SEAT#{session}",
    what="what a delegate's calendar holds of a session, as it was sent last",
    owner=Owner.DELEGATE,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
SUBMISSION = RowKind(
    name="submitted assignment",
    pk=_D,
    sk="ASSIGNMENT#{milestone}#{assignment}#{number}",
    what="what a delegate submitted between workshops",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.FACILITATOR),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
OBSERVATION = RowKind(
    name="facilitator's part of an assignment",
    pk=_D,
    sk="OBSERVATION#{milestone}#{assignment}",
    what="what a facilitator notes about a delegate; the delegate and the coach read it once it is submitted",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.FACILITATOR),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    signed="name",
)
WORK_LINE = RowKind(
    name="state of an assignment",
    pk="WORK#{cohort}",
    sk="{delegate}#{assignment}",
    what="how far one delegate's assignment is, without a word of it",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.FACILITATOR, Reader.ADMINISTRATOR),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
IMPACT = RowKind(
    name="impact survey",
    pk=_D,
    sk="IMPACT#{role}",
    what="the delegate's or the line manager's six-month answers, or what the raters saw; the line manager reads the "
    "delegate's sums and line to them, administrators whether it was sent",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.MANAGER, Reader.ADMINISTRATOR),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)

IMPACT_RESULT = RowKind(
    name="impact result",
    pk=_D,
    sk="RESULT#impact",
    what="where the documents are that come back to a delegate after six months",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    folder="reports/{delegate}/impact/",
)

RETURNED = RowKind(
    name="thanks to raters",
    pk=_D,
    sk="RETURNED#{occasion}",
    what="what the delegate sent back to everyone who was asked",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.RATER),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
