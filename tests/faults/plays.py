"""Programmes played from start to end, so that every job, email, form and event of ours happens in one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pyotp

import chalicelib.core.clock
from chalicelib.admin.address_change import change_address
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.collect.submit_answers import submit
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, CohortDates, Person, Wave
from chalicelib.core.schedule import SessionPlan
from chalicelib.core.settings import settings
from chalicelib.emails import delivery_events
from chalicelib.jobs.kinds import JobKind
from chalicelib.jobs.sweep import sweep
from chalicelib.links import signing
from chalicelib.links.kinds import FACILITATOR, SHARED
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.programme.move_dates import Moved, date_of, move, plan
from chalicelib.results.cohort_snapshot import frozen_bytes
from chalicelib.sponsor.emails.about_documents import interim_email
from chalicelib.sponsor.stories.acts import CHECKS
from chalicelib.store import (
    areas,
    cohort_figures,
    cohorts,
    delegates,
    emails,
    holds,
    impact_surveys,
    invitations,
    jobs,
    programmes,
    reports,
    summaries,
    wave_keys,
    workshops,
)
from chalicelib.store.areas import Area
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.cohorts import CohortChanged
from chalicelib.store.marshal import fields
from chalicelib.store.table import update
from chalicelib.workshops import change_sessions
from infra.local import outbox
from infra.local.account import ADMINISTRATOR
from tests.faults import scene
from tests.sponsor import final_example
from tests.support import people
from tests.support.clock import Clock
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.recorder import Recorder
from tests.support.visitor import Visitor, newest_code

BY = "second@example.org"
CONSOLE = f"{BASE_URL}/admin"
COHORT = "autumn-cohort"
SEEN = {"confirmed": "yes"}  # of a form whose preview was read
AT_COHORT = f"{CONSOLE}/cohort/{COHORT}"
FACTOR = f"{CONSOLE}/second-factor"
SECRET = re.compile(r"([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})")
HEADER = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email\n"
FIELDS = {
    "title": "Autumn cohort",
    "opens": "2026-09-14",
    "closes": "2026-10-02",
    "ends": "2026-11-30",
    "sponsor_name": "Sam Sponsor",
    "sponsor_email": people.person("sponsor").email,
}
VISION = {"f.future": "Seen within two weeks.", "f.why": "It is the first aim.", "f.sign": "No one asks twice."}
FORGET_AT = datetime.fromisoformat("2028-10-01T09:00:00Z")
IMPACT = datetime.fromisoformat("2027-06-02T08:00:00Z")


TOLD_OF = {"Send": "p0", "Delivery": "p5", "Reject": "e1", "RenderingFailure": "e1", "Bounce": "p4", "Complaint": "e0"}


class Play:
    """Move a visitor and a clock, and record all that follows."""

    def __init__(self, visitor: Visitor, recorder: Recorder) -> None:
        self.visitor, self.clock, self.recorder = visitor, Clock(), recorder
        chalicelib.core.clock.use(self.clock.now)
        settings()  # a warm function: its settings are read

    def run(self, to: datetime | None = None, **later: float) -> None:
        """Move the clock if wanted, and run what is due."""
        if to or later:
            self.clock.to(to or self.clock.now() + timedelta(**later))
        drain(self.clock.now())

    def post(self, page: str, to: str = "", typed: dict[str, str] | None = None, *, status: int = 200) -> None:
        """Open a page and press one of its buttons."""
        self.visitor.open(page)
        self.visitor.post(to or page, typed)
        assert self.visitor.status in (status, 303), f"{to or page}: {self.visitor.status} {title(self.visitor.page)}"

    def report_delivery(self, kind: str, address: str) -> None:
        """SES says something of the newest email to an address."""
        message, now = sent_emails(address)[-1], self.clock.now()
        message = outbox.bounce(message, now) if kind == "Bounce" else outbox.event(message, kind, now)
        self.recorder.record(
            "event", kind, (message,), lambda: delivery_events.record_delivery_event(message, now), lambda _: True
        )

    def sweep(self) -> None:
        now = self.clock.now()
        self.recorder.record("sweep", "", (), lambda: sweep(now))

    def sign_in(self, url: str, name: str) -> None:
        self.visitor.cookies.clear()
        self.visitor.sign_in(url, people.person(name).email, self.clock.now())
        assert self.visitor.status == 200, self.visitor.page

    def as_administrator(self) -> None:
        self.visitor.let_in_administrator(self.clock.now())

    def delegate(self, name: str) -> str:
        wanted = people.person(name).email
        return next(line.delegate_id for line in cohorts.list_lines(COHORT) if line.email == wanted)


def title(page: str) -> str:
    """Return what a page says first, for a play that went wrong."""
    return " / ".join(re.findall(r"<(?:h1|li)>(.*?)</", page))


def everything(play: Play) -> None:
    """Play a cohort of four: one finishes, one has too few answers, one leaves, and about one no one answers."""
    sign_in_to_the_console(play)
    load(play)
    choose_raters(play)
    answer(play)
    watch_over(play)
    close(play)
    debrief(play)
    attend(play)
    debriefed(play, play.delegate("dora delegate"))
    work(play)
    ask_on_the_way(play)
    read_and_note(play)
    change_cohorts(play)
    transfer(play)
    plan_followup(play)
    six_months_on(play)
    forget(play)


# --- before the opening -----------------------------------------------------------------------------------------------


def sign_in_to_the_console(play: Play) -> None:
    """By the page, with a wrong code first; by the link in the email; with a second factor, which is then removed."""
    visitor = play.visitor
    ask_for_code(play)
    for _ in range(2):
        visitor.post(visitor.links("/sign-in/administrator")[0], {"code": "111 111"})
    type_code(play, "/sign-in/administrator")
    play.post(CONSOLE, f"{BASE_URL}/sign-out")
    play.run(minutes=2)
    ask_for_code(play)
    visitor.open(code_link(ADMINISTRATOR))
    visitor.post(visitor.links("/again")[0])
    drain(play.clock.now())
    type_code(play, "/code/")
    set_up_second_factor(play)
    visitor.cookies.clear()


def ask_for_code(play: Play) -> None:
    play.visitor.cookies.clear()
    play.visitor.open(CONSOLE)
    play.visitor.post(play.visitor.links("/sign-in/administrator")[0], {"email": ADMINISTRATOR})
    drain(play.clock.now())


def type_code(play: Play, part: str) -> None:
    play.visitor.post(play.visitor.links(part)[0], {"code": newest_code(ADMINISTRATOR)})
    assert play.visitor.status == 200, title(play.visitor.page)


def code_link(address: str) -> str:
    return next(link for message in reversed(sent_emails(address)) for link in message.links if "/code/" in link)


def set_up_second_factor(play: Play) -> None:
    play.visitor.open(FACTOR)
    app = pyotp.TOTP(SECRET.findall(play.visitor.page)[0].replace(" ", ""))
    play.post(FACTOR, typed={"code": app.at(play.clock.now())})
    play.run(minutes=10)
    ask_for_code(play)
    type_code(play, "/sign-in/administrator")
    play.post(FACTOR, f"{FACTOR}/confirm", {"code": app.at(play.clock.now())})
    play.run(minutes=1)
    play.post(FACTOR, f"{FACTOR}/remove", {"code": app.at(play.clock.now())})
    play.run()


def programme() -> bytes:
    text = people.EXAMPLE.read_text()
    wanted = "raters_approved_by: coach\nclose_when_complete: true\n"
    return text.replace("raters_approved_by: manager\n", wanted).encode()


def row(name: str, coached_by: str = "cleo coach") -> str:
    them, manager, coach = people.person(name), people.person("mara manager"), people.person(coached_by)
    return f"{them.name},{them.email},Lead,Nursing,{manager.name},{manager.email},{coach.name},{coach.email}\n"


def load(play: Play) -> None:
    visitor = play.visitor
    play.as_administrator()
    visitor.open(f"{CONSOLE}/programme").send_files(
        f"{CONSOLE}/programme", {}, {"programme": ("programme.yaml", programme())}
    )
    visitor.send_files(f"{CONSOLE}/programme/confirm")
    delegates = HEADER + row("dana delegate") + row("dora delegate")
    files = {"programme": ("programme.yaml", programme()), "delegates": ("delegates.csv", delegates.encode())}
    visitor.open(f"{CONSOLE}/start").send_files(f"{CONSOLE}/start", FIELDS, files)
    visitor.send_files(f"{CONSOLE}/start/confirm")
    play.run(minutes=1)
    more = HEADER + row("dev delegate") + row("dina delegate")
    raters = "delegate_email,group,name,email\n" + "".join(
        f"{people.person(name).email},peer,E{n},e{n}@example.org\n"
        for name in ("dev delegate", "dina delegate")
        for n in range(2)
    )
    load_people(play, {"delegates": ("delegates.csv", more.encode()), "raters": ("raters.csv", raters.encode())})
    move_survey(play)
    set_dates(play)
    play.run(people.OPENING)
    play.run(minutes=1)


def move_survey(play: Play) -> None:
    """By a day, as the command line does; the emails go out on the next morning."""
    now = play.clock.now()
    move(plan(COHORT, Moved.SURVEY, IMPACT.date(), now), "The hall is taken.", "command line", now)
    play.run()


def set_dates(play: Play) -> None:
    """Two sessions: one moves to another day, and is then cancelled. The end of the programme does not change."""
    play.as_administrator()
    new = {"milestone": "leading_the_service", "start": "09:30", "end": "16:30", "place": "Room 4"}
    days = {"new1": "2026-11-05", "new2": FIELDS["ends"]}
    change_dates(
        play, {f"{row}.{name}": value for row, day in days.items() for name, value in (new | {"date": day}).items()}
    )
    first = workshops.list_sessions(COHORT)[0]
    moved = {"date": "2026-11-09", "start": "09:30", "end": "16:30", "place": "Room 4", "link": "", "by": ""}
    change_dates(play, {f"{first.id}.{name}": value for name, value in moved.items()})
    change_dates(play, {f"{first.id}.{name}": value for name, value in (moved | {"cancel": "yes"}).items()})


def change_dates(play: Play, typed: dict[str, str]) -> None:
    """Change the dates after a look at the preview, and send the emails on the next morning."""
    page = f"{AT_COHORT}/dates"
    play.as_administrator()
    play.post(page, typed=typed)
    play.visitor.post(page, {"confirmed": "yes"})
    assert "dates" in play.visitor.messages, title(play.visitor.page)
    play.run(days=1)


def load_people(play: Play, files: dict[str, tuple[str, bytes]]) -> None:
    play.as_administrator()
    page = f"{AT_COHORT}/people"
    play.visitor.open(page).send_files(page, {}, files)
    play.visitor.send_files(f"{page}/confirm")
    assert play.visitor.status == 200, title(play.visitor.page)
    play.run()


# --- raters -----------------------------------------------------------------------------------------------------------


def choose_raters(play: Play) -> None:
    """One list is sent back once and then approved; the other is approved in the coach's place after a reminder."""
    choose_list(play, "dana delegate", 6)
    link = people.link("dana delegate", "nominate")
    person = [url for url in play.visitor.open(link).links("/person/") if "/nominate/" in url][-1]
    play.post(person, typed={"group": "peer", "name": "Pia Peer", "email": "p5@example.org"})
    send_list(play, "dana delegate")
    play.run()
    approve = people.link("cleo coach", "approve")
    play.post(approve, typed={"decision": "change", "remark": "Please add one more."})
    play.run()
    play.post(link, typed={"group": "peer", "name": "P6", "email": "p6@example.org"})
    send_list(play, "dana delegate")
    play.run()
    play.post(people.link("cleo coach", "approve"), typed={"decision": "approve"})
    play.run()
    play.run(days=4)
    choose_list(play, "dora delegate", 6)
    send_list(play, "dora delegate")
    play.run()
    play.run(days=4)
    change(play, "dora delegate", "rater-approve")
    link = people.link("dina delegate", "nominate")
    play.post(link, typed={"group": "peer", "name": "P7", "email": "p7@example.org"})
    send_list(play, "dina delegate")
    play.run()
    load_people(play, {"delegates": ("delegates.csv", (HEADER + row("dina delegate", "carl coach")).encode())})


