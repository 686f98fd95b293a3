"""Everything the demo's people act with, and a record of what they did."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.clock import moment
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import CohortDates, Programme
from infra.local import memory
from infra.local.cloud import SWEEP_EVERY, Cloud
from infra.local.demo.browser import Browser
from infra.local.demo.cast import Part, Player
from infra.local.demo.diary import Agenda, Calendar
from infra.local.demo.mailbox import Letter, Mailbox
from infra.local.demo.show import Show


class Phase(StrEnum):
    QUESTIONNAIRES = "questionnaires"
    NOMINATIONS = "nominations"
    ANSWERS = "answers"
    REPORTS = "reports"
    DEBRIEFS = "debriefs"
    WORKSHOPS = "workshops"
    IMPACT = "impact"
    TIME = "time passing"  # the cloud's own work: sweeps, emails, closing, printing


@dataclass
class Deeds:
    """Record when each step of one delegate was done."""

    opened: datetime | None = None
    own_sent: datetime | None = None
    list_sent: datetime | None = None
    change_asked: datetime | None = None  # by the approver of the list
    list_approved: datetime | None = None
    invited: dict[str, datetime] = field(default_factory=dict)  # rater's address -> emailed
    answered: dict[str, datetime] = field(default_factory=dict)
    declined: dict[str, datetime] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)  # saved half
    bounced: dict[str, datetime] = field(default_factory=dict)
    held: list[datetime] = field(default_factory=list)
    extended: datetime | None = None
    published: datetime | None = None  # with few answers, because the administrator said so
    report: datetime | None = None
    previewed: datetime | None = None
    booked: datetime | None = None  # the debrief's time
    debriefed: datetime | None = None
    review_booked: datetime | None = None
    reviewed: datetime | None = None
    thanked: list[datetime] = field(default_factory=list)  # raters heard what came of their feedback
    shared: datetime | None = None  # the line manager saw an area
    released: datetime | None = None
    opened_report: datetime | None = None
    notes: int = 0
    progress: list[datetime] = field(default_factory=list)  # noted on development areas, of a month
    returned: datetime | None = None  # a form, by the coach
    attendance: dict[str, str] = field(default_factory=dict)  # session -> what is recorded
    impact: dict[str, datetime] = field(default_factory=dict)  # role -> emailed
    impact_sent: dict[str, datetime] = field(default_factory=dict)  # role -> answered
    pulse: dict[str, datetime] = field(default_factory=dict)  # rater's address -> emailed
    pulse_sent: dict[str, datetime] = field(default_factory=dict)
    midway: dict[str, datetime] = field(default_factory=dict)  # rater's address -> emailed
    midway_sent: dict[str, datetime] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)  # what the coach was given: pdf, html


class Given(Struct, frozen=True):
    """What one person sent with one form about a delegate, as it was posted: to compute the results again."""

    form: str
    delegate: str  # address
    by: str  # address
    answers: Mapping[str, str]


React = Callable[["World", Letter], None]


@dataclass
class World:
    cloud: Cloud
    programme: Programme
    cohort: str
    calendar: Calendar
    dates: CohortDates
    players: tuple[Player, ...]
    show: Show
    browser: Browser = field(default_factory=Browser)
    mailbox: Mailbox = field(default_factory=Mailbox)
    cookies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # by reader's address
    agenda: Agenda = field(default_factory=Agenda)
    deeds: defaultdict[str, Deeds] = field(default_factory=lambda: defaultdict(Deeds))  # by delegate's address
    sponsor_documents: dict[str, bytes] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # by phase

    def __post_init__(self) -> None:
        self._by_id = {delegate_id(self.cohort, player.email): player for player in self.players}

    @property
    def now(self) -> datetime:
        return self.cloud.clock.now()

    def delegate_id(self, player: Player) -> str:
        return delegate_id(self.cohort, player.email)

    def player(self, letter: Letter) -> Player:
        """Return the delegate an email is about: the second part of its id."""
        return self._by_id[letter.id.split("#")[1]]

    def part(self, letter: Letter) -> Part:
        """Return the part of the rater who got this email."""
        return next(part for part in self.player(letter).parts if part.person.email == letter.to)

    def note(self, form: str, delegate: str, by: str, answers: Mapping[str, str]) -> None:
        self.given.append(Given(form, delegate, by, dict(answers)))

    def plan(self, moment: datetime, phase: Phase, act: Callable[[], None]) -> None:
        self.agenda.plan(moment, phase, act)

    def play(self, reactions: Mapping[str, Sequence[React]], until: datetime) -> None:
        """Let time pass, and people act at their moments and react to their email, until nothing is left to happen."""
        while (step := self._next_step()) is not None and step <= until:
            with Stopwatch(self.seconds, Phase.TIME):
                self.cloud.advance_to(max(step, self.now))
            while (planned := self.agenda.next_moment) is not None and planned <= self.now:
                phase, act = self.agenda.pop()
                with Stopwatch(self.seconds, phase):
                    act()
            with Stopwatch(self.seconds, Phase.TIME):
                self.cloud.settle()
            for letter in self.mailbox.look():
                for react in reactions.get(letter.template, ()):
                    react(self, letter)

    def _next_step(self) -> datetime | None:
        """Return the next time at which a person acts, or a job or email is due."""
        due = memory.earliest_due(self.cloud.table)
        moments = [self.agenda.next_moment] if self.agenda.next_moment else []
        if due:
            moments.append(max(moment(due), self.now + SWEEP_EVERY))
        return min(moments, default=None)


class Stopwatch:
    """Adds the time spent inside to a phase."""

    def __init__(self, seconds: defaultdict[str, float], phase: str):
        self._seconds, self._phase = seconds, phase

    def __enter__(self) -> None:
        self._begin = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._seconds[self._phase] += time.perf_counter() - self._begin
