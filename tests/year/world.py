"""A cohort of three delegates on the real store: acts of everyone, jobs that are lost or run twice, and a clock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from chalicelib.admin import address_change, close_or_extend, void_answers
from chalicelib.collect.decline import decline
from chalicelib.collect.questionnaire import open_questionnaire
from chalicelib.collect.submit_answers import submit
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, Invitation, InvitationState, Standing, Wave, WaveState
from chalicelib.debrief import caseload, notes, release_report
from chalicelib.links.kinds import COACH, HUB
from chalicelib.ownership import erase_person
from chalicelib.people.acts import find_act
from chalicelib.people.found import find
from chalicelib.people.planned import Asking, perform
from chalicelib.retention import hold
from chalicelib.store import audit_events, cohorts, delegates, invitations
from chalicelib.store.due import list_due
from chalicelib.workshops import change_sessions
from tests.faults import scene
from tests.support import people
from tests.support.clock import Clock
from tests.support.drain import MAX_PASSES, run_row
from tests.support.mails import sent_mails
from tests.workshops import dates

BY = "ada@example.org"
NAMES = ("dana delegate", "dora delegate", "ann delegate")
ASKED = (InvitationState.INVITED, InvitationState.ANSWERED, InvitationState.DECLINED)
GONE = (Standing.LEFT, Standing.TRANSFERRED)


class NoOne(Refusal):
    """No one is asked about this delegate."""


class Year:
    """What happened so far, as the people know it; the store knows it in its own way."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.act = ""  # the one that was done last; empty once only time passed
        self.refused = False
        self.ids = {line.email: line.delegate_id for line in cohorts.list_lines(people.COHORT)}
        self.delegates = [self.ids[people.person(name).email] for name in NAMES]
        self.sent: dict[str, set[str]] = defaultdict(set)  # delegate -> ids of invitations whose answers count
        self.published: set[str] = set()  # delegates whose few answers an administrator published
        self.retired: list[tuple[str, Callable[[], object]]] = []  # what opens a link that is over
        self.emptied: dict[tuple[str, str], None] = {}  # delegate, invitation: whose form starts empty
        self.notes: dict[tuple[str, str], str] = {}  # writer, delegate -> words
        self.erased: set[str] = set()  # addresses and names
        self.gone: set[str] = set()  # ids of delegates who were erased
        self.bytes: dict[str, bytes] = {}  # of released documents
        self.audit_before = self.mails_before = 0
        self.standing_before: dict[str, Standing] = {}
        self.numbers = Counter[str]()

    # --- looking --------------------------------------------------------------------------------------

    def delegate(self, place: int) -> Delegate:
        found = delegates.find(self.delegates[place % len(self.delegates)])
        assert found
        return found

    def standings(self) -> dict[str, Standing]:
        return {line.delegate_id: line.standing for line in cohorts.list_lines(people.COHORT)}

    def wave(self, delegate_id: str) -> WaveState:
        return delegates.find_with_wave(delegate_id, Wave.BASELINE)[1].state

    def asked(self, delegate_id: str) -> list[Invitation]:
        every = invitations.of_delegate(delegate_id, Wave.BASELINE)
        return sorted((one for one in every if one.state in ASKED), key=lambda one: (one.group == "self", one.id))

    def one_asked(self, place: int, which: int, *, rater: bool = False) -> tuple[str, Invitation]:
        """Raises NoOne. rater: not the delegate."""
        delegate_id = self.delegate(place).id
        asked = [one for one in self.asked(delegate_id) if not rater or one.group != "self"]
        if not asked:
            raise NoOne
        return delegate_id, asked[which % len(asked)]

    def today(self) -> date:
        return local_date(self.clock.now(), "Europe/London")

    def fresh(self, kind: str) -> str:
        self.numbers[kind] += 1
        return f"{kind}{self.numbers[kind]}"

    def case(self, place: int) -> caseload.Case:
        one = self.delegate(place)
        return caseload.open_case(self.coach_token(one), one.id)

    @staticmethod
    def coach_token(one: Delegate) -> str:
        return COACH.url(one.cohort_id, one.coach, one.coach_link).rpartition("/")[2]

    # --- doing ----------------------------------------------------------------------------------------

    def do(self, name: str, place: int = 0, which: int = 0, jobs: str = "") -> None:
        """Do one act, which may be refused, and what follows from it at once.

        jobs   "twice": each job and email runs twice; "lost": the first that is due is not run now
        """
        self.act, self.refused = name, False
        self.standing_before = self.standings()
        self.audit_before = len(audit_events.of_cohort(people.COHORT))
        self.mails_before = len(sent_mails())
        try:
            ACTS[name](self, place, which)
        except Refusal:
            self.refused = True
        self.work(jobs)

    def work(self, jobs: str = "") -> None:
        now = self.clock.now()
        for _ in range(MAX_PASSES):
            rows = list(list_due(now))[1 if jobs == "lost" else 0 :]
            if not rows:
                return
            for row in rows:
                for _ in range(2 if jobs == "twice" else 1):
                    run_row(row, now)
        raise AssertionError("jobs stay due")


