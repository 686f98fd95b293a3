"""What a coach wrote about a delegate: theirs in an export, reviewed before the delegate gets it, and erased."""

import io
import json
import zipfile

import pytest

from chalicelib.admin import address_change as replacing
from chalicelib.admin import person_export
from chalicelib.cli.parser import main
from chalicelib.core.ids import coach_id, unkeyed
from chalicelib.core.model import Wave
from chalicelib.ownership import erase_person
from chalicelib.ownership.erase_person import PersonUnknown
from chalicelib.people import leave
from chalicelib.store import debriefs, delegates, ticks
from chalicelib.store.debriefs import CoachNotes, HandOver
from chalicelib.store.table import Key, Missing, put, scan, update
from chalicelib.store.ticks import CoachTicks
from tests.support import people
from tests.support.drain import drain

CLEO, DANA = people.person("cleo coach").email, people.person("dana delegate").email
NEXT = "nora.coach@example.org"
SECRET, LEFT, TICKED = "Speaks faster at the budget", "Ask about the rota first", "listens"
WRITTEN = (SECRET, LEFT, TICKED)


@pytest.fixture
def opened(visitor, clock):
    """Two delegates of one coach, who has notes, ticks and a hand-over note about the first."""
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    write(clock, coach_id(people.COHORT, CLEO))


def write(clock, coach):
    people.write(*debriefs.save_notes(people.dana(), CoachNotes(SECRET, clock.now(), coach)))
    people.write(ticks.save(people.dana(), Wave.BASELINE, coach, CoachTicks((TICKED,), clock.now())))
    people.write(debriefs.leave(people.dana(), HandOver(LEFT, clock.now(), coach, "Cleo Coach")))


def text(rows):
    return json.dumps(rows, default=str)


def stored():
    return text(list(scan()))


def test_a_coach_gets_their_own_notes_and_ticks(opened, clock):
    rows = person_export.export(CLEO, clock.now())

    assert [part for part in WRITTEN if part not in text(rows)] == []
    assert not any(person_export.REVIEW in row for row in rows)


def test_a_delegate_gets_what_was_written_about_them_after_a_review(opened, clock):
    rows = person_export.export(DANA, clock.now())
    theirs = [row for row in rows if person_export.REVIEW not in row]
    to_review = [row for row in rows if person_export.REVIEW in row]

    assert [part for part in WRITTEN if part in text(theirs)] == []
    assert [part for part in WRITTEN if part not in text(to_review)] == []
    assert CLEO not in text(to_review)


@pytest.mark.parametrize("name", ["dora delegate", "mara manager", "p0"])
def test_no_one_else_gets_any_of_it(opened, clock, name):
    exported = text(person_export.export(people.person(name).email, clock.now()))

    assert [part for part in WRITTEN if part in exported] == []


def test_the_archive_has_a_folder_of_its_own_for_what_has_to_be_reviewed(opened, clock, tmp_path, capsys):
    target = tmp_path / "dana.zip"
    assert main(["person", "export", DANA, "--out", str(target)]) == 0

    archive = zipfile.ZipFile(io.BytesIO(target.read_bytes()))
    assert sorted(archive.namelist()) == [
        *("data.json", "data.txt"),
        *("for review/data.json", "for review/data.txt"),
    ]
    assert SECRET in archive.read("for review/data.json").decode()
    assert SECRET in archive.read("for review/data.txt").decode()
    assert SECRET not in archive.read("data.json").decode() + archive.read("data.txt").decode()
    assert "before you hand it over" in capsys.readouterr().out


def test_a_coach_who_is_erased_leaves_no_notes(opened, clock):
    erase_person.erase(CLEO, clock.now())

    assert [part for part in WRITTEN if part in stored()] == []
    assert coach_id(people.COHORT, CLEO) not in [row["sk"].split("#")[-1] for row in scan()]


