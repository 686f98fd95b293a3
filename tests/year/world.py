"""A cohort of three delegates on the real store: acts of everyone, jobs that are lost or run twice, and a clock."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from logging import INFO, Handler, LogRecord, getLogger

from msgspec import Struct

from chalicelib.admin import address_change, close_or_extend, void_answers
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.areas.openings import open_for_manager
from chalicelib.collect.decline import decline
from chalicelib.collect.questionnaire import open_questionnaire
from chalicelib.collect.submit_answers import submit
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, Invitation, InvitationState, Standing, Wave, WaveState
from chalicelib.debrief import caseload, notes, release_report
from chalicelib.debrief.next_steps import list_people
from chalicelib.jobs.sweep import choose
from chalicelib.links.kinds import COACH, HUB, SHARED
from chalicelib.milestones.hub import open_hub
from chalicelib.ownership import erase_person
from chalicelib.people.acts import find_act
from chalicelib.people.loaded import find
from chalicelib.people.planned import Asking, perform
from chalicelib.store import audit_events, cohorts, delegates, invitations
from chalicelib.store.due import list_due
from chalicelib.store.marshal import Row
from chalicelib.workshops import change_sessions
from tests.faults import scene
from tests.support import people
from tests.support.clock import Clock
from tests.support.drain import MAX_PASSES, run_row
from tests.support.emails import sent_emails
from tests.support.world import all_rows
from tests.workshops import dates

BY = "ada@example.org"
NAMES = ("dana delegate", "dora delegate", "ann delegate")
CONSOLE = "/admin/cohort/{cohort_id}"
PERSON, DELEGATE = f"{CONSOLE}/person/{{delegate_id}}", f"{CONSOLE}/delegate/{{delegate_id}}"
CASE = "/coach/{token}/{delegate_id}"
UNSEEN = ("save", "answer", "answer_all", "decline_one")  # acts of raters that no one else sees on the same day
ASKED = (InvitationState.INVITED, InvitationState.ANSWERED, InvitationState.DECLINED)
GONE = (Standing.LEFT, Standing.TRANSFERRED)


class Log(Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[LogRecord] = []

    def emit(self, record: LogRecord) -> None:
        self.records.append(record)


LOG = Log()
getLogger("fullcircle").addHandler(LOG)


def listen() -> list[LogRecord]:
    """Return what is logged from now on. Chalice sets another level each time that an app is made."""
    getLogger("fullcircle").setLevel(INFO)
    LOG.records = []
    return LOG.records


class NoOne(Refusal):
    """No one is asked about this delegate."""


class Year:
    """What happened so far, as the people know it; the store knows it in its own way."""

    def __init__(self, clock: Clock, names: Sequence[str] = NAMES):
        self.clock = clock
        self.names = names
        self.act = ""  # the one that was done last; empty once only time passed
        self.refused = False
        self.ids = {line.email: line.delegate_id for line in cohorts.list_lines(people.COHORT)}
        self.delegates = [self.ids[people.person(name).email] for name in names]
        self.sent: dict[str, set[str]] = defaultdict(set)  # delegate -> ids of invitations whose answers count
        self.published: set[str] = set()  # delegates whose few answers an administrator published
        self.undecided: dict[str, datetime] = {}  # delegate with too few answers -> a later deadline means more time
        self.retired: list[tuple[str, Callable[[], object]]] = []  # what opens a link that is over
        self.emptied: dict[tuple[str, str], None] = {}  # delegate, invitation: whose form starts empty
        self.notes: dict[tuple[str, str], str] = {}  # writer, delegate -> words
        self.erased: set[str] = set()  # addresses and names
        self.gone: set[str] = set()  # ids of delegates who were erased
        self.moved: set[str] = set()  # ids of delegates who are in another cohort
        self.bytes: dict[str, bytes] = {}  # of released documents
        self.shared: dict[str, set[str]] = defaultdict(set)  # delegate -> areas shared with the manager of today
        self.area_of: dict[str, str] = {}  # area -> delegate
        self.given_up: set[str] = set()  # areas that were replaced or dropped
        self.absent: dict[str, set[str]] = defaultdict(set)  # delegate -> workshops they did not have
        self.claims: dict[str, int] = {}  # delegate -> the sum in the survey that they sent
        self.words: set[tuple[str, str]] = set()  # address of a coach or id of a delegate, words that only they wrote
        self.logged: list[LogRecord] = []  # in the last act
        self.withdrawn: dict[str, set[str]] = {}  # words of stories -> editions made before
        self.left: set[str] = set()  # ids of delegates who have left
        self.held: set[str] = set()  # ids of delegates whose data is on hold
        self.seen: set[str] = set()  # documents that an invariant has looked at once
        self.views_before: dict[str, str] = {}  # page -> what it showed before the act
        self.views_after: dict[str, str] = {}
        self.stored: list[Row] | None = None
        self.emails_before = 0
        self.emails_of_lost = 0  # emails before the act, and those of jobs that were lost before it
        self.audit_before: set[str] = set()
        self.standing_before: dict[str, Standing] = {}
        self.numbers = Counter[str]()

    def again(self, clock: Clock) -> Year:
        """Return the same year for another run, in the world that was put back."""
        new = Year(clock, self.names)
        for name, value in vars(self).items():
            if name != "clock":
                setattr(new, name, copy.copy(value))
        for name in ("sent", "shared", "absent"):
            setattr(new, name, defaultdict(set, {key: set(value) for key, value in getattr(self, name).items()}))
        return new

    # --- looking --------------------------------------------------------------------------------------

    def delegate(self, place: int) -> Delegate:
        person = delegates.find(self.delegates[place % len(self.delegates)])
        assert person
        return person

    def standings(self) -> dict[str, Standing]:
        return {line.delegate_id: line.standing for line in cohorts.list_lines(people.COHORT)}

    def wave(self, delegate_id: str) -> WaveState:
        return delegates.find_with_wave(delegate_id, Wave.BASELINE)[1].state

    def asked(self, delegate_id: str, wave: Wave = Wave.BASELINE) -> list[Invitation]:
        every = invitations.of_delegate(delegate_id, wave)
        return sorted(
            (invitation for invitation in every if invitation.state in ASKED),
            key=lambda invitation: (invitation.group == "self", invitation.id),
        )

    def one_asked(self, place: int, which: int, *, rater: bool = False) -> tuple[str, Invitation]:
        """Choose an invitation by number. Raises NoOne. rater: not the delegate."""
        delegate_id = self.delegate(place).id
        asked = [invitation for invitation in self.asked(delegate_id) if not rater or invitation.group != "self"]
        if not asked:
            raise NoOne
        return delegate_id, asked[which % len(asked)]

    def rows(self) -> list[Row]:
        """Return every row as it is since the last act: no check writes."""
        if self.stored is None:
            self.stored = list(all_rows())
        return self.stored

    def today(self) -> date:
        return local_date(self.clock.now(), "Europe/London")

    def fresh(self, kind: str) -> str:
        self.numbers[kind] += 1
        return f"{kind}{self.numbers[kind]}"

    def case(self, place: int) -> caseload.Case:
        person = self.delegate(place)
        return caseload.open_case(self.coach_token(person), person.id)

    def views(self, place: int) -> dict[str, str]:
        """Return what others than the raters see of a delegate: each page, as it is put together."""
        delegate, now = self.delegate(place), self.clock.now()
        cohort = load_dashboard(people.COHORT, now)
        person = cohort.find(delegate.id)
        by_reader = {"console": str((person.status, person.counts, person.hidden, person.may_remind, person.bounces))}
        by_reader["figures"] = str((cohort.figures, cohort.counts))
        with suppress(Refusal):
            caseload_of = caseload.open_caseload(self.coach_token(delegate))
            by_reader["coach"] = str([(each.words, each.is_over) for each in list_people(caseload_of.threads(now))])
        with suppress(Refusal):
            hub = open_hub(HUB.url(delegate).rpartition("/")[2])
            by_reader["delegate"] = str((hub.raters, hub.nomination, hub.wave.state))
        return by_reader

    @staticmethod
    def coach_token(person: Delegate) -> str:
        return COACH.url(person.cohort_id, person.coach, person.coach_link).rpartition("/")[2]

    # --- doing ----------------------------------------------------------------------------------------

    def do(self, name: str, place: int = 0, which: int = 0, jobs: str = "") -> None:
        """Do one act, which may be refused, and what follows from it at once.

        jobs   "twice": each job and email runs twice; "lost": the first that is due is not run now
        """
        self.act, self.refused = name, False
        self.standing_before = self.standings()
        self.clock.advance(microseconds=1)  # no two acts are at the same moment, and the trail's keys rely on it
        self.audit_before = {row["sk"] for row in audit_events.of_cohort(people.COHORT)}
        self.emails_before = len(sent_emails())
        self.logged = listen()
        if name in (*UNSEEN, "days"):
            self.work()  # what was lost before, so that only the act makes a difference
        self.emails_of_lost = len(sent_emails())
        self.views_before = self.views(place) if name in UNSEEN else {}
        try:
            ACTS[name].do(self, place, which)
        except Refusal:
            self.refused = True
        self.work(jobs)
        self.stored = None
        self.views_after = self.views(place) if name in UNSEEN else {}

    def work(self, jobs: str = "") -> None:
        now = self.clock.now()
        for _ in range(MAX_PASSES):
            rows = choose(list_due(now), {})[1 if jobs == "lost" else 0 :]  # in the order of the sweep
            if not rows:
                return
            for row in rows:
                for _ in range(2 if jobs == "twice" else 1):
                    run_row(row, now)
        raise AssertionError("jobs stay due")


Do = Callable[[Year, int, int], None]


class Act(Struct, frozen=True):
    """forms: the routes that do it, as tests/faults/recording.py names them."""

    do: Do
    forms: tuple[str, ...]


ACTS: dict[str, Act] = {}


def act(*forms: str) -> Callable[[Do], Do]:
    def declare(function: Do) -> Do:
        ACTS[function.__name__] = Act(function, forms)
        return function

    return declare


# --- time -----------------------------------------------------------------------------------------------------------


@act()
def days(year: Year, place: int, which: int) -> None:
    """Let some days pass, with work every morning and evening."""
    for _ in range(2 * (1 + which % 10)):
        year.clock.advance(hours=12)
        year.work()


@act()
def months(year: Year, place: int, which: int) -> None:
    """Let up to three months pass, with work every few days: as after an outage, and for what takes long."""
    for _ in range(6 * (1 + which % 3)):
        year.clock.advance(days=5)
        year.work()


# --- raters ---------------------------------------------------------------------------------------------------------


@act("/answer/{token}/page/{page_id}")
def save(year: Year, place: int, which: int) -> None:
    delegate_id, invitation = year.one_asked(place, which)
    scene.fill_in(scene.link_of(invitation), "3", year.clock.now())
    year.emptied.pop((delegate_id, invitation.id), None)


@act("/answer/{token}/send")
def answer(year: Year, place: int, which: int) -> None:
    delegate_id, invitation = year.one_asked(place, which)
    answer_link = scene.link_of(invitation)
    scene.fill_in(answer_link, "4", year.clock.now())
    year.emptied.pop((delegate_id, invitation.id), None)
    submit(answer_link, year.clock.now())
    year.sent[delegate_id].add(invitation.id)


@act()
def answer_all(year: Year, place: int, which: int) -> None:
    for number in range(len(year.asked(year.delegate(place).id))):
        with suppress(Refusal):
            answer(year, place, number)


@act("/decline/{token}")
def decline_one(year: Year, place: int, which: int) -> None:
    _, invitation = year.one_asked(place, which)
    decline(scene.link_of(invitation), "no_time", year.clock.now())


# --- an administrator changes people ------------------------------------------------------------------------------


def change(year: Year, place: int, act_id: str, **typed: str) -> Delegate:
    before = year.delegate(place)
    loaded = find(people.COHORT, before.id)
    perform(find_act(act_id).plan(loaded, typed, Asking(BY, year.clock.now(), "asked by phone")), year.clock.now())
    return before


@act(f"{PERSON}/coach")
def change_coach(year: Year, place: int, which: int) -> None:
    name = year.fresh("coach")
    before = change(year, place, "coach", coach_name=name.title(), coach_email=f"{name}@example.org")
    token = Year.coach_token(before)
    year.retired.append(("the former coach", lambda: caseload.open_case(token, before.id)))


@act(f"{PERSON}/manager")
def change_manager(year: Year, place: int, which: int) -> None:
    name = year.fresh("manager")
    before = change(year, place, "manager", manager_name=name.title(), manager_email=f"{name}@example.org")
    year.shared[before.id].clear()
    if before.manager_link:
        token = SHARED.url(before).rpartition("/")[2]
        year.retired.append(("the former line manager", lambda: open_for_manager(token)))


@act(f"{PERSON}/pause")
def pause(year: Year, place: int, which: int) -> None:
    until = year.today() + timedelta(days=7 + 13 * (which % 10))
    change(year, place, "pause", until=until.isoformat(), reason="leave")


@act(f"{PERSON}/return")
def bring_back(year: Year, place: int, which: int) -> None:
    change(year, place, "return")


@act(f"{PERSON}/leave")
def leave(year: Year, place: int, which: int) -> None:
    before = change(year, place, "leave")
    hub = HUB.url(before).rpartition("/")[2]
    year.retired.append(("a delegate who has left", lambda: open_hub(hub)))
    year.left.add(before.id)
    if year.wave(before.id) is not WaveState.CLOSED:
        year.sent[before.id].clear()


@act(f"{PERSON}/rater-add")
def add(year: Year, place: int, which: int) -> None:
    """Ask one more person, who may have been asked or removed before."""
    change(year, place, "rater-add", name=f"Added {which}", email=f"added{which}@example.org", group="peer")


@act(f"{PERSON}/rater-remove")
def remove(year: Year, place: int, which: int) -> None:
    delegate_id, invitation = year.one_asked(place, which)
    change(year, place, "rater-remove", rater=invitation.rater.email)
    _retire(year, invitation, "a rater who was removed")
    year.sent[delegate_id].discard(invitation.id)


@act(f"{PERSON}/rater-group")
def regroup(year: Year, place: int, which: int) -> None:
    _, invitation = year.one_asked(place, which)
    group = "direct_report" if invitation.group == "peer" else "peer"
    change(year, place, "rater-group", rater=invitation.rater.email, group=group)


@act(f"{PERSON}/rater-correct")
def correct(year: Year, place: int, which: int) -> None:
    """Correct a rater's address: in the whole cohort."""
    _, invitation = year.one_asked(place, which, rater=True)
    name, old = year.fresh("right"), invitation.rater.email
    concerned = [
        invitation
        for delegate_id in year.delegates
        for invitation in year.asked(delegate_id)
        if invitation.rater.email == old
    ]
    change(year, place, "rater-correct", rater=old, email=f"{name}@example.org")
    year.work()
    for invitation in concerned:
        if year.wave(invitation.delegate_id) is WaveState.OPEN:
            _retire(year, invitation, "the old address of a rater")
            year.emptied[invitation.delegate_id, invitation.id] = None