def choose_list(play: Play, name: str, count: int) -> None:
    link = people.link(name, "nominate")
    names = "\n".join(f"P{n} <p{n}@example.org>" for n in range(count))
    play.post(link, typed={"group": "peer", "list": names})


def send_list(play: Play, name: str) -> None:
    link = people.link(name, "nominate")
    play.post(f"{link}/check", f"{link}/send", {"fewer": "yes"})


def answer(play: Play) -> None:
    own = people.link("dana delegate", "answer")
    people.send(people.answer_all(play.visitor, own), own)
    decline = of("decline", play.delegate("dana delegate"), "p1")
    play.post(decline, typed={"reason": "no_time"})
    for name in ("p2", "p3", "mara manager"):
        link = of("answer", play.delegate("dana delegate"), name)
        people.send(people.answer_all(play.visitor, link, rating="3"), link)
        assert play.visitor.shows == "collect/thanks"
    play.run(minutes=2)


def of(verb: str, delegate_id: str, name: str, wave: Wave = Wave.BASELINE) -> str:
    """Return the link of a rater."""
    wanted = people.person(name).email
    invitation = next(asked for asked in invitations.of_delegate(delegate_id, wave) if asked.rater.email == wanted)
    return signing.make(verb, delegate_id, wave.value, invitation.id, str(invitation.link_version))


