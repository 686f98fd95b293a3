"""Void and ask again: what a person sent is destroyed while it is sealed, and no one learns if there was anything."""

import json
import re

import pytest

from chalicelib.admin import address_change, close_or_extend, void_answers
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.columns import render_progress_csv
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.admin.void_answers import VoidRefused
from chalicelib.admin.waiting import load_board
from chalicelib.cli import parser
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.core.reasons import MAX_REASON_CHARS
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, invitations, jobs
from chalicelib.store.table import scan
from infra.local.memory import backend
from tests.faults.scene import Scene
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import Visitor

BY = "ada@example.org"
NEW = "new.address@example.org"
CANARY = "CANARY"
COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 4))
    clock.advance(days=1)
    return visitor


def answer(visitor, who, rating="2"):
    url = people.link(who, "answer")
    people.send(people.answer_all(visitor, url, rating=rating, comment=CANARY), url)


def asked(who):
    email = who if "@" in who else people.person(who).email
    return next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == email
    )


def voided(clock, who="p0", **more):
    void_answers.void(people.COHORT, people.person(who).email, clock.now(), BY, **more)
    drain(clock.now())


def again(who):
    email = who if "@" in who else people.person(who).email
    return [message for message in sent_emails(email) if "once more" in str(message.message["Subject"])]


def line():
    (text_line,) = cohorts.list_lines(people.COHORT)
    return text_line


def test_answers_are_destroyed_and_the_rater_is_asked_again_and_counted_once(opened, clock):
    answer(opened, "p0")
    answer(opened, "p1")
    old_link = people.link("p0", "answer")

    voided(clock)

    row = next(row for row in scan() if row.get("id") == asked("p0").id and row["sk"].startswith("INVITATION#"))
    assert (row["state"], row["draft"], row["saved_at"]) == ("invited", {}, {})
    assert "sent" not in row
    assert "sent_at" not in row
    assert (line().answered, line().groups["peer"].answered) == (1, 1)
    assert opened.open(old_link).status == 410
    (message,) = again("p0")
    link = next(url for url in message.links if "/answer/" in url)
    assert CANARY not in opened.open(f"{link}/page/comments").page
    people.send(people.answer_all(opened, link), link)
    assert (line().answered, line().groups["peer"].answered) == (2, 2)
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    assert sum(row["sk"].startswith("RESPONSE#") for row in scan()) == 2


def test_sealed_answers_of_a_corrected_address_are_destroyed_too(opened, clock):
    answer(opened, "p0")
    address_change.change_address(people.COHORT, people.person("p0").email, NEW, clock.now(), BY)
    drain(clock.now())
    void_answers.void(people.COHORT, NEW, clock.now(), BY)
    drain(clock.now())

    assert (asked(NEW).state, asked(NEW).sealed, asked(NEW).sent) == (InvitationState.INVITED, False, None)
    link = next(url for url in again(NEW)[0].links if "/answer/" in url)
    page = opened.open(link).page
    assert 'id="answers"' in page
    assert " checked" not in page


def test_who_was_asked_again_is_reminded_with_the_new_link(opened, clock):
    answer(opened, "p0")
    voided(clock)
    for _ in range(18):
        drain(clock.advance(days=1))

    _, first, *reminders = sent_emails(people.person("p0").email)
    assert len(reminders) == len(people.programme().reminders)
    assert {answer_link(message) for message in reminders} == {answer_link(first)}


def answer_link(message):
    return next(url for url in message.links if "/answer/" in url)


def seen_by_everyone(visitor, clock, capsys):
    """Return what delegate, administrator and command line are shown."""
    capsys.readouterr()
    parser.main(["cohort", "status", people.COHORT, "--json"])
    parser.main(["cohort", "status", people.COHORT])
    hub = visitor.open(people.link("dana delegate", "hub")).page
    visitor.let_in_administrator(clock.now())
    paths = ("", f"/delegate/{people.dana()}", f"/delegate/{people.dana()}/chase", "/all/chase", "/progress", "/trail")
    pages = [visitor.open(f"{COHORT}{path}").page for path in paths]
    return capsys.readouterr().out, hub, [re.sub(r'value="[^"]{16,}"', "", page) for page in pages]


def test_no_one_is_shown_whether_there_was_anything_to_destroy(visitor, clock, capsys):
    """The same pages, commands and emails, whether the rater had sent answers, saved some, or done nothing.

    Who declined is not asked again: that is the one difference, and no one else sees it.
    """
    worlds = []
    scene = Scene(lambda: people.opened(clock, chosen=people.raters(4, 4)))
    clock.advance(days=1)
    for act in (lambda: None, lambda: begin(visitor, "p0"), lambda: answer(visitor, "p0"), lambda: refuse(visitor)):
        backend("ses").sent_messages.clear()
        scene.lay_out()
        act()
        voided(clock)
        to_others = [message for message in sent_emails() if people.person("p0").email not in message.addresses]
        emails = [(str(message.message["To"]), str(message.message["Subject"])) for message in to_others]
        worlds.append((seen_by_everyone(visitor, clock, capsys), emails, len(again("p0"))))
    seen, _, _ = worlds[0]
    assert worlds[:3] == [worlds[0]] * 3
    assert worlds[3] == (seen, worlds[0][1], 0)