def _retire(year: Year, invitation: Invitation, what: str) -> None:
    answer_link = scene.link_of(invitation)
    year.retired.append((what, lambda: open_questionnaire(answer_link, year.clock.now())))


@act(f"{CONSOLE}/void")
def void(year: Year, place: int, which: int) -> None:
    _, invitation = year.one_asked(place, which)
    email = invitation.rater.email
    void_answers.void(people.COHORT, email, year.clock.now(), BY)
    for delegate_id in year.delegates:
        theirs = {invitation.id for invitation in year.asked(delegate_id) if invitation.rater.email == email}
        if year.wave(delegate_id) is WaveState.OPEN:
            year.sent[delegate_id] -= theirs


@act(f"{CONSOLE}/address")
def change_address(year: Year, place: int, which: int) -> None:
    delegate = year.delegate(place)
    address_change.change_address(
        people.COHORT, delegate.person.email, f"{year.fresh('new')}@example.org", year.clock.now()
    )


# --- an administrator decides ---------------------------------------------------------------------------------------


@act(f"{DELEGATE}/extend", f"{CONSOLE}/all/extend")
def extend(year: Year, place: int, which: int) -> None:
    day = year.today() + timedelta(days=3 + which % 20)
    close_or_extend.extend(people.COHORT, year.delegate(place).person.email, day, year.clock.now(), BY)


