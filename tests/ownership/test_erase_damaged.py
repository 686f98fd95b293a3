"""A damaged row ends no erasure. What it keeps from being done is said, and done by a repeat after the repair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.admin import person_export
from chalicelib.admin.owned_rows import kind_of
from chalicelib.cli.parser import main
from chalicelib.core.ids import coach_id
from chalicelib.ownership import erase_person
from chalicelib.ownership.erase_person import EraseRefused, PersonUnknown
from chalicelib.people import leave
from chalicelib.store import cohorts, debriefs, delegates
from chalicelib.store.debriefs import CoachNotes
from chalicelib.store.marshal import Row
from chalicelib.store.table import Key, Missing, key_of, scan, transact, update
from chalicelib.store.unreadable import watch_rows
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people, world
from tests.support.drain import drain

BY = "ada@example.org"
DANA, MANAGER = people.person("dana delegate"), people.person("mara manager")
WHO = ("mara manager", "p0", "cleo coach", "sponsor", "dana delegate")
Gone = Sequence[str]  # columns


def some_of_each_kind(email: str) -> Iterator[Row]:
    """Yield of each kind the row that holds most, of those that name the person and of the others."""
    widest: dict[tuple[str, bool], Row] = {}
    for row in world.all_rows():
        name = kind_of(row).name, email in str(row)
        if name not in widest or len(row) > len(widest[name]):
            widest[name] = row
    yield from widest.values()


def columns_of(row: Row) -> list[str]:
    return [name for name in row if name not in ("pk", "sk")]


def everything(row: Row) -> Iterator[Gone]:
    if columns := columns_of(row):
        yield columns


def each_alone(row: Row) -> Iterator[Gone]:
    yield from ([name] for name in columns_of(row))


def holding(email: str) -> set[Key]:
    return {key_of(row) for row in world.all_rows() if email in str(row)}


def repair(row: Row, columns: Gone) -> None:
    with suppress(Missing):  # the erasure has deleted it
        put: Mapping[str, Any] = {name: row[name] for name in columns}
        transact([update(key_of(row), put=put, refusal=Missing)])


def wrong(email: str, row: Row, columns: Gone, clock) -> str:
    """Erase while a row is damaged, repair it, and erase again; return what is wrong, empty if nothing is."""
    transact([update(key_of(row), remove=columns, refusal=Missing)])
    with watch_rows() as unreadable:
        try:
            erase_person.erase(email, clock.now())
        except EraseRefused as refusal:
            if not _is_named(row, str(refusal)):
                return f"the refusal does not name it: {refusal}"
        except PersonUnknown:
            pass  # nothing but the damaged row named them
        if holding(email) and not unreadable and not _is_named(row, _said(email, clock)):
            return f"left, and no one learns it: {holding(email)}"
    repair(row, columns)
    with suppress(PersonUnknown):
        erase_person.erase(email, clock.now())
    return f"left after the repair: {holding(email)}" if holding(email) else ""


def _is_named(row: Row, refusal: str) -> bool:
    """Return whether a refusal says what to do: repair the row, or withdraw a delegate who has left by no row."""
    return any(part in refusal for part in (" ".join(key_of(row)), "Withdraw the delegate first"))


def _said(email: str, clock) -> str:
    try:
        erase_person.erase(email, clock.now())
    except (EraseRefused, PersonUnknown) as refusal:
        return str(refusal)
    return ""


def everyone_works(who: str, clock) -> None:
    """Lay out an open questionnaire with saved answers; a delegate who is to be erased has left."""
    scene.open_wave()
    if who == "dana delegate":
        leave.leave(people.dana(), clock.now(), BY)
        drain(clock.now())


@pytest.mark.parametrize(
    ("who", "damages"),
    [
        pytest.param("mara manager", everything, id="manager-all-of-a-row"),
        *(
            pytest.param(who, damages, id=f"{who}-{damages.__name__}", marks=pytest.mark.prove)
            for who in WHO
            for damages in (everything, each_alone)
        ),
    ],
)
def test_no_damaged_row_ends_an_erasure_or_hides_what_is_left(aws, clock, who, damages):
    clock.to(people.OPENING.replace(day=20))
    opened, email = Scene(lambda: everyone_works(who, clock)), people.person(who).email
    rows = list(some_of_each_kind(email))
    faults = []
    for row in rows:
        for columns in damages(row):
            opened.lay_out()
            if fault := wrong(email, row, columns, clock):
                faults.append(f"{' '.join(key_of(row))} without {', '.join(columns)}: {fault}")

    assert len(rows) > 10
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("lost", ["coach", "person", "manager", "cohort_id", "programme_id"])
def test_the_line_manager_of_a_damaged_delegate_is_erased(aws, clock, capsys, lost):
    scene.open_wave()
    transact([update(delegates.key(people.dana()), remove=[lost], refusal=Missing)])

    assert main(["person", "erase", MANAGER.email, "--wait", "0"]) == 1, "the damaged record is named"
    output = capsys.readouterr()
    assert f"DELEGATE#{people.dana()} META" in output.err
    assert "run this command again" in output.out
    assert [key for key in holding(MANAGER.email) if not key.sk.startswith("INVITATION#")] == []
    assert (holding(MANAGER.email) == set()) is (lost != "cohort_id"), "no one knows where the answer is counted"


def test_a_delegate_whose_own_row_is_damaged_is_not_half_erased(aws, clock):
    everyone_works("dana delegate", clock)
    transact([update(delegates.key(people.dana()), remove=["person"], refusal=Missing)])
    before = str(list(scan()))
    with pytest.raises(EraseRefused, match=f"DELEGATE#{people.dana()} META is damaged"):
        erase_person.erase(DANA.email, clock.now())

    assert str(list(scan())) == before


def test_what_a_coach_wrote_in_a_former_cohort_of_a_delegate_is_theirs(aws, clock):
    """A delegate was transferred; notes keep the id that the coach had in the cohort of that time."""
    people.opened(clock, chosen=people.raters(4, 0))
    former = coach_id(people.COHORT, people.person("cleo coach").email)
    people.write(*debriefs.save_notes(people.dana(), CoachNotes("Speaks faster", clock.now(), former)))
    people.write(update(delegates.key(people.dana()), put={"cohort_id": "another-cohort"}, refusal=Missing))
    email = people.person("cleo coach").email

    assert "Speaks faster" in str(person_export.find(email))
    erase_person.erase(email, clock.now())
    assert "Speaks faster" not in str(list(scan()))


def test_an_erased_rater_is_taken_from_the_counts_of_a_damaged_delegate(aws, clock):
    scene.open_wave()
    (line,) = cohorts.list_lines(people.COHORT)
    transact([update(delegates.key(people.dana()), remove=["coach"], refusal=Missing)])
    erase_person.erase(people.person("p0").email, clock.now())

    (after,) = cohorts.list_lines(people.COHORT)
    assert after.invited == line.invited - 1


# --- the other commands about one person ------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["replace", "revoke-links"])
def test_a_command_that_needs_a_damaged_row_names_it(aws, clock, capsys, command):
    scene.open_wave()
    transact([update(cohorts.key(people.COHORT), remove=["title"], refusal=Missing)])
    new = ["new@example.org"] if command == "replace" else []

    assert main(["cohort", command, people.COHORT, DANA.email, *new]) == 1
    assert " ".join(cohorts.key(people.COHORT)) in capsys.readouterr().err


def test_an_address_that_a_damaged_row_may_hold_is_not_said_to_be_no_ones(aws, clock, capsys):
    scene.open_wave()
    transact([update(delegates.key(people.dana()), remove=["coach"], refusal=Missing)])

    assert main(["cohort", "replace", people.COHORT, people.person("cleo coach").email, "new@example.org"]) == 1
    assert people.dana() in capsys.readouterr().err
