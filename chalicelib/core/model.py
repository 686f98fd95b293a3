"""The terms of the field as types: what a programme consists of, and who takes part.

Pure. Every date-time is zone-aware UTC; a `date` is a local date in the organisation's time zone. The glossary is
docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.core.form_model import FormField, Timing

SELF_GROUP = "self"
MANAGER_GROUP = "manager"


# --- the programme: what a sponsor commissions ------------------------------------------------------


class Organisation(Struct, frozen=True):
    name: str
    brand: str  # colour of the organisation, "#rrggbb"
    logo: str | None  # an SVG or PNG as a data URI, or None
    timezone: str  # IANA name
    currency: str = "GBP"  # ISO 4217 code of every amount in the programme
    holidays: str = ""  # whose bank holidays are days off: see core/working_days.py; empty: by the time zone


class RaterGroup(Struct, frozen=True):
    id: str
    title: str  # as the delegate sees it: "Direct reports"
    min: int  # minimum number of raters that a delegate nominates
    max: int
    named: bool  # self and manager: shown by name, and their form says so
    heard_apart: bool = False  # whether smaller groups join this one only if no other group can take them

    @property
    def has_named_people(self) -> bool:
        """Return whether the group may have several people who are each shown by name."""
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
    you_wording: str = ""  # "You ...", as the report says it to the delegate; empty: made of self_wording


class Competency(Struct, frozen=True):
    id: str
    title: str
    definition: str
    milestone: str | None  # id of the workshop that works on this competency
    items: tuple[Item, ...]


class OpenQuestion(Struct, frozen=True):
    id: str
    text: str
    competency: str | None = None  # asked on this competency's page, folded away; else on the last page


class Assignment(Struct, frozen=True):
    """Work between workshops, as a form.

    opens           None: when the workshop's first session begins
    due             None: on no particular day
    fields          what the delegate fills in; none in a plain title: see assignments/form.py
    by_facilitator  what the facilitator fills in about the delegate
    """

    id: str
    title: str
    opens: Timing | None = None
    due: Timing | None = None
    works_on_areas: bool = False  # whether the form asks which development areas it works on
    seen_by: tuple[str, ...] = ("coach", "facilitator")  # who reads it once submitted
    fields: tuple[FormField, ...] = ()
    by_facilitator: tuple[FormField, ...] = ()


class Material(Struct, frozen=True):
    """A document for a workshop, by its address."""

    title: str
    url: str
    days_before: int | None = None  # it is shown from so many days before the first session; None: always


class Milestone(Struct, frozen=True):
    """A workshop (or other dated step) with its assignments.

    sessions  how many sessions it has; 0 in a file that says `days` only: as many as days
    bring     what a delegate brings along
    """

    id: str
    title: str
    days: int
    assignments: tuple[Assignment, ...]
    sessions: int = 0
    bring: str = ""
    materials: tuple[Material, ...] = ()


class ImpactRules(Struct, frozen=True):
    after_months: int  # calendar months from the programme's end
    open_days: int  # days that the survey is open


class Span(Struct, frozen=True):
    """Calendar months and days after a day."""

    months: int = 0
    days: int = 0


class RetentionRules(Struct, frozen=True):
    """How long a cohort's data is kept: from its last questionnaire, survey or meeting on, `record` from its end on."""

    answers: Span = Span(days=30)  # raw answers
    lists: Span = Span(days=90)  # lists of raters, invitations, emails
    notes: Span = Span(months=6)  # of coaches, for themselves
    programme: Span = Span(months=24)  # people, reports, development areas, work
    record: Span = Span(months=72)  # attendance, audit trail, figures of the cohort


class RoundPlan(Struct, frozen=True):
    """When raters are asked mid-way what has changed: some days after a workshop, for some days."""

    after: str  # id of the milestone
    opens_after_days: int  # from the workshop's last session
    open_days: int