@act(f"{DELEGATE}/close", f"{CONSOLE}/all/close")
def close(year: Year, place: int, which: int) -> None:
    close_or_extend.close_now(people.COHORT, year.delegate(place).person.email, year.clock.now(), BY)


@act(f"{DELEGATE}/publish")
def publish(year: Year, place: int, which: int) -> None:
    person = year.delegate(place)
    close_or_extend.publish_with_few_answers(people.COHORT, person.person.email, year.clock.now(), BY)
    year.published.add(person.id)


@act(f"{CONSOLE}/dates")
def move_session(year: Year, place: int, which: int) -> None:
    wanted = (dates.plan(f"2026-10-{19 + which % 5}"), dates.plan(f"2026-10-{26 + place % 5}"))
    planned = change_sessions.set_dates(people.COHORT, wanted, year.clock.now(), BY, "room")
    year.refused = not planned.changes  # they have these days


# --- a coach --------------------------------------------------------------------------------------------------------


@act(f"{CASE}/notes")
def write_notes(year: Year, place: int, which: int) -> None:
    case = year.case(place)
    words = f"seen by one coach only {year.fresh('note')}"
    notes.save_notes(case, {"notes-text": words}, year.clock.now())
    year.notes[case.delegate.coach.email, case.delegate.id] = words
    year.words.add((case.delegate.coach.email, words))