# --- the administrator ------------------------------------------------------------------------------------------------


def watch_over(play: Play) -> None:
    """Bounce and replace an address, lose a link, remind everyone, and give more time."""
    for kind, name in TOLD_OF.items():
        play.report_delivery(kind, f"{name}@example.org")
    play.sweep()
    play.run()
    play.as_administrator()
    bounced = next(bounce for bounce in cohorts.list_bounces(COHORT) if bounce.email == "e0@example.org")
    play.post(AT_COHORT, f"{AT_COHORT}/dismiss", {"bounce": derive(12, bounced.mail_id)})
    new = {"address": "p4@example.org", "new": "p4.new@example.org", "name": "P4", "confirmed": "yes"}
    play.post(f"{AT_COHORT}/address", typed=new)
    play.run()
    play.post(f"{AT_COHORT}/link", typed={"address": "p5@example.org"})
    play.run(minutes=10)
    play.as_administrator()
    play.post(f"{AT_COHORT}/revoke-links", typed={"address": "p5@example.org", "send": "yes"} | SEEN)
    play.run()
    move_addresses(play)
    act(play, "chase", "dana delegate")
    act(play, "chase")
    act(play, "extend", "dora delegate", day("2026-10-06"))
    act(play, "extend", typed=day("2026-10-08"))
    act_on_ticked(play, "extend", day("2026-10-09"))
    change_people(play)
    change(play, "dora delegate", "pause", {"until": "2026-11-20", "reason": "leave"})
    play.run(days=1)
    change(play, "dora delegate", "return")
    change(play, "dora delegate", "hold", {"why": "A complaint."})
    change(play, "dora delegate", "hold-end", {"why": "It is settled."})
    for coach in ("nora new", "cleo coach"):
        change_several(play, ("dora delegate", "dev delegate"), people.person(coach))
    change(play, "dev delegate", "leave")


def change_people(play: Play) -> None:
    """Raters are added, corrected, moved to another group and removed; another coach and manager come and go."""
    dora = "dora delegate"
    change(play, dora, "details", {"name": "Dora Doe", "job_title": "Lead", "service": "Nursing"})
    change(play, dora, "rater-add", {"name": "Pia Peer", "email": "pia@example.org", "group": "peer"})
    change(play, dora, "rater-correct", {"rater": "p0@example.org", "name": "Pat Peer", "email": ""})
    change(play, dora, "rater-group", {"rater": "p1@example.org", "group": "direct_report"})
    change(play, dora, "rater-remove", {"rater": "p2@example.org"})
    for coach, manager in (("nora new", "nick new"), ("cleo coach", "mara manager")):
        for part, who in (("coach", people.person(coach)), ("manager", people.person(manager))):
            change(play, dora, part, {f"{part}_name": who.name, f"{part}_email": who.email})


