"""The words of the field as types: what a programme is made of, and who takes part.

Pure. Every date-time is zone-aware UTC; a `date` is a local date in the
organisation's time zone. The glossary is docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field

SELF_GROUP = "self"
MANAGER_GROUP = "manager"


# --- the programme: what a sponsor commissions ------------------------------------------------------


class Organisation(Struct, frozen=True):
    name: str
    brand: str  # colour of the organisation, "#rrggbb"
    logo: str | None  # an SVG or PNG as a data URI, or None
    timezone: str  # IANA name
    currency: str = "GBP"  # ISO 4217 code, of every sum in the programme


class RaterGroup(Struct, frozen=True):
    id: str
    title: str  # as the delegate sees it: "Direct reports"
    min: int  # raters a delegate is asked to nominate at least
    max: int
    named: bool  # self and manager: shown by name, and told so on their form

    @property
    def has_named_people(self) -> bool:
        """Several people may be in it, and each is shown on their own, by their own name."""
        return self.named and self.max > 1


class Value(Struct, frozen=True):
    id: str
    title: str


class Item(Struct, frozen=True):
    """One observable behaviour that a rater rates."""

    id: str
    self_wording: str  # "I ..."
    others_wording: str  # "Asks ..."
    values: tuple[str, ...]  # ids of the organisation's values this behaviour shows


class Competency(Struct, frozen=True):
    id: str
    title: str
    definition: str
    milestone: str | None  # id of the workshop that works on it
    items: tuple[Item, ...]


class OpenQuestion(Struct, frozen=True):
    id: str
    text: str
    competency: str | None = None  # asked on this competency's page, folded away; else on the last page


class Assignment(Struct, frozen=True):
    id: str
    title: str


class Milestone(Struct, frozen=True):
    """A workshop (or other dated step) with the work to do after it."""

    id: str
    title: str
    days: int
    assignments: tuple[Assignment, ...]


class ImpactRules(Struct, frozen=True):
    after_months: int  # calendar months from the programme's end
    open_days: int  # days the survey stays open


class Approver(StrEnum):
    COACH = "coach"
    MANAGER = "manager"


class Programme(Struct, frozen=True):
    """A checked programme file. Immutable: a change is a new `version`."""

    id: str
    version: int
    title: str
    organisation: Organisation
    scale: tuple[str, ...]  # labels, lowest first; rating 1 is the first
    groups: tuple[RaterGroup, ...]
    threshold: int  # fewest raters of a published anonymous cell, at least 3
    values: tuple[Value, ...]
    competencies: tuple[Competency, ...]
    open_questions: tuple[OpenQuestion, ...]
    reminders: tuple[int, ...]  # days before the deadline, largest first
    milestones: tuple[Milestone, ...]
    impact: ImpactRules
    minimum_responses: int = 5  # completed raters, self not counted, below which the administrator decides
    comments_from: int = 5  # responses a cell needs before its comments carry the cell's name
    close_when_complete: bool = False
    coach_only_comments: bool = False  # whether raters may keep a comment out of the report, for the coach alone
    raters_approved_by: Approver | None = None  # who looks at a delegate's list before anybody on it is mailed

    @property
    def top(self) -> int:
        """The highest rating; the lowest is 1."""
        return len(self.scale)

    @property
    def items(self) -> Iterator[Item]:
        return (item for competency in self.competencies for item in competency.items)

    def group(self, group_id: str) -> RaterGroup:
        """Raises KeyError for a group the programme does not have."""
        return {group.id: group for group in self.groups}[group_id]

    @property
    def anonymous_groups(self) -> tuple[RaterGroup, ...]:
        return tuple(group for group in self.groups if not group.named)

    @property
    def rater_groups(self) -> tuple[RaterGroup, ...]:
        """Groups a delegate nominates into: all but self."""
        return tuple(group for group in self.groups if group.id != SELF_GROUP)


# --- people and dates ---------------------------------------------------------------------------------


ERASED_NAME, ERASED_ADDRESS = "(erased)", "erased@invalid"


class Person(Struct, frozen=True):
    name: str
    email: str  # lower case

    @property
    def is_erased(self) -> bool:
        """Whether they asked to be taken out of every row: no one is asked or emailed in their place."""
        return self.email == ERASED_ADDRESS


class DelegateEntry(Struct, frozen=True):
    """One row of delegates.csv."""

    person: Person
    job_title: str
    service: str
    manager: Person
    coach: Person


class RaterEntry(Struct, frozen=True):
    """One row of raters.csv, or one nomination."""

    group: str
    person: Person


class Wave(StrEnum):
    """One round of collecting on a cohort."""

    BASELINE = "baseline"
    FOLLOWUP = "followup"
    PULSE = "pulse"  # the raters' minute, six months on


class CohortDates(Struct, frozen=True):
    """Local dates. Raters may answer from `opens` 09:00 to the end of `closes`."""

    opens: date
    closes: date
    ends: date  # last day of the programme


class Cohort(Struct, frozen=True):
    id: str
    title: str
    programme_id: str
    programme_version: int
    dates: CohortDates
    sponsor: Person | None
    domains: tuple[str, ...] = ()  # of the addresses it was loaded with: a rater's may be a slip away from one
    sponsor_link: int = 1  # version of the sponsor's link: another address has another one


class Delegate(Struct, frozen=True):
    """A person on the programme, whom feedback is about."""

    id: str
    cohort_id: str
    cohort_title: str
    programme_id: str
    programme_version: int
    person: Person
    job_title: str
    service: str
    manager: Person
    coach: Person
    link_version: int = 1
    withdrawn: bool = False


class WaveState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    HELD = "held"  # the deadline passed with too few answers: the administrator extends or closes
    CLOSING = "closing"  # no answer is accepted any more; boxes are being unsealed
    CLOSED = "closed"  # responses stored, identity cut, key destroyed
    WITHDRAWN = "withdrawn"  # the delegate left before the close: answers destroyed, nothing is published


class PulseArea(Struct, frozen=True):
    """A development area as the raters' pulse asks about it."""

    id: str
    text: str


