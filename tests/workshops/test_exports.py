"""What an export holds of sessions: a delegate's own attendance, and of facilitators only the person who asks."""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.admin import person_export
from chalicelib.core.model import Facilitator
from chalicelib.ownership import erase_person
from chalicelib.store import cohorts
from chalicelib.store.attendance import Attendance, save
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.table import transact
from tests.support import people
from tests.workshops.registers import DAY_1, MO, NAMES, id_of


def test_a_delegates_export_holds_their_attendance_and_no_one_elses(dated, clock):
    for name, state in zip(NAMES, (State.ATTENDED, State.ABSENT, State.PARTLY), strict=True):
        transact([save(id_of(name), Attendance(DAY_1), Attendance(DAY_1, state))])

    rows = person_export.export(people.person(NAMES[0]).email, clock.now())

    assert [row["state"] for row in rows if row["sk"].startswith("ATTENDANCE#")] == ["attended"]


def test_a_facilitators_export_names_no_other_facilitator(dated, clock):
    before = cohorts.find(people.COHORT)
    other = Facilitator("ada", people.person("ada other"))
    transact([cohorts.change_addresses(before, replace(before, facilitators=(*before.facilitators, other)))])

    exported = repr(person_export.export(MO, clock.now()))

    assert MO in exported
    assert other.person.name not in exported
    assert other.person.email not in exported


def test_an_erased_facilitator_is_named_nowhere(dated, clock):
    erase_person.erase(MO, clock.now())

    (facilitator,) = cohorts.find(people.COHORT).facilitators
    assert facilitator.person.is_erased
    assert people.FACILITATOR.person.name not in repr(list(cohorts.rows(people.COHORT)))
