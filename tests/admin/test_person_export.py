"""What `person export` hands over: everything about the person, and nothing about anyone else."""

import json
import re

import pytest

from chalicelib.admin import person_export
from chalicelib.admin.data_in_words import AS_DELEGATE, IN_OTHER_ROLES, NOT_IN_IT, describe
from chalicelib.collect.decline import decline
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Wave
from chalicelib.ownership.erase_person import PersonUnknown
from chalicelib.store import audit_events, cohorts, delegates
from chalicelib.store.table import scan
from tests.faults import scene
from tests.people import scene as scene_of_change
from tests.support import people
from tests.support.drain import drain

EVERYONE = ("p0", "p1", "d0", "mara manager", "cleo coach", "dana delegate", "dora delegate", "sam sponsor")


def address(name):
    return people.SPONSOR.email if name == "sam sponsor" else people.person(name).email


@pytest.fixture
def opened(visitor, clock):
    """Two delegates with the same manager, coach and raters, some of the raters have answered or declined."""
    people.opened(clock, chosen=people.raters(7, 1), names=("dana delegate", "dora delegate"))
    for name in ("p0", "p1", "p2", "p3"):
        answer_link = scene.link_of(scene.invitation(name))
        scene.fill_in(answer_link, "3", clock.now())
        submit(answer_link, clock.now())
    decline(scene.link_of(scene.invitation("d0")), "no_time", clock.now())
    drain(clock.advance(days=1))


def exported(name, clock):
    return person_export.export(address(name), clock.now())


def as_text(rows):
    return json.dumps(rows, default=str, ensure_ascii=False)


@pytest.mark.parametrize("name", EVERYONE)
def test_no_address_of_anyone_else_is_in_it(opened, clock, name):
    addresses = set(re.findall(r"[a-z0-9.]+@example\.org", as_text(exported(name, clock))))

    assert addresses == {address(name)}


@pytest.mark.parametrize("name", EVERYONE)
def test_no_row_of_others_says_who_they_are(opened, clock, name):
    """Lists of raters, loaded files, lines of the dashboard. An email says what its reader has read."""
    rows = [row for row in exported(name, clock) if row["sk"] != "MAIL" and not row["pk"].startswith("RATER#")]
    names = [people.person(other).name for other in (*EVERYONE[:-1], "p2", "d1") if other != name]

    assert rows
    assert [other for other in names if other in as_text(rows)] == []


def test_a_rater_finds_their_own_place_in_what_is_shared(opened, clock):
    rows = exported("p1", clock)
    own = {"group": "peer", "person": {"name": "P1", "email": address("p1")}}
    lists = [row["raters"] for row in rows if row["sk"] == "NOMINATION#baseline"]
    loaded = [row for row in rows if row["pk"].startswith("LOAD#")]

    assert lists == [[own], [own]]
    assert [row["raters"] for row in loaded] == [{person_export.OTHER: [own, own]}]
    assert "delegates" not in loaded[0]
    assert {row["sk"].partition("#")[0] for row in rows} == {"NOMINATION", "INVITATION", "LOAD", "PEOPLE", "MAIL"}


def test_who_is_in_the_row_of_a_delegate_gets_no_details_of_the_delegate(opened, clock):
    row = next(row for row in exported("mara manager", clock) if row["sk"] == "META")

    assert row.keys() - {"pk", "sk"} == {"manager"}
    loaded = next(row for row in exported("mara manager", clock) if row["pk"].startswith("LOAD#"))
    mara = {"manager": {"name": "Mara Manager", "email": address("mara manager")}}
    assert (loaded["delegates"], "raters" in loaded) == ([mara, mara], False)
    line = next(row for row in exported("cleo coach", clock) if row["sk"].startswith("DELEGATE#"))
    assert line.keys() - {"pk", "sk"} == {"coach"}


def test_a_delegate_gets_their_own_row_without_their_manager_and_coach(opened, clock):
    row = next(row for row in exported("dana delegate", clock) if row["sk"] == "META")

    assert (row["service"], row["manager"], row["coach"]) == ("Community nursing", "(another person)", row["manager"])


@pytest.mark.parametrize("name", ["dana delegate", "cleo coach", "mara manager"])
def test_no_count_of_what_others_did_is_in_it(opened, clock, name):
    fields = {field.partition(":")[0] for row in exported(name, clock) for field in row}

    assert fields & {"answered", "declined", "counted", "survey_count"} == set()
    assert cohorts.list_lines(people.COHORT)[0].answered == 4, "there is an answer to hide"


@pytest.mark.parametrize("name", ["cleo coach", "mara manager", "dana delegate", "dora delegate", "p0", "sam sponsor"])
def test_nothing_in_it_changes_when_others_answer_save_or_decline(opened, clock, name):
    before = person_export.find(address(name))
    for rater in ("p4", "p5"):
        scene.fill_in(scene.link_of(scene.invitation(rater)), "3", clock.now())
    submit(scene.link_of(scene.invitation("p4")), clock.now())
    decline(scene.link_of(scene.invitation("p6")), "no_time", clock.now())

    assert person_export.find(address(name)) == before


def test_it_does_not_say_that_a_group_is_not_counted(opened, clock):
    """No page shows a delegate that an administrator has taken answers out."""
    before = person_export.find(address("dana delegate"))
    delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    hidden = cohorts.change_line(delegate, put=cohorts.hide_counts("peer"))
    people.write(delegates.hide_counts(wave, ["peer"]), hidden)

    assert cohorts.list_lines(people.COHORT)[0].counts_hidden == ("peer",)
    assert person_export.find(address("dana delegate")) == before


def test_no_sealed_answer_is_in_it(opened, clock):
    (stored,) = [row for row in scan() if row.get("rater", {}).get("email") == address("p0") and row.get("sent")]
    row = next(row for row in exported("p0", clock) if row["sk"] == stored["sk"] and row["pk"] == stored["pk"])

    assert stored["draft"]
    assert row["state"] == "answered"
    assert row.keys() & {"draft", "sent"} == set()


def test_a_rater_who_is_a_delegate_too_gets_two_parts_and_reads_what_cannot_be_found(opened, clock):
    """Edge 67. What others wrote about them is about them; what they wrote about others is not guessed at."""
    dora = people.person("dora delegate")
    scene_of_change.change(clock, "manager", manager_name=dora.name, manager_email=dora.email)
    words = describe(exported("dora delegate", clock))
    first, _, second = words.partition(IN_OTHER_ROLES)

    assert first.startswith(AS_DELEGATE)
    assert second.rstrip().endswith(NOT_IN_IT.rstrip())
    assert AS_DELEGATE not in describe(exported("p0", clock))
    assert NOT_IN_IT in describe(exported("p0", clock))


def test_after_the_close_no_answer_of_a_rater_is_in_their_pack(opened, clock):
    """Edge 67."""
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))

    kinds = {row["sk"].partition("#")[0] for row in exported("p0", clock)}
    assert kinds & {"RESPONSE", "COMMENT"} == set()


def test_it_is_noted_in_the_audit_trail(opened, clock):
    exported("p0", clock)

    row = audit_events.of_cohort(people.COHORT)[-1]
    assert (row["act"], row["by"]) == ("exported the data of [who]", "command line")
    assert row["people"] == {"who": {"name": "P0", "email": address("p0")}}, "apart from the words: an erasure finds it"


def test_the_answer_says_when_nothing_is_stored_about_someone(opened, clock):
    with pytest.raises(PersonUnknown):
        person_export.export("who@example.org", clock.now())
