"""Table and bucket are restored from a backup of the middle of a programme; the keys are gone, as they must be.

Dana's questionnaire is closed with a report, Dora's is open with answers in it; two people are erased after the backup.
"""

import json
from datetime import timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.cli.parser import main
from chalicelib.collect.submit_answers import submit
from chalicelib.core.errors import Refusal
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.ownership import erase_person
from chalicelib.ownership.restore import finish_restore
from chalicelib.people import leave
from chalicelib.store import (
    cohorts,
    delegates,
    erasure_log,
    invitations,
    jobs,
    objects,
    reports,
    responses,
    unfinished_restore,
    wave_keys,
)
from chalicelib.store.table import Key, delete, scan, transact
from infra.local.memory import backend
from tests.faults import scene
from tests.support import people
from tests.support.cloud import STAGE
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.world import put_back, take

NAMES = ("dana delegate", "dora delegate", "ann delegate")
P0, ANN, DORA = (people.person(name).email for name in ("p0", "ann delegate", "dora delegate"))


def id_of(name):
    wanted = people.person(name).email
    return next((line.delegate_id for line in cohorts.list_lines(people.COHORT) if line.email == wanted), "")


def answer(delegate_id, clock, count):
    invited = [
        invitation
        for invitation in invitations.of_delegate(delegate_id, Wave.BASELINE)
        if invitation.state is not REVOKED
    ]
    for invitation in invited[:count]:
        answer_link = scene.link_of(invitation)
        scene.fill_in(answer_link, "4", clock.now())
        submit(answer_link, clock.now())


REVOKED = InvitationState.REVOKED


def wave_of(delegate_id):
    return delegates.find_with_wave(delegate_id, Wave.BASELINE)[1]


@pytest.fixture
def restored(visitor, clock):
    """Return the moment of the backup, and the log of erasures of the account that was lost."""
    people.opened(clock, chosen=people.raters(6, 0), names=NAMES)
    clock.to(people.OPENING + timedelta(days=7))
    answer(id_of("dana delegate"), clock, 8)
    answer(id_of("dora delegate"), clock, 5)
    close_or_extend.close_now(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.advance(hours=1))
    close_or_extend.extend(people.COHORT, DORA, (people.CLOSE + timedelta(days=14)).date(), clock.now())
    drain(clock.advance(hours=1))
    drain(clock.to(people.CLOSE + timedelta(days=2)))  # the report of Dana is made; Ann's few answers are held
    assert reports.find(people.dana(), Wave.BASELINE)
    backup, taken_at = take(), clock.now()
    leave.leave(id_of("ann delegate"), clock.advance(hours=1), "ada@example.org")
    drain(clock.now())
    for email in (P0, ANN):
        erase_person.erase(email, clock.advance(minutes=1))
    log = {name: objects.load(name) for name in objects.list_names("erasures/")}
    put_back(backup)
    backend("dynamodb").tables[f"fullcircle-{STAGE}-keys"].items.clear()
    for name, body in log.items():
        objects.save(name, body)
    clock.advance(days=1)
    return taken_at


def stored():
    return str(list(scan()))


def test_no_one_who_was_erased_comes_back(restored, clock):
    assert ANN in stored()
    ann = id_of("ann delegate")
    restore = finish_restore(restored, clock.now())
    drain(clock.advance(days=3))

    assert (len(restore.erased), restore.refused) == (2, ())
    assert [word for word in (P0, ANN, "Ann Delegate") if word in stored()] == []
    assert delegates.find(ann).withdrawn
    since = [message for message in sent_emails() if message.sent_at > restored + timedelta(hours=2)]
    assert [message.row for message in since if {P0, ANN} & {*message.addresses}] == []
    assert jobs.failed() == []


def test_a_closed_questionnaire_stays_published_with_the_same_bytes(restored, clock):
    before = reports.find(people.dana(), Wave.BASELINE)
    bytes_before = objects.load(before.pdf)
    finish_restore(restored, clock.now())
    drain(clock.advance(days=30))

    assert wave_of(people.dana()).state is WaveState.CLOSED
    assert reports.find(people.dana(), Wave.BASELINE) == before
    assert objects.load(before.pdf) == bytes_before


def test_an_open_questionnaire_asks_again_and_ends_with_a_report(restored, clock):
    dora = id_of("dora delegate")
    assert wave_keys.find(dora, Wave.BASELINE) is None
    restore = finish_restore(restored, clock.now())
    drain(clock.now())
    asked = {invitation.state for invitation in invitations.of_delegate(dora, Wave.BASELINE)} - {REVOKED}

    assert (dora, "baseline") in restore.opened
    assert asked == {InvitationState.INVITED}
    again = [message.row for message in sent_emails() if message.row.startswith(f"collect/again#{dora}#")]
    assert len(again) == len({*again}) == 7  # five peers that are left, the line manager and Dora
    answer(dora, clock, 7)
    drain(clock.to(wave_of(dora).closes_at))
    assert wave_of(dora).state is WaveState.HELD  # a peer was erased while it was open: an administrator decides
    close_or_extend.publish_with_few_answers(people.COHORT, DORA, clock.now())
    drain(clock.now())
    drain(clock.advance(days=3))
    assert wave_of(dora).state is WaveState.CLOSED
    assert len(responses.of_wave(dora, Wave.BASELINE)) == 7
    assert reports.find(dora, Wave.BASELINE)
    assert jobs.failed() == []