def change_cohorts(play: Play) -> None:
    """One cohort is discarded; another gets a delegate, a name, a sponsor and facilitators, and one from the first."""
    lead = people.FACILITATOR.person
    for cohort_id in ("spare-cohort", "winter-cohort"):
        begin_cohort(play, cohort_id)
    change_cohort(play, "spare-cohort", "discard", {})
    new = {"name": "Nora New", "email": "nora.new@example.org"}
    columns = HEADER.strip().split(",")
    change_cohort(play, "winter-cohort", "add", dict(zip(columns, row("wes delegate").strip().split(","), strict=True)))
    move_dates(play, "winter-cohort")
    change_cohort(play, "winter-cohort", "rename", {"title": "The cohort of the winter"})
    change_cohort(play, "winter-cohort", "sponsor", new)
    change_cohort(play, "winter-cohort", "facilitator", {"former": lead.email, **new})


def move_dates(play: Play, cohort_id: str) -> None:
    """Move each date of a cohort that has not opened by a day, in the console."""
    cohort = cohorts.find(cohort_id)
    assert cohort
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    for what in (Moved.CLOSES, Moved.OPENS, Moved.SURVEY):
        to = date_of(programme, cohort.dates, what) + timedelta(days=1)
        change_cohort(play, cohort_id, f"move-{what.value}", {"to": to.isoformat()})


def transfer(play: Play) -> None:
    """One delegate, whose report is made with few answers, goes on in the other cohort with another coach."""
    act(play, "publish", "dina delegate")
    play.run(minutes=10)
    coach = {"coach_name": "Nora New", "coach_email": "nora.new@example.org"}
    change(play, "dina delegate", "transfer", {"cohort": "winter-cohort", **coach})


def begin_cohort(play: Play, cohort_id: str) -> None:
    """Load a cohort that opens in some weeks, as the command line does."""
    loaded, opens = cohorts.find(COHORT), play.clock.now().date() + timedelta(days=28)
    assert loaded
    dates = CohortDates(opens, opens + timedelta(days=18), opens + timedelta(days=400))
    cohort = Cohort(
        cohort_id,
        "Winter cohort",
        loaded.programme_id,
        loaded.programme_version,
        dates,
        people.SPONSOR,
        facilitators=(people.FACILITATOR,),
    )
    rules = programmes.load(loaded.programme_id, loaded.programme_version)
    load_cohort(cohort, rules, (people.entry("wanda delegate"),), {}, play.clock.now())
    play.run(minutes=1)


def change_cohort(play: Play, cohort_id: str, act: str, typed: dict[str, str]) -> None:
    play.as_administrator()
    page = f"{CONSOLE}/cohort/{cohort_id}/change/{act}"
    play.post(page, typed=typed)
    play.visitor.post(page, {"confirmed": "yes"})
    assert play.visitor.status in (200, 303), title(play.visitor.page)
    play.run(minutes=1)


def change(play: Play, name: str, act: str, typed: dict[str, str] | None = None) -> None:
    """Change a person after a look at the preview."""
    play.as_administrator()
    page = f"{AT_COHORT}/person/{play.delegate(name)}/{act}"
    play.post(page, typed=typed)
    play.visitor.post(page, {"confirmed": "yes"})
    assert play.visitor.status in (200, 303), title(play.visitor.page)
    play.run(minutes=1)


def change_several(play: Play, names: Sequence[str], coach: Person) -> None:
    """Give ticked delegates another coach after a look at the preview."""
    play.as_administrator()
    ids, page = ",".join(map(play.delegate, names)), f"{AT_COHORT}/many"
    play.post(f"{page}?act=coach&ids={ids}", page, {"coach_name": coach.name, "coach_email": coach.email})
    play.visitor.post(page, {"confirmed": "yes"})
    assert play.visitor.status in (200, 303), title(play.visitor.page)
    play.run(minutes=1)


def move_addresses(play: Play) -> None:
    """Change addresses: what a rater has sent is voided, and the sponsor's needs a second administrator."""
    new = {"address": "p3@example.org", "new": "p3.new@example.org", "name": "P3", "confirmed": "yes"}
    play.post(f"{AT_COHORT}/address", typed=new)
    play.run()
    play.post(f"{AT_COHORT}/void", typed={"address": "p3.new@example.org"} | SEEN)
    play.run()
    old, new = people.person("sponsor").email, people.person("new sponsor").email
    change_address(COHORT, old, new, play.clock.now(), "second@example.org")
    play.run()
    (hold,) = (stored for stored in holds.from_rows(cohorts.rows(COHORT)) if stored.person.email == new)
    play.post(f"{AT_COHORT}/confirm", typed={"hold": hold.id})
    play.run()


def act(play: Play, name: str, delegate: str = "", typed: dict[str, str] | None = None) -> None:
    where = f"{AT_COHORT}/delegate/{play.delegate(delegate)}" if delegate else f"{AT_COHORT}/all"
    play.as_administrator()
    play.run(days=1)
    play.as_administrator()
    play.post(f"{where}/{name}", typed=typed)
    play.run()


def day(last: str) -> dict[str, str]:
    """Return the form of more time, after a look at its preview."""
    return {"last_day": last, "confirmed": last}


def act_on_ticked(play: Play, name: str, typed: dict[str, str]) -> None:
    """Tick everyone of the cohort's list; a job acts on each."""
    play.as_administrator()
    play.post(f"{AT_COHORT}/chosen?act={name}&all=yes", f"{AT_COHORT}/chosen", typed)
    play.run()