class PulseRules(Struct, frozen=True):
    """The mid-way rounds, in order; without any, raters are asked about change after the programme only."""

    rounds: tuple[RoundPlan, ...] = ()
    suggestion: bool = True  # whether raters may write a suggestion


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
    threshold: int  # minimum raters of a published anonymous figure, at least 3
    values: tuple[Value, ...]
    competencies: tuple[Competency, ...]
    open_questions: tuple[OpenQuestion, ...]
    reminders: tuple[int, ...]  # days before the deadline, largest first
    milestones: tuple[Milestone, ...]
    impact: ImpactRules
    minimum_responses: int = 5  # completed raters, self not counted, below which the administrator decides
    comments_from: int = 5  # responses that a group needs before its comments appear under its name
    close_when_complete: bool = False
    coach_only_comments: bool = False  # whether raters may keep a comment out of the report, for the coach alone
    raters_approved_by: Approver | None = None  # who approves a delegate's rater list before anyone on it is emailed
    behaviours_from: int = 0  # minimum raters behind single behaviours; 0 in versions stored before this rule existed
    rater_sd: float | None = (
        None  # of one rater's ratings of one behaviour, in scale points; None: see `usual_rater_sd`
    )
    rater_halo: float = 0.4  # share of that variance that is the rater's leniency towards everything
    pulse: PulseRules = PulseRules()
    retention: RetentionRules = RetentionRules()

    @property
    def top(self) -> int:
        """Return the highest rating; the lowest is 1."""
        return len(self.scale)

    @property
    def items(self) -> Iterator[Item]:
        return (item for competency in self.competencies for item in competency.items)

    def group(self, group_id: str) -> RaterGroup:
        """Find a group. Raises KeyError if the programme does not have it."""
        return {group.id: group for group in self.groups}[group_id]

    @property
    def anonymous_groups(self) -> tuple[RaterGroup, ...]:
        return tuple(group for group in self.groups if not group.named)

    @property
    def rater_groups(self) -> tuple[RaterGroup, ...]:
        """Return the groups that a delegate nominates raters for: all but self."""
        return tuple(group for group in self.groups if group.id != SELF_GROUP)


# --- people and dates ---------------------------------------------------------------------------------


ERASED_NAME, ERASED_ADDRESS = "(erased)", "erased@invalid"


class Person(Struct, frozen=True):
    name: str
    email: str  # lower case

    @property
    def is_erased(self) -> bool:
        """Return whether they asked to be taken out of every row: no one is asked or emailed in their place."""
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
    """One round of answers for a cohort."""

    BASELINE = "baseline"
    FOLLOWUP = "followup"
    PULSE = "pulse"  # the short survey of raters after six months
    MIDWAY_1 = "midway1"  # the same on the way, in a mid-way round
    MIDWAY_2 = "midway2"

    @property
    def is_midway(self) -> bool:
        return self in MIDWAY

    @property
    def round_words(self) -> str:
        """Return how the audit trail names a mid-way round."""
        return f"the {('first', 'second')[MIDWAY.index(self)]} mid-way round"

    @property
    def is_pulse(self) -> bool:
        """Return whether it asks for a change in the development areas."""
        return self is Wave.PULSE or self.is_midway


MIDWAY = (Wave.MIDWAY_1, Wave.MIDWAY_2)


class CohortDates(Struct, frozen=True):
    """Local dates. Raters may answer from `opens` 09:00 to the end of `closes`."""

    opens: date
    closes: date
    ends: date  # last day of the programme
    survey: date | None = None  # when the impact survey opens, if an administrator has moved it
    closed: tuple[date, ...] = ()  # days off beyond weekends and bank holidays


class Facilitator(Struct, frozen=True):
    """Who runs workshops of a cohort."""

    id: str  # in the cohort file; sessions name their facilitator by it
    person: Person


class Cohort(Struct, frozen=True):
    id: str
    title: str
    programme_id: str
    programme_version: int
    dates: CohortDates
    sponsor: Person | None
    domains: tuple[str, ...] = ()  # of the delegates' addresses, to find typing mistakes in raters' addresses
    sponsor_link: int = 1  # version of the sponsor's link; a new address gets a new link
    coach_links: Mapping[str, int] = field(default_factory=dict)  # id of a coach -> version, of links that were revoked
    facilitators: tuple[Facilitator, ...] = ()
    facilitator_links: Mapping[str, int] = field(default_factory=dict)  # as `coach_links`, by ids.facilitator_id


