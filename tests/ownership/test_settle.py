"""A table is put back to before a close, without the wave's key: an administrator settles the questionnaire.

Dana's was closed with a report after the backup; the bucket still has it.
"""

import json
import re
from datetime import date, timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.admin.cohort_list import Wanted
from chalicelib.admin.home import list_needs, load_home
from chalicelib.cli.parser import main
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.jobs.commit import commit
from chalicelib.links.kinds import HUB
from chalicelib.milestones.on_hub import LOST, LOST_WORDS
from chalicelib.ownership.restore import finish_restore
from chalicelib.people.leave import REPORT_KEPT, REPORT_LOST, plan_leave
from chalicelib.people.loaded import find
from chalicelib.people.planned import Asking
from chalicelib.programme.move_dates import Moved, move, plan
from chalicelib.store import audit_events, cohorts, delegates, invitations, jobs, objects, reports, wave_keys
from chalicelib.store.cohorts import FeedbackState, KeyLoss
from chalicelib.store.delegates import WaveChanged
from chalicelib.store.pulse_rounds import Why
from chalicelib.store.table import delete, scan
from chalicelib.waves.more_time import give_time
from chalicelib.waves.without_key import hold_without_key
from infra.local.account import ADMINISTRATOR
from tests.journey.test_few_answers import answer
from tests.pulse import rounds
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.world import put_back_table, take

DANA = people.person("dana delegate").email
MADE = ("published", "lost")


def wave():
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]


def line():
    return next(text_line for text_line in cohorts.list_lines(people.COHORT, Wave.BASELINE) if text_line.email == DANA)


def report():
    return reports.find(people.dana(), Wave.BASELINE)


def notices(outcome):
    """Return the emails about it that went out, also in a digest."""
    kind = "MAIL#report/without_key#"
    about = [row for row in scan() if row["pk"].startswith(kind) and f"#{outcome}#" in row["pk"]]
    return [row["to"]["email"] for row in about if row["state"] in ("sending", "sent", "carried")]


def in_trail(words):
    return [row["act"] for row in audit_events.of_cohort(people.COHORT) if words in row["act"]]


@pytest.fixture
def restored(visitor, clock):
    """Return the moment of the backup, and the report that was made after it."""
    people.opened(clock, chosen=people.raters(6, 0))
    for number in range(6):
        answer(f"p{number}", "5", clock)
    backup, taken_at = take(), clock.now()
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    made = report()
    assert made
    put_back_table(backup)
    assert wave().state is WaveState.OPEN
    wave_keys.destroy(people.dana(), Wave.BASELINE)
    clock.advance(days=1)
    return taken_at, made


def finish(restored, clock):
    restore = finish_restore(restored[0], clock.now())
    next_morning(clock)
    return restore


def next_morning(clock):
    """Let a working morning pass, on which everyone gets their emails."""
    drain(clock.now())
    drain(clock.advance(days=4))


def command(*options):
    return main(["restore", "settle", people.COHORT, DANA, *options])


def stored():
    return str(list(scan()))


def test_without_the_finish_the_close_waits_for_a_decision_and_fails_no_job(restored, clock):
    for _ in range(60):
        drain(clock.advance(hours=1))

    assert (wave().state, wave().without_key) == (WaveState.HELD, True)
    assert line().without_key is KeyLoss.UNSETTLED
    assert jobs.failed() == []
    assert notices("unsettled") == [ADMINISTRATOR]


def test_after_the_finish_administrators_read_it_in_the_console_and_in_one_email(restored, clock):
    assert finish(restored, clock).printed == ((people.dana(), "baseline"),)
    finish(restored, clock)

    (needs,) = list_needs(clock.now()).values()
    assert [need.path for need in needs] == [f"/cohort/{people.COHORT}/delegate/{people.dana()}"]
    assert notices("unsettled") == [ADMINISTRATOR]
    named = {row["words"]["cohort"] for row in scan() if row["pk"].startswith("MAIL#report/without_key#")}
    assert named == {cohorts.find(people.COHORT).title}
    assert wave().stored_report == restored[1].pdf.rpartition("/")[0]
    reminders = [email for email in sent_emails() if email.row.startswith("collect/reminder")]
    assert reminders == []


def test_no_other_act_reaches_a_questionnaire_without_its_key(restored, clock):
    finish(restored, clock)
    later = (clock.now() + timedelta(days=9)).date()
    with pytest.raises(CloseRefused):
        close_or_extend.extend(people.COHORT, DANA, later, clock.now())
    with pytest.raises(CloseRefused):
        close_or_extend.publish_with_few_answers(people.COHORT, DANA, clock.now())
    drain(clock.advance(days=20))

    assert (wave().state, report()) == (WaveState.HELD, None)