def close(play: Play) -> None:
    """Enough have answered about one of them, but answers were voided, so the administrator decides about all."""
    for name in ("p5", "p6", "p4.new", "p3.new"):
        fill_in(play, play.delegate("dana delegate"), Wave.BASELINE, f"{name}@example.org")
    act(play, "close", "dana delegate")
    act(play, "publish", "dana delegate")
    act(play, "close")
    act(play, "extend", "dora delegate", day("2026-10-20"))
    act(play, "close", "dora delegate")
    act(play, "publish", "dora delegate")
    play.run(minutes=10)
    start_a_failed_job_over(play)
    play.run(days=15)


def fill_in(play: Play, delegate_id: str, wave: Wave, email: str, rating: str = "4") -> None:
    invitation = next(asked for asked in invitations.of_delegate(delegate_id, wave) if asked.rater.email == email)
    answer_link = parse_answer_link(
        signing.token("answer", delegate_id, wave.value, invitation.id, str(invitation.link_version))
    )
    scene.fill_in(answer_link, rating, play.clock.now())
    submit(answer_link, play.clock.now())


def start_a_failed_job_over(play: Play) -> None:
    (job,) = [queued_job for queued_job in jobs.waiting(IMPACT + timedelta(days=400)) if queued_job.kind == "summary"]
    now = play.clock.now()
    people.write(jobs.move(job.id, now))
    held = jobs.claim(job.id, "attempt", now, now + timedelta(minutes=6))
    assert held
    people.write(jobs.mark_failed(held, "out of order"))
    play.as_administrator()
    play.post(f"{CONSOLE}/work", typed={"job": job.id})
    people.write(jobs.move(job.id, job.due_at))


# --- after the close --------------------------------------------------------------------------------------------------


def debrief(play: Play) -> None:
    dana = play.delegate("dana delegate")
    coach = people.link("cleo coach", "coach")
    case = f"{coach}/{dana}"
    play.sign_in(coach, "cleo coach")
    play.post(f"{coach}/board", typed={"ask.1": "Give teams their own figures."})
    play.post(case, f"{case}/report", {"kind": "pdf"})
    play.post(case, f"{case}/ticks", {f"tick-{next(people.programme().items).id}": "on"})
    play.post(case, f"{case}/notes", {"notes-text": "Prefers mornings."})
    play.post(case, f"{case}/hand-over", {"hand-over": "Likes to be asked."})
    arrange_meeting(play, case)
    areas = people.areas_typed(play.clock.now().date())
    play.post(case, f"{case}/debrief", {"held_on": play.clock.now().date().isoformat(), **areas})
    play.post(f"{case}/release")
    play.run()
    live_with_areas(play, dana, case)
    hub = people.link("dana delegate", "hub")
    play.sign_in(f"{hub}/report", "dana delegate")
    play.post(f"{hub}/report", typed={"kind": "pdf"})
    take_own_data(play, hub)


def take_own_data(play: Play, hub: str) -> None:
    """Let the delegate ask for a copy of their own data and download it; after three days it is deleted."""
    page = f"{BASE_URL}/own-data/hub.{hub.rpartition('/')[2]}"
    play.post(page)
    play.run()
    play.post(page, f"{page}/file")
    play.run(days=3)


def work(play: Play) -> None:
    """Let the delegate submit a form, take it back and submit it again; the coach returns it once, then reads it."""
    dana, coach = play.delegate("dana delegate"), people.link("cleo coach", "coach")
    vision = f"{people.link('dana delegate', 'hub')}/work/vision"
    areas = {f"areas.{area}": "yes" for area in people.area_ids(dana)}
    play.post(vision, typed={**VISION, **areas, "go": "submit"})
    play.visitor.open(f"{vision}/submitted")
    play.post(f"{vision}/submitted", f"{vision}/take-back")
    play.post(vision, typed={**VISION, **areas, "go": "submit"})
    review = f"{coach}/{dana}/work/vision"
    play.sign_in(coach, "cleo coach")
    play.post(review, typed={"go": "return", "return": "Who pays for it?"})
    play.run(days=5)
    play.post(vision, typed={**VISION, **areas, "f.why": "Finance pays, and saves.", "go": "submit"})
    play.sign_in(coach, "cleo coach")
    play.post(review, typed={"go": "read", "read": "Clear now."})
    play.post(review.replace("vision", "simulation"), typed={"go": "waive", "waive": "Done at work."})
    play.run()


def arrange_meeting(play: Play, case: str) -> None:
    """Offer times that pass unanswered, choose others and give them back, miss the agreed one and do not record it."""
    hub, at_coach = (f"{page}/meeting/debrief" for page in (people.link("dana delegate", "hub"), case))
    play.post(at_coach, f"{at_coach}/offer", time_in(play, 6))
    play.run()
    play.run(days=9)
    play.sign_in(case, "cleo coach")
    play.post(at_coach, f"{at_coach}/offer", time_in(play, 10))
    (slot,) = re.findall(r'name="slot" value="([^"]+)"', play.visitor.open(hub).page)
    play.post(hub, f"{hub}/choose", {"slot": slot})
    play.run()
    play.post(hub, f"{hub}/ask", {"line": "I am away"})
    play.run()
    play.post(at_coach, f"{at_coach}/enter", time_in(play, 9))
    for days in (8, 4, 7):
        play.run(days=days)
    play.sign_in(case, "cleo coach")
    play.post(at_coach, f"{at_coach}/miss")
    play.run()


