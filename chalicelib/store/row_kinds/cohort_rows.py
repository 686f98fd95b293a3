"""Kinds of row of programmes and cohorts."""

from __future__ import annotations

from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

_D = "DELEGATE#{delegate}"
_C = "COHORT#{cohort}"
_OWN = (Reader.OWNER,)
_ADMIN = (Reader.ADMINISTRATOR,)

LISTED_PROGRAMME = RowKind(
    name="listed programme",
    pk="REGISTER",
    sk="PROGRAMME#{programme}#V#{version}",
    what="a programme in the administrators' list",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it is about no person",
)
LISTED_COHORT = RowKind(
    name="listed cohort",
    pk="REGISTER",
    sk="COHORT#{cohort}",
    what="a cohort in the administrators' list",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it is about no person",
)
PROGRAMME = RowKind(
    name="programme",
    pk="PROGRAMME#{programme}",
    sk="V#{version}",
    what="a checked programme file, immutable",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it is about no person",
)
PEOPLE_LOAD = RowKind(
    name="loaded people",
    pk="LOAD#{cohort}",
    sk="PEOPLE#{checksum}",
    what="a file of delegates as it was loaded",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.REDACT,
    retention=Retention.COLLECTION,
)
COHORT = RowKind(
    name="cohort",
    pk=_C,
    sk="META",
    what="dates, programme and version, sponsor",
    owner=Owner.ORGANISATION,
    readers=(Reader.ADMINISTRATOR, Reader.SPONSOR),
    erasure=Erasure.REDACT,
    retention=Retention.RECORD,
    why="the sponsor's name is replaced; the rest is about no person",
)
LINE = RowKind(
    name="dashboard line",
    pk=_C,
    sk="DELEGATE#{delegate}",
    what="counts and state of one delegate on the dashboard",
    owner=Owner.DELEGATE,
    readers=_ADMIN,
    erasure=Erasure.REDACT,
    retention=Retention.PROGRAMME,
    why="counts stay true",
)
FOLLOWUP_LINE = RowKind(
    name="dashboard line of the follow-up",
    pk=_C,
    sk="FOLLOWUP#DELEGATE#{delegate}",
    what="counts and state of one delegate in the follow-up",
    owner=Owner.DELEGATE,
    readers=_ADMIN,
    erasure=Erasure.REDACT,
    retention=Retention.PROGRAMME,
    why="counts stay true",
)
FOLLOWUP = RowKind(
    name="follow-up",
    pk=_C,
    sk="FOLLOWUP",
    what="dates of a cohort's second wave",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.PROGRAMME,
    why="it is about no person",
)
WORKSHOP_SESSION = RowKind(
    name="session of a workshop",
    pk=_C,
    sk="SESSION#{milestone}#{session}",
    what="the date, hours and place of one session, and whether it is cancelled",
    owner=Owner.ORGANISATION,
    readers=(Reader.DELEGATE, Reader.FACILITATOR, Reader.ADMINISTRATOR),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it names no one: of the facilitator it has an id of the cohort's file",
)
FACILITATOR_SEAT = RowKind(
    name="facilitator's seat in a session",
    pk=_C,
    sk="SEAT#{facilitator}#{session}",
    what="what a facilitator's calendar holds of a session that they run, as it was sent last",
    owner=Owner.READER,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.PROGRAMME,
)
BOUNCE = RowKind(
    name="bounce",
    pk=_C,
    sk="BOUNCE#{email*}",
    what="an email that did not arrive, and why",
    owner=Owner.READER,
    readers=_ADMIN,
    erasure=Erasure.DELETE,
    retention=Retention.COLLECTION,
)
COHORT_EMAIL_ACCOUNT = RowKind(
    name="email account, for a cohort",
    pk=_C,
    sk="EMAIL",
    what="why the email service refused emails of the cohort last, if the account is at fault",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it names no one",
)
ADDRESS_HOLD = RowKind(
    name="hold on a new address",
    pk=_C,
    sk="HOLD#{hold}",
    what="from when on codes for reports go to an address that was changed lately",
    owner=Owner.READER,
    readers=_ADMIN,
    erasure=Erasure.DELETE,
    retention=Retention.COLLECTION,
)
FIGURES = RowKind(
    name="cohort figures",
    pk=_C,
    sk="FIGURES#{wave}",
    what="what reports show of the cohort, frozen",
    owner=Owner.ORGANISATION,
    readers=(Reader.DELEGATE, Reader.COACH),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="every figure is about five delegates or more",
)
ROUND_MEAN = RowKind(
    name="cohort's mean of a mid-way round",
    pk=_C,
    sk="ROUNDMEAN#{wave}",
    what="the mean over the delegates of what is published of each, frozen",
    owner=Owner.ORGANISATION,
    readers=(Reader.DELEGATE, Reader.COACH, Reader.SPONSOR),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it is about five delegates or more",
)
AREA_COUNTS = RowKind(
    name="counts of development areas",
    pk="AREACOUNTS#{cohort}",
    sk="PLACE#{place}",
    what="how many development areas delegates have, by competency and by how far they have come, frozen",
    owner=Owner.ORGANISATION,
    readers=(Reader.FACILITATOR, Reader.SPONSOR),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="every number is about five delegates or more",
)
SUMMARY = RowKind(
    name="summary",
    pk=_C,
    sk="SUMMARY#{summary}",
    what="a sponsor's summary, frozen; facilitators read that of the start, coaches what hindered delegates",
    owner=Owner.ORGANISATION,
    readers=(Reader.SPONSOR, Reader.ADMINISTRATOR, Reader.FACILITATOR, Reader.COACH),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="every figure is about five delegates or more, and stories are shown by consent",
    folder="sponsor/{cohort}/",
)
STORY = RowKind(
    name="story",
    pk=_D,
    sk="STORY",
    what="a delegate's story for the sponsor, in words that the delegate approved",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.ADMINISTRATOR, Reader.SPONSOR),
    erasure=Erasure.DELETE,
    retention=Retention.RECORD,
)
NOTICE = RowKind(
    name="notice of deletion",
    pk=_C,
    sk="NOTICE",
    what="the day on which delegates were notified that their data is deleted",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it is about no person",
)
COSTS = RowKind(
    name="costs",
    pk=_C,
    sk="COSTS",
    what="what a cohort cost, by kind and with the source of each figure",
    owner=Owner.ORGANISATION,
    readers=(Reader.SPONSOR, Reader.ADMINISTRATOR),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it is about no person",
)
BOARD_REQUESTS = RowKind(
    name="requests to the board",
    pk=_C,
    sk="ASKS",
    what="what is asked of the board",
    owner=Owner.ORGANISATION,
    readers=(Reader.SPONSOR, Reader.COACH, Reader.ADMINISTRATOR),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it is about no person",
)
AUDIT = RowKind(
    name="audit line",
    pk="AUDIT#{cohort}",
    sk="{time}#{id*}",
    what="who did what, and when",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.REDACT,
    retention=Retention.RECORD,
    why="that something was done is kept on record, for accountability",
)

DISCARDED = RowKind(
    name="discarded cohort",
    pk="DISCARDED#{cohort}",
    sk="COHORT",
    what="that a cohort was discarded before its first email, so that its id is not used again",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="it names no one",
)