def test_the_stored_report_counts_again_with_the_same_bytes(restored, clock, capsys):
    finish(restored, clock)
    assert command("--published", "--why", "read on Monday", "--json") == 0
    next_morning(clock)

    assert json.loads(capsys.readouterr().out)["changed"]
    made = report()
    assert (made.checksum, made.facts, made.html, made.pdf) == (
        restored[1].checksum,
        restored[1].facts,
        restored[1].html,
        restored[1].pdf,
    )
    assert (wave().state, wave().without_key) == (WaveState.CLOSED, False)
    assert (line().feedback, line().without_key) == (FeedbackState.REPORT_READY, KeyLoss.NONE)
    assert notices("published") == [ADMINISTRATOR]
    ready = [email for email in sent_emails(people.person("cleo coach").email) if email.row.startswith("report/ready#")]
    assert len(ready) == 1
    assert len(in_trail("published from the stored report (read on Monday)")) == 1
    assert jobs.failed() == []


def test_answers_that_are_lost_end_without_a_report(restored, clock):
    finish(restored, clock)
    assert command("--lost") == 0
    next_morning(clock)
    drain(clock.advance(days=30))

    assert (wave().state, report()) == (WaveState.WITHDRAWN, None)
    assert line().without_key is KeyLoss.LOST
    assert line().is_asked_about_again
    assert notices("lost") == [ADMINISTRATOR]
    assert len(in_trail("key is gone: lost")) == 1
    assert jobs.failed() == []


@pytest.mark.parametrize("outcome", MADE)
def test_no_sealed_answer_is_left_and_all_rows_look_alike(restored, clock, outcome):
    finish(restored, clock)
    command(f"--{outcome}")
    next_morning(clock)
    invited = list(invitations.of_delegate(people.dana(), Wave.BASELINE))

    assert {invitation.state for invitation in invited} == {InvitationState.INVITED, InvitationState.ANSWERED}
    assert [invitation.id for invitation in invited if invitation.sent or invitation.draft] == []
    assert wave_keys.find(people.dana(), Wave.BASELINE) is None


@pytest.mark.parametrize("outcome", MADE)
def test_a_dry_run_says_what_it_would_do_and_does_nothing(restored, clock, capsys, outcome):
    finish(restored, clock)
    before = stored()
    assert command(f"--{outcome}", "--dry-run", "--json") == 0
    answer = json.loads(capsys.readouterr().out)

    assert stored() == before
    assert (answer["dry_run"], answer["changed"]) == (True, False)
    assert ADMINISTRATOR in [email["email"] for email in answer["emails"]]


def test_it_is_settled_once(restored, clock, capsys):
    finish(restored, clock)
    assert command("--lost") == 0
    before = stored()
    assert command("--published") == 1
    assert command("--lost") == 1
    assert stored() == before


def test_nothing_is_settled_that_has_its_key(visitor, clock, capsys):
    people.opened(clock, chosen=people.raters(6, 0))
    before = stored()
    assert command("--lost") == 1
    assert stored() == before


@pytest.mark.parametrize("damage", ["removed", "changed"])
def test_a_stored_report_that_is_not_whole_is_refused(restored, clock, damage):
    finish(restored, clock)
    if damage == "removed":
        objects.remove(restored[1].pdf)
    else:
        objects.save(restored[1].facts, objects.load(restored[1].facts).replace(b'"issued":"', b'"issued":"1'))
    assert command("--published") == 1
    assert wave().state is WaveState.HELD


def test_a_finish_after_the_close_was_held_asks_again_if_the_bucket_has_no_report(restored, clock):
    objects.remove_all(f"reports/{people.dana()}/")
    drain(clock.advance(days=3))
    assert wave().without_key
    outcome = finish(restored, clock)

    assert outcome.opened == ((people.dana(), "baseline"),)
    assert (wave().state, wave().without_key) == (WaveState.OPEN, False)
    assert line().without_key is KeyLoss.NONE