@act(f"{CASE}/report", f"{CASE}/debrief", f"{CASE}/release")
def release(year: Year, place: int, which: int) -> None:
    """Open the report, record the debrief, and release."""
    now = year.clock.now()
    caseload.open_report(year.case(place), "pdf", now)
    typed = {"held_on": year.today().isoformat(), **people.areas_typed(year.today())}
    release_report.record_debrief(year.case(place), typed, now)
    release_report.release(year.case(place), now)


# --- data -----------------------------------------------------------------------------------------------------------


@act(f"{PERSON}/hold", f"{PERSON}/hold-end")
def hold_data(year: Year, place: int, which: int) -> None:
    person = year.delegate(place)
    act = find_act("hold" if which % 2 else "hold-end")
    planned = act.plan(find(people.COHORT, person.id), {}, Asking(BY, year.clock.now(), "a dispute"))
    perform(planned, year.clock.now())
    (year.held.add if which % 2 else year.held.discard)(person.id)


@act()
def erase_rater(year: Year, place: int, which: int) -> None:
    _, invitation = year.one_asked(place, which, rater=True)
    email = invitation.rater.email
    theirs = {
        (invitation.delegate_id, invitation.id)
        for place in range(3)
        for invitation in year.asked(year.delegate(place).id)
        if invitation.rater.email == email
    }
    open_now = {delegate_id for delegate_id, _ in theirs if year.wave(delegate_id) in (WaveState.OPEN, WaveState.HELD)}
    managed = [each.id for each in map(delegates.find, year.delegates) if each and each.manager.email == email]
    erase_person.erase(email, year.clock.now())
    year.erased.add(email)
    for delegate_id in managed:
        year.shared[delegate_id] = set()  # a line manager who is erased has no page of shared areas
    for delegate_id, invitation_id in theirs:
        year.emptied.pop((delegate_id, invitation_id), None)
        if delegate_id in open_now:
            year.sent[delegate_id].discard(invitation_id)


@act()
def erase_delegate(year: Year, place: int, which: int) -> None:
    person = year.delegate(place)
    if person.person.is_erased:
        raise NoOne
    erase_person.erase(person.person.email, year.clock.now())
    year.erased |= {person.person.email, person.person.name}
    year.gone.add(person.id)