def begin(visitor, who):
    people.answer_all(visitor, people.link(who, "answer"))


def refuse(visitor, who="p0"):
    url = people.link(who, "decline")
    visitor.open(url).post(url, {"reason": "no_time"})


def counts_on(hub: Visitor) -> str:
    """Return the part of a delegate's page that counts raters and answers."""
    before, mark, _ = hub.page.partition('data-message="own-answers"')
    assert mark
    return before.partition('id="feedback"')[2]


def test_the_answers_of_the_group_are_counted_nowhere_until_the_close(opened, clock, capsys):
    for name in ("d0", "p0", "p1", "p2", "p3"):
        answer(opened, name)
    drain(clock.advance(days=1))
    hub = people.link("dana delegate", "hub")
    assert "Peers and direct reports" in counts_on(opened.open(hub))
    assert [part.words for part in line().visible_counts if not part.named] == ["3 or more of 8"]
    voided(clock)

    assert line().counts_hidden == ("peer",)
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].counts_hidden == ("peer",)
    for _ in range(2):  # at once, and on the next morning
        assert "Peers" not in counts_on(opened.open(hub))
        opened.let_in_administrator(clock.now()).open(COHORT)
        assert "Peers" not in opened.page
        assert "Peers" not in progress_csv_of(clock)
        parser.main(["cohort", "status", people.COHORT])
        assert "few or no answers counted" in capsys.readouterr().out
        drain(clock.advance(days=1))
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    assert line().counts_hidden == ()


def progress_csv_of(clock):
    dashboard = load_dashboard(people.COHORT, clock.now())
    return render_progress_csv(load_board(dashboard, dashboard.lines, clock.now()))


def test_a_correction_hides_the_counts_unless_the_address_had_bounced(opened, clock):
    from chalicelib.emails import delivery_events
    from infra.local import outbox

    delivery_events.record_delivery_event(
        outbox.bounce(sent_emails(people.person("d0").email)[0], clock.now()), clock.now()
    )
    address_change.change_address(people.COHORT, people.person("d0").email, NEW, clock.now(), BY)
    drain(clock.now())
    assert line().counts_hidden == ()

    address_change.change_address(people.COHORT, people.person("p0").email, "other@example.org", clock.now(), BY)
    drain(clock.now())
    assert line().counts_hidden == ("peer",)
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].counts_hidden == ("peer",)


def test_the_page_and_the_command_keep_the_reason(opened, clock):
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/void"
    admin = opened.let_in_administrator(clock.now())
    admin.open(page).post(page, {"address": people.person("p0").email, "why": "x" * (MAX_REASON_CHARS + 1)})
    assert admin.status == 400
    admin.open(page).post(
        page, {"address": people.person("p0").email, "why": "Sent by a colleague.", "confirmed": "yes"}
    )
    assert parser.main(["cohort", "void", people.COHORT, people.person("p1").email, "--why", "Typed twice."]) == 0

    said = " ".join(row["act"] for row in audit_events.of_cohort(people.COHORT))
    assert "(Sent by a colleague.)" in said
    assert "(Typed twice.)" in said


def test_it_has_a_line_of_its_own_in_the_trail_that_names_no_rater(opened, clock):
    voided(clock)

    row = audit_events.of_cohort(people.COHORT)[-1]
    assert (row["act"], row["by"], row["about"]) == (
        "voided a rater’s answers and asked again (no reason given)",
        BY,
        people.dana(),
    )


def test_pressing_twice_voids_and_asks_once(opened, clock):
    answer(opened, "p0")
    for _ in range(2):
        void_answers.void(people.COHORT, people.person("p0").email, clock.now(), BY)
    drain(clock.now())
    void_answers.void(people.COHORT, people.person("p0").email, clock.advance(minutes=1), BY)
    drain(clock.now())

    assert asked("p0").link_version == 2
    assert len(again("p0")) == 1
    assert len([row for row in audit_events.of_cohort(people.COHORT) if "voided" in row["act"]]) == 1


