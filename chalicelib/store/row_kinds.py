"""Kinds of row: the key, whose a row is, who reads it, how long it is kept, and what erasing its owner does to it.

docs/rows.md is made from these declarations. The modules of this folder make the keys; tests hold every row that they
store to exactly one declaration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from chalicelib.store.marshal import Row
from chalicelib.store.row_key import Key, key_of


class Owner(StrEnum):
    """The owner of a row. An export holds nothing of others, also where they share a row: admin/person_export.py."""

    DELEGATE = "delegate"
    RATER = "rater"
    COACH = "coach"
    READER = "reader"  # a reader of emails at an address
    ORGANISATION = "organisation"  # about no particular person


class Reader(StrEnum):
    """Who sees what a row holds on a page, in a file or in an email. Operators with AWS rights are not listed."""

    OWNER = "its owner"
    DELEGATE = "the delegate"
    COACH = "the delegate's coach"
    MANAGER = "the line manager"
    RATER = "raters"
    FACILITATOR = "facilitators of the cohort"
    ADMINISTRATOR = "administrators"
    SPONSOR = "the sponsor"
    APPROVER = "the approver of lists of raters"


class Erasure(StrEnum):
    """What happens to a row when its owner asks to be erased."""

    DELETE = "deleted"
    REDACT = "name and address replaced by “(erased)”"
    KEEP = "kept"


class Retention(StrEnum):
    """How long a row is kept by default."""

    PROGRAMME = "24 months after the last questionnaire, survey or meeting"
    COLLECTION = "90 days after the last questionnaire, survey or meeting"
    CLOSE = "until the questionnaire closes"
    FIGURES = "30 days after the figures made from it are final"
    EMAIL = "90 days after the last questionnaire, survey or meeting; an email about no cohort for 13 months"
    NOTES = "6 months after the last questionnaire, survey or meeting"
    RECORD = "6 years after the end of the programme"
    TRIES = "one year after the last wrong code"
    EXPIRY = "until it expires: minutes to a week"
    DEPLOYMENT = "as long as the deployment"


class RowKind(Struct, frozen=True, dict=True, kw_only=True):
    """One kind of row.

    pk, sk              templates of the key: `{part}` is one part without `#`, `{part*}` may hold `#`
    why                 the reason for a row that is kept when its owner is erased
    folder              where the bucket keeps documents of a row, a template of parts of the key; they go with the row
    goes_with_delegate  someone else's row about a delegate, which is deleted when the delegate is erased
    """

    name: str
    pk: str
    sk: str
    what: str
    owner: Owner
    readers: tuple[Reader, ...]
    erasure: Erasure
    retention: Retention
    why: str = ""
    folder: str = ""
    goes_with_delegate: bool = False

    def key(self, **parts: str) -> Key:
        """Make the key of one row. Raises KeyError where a part is missing."""
        return Key(self.partition(**parts), self.sk.replace("*}", "}").format_map(parts))

    def partition(self, **parts: str) -> str:
        """Make the partition key alone. Raises KeyError where a part is missing."""
        return self.pk.replace("*}", "}").format_map(parts)

    def has(self, row: Row) -> bool:
        """Return whether a row is of this kind."""
        return self.matches(key_of(row))

    def matches(self, key: Key) -> bool:
        return bool(self._pattern.fullmatch(f"{key.pk}\n{key.sk}"))

    def parts(self, key: Key) -> Mapping[str, str]:
        """Return the parts of a key of this kind. Raises ValueError for a key of another kind."""
        match = self._pattern.fullmatch(f"{key.pk}\n{key.sk}")
        if not match:
            raise ValueError(f"the key is not of a {self.name} row")
        return match.groupdict()

    def folder_of(self, key: Key) -> str:
        """Return how the names of the row's documents begin; empty for a kind that has none."""
        return self.folder.format_map(self.parts(key))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(f"{_pattern(self.pk)}\n{_pattern(self.sk)}")


def _pattern(template: str) -> str:
    """Turn a template into a regular expression with one group for each part."""
    pieces = re.split(r"(\{\w+\*?\})", template)
    return "".join(_group(piece) if piece.startswith("{") else re.escape(piece) for piece in pieces)


def _group(piece: str) -> str:
    name = piece.strip("{}*")
    return rf"(?P<{name}>.+)" if piece.endswith("*}") else rf"(?P<{name}>[^#\n]+)"


# --- delegates ----------------------------------------------------------------------------------------

_D = "DELEGATE#{delegate}"
_C = "COHORT#{cohort}"
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
    what="the raters that a delegate chose, sent or not",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.APPROVER),
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
    what="the delegate's or the line manager's six-month answers, or what the raters saw",
    owner=Owner.DELEGATE,
    readers=(Reader.OWNER, Reader.COACH, Reader.ADMINISTRATOR),
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

# --- raters --------------------------------------------------------------------------------------------

INBOX_ENTRY = RowKind(
    name="inbox entry",
    pk="RATER#{rater}",
    sk="INVITATION#{wave}#{invitation}",
    what="one questionnaire in a rater's inbox",
    owner=Owner.RATER,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.COLLECTION,
)
RATER_LOAD = RowKind(
    name="rater's load",
    pk="RATER#{rater}",
    sk="LOAD#{month}",
    what="how many questionnaires a rater is asked to answer in a month",
    owner=Owner.RATER,
    readers=(Reader.DELEGATE,),
    erasure=Erasure.DELETE,
    retention=Retention.COLLECTION,
)