def test_before_the_finish_no_one_learns_that_the_bucket_has_no_report(restored, visitor, clock, capsys):
    """It has one, and nothing has looked: an administrator is asked about the finish before the answers are lost."""
    drain(clock.advance(days=3))
    assert wave().without_key

    assert command("--published") == 1
    refused = capsys.readouterr()
    assert "restore finish" in refused.out + refused.err
    assert command("--lost", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["questions"]
    finish(restored, clock)
    assert command("--lost", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["questions"] == []
    assert command("--published") == 0


def test_the_console_offers_it_only_then_shows_it_first_and_does_it_once(restored, visitor, clock):
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/person/{people.dana()}"
    visitor.let_in_administrator(clock.now())
    assert visitor.open(page).links("/settle") == []
    finish(restored, clock)
    visitor.let_in_administrator(clock.now())
    assert len(visitor.open(page).links("/settle")) == 1
    visitor.open(f"{page}/settle")
    visitor.post(f"{page}/settle", {"outcome": "published"})
    assert re.search(r'<button name="confirmed" value="yes" class="danger">', visitor.page)
    assert report() is None
    for _ in range(2):
        visitor.post(f"{page}/settle", {"outcome": "published", "confirmed": "yes"})
        assert visitor.status in (200, 303)
    assert report().pdf == restored[1].pdf


def test_a_mid_way_round_without_its_key_ends_as_one_without_answers(visitor, clock):
    rounds.load(clock)
    drain(clock.to(rounds.CHECK))
    rounds.approve()
    drain(clock.to(rounds.OPENS))
    drain(clock.advance(hours=1))
    rounds.answer(clock)
    wave_keys.destroy(rounds.id_of(), Wave.MIDWAY_1)
    drain(clock.to(rounds.found().closes_at))
    drain(clock.advance(days=1))

    assert rounds.found().why is Why.FEW_ANSWERS
    assert [invitation.id for invitation in rounds.asked() if invitation.sent or invitation.draft] == []
    assert jobs.failed() == []


def test_a_later_closing_day_of_the_cohort_asks_no_one_about_it(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    delegate, opened = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    people.write(*hold_without_key(people.programme(), delegate, opened, clock.now(), "reports/stored"))
    move(plan(people.COHORT, Moved.CLOSES, date(2026, 10, 9), clock.now()), "strike", ADMINISTRATOR, clock.now())
    next_morning(clock)

    assert (wave().state, wave().without_key) == (WaveState.HELD, True)
    assert line().without_key is KeyLoss.UNSETTLED
    assert [email.row for email in sent_emails() if email.row.startswith("collect/extended")] == []
    assert jobs.failed() == []


def test_a_wave_without_its_key_is_given_no_time(restored, clock):
    finish(restored, clock)
    with pytest.raises(ValueError, match="key"):
        give_time(
            people.programme(), delegates.find(people.dana()), wave(), clock.now() + timedelta(days=9), clock.now()
        )


def test_a_finish_keeps_the_notice_that_waits_since_the_close_of_that_night(restored, clock):
    drain(clock.now())
    assert wave().without_key
    assert notices("unsettled") == []
    finish(restored, clock)

    assert wave().stored_report == restored[1].pdf.rpartition("/")[0]
    assert notices("unsettled") == [ADMINISTRATOR]


def test_a_delegate_whose_answers_are_lost_is_still_on_the_programme(restored, visitor, clock):
    finish(restored, clock)
    command("--lost")
    next_morning(clock)
    visitor.open(HUB.url(delegates.find(people.dana())))

    assert visitor.status == 200
    assert "left" not in visitor.messages


def test_no_one_counts_lost_answers_or_promises_their_report(restored, clock):
    finish(restored, clock)
    command("--lost")
    next_morning(clock)
    (text_line,) = load_home(None, Wanted(), "1", clock.now()).part.lines
    effects = plan_leave(find(people.COHORT, people.dana()), Asking(ADMINISTRATOR, clock.now(), "")).effects

    assert (text_line.answered, text_line.invited) == (0, 0)
    assert (REPORT_LOST in effects, REPORT_KEPT in effects) == (True, False)


def test_a_delegate_with_a_missing_row_does_not_end_the_finish(restored, clock):
    people.write(delete(cohorts.line_key(people.COHORT, people.dana())))
    restore = finish_restore(restored[0], clock.now())

    assert [which[:2] for which in restore.unopened] == [(people.dana(), "baseline")]
    assert restore.printed == ()


def test_a_close_that_read_the_wave_before_the_finish_does_not_take_its_stored_report(restored, clock):
    delegate, read = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    late = hold_without_key(people.programme(), delegate, read, clock.now())
    finish_restore(restored[0], clock.now())
    folder = wave().stored_report
    with pytest.raises(WaveChanged):
        commit(late, clock.now())

    assert hold_without_key(people.programme(), delegate, wave(), clock.now()) == []  # its next attempt
    assert wave().stored_report == folder != ""


def test_the_delegate_s_page_says_that_their_answers_are_lost(restored, visitor, clock):
    finish(restored, clock)
    command("--lost")
    next_morning(clock)
    page = visitor.open(HUB.url(delegates.find(people.dana()))).page

    assert LOST in page
    assert LOST_WORDS in page
