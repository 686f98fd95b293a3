"""A coach's notes: kept whenever the coach likes, and seen by no one else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change as replacing
from chalicelib.admin.person_export import REVIEW, export
from chalicelib.core.ids import coach_id
from chalicelib.core.model import Person
from chalicelib.links.kinds import HUB
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, debriefs, delegates
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.table import put
from tests.faults.test_faults import AREAS, ready_to_release
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.support import people
from tests.support.drain import drain


def cleo():  # type: ignore[no-untyped-def]
    return coach_id(people.COHORT, people.person("cleo coach").email)


SECRET = "Speaks faster when the budget comes up"


@pytest.fixture
def case(visitor, clock):  # noqa: F811
    ready_to_release()
    clock.to(people.CLOSE)
    import chalicelib.core.clock

    chalicelib.core.clock.use(clock.now)
    visitor.let_in(people.person("cleo coach").email, clock.now())
    return f"{people.coach_url()}/{people.dana()}"


def test_notes_are_kept_before_and_after_the_release(visitor, clock, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    assert SECRET in visitor.page
    visitor.open(f"{case}/release").post(f"{case}/release")
    assert "Released" in visitor.page
    visitor.post(f"{case}/notes", {"notes-text": f"{SECRET}, still"})
    assert f"{SECRET}, still" in visitor.page


def test_notes_are_on_no_page_and_in_no_export_of_the_delegates(visitor, clock, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    visitor.open(f"{case}/release").post(f"{case}/release")
    dana = people.person("dana delegate").email
    hub = HUB.url(delegates.find(people.dana()))

    pages = [visitor.open(hub).page, visitor.let_in(dana, clock.now()).open(f"{hub}/report").page]

    assert SECRET not in "".join(pages)
    assert SECRET not in repr([row for row in export(dana, clock.now()) if REVIEW not in row])
    assert debriefs.notes_from(delegates.load_rows(people.dana()), cleo()).text == SECRET


def test_notes_that_are_too_long_are_shown_again_and_not_kept(visitor, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": "x" * 4001})

    assert visitor.status == 400
    assert visitor.faults == {"notes-text"}
    assert "x" * 4001 in visitor.page
    assert debriefs.notes_from(delegates.load_rows(people.dana()), cleo()) is None


def test_what_was_agreed_cannot_be_changed_after_the_release(visitor, clock, case):  # noqa: F811
    visitor.open(f"{case}/release").post(f"{case}/release")
    areas = people.areas_typed(clock.now().date(), "Changed")
    visitor.post(f"{case}/debrief", {"held_on": clock.now().date().isoformat(), **areas})

    assert visitor.status == 409
    assert "released-already" in visitor.messages
    assert [area.behaviour for area in debriefs.areas_from(delegates.load_rows(people.dana()))] == [
        area.behaviour for area in AREAS
    ]


# --- when the coach changes ------------------------------------------------------------------------------


NEXT = "nora.coach@example.org"
LEFT = "Ask about the rota first"


def change_coach(clock, how):  # type: ignore[no-untyped-def]
    """Another address for the coach, or another coach in a file; then a day passes."""
    if how == "file":
        entry = replace(people.entry("dana delegate"), coach=Person("Nora Coach", NEXT))
        load_cohort(cohorts.find(people.COHORT), people.programme(), (entry,), {}, clock.now(), "ada@example.org")
    else:
        replacing.change_address(people.COHORT, people.person("cleo coach").email, NEXT, clock.now(), "ada@example.org")
    drain(clock.advance(minutes=1))
    clock.advance(days=4)  # over a weekend, a working day


def their_case(visitor, clock, address=NEXT):  # type: ignore[no-untyped-def]  # noqa: F811
    visitor.let_in(address, clock.now())
    return f"{people.coach_url()}/{people.dana()}"


@pytest.mark.parametrize("how", ["file", "address"])
def test_a_new_coach_starts_empty_and_the_old_one_keeps_nothing(visitor, clock, case, how):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    change_coach(clock, how)

    visitor.let_in(people.person("cleo coach").email, clock.now())
    assert visitor.open(case).status == 404
    assert visitor.post(f"{case}/notes", {"notes-text": "more"}, nonce="x").status in (400, 404)
    theirs = their_case(visitor, clock)
    assert SECRET not in visitor.open(theirs).page
    assert visitor.status == 200
    visitor.post(f"{theirs}/notes", {"notes-text": "Her own"})
    assert "Her own" in visitor.page
    assert debriefs.notes_from(delegates.load_rows(people.dana()), cleo()).text == SECRET  # theirs until it is deleted


def test_a_coach_who_comes_back_finds_their_own_notes(visitor, clock, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    change_coach(clock, "address")
    replacing.change_address(people.COHORT, NEXT, people.person("cleo coach").email, clock.now(), "ada@example.org")
    drain(clock.now())
    clock.advance(days=4)  # over a weekend, a working day
    visitor.let_in(people.person("cleo coach").email, clock.now())

    assert SECRET in visitor.open(case).page


def test_a_coach_who_takes_over_after_the_debrief_reads_it_all_and_opens_the_report_before_the_release(
    visitor,  # noqa: F811
    clock,
    case,
):
    visitor.open(case).post(f"{case}/hand-over", {"hand-over": LEFT})
    change_coach(clock, "file")
    theirs = their_case(visitor, clock)

    page = visitor.open(theirs).page
    assert LEFT in page
    assert all(area.behaviour in page for area in AREAS)
    assert "2026-09-15" in page or "15 September 2026" in page, "the day of the debrief"
    visitor.open(f"{theirs}/release").post(f"{theirs}/release")
    assert "report-unopened" in visitor.messages
    visitor.open(theirs).post(f"{theirs}/report")
    visitor.open(f"{theirs}/release").post(f"{theirs}/release")
    assert "Released" in visitor.open(theirs).page


@pytest.mark.parametrize("how", ["file", "address"])
def test_a_coach_leaves_a_note_that_the_next_one_reads_and_the_delegate_does_not(visitor, clock, case, how):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    visitor.post(f"{case}/hand-over", {"hand-over": LEFT})
    assert LEFT in visitor.page
    change_coach(clock, how)

    visitor.open(their_case(visitor, clock))
    assert LEFT in visitor.page
    assert "Cleo Coach" in visitor.page
    assert SECRET not in visitor.page
    visitor.open(f"{visitor.url}/release").post(f"{visitor.url}/release")
    hub = HUB.url(delegates.find(people.dana()))
    dana = people.person("dana delegate").email
    pages = [visitor.open(hub).page, visitor.let_in(dana, clock.now()).open(f"{hub}/report").page]
    assert LEFT not in "".join(pages)
    assert LEFT not in repr([row for row in export(dana, clock.now()) if REVIEW not in row])


def test_a_hand_over_note_that_is_too_long_is_shown_again(visitor, case):  # noqa: F811
    visitor.open(case).post(f"{case}/hand-over", {"hand-over": "x" * 4001})

    assert visitor.status == 400
    assert "x" * 4001 in visitor.page
    assert debriefs.hand_overs_from(delegates.load_rows(people.dana())) == []


# --- rows of an earlier version, whose key names no coach ------------------------------------------------


def earlier_notes(clock):  # type: ignore[no-untyped-def]
    row = {**debriefs.unsigned_notes_key(people.dana())._asdict(), "text": SECRET, "at": clock.now()}
    people.write(put(row))


def test_notes_of_an_earlier_version_stay_with_the_coach_of_then(visitor, clock, case):  # noqa: F811
    earlier_notes(clock)
    assert SECRET in visitor.open(case).page


@pytest.mark.parametrize("how", ["file", "address"])
def test_notes_of_an_earlier_version_are_signed_when_the_coach_changes(visitor, clock, case, how):  # noqa: F811
    earlier_notes(clock)
    change_coach(clock, how)

    assert SECRET not in visitor.open(their_case(visitor, clock)).page
    assert debriefs.notes_from(delegates.load_rows(people.dana()), cleo()).text == SECRET


def test_notes_of_an_earlier_version_are_nobodys_if_another_coach_was_at_work_then(visitor, clock, case):  # noqa: F811
    people.write(
        audit_events.add(
            people.COHORT, AuditEvent.OPENED_REPORT, "coach another1", people.dana(), clock.now(), format="pdf"
        )
    )
    clock.advance(minutes=1)
    earlier_notes(clock)

    assert SECRET not in visitor.open(case).page


def test_keeping_notes_again_replaces_those_of_an_earlier_version(visitor, clock, case):  # noqa: F811
    earlier_notes(clock)
    visitor.open(case).post(f"{case}/notes", {"notes-text": "Other"})

    rows = [row["sk"] for row in delegates.load_rows(people.dana()) if row["sk"].startswith("NOTES")]
    assert rows == [f"NOTES#{cleo()}"]
    assert SECRET not in visitor.page