Act = Callable[[Year, int, int], None]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    ACTS[function.__name__] = function
    return function


# --- time -----------------------------------------------------------------------------------------------------------


@act
def days(year: Year, place: int, which: int) -> None:
    """Let some days pass, with work every morning and evening."""
    for _ in range(2 * (1 + which % 10)):
        year.clock.advance(hours=12)
        year.work()


# --- raters ---------------------------------------------------------------------------------------------------------


@act
def save(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which)
    scene.fill_in(scene.ticket(found[1]), "3", year.clock.now())
    year.emptied.pop((found[0], found[1].id), None)


@act
def answer(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which)
    ticket = scene.ticket(found[1])
    scene.fill_in(ticket, "4", year.clock.now())
    year.emptied.pop((found[0], found[1].id), None)
    submit(ticket, year.clock.now())
    year.sent[found[0]].add(found[1].id)


@act
def answer_all(year: Year, place: int, which: int) -> None:
    for number in range(len(year.asked(year.delegate(place).id))):
        with suppress(Refusal):
            answer(year, place, number)


@act
def decline_one(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which)
    decline(scene.ticket(found[1]), "no_time", year.clock.now())


# --- an administrator changes people ------------------------------------------------------------------------------


def change(year: Year, place: int, act_id: str, **typed: str) -> Delegate:
    before = year.delegate(place)
    found = find(people.COHORT, before.id)
    perform(find_act(act_id).plan(found, typed, Asking(BY, year.clock.now(), "asked by phone")), year.clock.now())
    return before


@act
def change_coach(year: Year, place: int, which: int) -> None:
    name = year.fresh("coach")
    before = change(year, place, "coach", coach_name=name.title(), coach_email=f"{name}@example.org")
    token = Year.coach_token(before)
    year.retired.append(("the former coach", lambda: caseload.open_case(token, before.id)))


@act
def change_manager(year: Year, place: int, which: int) -> None:
    name = year.fresh("manager")
    change(year, place, "manager", manager_name=name.title(), manager_email=f"{name}@example.org")


@act
def pause(year: Year, place: int, which: int) -> None:
    until = year.today() + timedelta(days=7 + which % 30)
    change(year, place, "pause", until=until.isoformat(), reason="leave")


@act
def bring_back(year: Year, place: int, which: int) -> None:
    change(year, place, "return")


@act
def leave(year: Year, place: int, which: int) -> None:
    before = change(year, place, "leave")
    hub = HUB.url(before).rpartition("/")[2]
    from chalicelib.milestones.hub import open_hub

    year.retired.append(("a delegate who has left", lambda: open_hub(hub)))
    if year.wave(before.id) is not WaveState.CLOSED:
        year.sent[before.id].clear()


@act
def remove(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which)
    change(year, place, "rater-remove", rater=found[1].rater.email)
    _retire(year, found[1], "a rater who was removed")
    year.sent[found[0]].discard(found[1].id)


@act
def regroup(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which)
    group = "direct_report" if found[1].group == "peer" else "peer"
    change(year, place, "rater-group", rater=found[1].rater.email, group=group)