def test_the_restore_is_finished_when_every_erasure_is_repeated(restored, clock):
    """`make restore` leaves the mark, and `make start` waits until it is gone."""
    objects.save(unfinished_restore.NAME, unfinished_restore.encode(restored))
    with pytest.raises(Refusal, match="before"):
        finish_restore(restored + timedelta(seconds=1), clock.now())
    finish_restore(restored, clock.now(), dry_run=True)
    assert unfinished_restore.find() == restored
    spoilt = erasure_log.list_names()[0]
    entry = objects.load(spoilt)
    objects.save(spoilt, b"{}")
    assert finish_restore(restored, clock.now()).refused
    assert unfinished_restore.find() == restored

    objects.save(spoilt, entry)
    assert finish_restore(restored, clock.now()).refused == ()
    assert unfinished_restore.find() is None


def test_a_repeat_changes_nothing_and_emails_no_one(restored, clock):
    finish_restore(restored, clock.now())
    drain(clock.now())
    rows, emails = stored(), len(sent_emails())
    again = finish_restore(restored, clock.now())
    drain(clock.now())

    assert (again.erased, again.opened) == ((), ())
    assert (stored(), len(sent_emails())) == (rows, emails)


def test_a_wave_that_was_published_after_the_backup_is_asked_about_no_more(restored, clock):
    dora = id_of("dora delegate")
    objects.save(f"reports/{dora}/baseline/0123/report.pdf", b"%PDF of the account that was lost")
    restore = finish_restore(restored, clock.now())

    assert restore.printed == ((dora, "baseline"),)
    assert (dora, "baseline") not in restore.opened


def test_the_command_shows_first_and_then_does_it(restored, clock, capsys):
    since = f"{restored:%Y-%m-%dT%H:%M:%SZ}"
    before = stored()
    assert main(["restore", "finish", "--since", since, "--dry-run"]) == 0
    assert stored() == before
    assert "2 people would be erased again." in capsys.readouterr().out
    assert main(["restore", "finish", "--since", since, "--json"]) == 0
    assert ANN not in stored()
    assert main(["restore", "finish", "--since", "yesterday"]) != 0
    assert "2026-10-01T12:00Z" in capsys.readouterr().err


def test_the_same_backup_can_be_restored_twice(restored, clock):
    """The first finish has written its erasures into the log once more."""
    backup = take()
    first = finish_restore(restored, clock.advance(minutes=1)).erased
    log = {name: objects.load(name) for name in objects.list_names("erasures/")}
    put_back(backup)
    for name, body in log.items():
        objects.save(name, body)

    assert first
    assert finish_restore(restored, clock.advance(minutes=1)).erased == first


def remove_line(delegate_id):
    """Remove the delegate's line of the cohort, as if the backup had been taken between two writes."""
    transact([delete(Key(row["pk"], row["sk"])) for row in scan() if row["sk"] == f"DELEGATE#{delegate_id}"])


def finish(restored, capsys):
    status = main(["restore", "finish", "--since", f"{restored:%Y-%m-%dT%H:%M:%SZ}", "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_an_entry_that_cannot_be_read_is_reported_and_stops_no_other(restored, clock, capsys):
    unreadable = "erasures/2026-01-01T00:00:00Z-00.json"
    objects.save(unreadable, b'{"at": ')
    status, outcome = finish(restored, capsys)

    assert [name for name, _ in outcome["refused"]] == [unreadable]
    assert (len(outcome["erased"]), len(outcome["opened"]), status) == (2, 1, 1)


def test_an_erasure_that_is_refused_stops_nothing_else(restored, clock, capsys):
    remove_line(id_of("ann delegate"))  # her leaving is refused: the cohort does not know her
    status, outcome = finish(restored, capsys)

    assert {name for name, _ in outcome["refused"]} <= {*erasure_log.list_names()}
    assert all(why for _, why in outcome["refused"])
    assert (len(outcome["refused"]), len(outcome["opened"]), status) == (2, 1, 1)


def test_a_questionnaire_that_cannot_be_opened_is_reported(restored, clock, capsys):
    dora = id_of("dora delegate")
    remove_line(dora)
    status, outcome = finish(restored, capsys)

    assert [wave[:2] for wave in outcome["unopened"]] == [[dora, "baseline"]]
    assert ANN not in stored()
    assert status == 1