def time_in(play: Play, days: int) -> dict[str, str]:
    day = play.clock.now().date() + timedelta(days=days)
    return {"day-1": day.isoformat(), "time-1": "14:00", "minutes": "60", "place": "Room 4"}


def live_with_areas(play: Play, dana: str, case: str) -> None:
    """One is shared, revised and noted on; one is dropped and another agreed, which replaces a third."""
    play.run(days=8)
    hub = people.link("dana delegate", "hub")
    first, second = people.area_ids(dana)
    play.post(f"{hub}/areas", f"{hub}/areas/share", {f"share-{first}": "on"})
    play.post(SHARED.url(delegates.find(dana)), typed={"line": "An hour a week"})
    play.post(f"{hub}/areas/progress", typed={f"level-{first}": "tried"})
    typed = {name: text for name, text in people.areas_typed(play.clock.now().date()).items() if name.endswith("-1")}
    play.post(f"{hub}/area/{first}", typed={**typed, "why": "It fits better"})
    play.post(f"{hub}/area/{second}", f"{hub}/area/{second}/ask-to-close", {"why-close": "Another role"})
    play.run(days=1)
    play.sign_in(case, "cleo coach")
    play.post(f"{case}/areas", f"{case}/area/{first}/remark", {f"line-{first}": "Go on"})
    play.post(f"{case}/areas", f"{case}/plan")
    play.post(f"{case}/area/{first}", typed={**typed, "why": "In shorter words"})
    play.post(f"{case}/area/new", typed={**typed, "why": "Since the new role", "replaces": second})
    play.run(days=1)
    play.post(f"{hub}/areas", f"{hub}/plan")
    play.post(f"{hub}/area/{first}", f"{hub}/area/{first}/finish")
    play.run(days=1)


def session(milestone: str, day: str) -> SessionPlan:
    return SessionPlan(milestone, date.fromisoformat(day), time(9, 30), time(16, 30), "Library", by="mo")


def set_workshops(play: Play) -> None:
    """Name a facilitator and let them run two workshops."""
    people.write(update(cohorts.key(COHORT), put={"facilitators": [fields(people.FACILITATOR)]}, refusal=CohortChanged))
    dates = {"leading_self": "2027-01-12", "leading_others": "2027-01-19", "leading_the_service": "2027-01-20"}
    days = [session(milestone, day) for milestone, day in dates.items()]
    change_sessions.set_dates(COHORT, days, play.clock.now(), BY)
    play.run(datetime.fromisoformat("2026-12-18T09:00:00Z"))


def attend(play: Play) -> None:
    """One is absent and catches up; of another nothing is recorded, until the administrator does."""
    set_workshops(play)
    dana, dora, dina = (play.delegate(name) for name in ("dana delegate", "dora delegate", "dina delegate"))
    play.run(datetime.fromisoformat("2027-01-08T09:00:00Z"))
    play.run(datetime.fromisoformat("2027-01-12T09:30:00Z"))
    first = next(session.id for session in workshops.list_sessions(COHORT) if not session.cancelled)
    home = FACILITATOR.url(cohorts.find(COHORT), people.FACILITATOR.person)
    at = f"{home}/session/{first}"
    play.sign_in(home, "mo facilitator")
    play.post(at, typed={dana: "absent", dora: "attended"})
    play.post(at, f"{at}/catch-up", {"who": dana, "go": "set", "what": "Read the notes.", "by": "2027-01-22"})
    for day in ("13", "15", "18", "20"):
        play.run(datetime.fromisoformat(f"2027-01-{day}T09:00:00Z"))
    play.as_administrator()
    play.post(f"{AT_COHORT}/delegate/{dina}/work/board", typed={"waive": "Not in this role."})
    correct = f"{AT_COHORT}/register/{first}"
    play.post(correct, typed={dina: "partly", "why": "Left at noon."})
    play.post(correct, f"{correct}/catch-up", {"who": dana, "go": "done", "why": "Sent a summary."})
    paper = f"email,attendance\n{people.person('dina delegate').email},attended\n".encode()
    play.visitor.open(f"{correct}/file").send_files(
        f"{correct}/file", {"why": "Paper."}, {"register": ("r.csv", paper)}
    )
    play.visitor.send_files(f"{correct}/file", {"confirmed": "yes"})
    assert play.visitor.status in (200, 303), title(play.visitor.page)


def read_and_note(play: Play) -> None:
    """Let the facilitator read what one delegate submitted, and note and take back what they saw of her."""
    home, dora = FACILITATOR.url(cohorts.find(COHORT), people.FACILITATOR.person), play.delegate("dora delegate")
    vision = f"{people.link('dora delegate', 'hub')}/work/vision"
    texts = {"future": "At home within a day.", "why": "The strategy.", "sign": "Fewer beds.", "sign_by": "2027-06-01"}
    areas = {f"areas.{area}": "yes" for area in people.area_ids(dora)}
    play.post(vision, typed={**{f"f.{name}": text for name, text in texts.items()}, **areas, "go": "submit"})
    play.run(days=7)  # over a Monday: it is new
    play.sign_in(home, "mo facilitator")
    work, part = f"{home}/{dora}/work/vision", f"{home}/{dora}/part/simulation"
    play.post(work, typed={"go": "read", "read": "Clear."})
    play.post(part, typed={"f.example": "Asked the board a clear question.", "go": "submit"})
    play.post(part, f"{part}/take-back")
    play.run()