class Standing(StrEnum):
    """Whether a delegate takes part in the programme of their cohort."""

    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    TRANSFERRED = "transferred"  # to another cohort, with everything that is theirs


class Pause(Struct, frozen=True):
    """A delegate's pause, in local days.

    reason   one word of a list: never anything about health or family
    """

    since: date
    until: date  # the day of their return
    reason: str


class Delegate(Struct, frozen=True):
    """A participant of the programme, who receives feedback."""

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
    approver_link: int | None = None  # version of the approver's link; None as long as it is that of the delegate's own
    coach_link: int = 1  # version of the coach's link: a copy of what the cohort says
    manager_link: int = 0  # version of the line manager's link to shared areas; 0 until something is shared
    pause: Pause | None = None
    survey_days: int = 0  # days by which pauses have moved the impact survey

    @property
    def standing(self) -> Standing:
        if self.withdrawn:
            return Standing.LEFT
        return Standing.PAUSED if self.pause else Standing.ACTIVE

    @property
    def approver_version(self) -> int:
        return self.link_version if self.approver_link is None else self.approver_link


class WaveState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    HELD = "held"  # the deadline passed with too few answers: the administrator extends or closes
    CLOSING = "closing"  # answers are no longer accepted; stored answers are being decrypted
    CLOSED = "closed"  # responses stored without identity, key destroyed
    WITHDRAWN = "withdrawn"  # ended without a report: the delegate left before the close, or a restore lost the answers


class PulseArea(Struct, frozen=True):
    """A development area as the raters' pulse asks about it."""

    id: str
    text: str


class DelegateWave(Struct, frozen=True):
    """One delegate's round of answers."""

    delegate_id: str
    wave: Wave
    state: WaveState
    opens_at: datetime
    closes_at: datetime  # the first moment at which no answer is accepted
    extensions: int = 0
    areas: tuple[PulseArea, ...] = ()  # what a pulse asks about
    compared_with: datetime | None = None  # when the wave opened that a pulse compares with
    counts_hidden: tuple[str, ...] = ()  # groups whose answers are not counted on any page until the close
    own_dates: bool = False  # of someone who joined late: these dates do not move with the cohort's
    closed: tuple[date, ...] = ()  # the cohort's days off, for reminders; rows of earlier versions have none
    without_key: bool = False  # held because no one can read its answers after a restore, until it is settled
    stored_report: str = ""  # folder of its report in the bucket, if one was made before the restore


class AnswerCount(Struct, frozen=True):
    """Raters who are counted together, as of the morning of a day."""

    groups: tuple[str, ...]
    invited: int
    answered: int  # minimum; for people who are shown by name, the exact number
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


WRONG_PERSON = "wrong_person"  # declined because the email reached someone else


class Invitation(Struct, frozen=True):
    """Permission for one rater to answer about one delegate in one wave, and their encrypted answers.

    `draft` is what has been saved, page by page. `sent` is the draft as of the last submission, and the only answers
    that count. Both are encrypted with the wave's key and deleted after the close.
    """

    id: str
    delegate_id: str
    wave: Wave
    group: str
    rater: Person
    state: InvitationState
    link_version: int = 1
    revision: str | int = ""  # random, new with each save; rows of earlier versions count the saves
    draft: Mapping[str, bytes] = field(default_factory=dict)
    sent: Mapping[str, bytes] | None = None
    saved_at: Mapping[str, int] = field(default_factory=dict)  # page -> when it was saved: see collect/seal.hide_moment
    emails_planned: int = 0  # raised whenever more emails are planned: an answer refuses to miss one
    reason: str = ""  # why they declined: an id of collect.decline
    sealed: bool = False  # submitted through an earlier link: this link can neither open nor change them
    links_revoked: bool = False  # inbox links without a version, from earlier emails, open nothing any more
    asked_again: str = ""  # the void, or a revocation after one: inbox links from before it do not lead here