def test_notes_of_a_coach_whose_address_changed_are_found_by_the_old_one(opened, clock):
    replacing.change_address(people.COHORT, CLEO, NEXT, clock.now(), "ada@example.org")
    drain(clock.advance(days=2))
    assert SECRET not in text(person_export.export(NEXT, clock.now()))
    assert SECRET in text(person_export.export(CLEO, clock.now()))

    erase_person.erase(CLEO, clock.now())
    assert SECRET not in stored()
    with pytest.raises(PersonUnknown):
        erase_person.erase(CLEO, clock.now())


@pytest.mark.parametrize("earlier", ["unsigned", "unkeyed"])
def test_notes_of_an_earlier_version_are_found_too(opened, clock, earlier):
    erase_person.erase(CLEO, clock.now())
    people.write(update(Key(f"DELEGATE#{people.dana()}", "META"), put={"coach.email": CLEO}, refusal=PersonMissing))
    if earlier == "unsigned":
        key = debriefs.unsigned_notes_key(people.dana())
        people.write(put({**key._asdict(), "text": SECRET, "at": clock.now()}))
    else:
        write(clock, unkeyed(8, "coach", people.COHORT, CLEO))

    assert SECRET in text(person_export.export(CLEO, clock.now()))
    erase_person.erase(CLEO, clock.now())
    assert SECRET not in stored()


class PersonMissing(Exception):
    """The delegate's row is gone."""


def test_a_delegate_who_left_and_is_erased_takes_what_was_written_about_them_along(opened, clock):
    leave.leave(people.dana(), clock.now(), "ada@example.org")
    drain(clock.now())
    erase_person.erase(DANA, clock.now())

    assert [part for part in WRITTEN if part in stored()] == []


# --- acts that come between the read of a row and its change ---------------------------------------------


def test_a_delegate_who_leaves_while_their_coach_is_erased_has_left(opened, clock, monkeypatch):
    read, leaves = erase_person.get, [lambda: leave.leave(people.dana(), clock.now(), "ada")]

    def leaves_after_the_read(key):
        row = read(key)
        while leaves and key == Key(f"DELEGATE#{people.dana()}", "META"):
            leaves.pop()()
        return row

    monkeypatch.setattr(erase_person, "get", leaves_after_the_read)
    erase_person.erase(CLEO, clock.now())

    dana = delegates.find(people.dana())
    assert leaves == []
    assert dana.withdrawn
    assert (dana.coach.name, CLEO in stored()) == ("(erased)", False)


@pytest.mark.parametrize("name", ["cleo coach", "mara manager", "p0", "mo facilitator", "dana delegate"])
def test_no_act_in_between_is_undone_in_any_row(opened, clock, monkeypatch, name):
    read, touched = erase_person.get, []

    def acts_after_the_read(key):
        row = read(key)
        if row and key not in touched:
            touched.append(key)
            people.write(update(key, put={"other_act": 1}, refusal=PersonMissing))
        return row

    if name == "dana delegate":
        leave.leave(people.dana(), clock.now(), "ada@example.org")
        drain(clock.now())
    monkeypatch.setattr(erase_person, "get", acts_after_the_read)
    erase_person.erase(people.person(name).email, clock.now())
    left = {Key(row["pk"], row["sk"]): row for row in scan()}

    assert touched
    undone = [key for key in touched if key in left and "other_act" not in left[key]]
    assert [key for key in undone if not key.sk.startswith("INVITATION#")] == []
    assert people.person(name).email not in stored()


@pytest.mark.parametrize(
    ("who", "parts"),
    [
        pytest.param("cleo coach", {"coach": 2}, id="coach"),
        pytest.param("mara manager", {"line manager": 2}, id="manager"),
        pytest.param("p0", {}, id="rater"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_an_erasure_says_which_parts_someone_else_is_to_take(aws, clock, capsys, who, parts, dry_run):
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    command = [
        "person",
        "erase",
        people.person(who).email,
        "--json",
        "--wait",
        "0",
        *(["--dry-run"] if dry_run else []),
    ]

    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["parts"] == parts


def test_a_damaged_record_of_a_delegate_keeps_no_coach_from_being_erased(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    people.write(update(delegates.key(people.dana()), remove=["programme_id"], refusal=Missing))

    assert main(["person", "erase", CLEO, "--wait", "0"]) == 1, "the damaged record is named"
    assert CLEO not in stored()