def ask_on_the_way(play: Play) -> None:
    """Of two delegates with areas, one checks the words; the round about the other is not held."""
    dana = play.delegate("dana delegate")
    play.run(datetime.fromisoformat("2027-01-25T09:00:00Z"))
    page = f"{people.link('dana delegate', 'hub')}/round/1"
    ticks = dict(re.findall(r'name="(ask-[^"]+)" value="([^"]+)"', play.visitor.open(page).page))
    play.post(page, typed=ticks)
    play.run(datetime.fromisoformat("2027-01-29T09:00:00Z"))
    asked = [
        invitation for invitation in invitations.of_delegate(dana, Wave.MIDWAY_1) if not invitation.rater.is_erased
    ]
    (area,) = [name.removeprefix("ask-") for name in ticks]
    play.run(datetime.fromisoformat("2027-02-05T10:00:00Z"))
    for invitation in asked[:5]:
        pulse = of("answer", dana, invitation.rater.email.partition("@")[0], Wave.MIDWAY_1)
        play.post(pulse, f"{pulse}/pulse", {area: "6", "suggestion": "Ask more."})
    play.run(datetime.fromisoformat("2027-02-13T00:30:00Z"))
    play.run(days=5)


def debriefed(play: Play, delegate_id: str) -> None:
    """As if the report about a delegate had been released, with one area."""
    area = Area("1", "Listen first")
    report = reports.find(delegate_id, Wave.BASELINE)
    assert report
    people.write(areas.save(delegate_id, Wave.BASELINE, area), reports.release(report, play.clock.now()))


def plan_followup(play: Play) -> None:
    play.as_administrator()
    opens, closes = date(2027, 5, 3), date(2027, 5, 21)
    play.post(f"{AT_COHORT}/followup", typed={"opens": opens.isoformat(), "closes": closes.isoformat()} | SEEN)
    play.run()
    play.run(datetime.fromisoformat("2027-05-03T08:00:00Z"))
    play.run(minutes=1)
    dana = play.delegate("dana delegate")
    for invitation in list(invitations.of_delegate(dana, Wave.FOLLOWUP)):
        fill_in(play, dana, Wave.FOLLOWUP, invitation.rater.email, "5")
    dora = play.delegate("dora delegate")
    for invitation in list(invitations.of_delegate(dora, Wave.FOLLOWUP)):
        fill_in(play, dora, Wave.FOLLOWUP, invitation.rater.email, "5")
    wave_keys.destroy(dora, Wave.FOLLOWUP)  # as after a restore
    play.run(datetime.fromisoformat("2027-05-21T23:00:00Z"))
    play.run(hours=2)
    play.run(days=3)
    play.as_administrator()
    page = f"{AT_COHORT}/person/{dora}/settle"
    play.post(page, typed={"outcome": "lost"})
    play.post(page, typed={"outcome": "lost", "confirmed": "yes"})
    play.run()


def give_surveys_time(play: Play, delegate_id: str) -> None:
    """Everyone who has not answered is reminded, and gets more time."""
    survey = impact_surveys.surveys_from(impact_surveys.of_delegate(delegate_id))[0]
    last = survey.closes_at.date()  # midnight in London is 23:00 of the last day in summer
    play.as_administrator()
    for scope, days in ((f"delegate/{delegate_id}", 1), ("all", 2)):
        play.post(f"{AT_COHORT}/{scope}/survey-remind")
        later = f"{last + timedelta(days=days)}"
        play.post(f"{AT_COHORT}/{scope}/survey-extend", typed=day(later))
        play.run()


def six_months_on(play: Play) -> None:
    play.run(IMPACT)
    play.run(hours=1)
    dana = play.delegate("dana delegate")
    asked = [url for message in sent_emails(people.person("mara manager").email) for url in message.links]
    managers = next(url for url in asked if f"/impact/{dana}.manager" in url)
    own = people.link("dana delegate", "impact")
    give_surveys_time(play, dana)
    play.post(f"{managers}/part/effect", typed={"effect": "Fewer falls."})
    play.post(f"{managers}/review", f"{managers}/send")
    play.post(f"{own}/part/measures", typed=MEASURE)
    play.post(f"{own}/review", f"{own}/send")
    play.run(days=1)
    for name in ("p2", "p5"):
        pulse = of("answer", dana, name, Wave.PULSE)
        play.post(pulse, f"{pulse}/pulse", dict(zip(people.area_ids(dana), ("6", "5"), strict=True)))
    submit_story(play)
    correct_survey(play, dana)
    prepare_for_sponsor(play)
    for _ in range(4):
        play.run(days=8)
    read_result(play, dana)
    wait_for_edition(play)
    make_editions(play)
    sponsor = people.link("new sponsor", "sponsor")
    play.sign_in(sponsor, "new sponsor")
    play.post(sponsor, typed={"summary": summaries.of_cohort(COHORT)[-1].name})


def submit_story(play: Play) -> None:
    """Dora lets the sponsor read her words; she is offered them once the surveys are over."""
    survey = impact_surveys.key(play.delegate("dora delegate"), impact_surveys.Role.DELEGATE)
    answers = {"relevance": "4", "consent": "named", "negative": "The new rota cost more than it saved."}
    people.write(update(survey, put={"answers": answers, "sent": True}, refusal=impact_surveys.SurveyMissing))


