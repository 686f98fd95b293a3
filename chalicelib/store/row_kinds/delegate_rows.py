"""Kinds of row of a delegate: who they are, their waves, raters, answers and report."""

from __future__ import annotations

from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

_D = "DELEGATE#{delegate}"
_OWN = (Reader.OWNER,)
_ADMIN = (Reader.ADMINISTRATOR,)

DELEGATE = RowKind(
    name="delegate",
    pk=_D,
    sk="META",
    what="who a delegate is, and their line manager and coach",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.ADMINISTRATOR),
    erasure=Erasure.REDACT,
    retention=Retention.PROGRAMME,
    why="figures of the cohort are about a number of delegates",
)
PAUSED = RowKind(
    name="pause",
    pk="PAUSED",
    sk="{delegate}",
    what="that no email about a delegate goes out, and until when",
    owner=Owner.DELEGATE,
    readers=_ADMIN,
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
KEPT = RowKind(
    name="hold on deletion",
    pk=_D,
    sk="KEPT",
    what="why a delegate's data is not deleted when its time is over",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.PROGRAMME,
    why="it is the reason for keeping what is kept, and names no one",
)
WAVE = RowKind(
    name="wave",
    pk=_D,
    sk="WAVE#{wave}",
    what="state and dates of one round of answers",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.ADMINISTRATOR),
    erasure=Erasure.KEEP,
    retention=Retention.PROGRAMME,
    why="it has dates and no name",
)
NOMINATION = RowKind(
    name="list of raters",
    pk=_D,
    sk="NOMINATION#{wave}",
    what="the raters that a delegate chose; administrators see them once they are sent, and to approve them",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.APPROVER, Reader.ADMINISTRATOR),
    erasure=Erasure.REDACT,
    retention=Retention.COLLECTION,
)
INVITATION = RowKind(
    name="invitation",
    pk=_D,
    sk="INVITATION#{wave}#{invitation}",
    what="a rater's permission to answer, and their sealed answers while the questionnaire is open",
    owner=Owner.RATER,
    readers=_OWN,
    erasure=Erasure.REDACT,
    retention=Retention.COLLECTION,
    why="counts stay true",
)
RESPONSE = RowKind(
    name="response",
    pk=_D,
    sk="RESPONSE#{wave}#{response}",
    what="one rater's answers, cut from identity; named only in a group that shows several people by name",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.REDACT,
    retention=Retention.FIGURES,
    why="answers stay, because no one can find whose they are; they go with the delegate they are about",
    goes_with_delegate=True,
)
COHORT_SHARE = RowKind(
    name="cohort share",
    pk=_D,
    sk="COHORT#{wave}",
    what="the figures of the cohort that this delegate's report shows",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
REPORT = RowKind(
    name="report",
    pk=_D,
    sk="REPORT#{wave}",
    what="a report's checksum, where its documents are, and when it was released",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
    folder="reports/{delegate}/{wave}/",
)
COACH_COMMENT = RowKind(
    name="comment for the coach",
    pk=_D,
    sk="COACHONLY#{wave}#{number}",
    what="comments that raters kept for the coach",
    owner=Owner.DELEGATE,
    readers=(Reader.COACH,),
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