@pytest.mark.parametrize("did", ["nothing", "saved", "sent", "declined"])
def test_a_second_void_on_a_day_reads_the_same_for_every_rater(opened, clock, capsys, did):
    """The administrator learns that nothing was changed, and nothing about the rater."""
    if did == "declined":
        opened.open(people.link("p0", "decline"))
        opened.post(opened.url, {"reason": "no_time"})
    elif did != "nothing":
        people.answer_all(opened, people.link("p0", "answer"))
    if did == "sent":
        people.send(opened, people.link("p0", "answer"))
    opened.let_in_administrator(clock.now())
    typed = {"address": people.person("p0").email, "delegate": "", "confirmed": "yes"}
    pages = []
    for _ in range(2):
        opened.open(f"{COHORT}/void").post(f"{COHORT}/void", typed)
        pages.append(opened.url.partition("done=")[2])
        drain(clock.now())

    from chalicelib.core import clock as real

    real.use(clock.now)
    assert parser.main(["cohort", "void", people.COHORT, typed["address"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False
    assert pages == ["voided", "voided-today"]
    assert asked("p0").link_version == 2
    drain(clock.advance(days=1))
    assert void_answers.void(people.COHORT, typed["address"], clock.now(), BY)


def test_one_delegate_of_several_may_be_chosen(visitor, clock):
    people.opened(clock, names=("dana delegate", "dora delegate"), chosen=people.raters(4, 0))
    voided(clock, delegate=people.person("dora delegate").email)

    assert asked("p0").link_version == 1
    assert len(again("p0")) == 1
    with pytest.raises(VoidRefused, match="not asked about a delegate"):
        void_answers.void(people.COHORT, people.person("p0").email, clock.now(), BY, delegate="who@example.org")


def test_who_declined_is_not_asked_again_and_no_one_learns_it(opened, clock):
    opened.open(people.link("p0", "decline"))
    opened.post(opened.url, {"reason": "no_time"})
    voided(clock)

    assert asked("p0").state is InvitationState.DECLINED
    assert again("p0") == []


def test_after_the_close_it_is_refused_and_nothing_changes(opened, clock):
    answer(opened, "p0")
    drain(clock.to(people.CLOSE))
    before = list(scan())

    with pytest.raises(VoidRefused) as refused:
        void_answers.void(people.COHORT, people.person("p0").email, clock.now(), BY)
    assert [fault.name for fault in refused.value.faults] == ["none-open"]
    with pytest.raises(AddressNotFound):
        void_answers.void(people.COHORT, "who@example.org", clock.now(), BY)
    with pytest.raises(CohortUnknown):
        void_answers.void("spring", people.person("p0").email, clock.now(), BY)
    assert list(scan()) == before


def test_a_job_that_comes_after_the_close_destroys_nothing(opened, clock):
    answer(opened, "p0")
    void_answers.void(people.COHORT, people.person("p0").email, clock.now(), BY)
    people.write(delegates.end_wave(delegates.find_with_wave(people.dana(), Wave.BASELINE)[1], "closing"))
    drain(clock.now())

    assert asked("p0").state is InvitationState.ANSWERED
    assert again("p0") == []


@pytest.mark.parametrize("state", [WaveState.OPEN, WaveState.HELD])
def test_a_job_that_comes_after_the_deadline_destroys_what_is_still_sealed(opened, clock, state):
    """Voided in the last minute: the job runs late, and the questionnaire is not closed yet."""
    answer(opened, "p0")
    void_answers.void(people.COHORT, people.person("p0").email, clock.now(), BY)
    (row,) = [row for row in scan() if row.get("kind") == JobKind.VOID.id]
    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    if state is WaveState.HELD:
        people.write(delegates.move_wave(people.dana(), Wave.BASELINE, WaveState.HELD, WaveState.OPEN))
    job = jobs.find(row["pk"].partition("#")[2])
    void_answers.void_answers(job, wave.closes_at)

    assert (asked("p0").state, asked("p0").link_version) == (InvitationState.INVITED, 2)
    assert not asked("p0").sealed
    assert again("p0") == [], "no one is asked for answers that no one can send"


def test_the_console_and_the_command_line_do_it(opened, clock, capsys):
    answer(opened, "p0")
    opened.let_in_administrator(clock.now()).open(f"{COHORT}/void")
    opened.post(f"{COHORT}/void", {"address": "who@example.org"})
    assert opened.status == 400
    opened.post(f"{COHORT}/void", {"address": people.person("p0").email, "delegate": "", "why": "Typed twice."})
    assert (opened.shows, asked("p0").link_version) == ("admin/preview", 1)
    assert all(part in opened.page for part in (people.person("p0").name, "Dana Delegate", "Typed twice."))
    opened.post(f"{COHORT}/void", {"confirmed": "yes"})
    assert "voided" in opened.messages
    drain(clock.now())
    assert asked("p0").link_version == 2

    from chalicelib.core import clock as real

    real.use(clock.now)
    assert parser.main(["cohort", "void", people.COHORT, people.person("p1").email, "--dry-run"]) == 0
    drain(clock.now())
    assert asked("p1").link_version == 1
    assert (
        parser.main(["cohort", "void", people.COHORT, "p1@example.org", "--delegate", "dana.delegate@example.org"]) == 0
    )
    drain(clock.now())
    assert asked("p1").link_version == 2