class DelegateWave(Struct, frozen=True):
    """One delegate's round of collecting."""

    delegate_id: str
    wave: Wave
    state: WaveState
    opens_at: datetime
    closes_at: datetime  # the first moment at which nothing is accepted
    extensions: int = 0
    areas: tuple[PulseArea, ...] = ()  # what a pulse asks about
    compared_with: datetime | None = None  # the opening of the wave that a pulse looks back to
    counts_hidden: tuple[str, ...] = ()  # groups whose answers are not counted for anyone until the close


class AnswerCount(Struct, frozen=True):
    """Raters who are counted together, as they were on the morning of a day."""

    groups: tuple[str, ...]
    invited: int
    answered: int  # at least so many; of people who are shown by name, exactly so many
    named: bool = False

    @property
    def words(self) -> str:
        if self.named:
            return f"{self.answered} of {self.invited}"
        return f"{self.answered} or more of {self.invited}" if self.answered else f"a few or none of {self.invited}"


class InvitationState(StrEnum):
    INVITED = "invited"
    ANSWERED = "answered"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(Struct, frozen=True):
    """Permission for one rater to answer about one delegate in one wave, and their sealed answers.

    `draft` is what has been saved, page by page; `sent` is the draft as it was at the last submission,
    and the only thing that counts. Both are sealed with the wave's key and gone after the close.
    """

    id: str
    delegate_id: str
    wave: Wave
    group: str
    rater: Person
    state: InvitationState
    link_version: int = 1
    revision: str | int = ""  # random, another one with each save; rows of earlier versions count the saves
    draft: Mapping[str, bytes] = field(default_factory=dict)
    sent: Mapping[str, bytes] | None = None
    saved_at: Mapping[str, int] = field(default_factory=dict)  # page -> when typed: see collect/seal.hide_moment
    reminders: tuple[str, ...] = ()  # ids of mails that an answer cancels
    reason: str = ""  # why they declined: an id of collect.decline
    sealed: bool = False  # answers were sent through an earlier link: this one neither opens nor changes them
