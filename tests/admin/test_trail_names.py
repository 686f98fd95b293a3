"""The audit trail names people as they were called at the time, and says nothing in ids."""

from __future__ import annotations

from datetime import time

from msgspec.structs import replace

from chalicelib.admin.audit_log import load_audit_log
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.core.ids import coach_id, facilitator_id, reader_key
from chalicelib.core.model import Facilitator, Person
from chalicelib.core.schedule import Session, SessionPlan, compare
from chalicelib.store import audit_events, cohorts
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.table import transact
from chalicelib.workshops.change_words import record_changes
from tests.support import people
from tests.support.drain import drain

COHORT = people.COHORT
OLD, NEW = Person("Mo Hart", "mo.hart@example.org"), Person("Lee Marsh", "lee.marsh@example.org")


def write(clock, event: AuditEvent, by: str, about: str = COHORT, named=None, **parts: str) -> None:
    now = clock.advance(minutes=1)
    transact([audit_events.add_naming(COHORT, event, by, about, now, named or {}, **parts)])


def last(clock, count: int = 1) -> list[tuple[str, str, str]]:
    """Return who, what, about of the newest entries, the newest first."""
    entries = load_audit_log(load_dashboard(COHORT, clock.now()))
    return [(entry.who, entry.act, entry.about) for entry in entries[:count]]


def test_a_facilitator_who_was_replaced_keeps_their_name(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    mark = {"session": "Leading Self", "before": "expected", "after": "attended", "why": "register"}
    write(clock, AuditEvent.MARKED_ATTENDANCE, f"facilitator {facilitator_id(COHORT, OLD.email)}", **mark)
    change = {"what": "the facilitators", "why": "illness"}
    write(clock, AuditEvent.CHANGED_PERSON, "ada@example.org", COHORT, {"before": OLD, "after": NEW}, **change)
    write(clock, AuditEvent.MARKED_ATTENDANCE, f"facilitator {facilitator_id(COHORT, NEW.email)}", **mark)
    assert [who for who, _, _ in last(clock, 3)] == [
        "Lee Marsh, facilitator",
        "ada@example.org",
        "Mo Hart, facilitator",
    ]


def test_a_coach_has_the_name_of_the_time_also_after_another_name_and_address(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    before = cohorts.list_lines(COHORT)[0].coach
    former, moved = replace(before, name="Cora Oldname"), Person("x", "cora.new@example.org")
    coach = f"coach {coach_id(COHORT, before.email)}"
    write(clock, AuditEvent.RELEASED_REPORT, coach, people.dana())
    names = {"before": former, "after": before}
    write(
        clock, AuditEvent.CHANGED_PERSON, "ada@example.org", people.dana(), names, what="the name of the coach", why="x"
    )
    write(clock, AuditEvent.RELEASED_REPORT, f"coach {reader_key(before.email)[:8]}", people.dana())
    said = [who for who, _, _ in last(clock, 3)]
    assert said[2] == "Cora Oldname, coach"
    assert said[0] == f"{before.name}, coach"
    addresses = {"before": Person(before.email, before.email), "after": replace(moved, name=moved.email)}
    write(
        clock,
        AuditEvent.REPLACED_ADDRESS,
        "ada@example.org",
        f"coach {coach_id(COHORT, moved.email)}",
        addresses,
        part="the coach",
        why="x",
    )
    assert "@" not in last(clock, 2)[1][0]


def test_acts_of_a_delegate_and_of_the_product_itself_say_so(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    write(clock, AuditEvent.SUBMITTED_WORK, f"delegate {people.dana()}", people.dana(), work="Vision")
    write(clock, AuditEvent.LEFT_OUT, "summary", people.dana())
    (product, _, _), (delegate, _, about) = last(clock, 2)
    assert (delegate, about) == ("Dana Delegate, delegate", "Dana Delegate")
    assert product == "Fullcircle, by itself"


def test_a_sponsor_and_a_line_manager_go_by_the_name_that_the_row_holds(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    write(clock, AuditEvent.OPENED_SUMMARY, "sponsor", COHORT, {"by": OLD}, name="the evidence pack")
    assert last(clock)[0][0] == "Mo Hart, sponsor"


def test_someone_who_is_no_longer_in_the_cohort_is_not_called_the_cohort(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    write(clock, AuditEvent.RELEASED_REPORT, "coach unknown0", "unknown00000")
    who, _, about = last(clock)[0]
    assert "unknown" not in who + about
    assert about != "The cohort"


def test_a_change_of_dates_names_the_session_and_the_facilitator_of_that_day(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    cohort = cohorts.find(COHORT)
    assert cohort
    cohort = replace(cohort, facilitators=(Facilitator("mo", OLD),))
    programme = load_dashboard(COHORT, clock.now()).programme
    step = programme.milestones[0]
    day = cohort.dates.ends
    plan = SessionPlan(step.id, day, time(9, 30), time(16, 30), "Room 4", by="mo")
    stored = (Session("s1", COHORT, programme.organisation.timezone, plan),)
    changes = compare(stored, [replace(plan, place="Room 9")])
    words, named = record_changes(changes, stored, programme, cohort, audit_events.PLACE.format)
    write(clock, AuditEvent.CHANGED_DATES, "ada@example.org", COHORT, named, changes=words, why="a leak")
    act = last(clock)[0][1]
    assert step.title in act
    assert act.count("by Mo Hart") == 2
    assert step.id not in act
