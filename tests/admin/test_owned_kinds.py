"""Every kind of row that belongs to a person is exported and erased, as store/row_kinds/ declares."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from chalicelib.admin import person_export
from chalicelib.core.ids import rater_key, reader_key
from chalicelib.ownership import erase_person
from chalicelib.people import leave
from chalicelib.store import areas, delegates, objects, stories
from chalicelib.store.areas import Help
from chalicelib.store.row_kinds import all_kinds, coaching_rows, cohort_rows, delegate_rows, service_rows
from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, RowKind
from chalicelib.store.stories import Story
from chalicelib.store.table import Key, delete, get, put, scan
from tests.support import people
from tests.support.drain import drain

DANA, CLEO = people.person("dana delegate").email, people.person("cleo coach").email
OF_DELEGATES = [kind for kind in all_kinds() if kind.owner is Owner.DELEGATE]
OF_ADDRESSES = [
    kind
    for kind in all_kinds()
    if kind.owner in (Owner.RATER, Owner.COACH, Owner.READER)
    and ("{reader}" in kind.pk or "{rater}" in kind.pk or kind is service_rows.SESSION or "{facilitator}" in kind.sk)
]


def key_of(kind: RowKind, email: str) -> Key:
    """Make the key of a row of this person: of the delegate Dana, or of a reader at an address."""
    names = re.findall(r"\{(\w+)\*?\}", kind.pk + kind.sk)
    known = {
        "delegate": people.dana(),
        "cohort": people.COHORT,
        "reader": reader_key(email),
        "rater": rater_key(email),
        "facilitator": "mo",
        "wave": "baseline",
    }
    return kind.key(**{name: known.get(name, f"{name}1") for name in names})


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    return visitor


def add_missing(kinds, email, who=""):
    """Store a row of each kind that the person has none of; return the keys of all of them."""
    keys = {kind.name: key_of(kind, email) for kind in kinds}
    for name, key in keys.items():
        if name == cohort_rows.STORY.name:
            people.write(stories.add(Story(people.dana(), people.COHORT, "kept-word", True, 1, people.OPENING)))
        elif get(key) is None:
            people.write(put({**key._asdict(), "word": "kept-word", "who": who, "at": people.person("p3").email}))
    return keys


def test_each_kind_that_a_delegate_owns_is_in_their_export(opened, clock):
    keys = add_missing(OF_DELEGATES, DANA)
    exported = {Key(row["pk"], row["sk"]): row for row in person_export.export(DANA, clock.now())}

    assert [name for name, key in keys.items() if key not in exported] == []
    assert people.person("p3").email not in str([exported[key] for key in keys.values()])


def test_what_only_the_coach_reads_is_reviewed_first(opened, clock):
    keys = add_missing(OF_DELEGATES, DANA)
    rows = {Key(row["pk"], row["sk"]): row for row in person_export.export(DANA, clock.now())}
    coachs = [kind.name for kind in OF_DELEGATES if Reader.OWNER not in kind.readers and Reader.COACH in kind.readers]

    assert coachs
    assert [name for name in coachs if person_export.REVIEW not in rows[keys[name]]] == []


def test_each_kind_that_goes_with_a_delegate_is_gone_and_the_rest_stays(opened, clock):
    leave.leave(people.dana(), clock.now(), "ada@example.org")
    drain(clock.now())
    keys = add_missing(OF_DELEGATES, DANA)
    erase_person.erase(DANA, clock.now())

    goes = {kind.name: kind.erasure is Erasure.DELETE for kind in OF_DELEGATES}
    assert len([name for name in keys if goes[name]]) > 20
    assert {name: get(key) is None for name, key in keys.items()} == {name: goes[name] for name in keys}


@pytest.mark.parametrize("kind", OF_ADDRESSES, ids=lambda kind: kind.name)
def test_a_row_whose_key_is_made_from_an_address_goes_with_the_address(opened, clock, kind):
    email = people.FACILITATOR.person.email if kind is cohort_rows.FACILITATOR_SEAT else CLEO
    seat_of = people.FACILITATOR.id if kind is cohort_rows.FACILITATOR_SEAT else ""
    key = key_of(kind, email)._replace(sk=f"SEAT#{seat_of}#s1") if seat_of else key_of(kind, email)
    if seat_of:
        meta = get(Key(f"COHORT#{people.COHORT}", "META"))
        facilitators = [{"id": seat_of, "person": {"name": "Mo", "email": email}}]
        people.write(put({**meta, "facilitators": facilitators}))
    people.write(put({**key._asdict(), "who": reader_key(email)}))
    erase_person.erase(email, clock.now())

    assert (get(key) is None) == (kind.erasure is Erasure.DELETE)


def test_a_line_of_help_goes_with_the_manager_who_wrote_it_and_no_other(opened, clock):
    manager, other = (people.person(name).email for name in ("mara manager", "new manager"))
    for email in (manager, other):
        people.write(areas.offer_help(people.dana(), 0, Help(reader_key(email), clock.now(), f"From {email}")))
    erase_person.erase(manager, clock.now())

    assert [offer.line for offer in areas.help_from(delegates.load_rows(people.dana()))] == [f"From {other}"]


def test_no_secret_of_a_sign_in_is_in_an_export(opened, clock):
    add_missing(OF_ADDRESSES, CLEO, reader_key(CLEO))
    exported = person_export.export(CLEO, clock.now())

    assert [row["pk"] for row in exported if row["pk"].startswith(("SECOND#", "SESSION#", "ASKING#"))] == []
    assert "COACH#" + reader_key(CLEO) in [row["pk"] for row in exported]


def test_a_dry_run_counts_what_an_erasure_takes_and_changes_nothing(opened, clock):
    leave.leave(people.dana(), clock.now(), "ada@example.org")
    drain(clock.now())
    add_missing([coaching_rows.AREA, cohort_rows.STORY], DANA)
    before = sorted(map(str, scan()))
    counted = erase_person.preview(DANA)

    assert sorted(map(str, scan())) == before
    assert (counted["development area"], counted["story"], counted["delegate"]) == (1, 1, 1)


def test_an_erasure_that_is_refused_in_the_middle_changes_nothing(opened, clock):
    """One of two questionnaires is being closed: the rows that come before it are as they were."""
    meta = Key(f"DELEGATE#{people.dana()}", "WAVE#baseline")
    people.write(put({**get(meta), "state": "closing"}))
    before = sorted(map(str, scan()))

    with pytest.raises(erase_person.EraseRefused):
        erase_person.erase(people.person("p0").email, clock.now())
    assert sorted(map(str, scan())) == before


def test_an_archive_holds_released_documents_and_keeps_others_for_review(opened, clock):
    names = {"html": "reports/d/baseline/c/report.html", "pdf": "reports/d/baseline/c/report.pdf"}
    for name in names.values():
        objects.save(name, b"report")
    key = key_of(delegate_rows.REPORT, DANA)
    for released, folder in (("2026-10-10", "documents/"), ("", "for review/documents/")):
        people.write(put({**key._asdict(), **names, "released_at": released}))
        files = zipfile.ZipFile(io.BytesIO(person_export.pack(person_export.find(DANA)))).namelist()

        assert [name for name in files if name.endswith("report.pdf")] == [f"{folder}d/baseline/report.pdf"]
    people.write(delete(key))


@pytest.mark.parametrize(
    ("kind", "wave"),
    [
        (delegate_rows.COHORT_SHARE, "baseline"),
        (coaching_rows.DEBRIEF, "baseline"),
        (coaching_rows.AREA, "baseline"),
        (coaching_rows.AREA_HISTORY, "baseline"),
        (coaching_rows.PLAN, "baseline"),
        (coaching_rows.FOLLOWUP_DEBRIEF, "followup"),
        (coaching_rows.FOLLOWUP_AREA, "followup"),
    ],
    ids=lambda value: value.name if isinstance(value, RowKind) else value,
)
def test_what_comes_with_a_report_is_for_review_until_the_release(opened, clock, kind, wave):
    """The delegate reads it on no page before, so a copy of their own data must not bring it forward."""
    report = delegate_rows.REPORT.key(delegate=people.dana(), wave=wave)
    written = key_of(kind, DANA)
    people.write(put({**written._asdict(), "word": "kept-word"}))
    is_reviewed = {}
    for released in ("", "2026-10-10"):
        people.write(put({**report._asdict(), "released_at": released}))
        (row,) = [row for row in person_export.find(DANA) if (row["pk"], row["sk"]) == tuple(written)]
        is_reviewed[bool(released)] = person_export.REVIEW in row
    people.write(delete(report), delete(written))

    assert is_reviewed == {False: True, True: False}