# --- programmes and cohorts ----------------------------------------------------------------------------

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
    why="the sponsor's name gives way; the rest is about no person",
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
COACH = RowKind(
    name="coach",
    pk=_C,
    sk="COACH#{coach}",
    what="who a coach is",
    owner=Owner.COACH,
    readers=(Reader.OWNER, Reader.ADMINISTRATOR),
    erasure=Erasure.REDACT,
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
SUMMARY = RowKind(
    name="summary",
    pk=_C,
    sk="SUMMARY#{summary}",
    what="a sponsor's summary, frozen",
    owner=Owner.ORGANISATION,
    readers=(Reader.SPONSOR, Reader.ADMINISTRATOR),
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
    erasure=Erasure.KEEP,
    retention=Retention.RECORD,
    why="accountability",
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

# --- work, emails, sign-in -----------------------------------------------------------------------------

JOB = RowKind(
    name="job",
    pk="JOB#{job*}",
    sk="JOB",
    what="work that is due now or later",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.REDACT,
    retention=Retention.DEPLOYMENT,
)
EMAIL = RowKind(
    name="email",
    pk="MAIL#{email*}",
    sk="MAIL",
    what="one email and its state",
    owner=Owner.READER,
    readers=_OWN,
    erasure=Erasure.REDACT,
    retention=Retention.EMAIL,
    why="that it was sent stays on record, without words or address",
)
LISTED_EMAIL = RowKind(
    name="listed email",
    pk="EMAILS#{owner}",
    sk="{invitation}#{email*}",
    what="that an email is about a delegate, a cohort or a reader, so that one query finds it",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.EMAIL,
    why="it has ids and no name, and goes with its email",
)
READERS_EMAIL = RowKind(
    name="email of a reader and day",
    pk="READER#{reader}",
    sk="{day}#{email*}",
    what="that an email to an address may go in the digest of a day",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.EXPIRY,
    why="it has ids and no name, and goes after a week",
)
COMPLETE_LIST = RowKind(
    name="complete list of emails",
    pk="EMAILS#{owner}",
    sk="COMPLETE",
    what="that every email about a delegate or cohort is listed",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.EMAIL,
    why="it names no one",
)
EMAIL_ACCOUNT = RowKind(
    name="email account",
    pk="EMAIL",
    sk="ACCOUNT",
    what="why the email service refused emails last, if the account is at fault",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it names no one",
)
SIGN_IN_CODE = RowKind(
    name="sign-in code",
    pk="ASKING#{reader}",
    sk="CODE#{challenge}",
    what="a code that was emailed to a reader, and how often it was tried; not the code itself",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
)
SIGN_IN_TRIES = RowKind(
    name="sign-in tries",
    pk="ASKING#{reader}",
    sk="ASKING",
    what="when codes were asked for and wrong ones were typed for a reader",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.TRIES,
    why="otherwise an erasure would give a guesser new tries; it holds no address",
)
SECOND_FACTOR = RowKind(
    name="second factor",
    pk="SECOND#{reader}",
    sk="SECOND",
    what="an administrator's second factor: the secret, encrypted, and the hashes of recovery codes",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it protects the console, and names no one; `administrator reset-second-factor` removes it",
)
ADMINISTRATOR_RIGHTS = RowKind(
    name="rights of an administrator",
    pk="RIGHTS#{reader}",
    sk="RIGHTS",
    what="the programmes that an administrator may see; without this row they see all",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it holds a key made from the administrator's address, and ids of programmes",
)
SESSION = RowKind(
    name="session",
    pk="SESSION#{session}",
    sk="SESSION",
    what="a browser that has signed in, by the hash of its id",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
)
ENDED_SESSIONS = RowKind(
    name="ended sessions",
    pk="ENDED#{reader}",
    sk="SESSIONS",
    what="that all sessions of a reader are over, because their links were revoked",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
)

OWN_COPY = RowKind(
    name="copy of a person's own data",
    pk="OWNCOPY#{reader}",
    sk="{cohort}",
    what="that a person has asked for a copy of their data in a cohort, and where it waits for them",
    owner=Owner.READER,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
    folder="copies/{reader}/{cohort}/",
)

ERASURES = "erasures/"  # the folder of the log of erasures: store/erasure_log.py
WITHDRAWALS = "withdrawals/"  # the folder of the log of what was taken back: store/withdrawals.py

# --- deriving --------------------------------------------------------------------------------------------


def all_kinds() -> tuple[RowKind, ...]:
    """Return every kind, in the order of this file."""
    return tuple(value for value in globals().values() if isinstance(value, RowKind))


def folders() -> tuple[str, ...]:
    """Return where the bucket keeps documents: those of rows, and the logs that outlive the table."""
    return (*(kind.folder for kind in all_kinds() if kind.folder), ERASURES, WITHDRAWALS)


def kinds_of(key: Key) -> list[RowKind]:
    """Return the kinds that a key may be of: exactly one, or the row is unknown or a template is ambiguous."""
    return [kind for kind in all_kinds() if kind.matches(key)]