@act
def correct(year: Year, place: int, which: int) -> None:
    """Correct a rater's address: in the whole cohort."""
    found = year.one_asked(place, which, rater=True)
    name, old = year.fresh("right"), found[1].rater.email
    concerned = [one for delegate_id in year.delegates for one in year.asked(delegate_id) if one.rater.email == old]
    change(year, place, "rater-correct", rater=old, email=f"{name}@example.org")
    year.work()
    for one in concerned:
        if year.wave(one.delegate_id) is WaveState.OPEN:
            _retire(year, one, "the old address of a rater")
            year.emptied[one.delegate_id, one.id] = None


def _retire(year: Year, one: Invitation, what: str) -> None:
    ticket = scene.ticket(one)
    year.retired.append((what, lambda: open_questionnaire(ticket, year.clock.now())))


@act
def void(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which)
    email = found[1].rater.email
    void_answers.void(people.COHORT, email, year.clock.now(), BY)
    for delegate_id in year.delegates:
        theirs = {one.id for one in year.asked(delegate_id) if one.rater.email == email}
        if year.wave(delegate_id) is WaveState.OPEN:
            year.sent[delegate_id] -= theirs


@act
def change_address(year: Year, place: int, which: int) -> None:
    one = year.delegate(place)
    address_change.change_address(people.COHORT, one.person.email, f"{year.fresh('new')}@example.org", year.clock.now())


# --- an administrator decides ---------------------------------------------------------------------------------------


@act
def extend(year: Year, place: int, which: int) -> None:
    day = year.today() + timedelta(days=3 + which % 20)
    close_or_extend.extend(people.COHORT, year.delegate(place).person.email, day, year.clock.now(), BY)


@act
def close(year: Year, place: int, which: int) -> None:
    close_or_extend.close_now(people.COHORT, year.delegate(place).person.email, year.clock.now(), BY)


@act
def publish(year: Year, place: int, which: int) -> None:
    one = year.delegate(place)
    close_or_extend.publish_with_few_answers(people.COHORT, one.person.email, year.clock.now(), BY)
    year.published.add(one.id)


@act
def move_session(year: Year, place: int, which: int) -> None:
    wanted = (dates.plan(f"2026-10-{19 + which % 5}"), dates.plan(f"2026-10-{26 + place % 5}"))
    change_sessions.set_dates(people.COHORT, wanted, year.clock.now(), BY, "room")


# --- a coach --------------------------------------------------------------------------------------------------------


@act
def write_notes(year: Year, place: int, which: int) -> None:
    case = year.case(place)
    words = f"seen by one coach only {year.fresh('note')}"
    notes.save_notes(case, {"notes-text": words}, year.clock.now())
    year.notes[case.delegate.coach.email, case.delegate.id] = words


@act
def release(year: Year, place: int, which: int) -> None:
    """Open the report, record the debrief, and release."""
    now = year.clock.now()
    caseload.open_report(year.case(place), "pdf", now)
    typed = {"held_on": year.today().isoformat(), **people.areas_typed(year.today())}
    release_report.record_debrief(year.case(place), typed, now)
    release_report.release(year.case(place), now)


# --- data -----------------------------------------------------------------------------------------------------------


@act
def hold_data(year: Year, place: int, which: int) -> None:
    one = year.delegate(place)
    (hold.keep_data if which % 2 else hold.let_go)(one.id, "a dispute", BY, year.clock.now())


@act
def erase_rater(year: Year, place: int, which: int) -> None:
    found = year.one_asked(place, which, rater=True)
    email = found[1].rater.email
    theirs = {
        (one.delegate_id, one.id)
        for place in range(3)
        for one in year.asked(year.delegate(place).id)
        if one.rater.email == email
    }
    open_now = {delegate_id for delegate_id, _ in theirs if year.wave(delegate_id) in (WaveState.OPEN, WaveState.HELD)}
    erase_person.erase(email, year.clock.now())
    year.erased.add(email)
    for delegate_id, invitation_id in theirs:
        year.emptied.pop((delegate_id, invitation_id), None)
        if delegate_id in open_now:
            year.sent[delegate_id].discard(invitation_id)


@act
def erase_delegate(year: Year, place: int, which: int) -> None:
    one = year.delegate(place)
    if one.person.is_erased:
        raise NoOne
    erase_person.erase(one.person.email, year.clock.now())
    year.erased |= {one.person.email, one.person.name}
    year.gone.add(one.id)