def prepare_for_sponsor(play: Play) -> None:
    """Let an administrator enter costs and requests; a story is sent back, approved, checked and withdrawn."""
    play.as_administrator()
    play.post(f"{AT_COHORT}/costs", typed={"fees.amount": "£18,000", "fees.source": "invoice"})
    play.post(f"{AT_COHORT}/board", typed={"ask.1": "Protect half a day a month."})
    story = people.link("dora delegate", "hub").removesuffix("/story") + "/story"
    checks = f"{AT_COHORT}/stories/{play.delegate('dora delegate')}"
    words = {"text": "The new rota cost more.", "naming": "named", "go": "approve"}
    play.post(story, typed=words)
    play.as_administrator()
    play.post(f"{AT_COHORT}/stories", f"{checks}/correct", {"text": "The new rota cost more than it saved."})
    play.run(days=1)
    play.post(story, typed=words)
    play.as_administrator()
    play.post(f"{AT_COHORT}/stories", f"{checks}/review", dict.fromkeys(CHECKS, "yes"))
    play.run(days=1)


def wait_for_edition(play: Play) -> None:
    """Wait for the first edition, which waits for a survey that opened later, after a pause."""
    for _ in range(8):
        if summaries.of_cohort(COHORT):
            return
        play.run(days=8)


def make_editions(play: Play) -> None:
    """Make another edition by a request, and another by a withdrawal; five delegates at the start have a page."""
    play.as_administrator()
    play.post(f"{AT_COHORT}/board", typed={"ask.1": "Say who may decide on a trial."})
    play.post(f"{AT_COHORT}/board", f"{AT_COHORT}/board/edition")
    play.run()
    play.post(f"{AT_COHORT}/board", f"{AT_COHORT}/board/evidence")
    story = people.link("dora delegate", "hub").removesuffix("/story") + "/story"
    play.post(story, typed={"go": "withdraw"})
    play.run()
    frozen = frozen_bytes(final_example.frozen(5))
    ids = tuple(f"d{place}" for place in range(5))
    people.write(cohort_figures.add(CohortFigures(COHORT, Wave.BASELINE, ids, frozen, play.clock.now())))
    people.write(jobs.add(JobKind.COHORT_START.job(COHORT, due_at=play.clock.now(), cohort=COHORT)))
    play.run()
    home = FACILITATOR.url(cohorts.find(COHORT), people.FACILITATOR.person)
    play.sign_in(f"{home}/start", "mo facilitator")
    play.post(f"{home}/start", typed={"kind": "pdf"})
    cohort = cohorts.find(COHORT)
    assert cohort
    people.write(
        *emails.add(interim_email(people.programme(), cohort, "leading_self", "Leading Self", play.clock.now()))
    )
    play.run()
    play.run(days=1)


MEASURE = {"moved": "yes", "measure.1.name": "Falls", "measure.1.money": "1000", "measure.1.basis": "own"}


def read_result(play: Play, delegate_id: str) -> None:
    """Delegate and coach open what the survey collected."""
    hub, case = people.link("dana delegate", "hub"), f"{people.link('cleo coach', 'coach')}/{delegate_id}"
    play.sign_in(f"{hub}/result", "dana delegate")
    play.post(f"{hub}/result", typed={"kind": "html"})
    play.sign_in(case, "cleo coach")
    play.post(f"{case}/review", typed={"kind": "html"})
    record_review(play, delegate_id, case)
    thanks = f"{hub}/thank-raters"
    play.post(thanks, typed={"text": "Thank you."})
    play.post(thanks, f"{thanks}/send", {"text": "Thank you."})
    play.run(days=1)


def record_review(play: Play, delegate_id: str, case: str) -> None:
    """Let the coach type an outcome for each area, and record the review."""
    here, today = f"{case}/review-record", play.clock.now().date()
    stored_areas = areas.from_rows(delegates.load_rows(delegate_id), Wave.BASELINE)
    live = [area.id for area in stored_areas if area.is_live]
    outcomes = dict(zip((f"outcome-{area}" for area in live), ("kept", "done", "given_up"), strict=False))
    steps = {f"step-{area}": "Ask first" for area in live} | {f"why-{area}": "Another role" for area in live}
    days = {"held_on": today.isoformat()} | {f"step_by-{area}": (today + timedelta(30)).isoformat() for area in live}
    play.post(here, typed={**outcomes, "by": "script"})
    play.post(here, typed={**outcomes, **steps, **days, "also": "We meet again in spring."})
    play.run(days=1)


def correct_survey(play: Play, delegate_id: str) -> None:
    """Ask a delegate again whose sum has no basis: an earlier version took it, and it cannot be counted."""
    answers = {"relevance": "5", "measure.1.name": "Falls", "measure.1.money": "1000"}
    key = impact_surveys.key(delegate_id, impact_surveys.Role.DELEGATE)
    people.write(update(key, put={"answers": answers}, refusal=impact_surveys.SurveyMissing))
    for _ in range(5):
        play.run(days=8)
    play.as_administrator()
    play.post(f"{AT_COHORT}/delegate/{delegate_id}/survey")
    play.run()
    link = people.link("dana delegate", "impact")
    play.post(f"{link}/part/measures", typed=MEASURE | {"share.1": "50", "confidence.1": "50"})


def forget(play: Play) -> None:
    """Delete what has been kept long enough: raw answers, lists and notes first, delegates after a notice."""
    play.run(FORGET_AT)
    play.run(datetime(2029, 10, 1, 9, tzinfo=UTC))  # the job runs late, and notifies first
    play.run(days=3)
    play.run(days=31)
