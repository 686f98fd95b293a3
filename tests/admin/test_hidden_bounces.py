"""No one is shown that an email bounced which goes only to raters who have not answered."""

from datetime import timedelta

import pytest

from chalicelib.admin import address_change, close_or_extend
from chalicelib.admin.void_answers import void
from chalicelib.cli.parser import main
from chalicelib.collect.submit_answers import submit
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Wave
from chalicelib.emails import delivery_events
from chalicelib.emails.kinds import To, load_kinds
from chalicelib.store import audit_events, cohorts, emails, invitations
from chalicelib.store.table import scan
from chalicelib.waves.emails.to_raters import FIRST
from infra.local import outbox
from tests.emails.test_send import CONTENT, SesSays
from tests.faults import scene
from tests.support import people
from tests.support.calls import watched_by
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
BOUNCES = {
    "permanent": outbox.bounce,
    "full": lambda email, now: outbox.bounce(email, now, kind="Transient"),
    "complaint": outbox.complaint,
}


def test_every_email_to_raters_says_if_it_goes_only_to_those_who_have_not_answered():
    by_an_act = {"people/rater_removed", "people/rater_regrouped"}  # whether they answered, declined or did nothing
    to_everyone = {*by_an_act, *(kind.name for kind in FIRST.values())}
    to_raters = {kind.name for kind in load_kinds().values() if kind.to is To.RATER}

    flagged = {kind.name for kind in load_kinds().values() if kind.only_to_unanswered}
    assert flagged == to_raters - to_everyone
    assert {"collect/reminder", "collect/extended", "impact/pulse_reminder"} <= flagged


@pytest.fixture
def reminded(visitor, clock):
    """P0 has answered, and the others have had a reminder or the notice of a later deadline."""

    def remind(how):
        people.opened(clock, chosen=people.raters(4, 4), names=("dana delegate", "dora delegate"))
        answer_link = scene.link_of(scene.invitation("p0"))
        scene.fill_in(answer_link, "3", clock.advance(hours=1))
        submit(answer_link, clock.now())
        if how == "extended":
            later = people.DATES.closes + timedelta(days=7)
            close_or_extend.extend(people.COHORT, people.person("dana delegate").email, later, clock.now())
            drain(clock.advance(minutes=1))
        else:
            drain(clock.to(people.CLOSE - timedelta(days=1)))
        return last_email("p1", f"collect/{how}#")

    return remind


def last_email(name, kind):
    received = sent_emails(people.person(name).email)
    return [
        email for email in received if any(row.startswith(kind) for row in emails.find(email.row).items or [email.row])
    ][-1]


def bounce(email, clock, event=outbox.bounce):
    delivery_events.record_delivery_event(event(email, clock.now()), clock.now())
    drain(clock.now())


def all_that_is_shown(visitor, clock, capsys):
    """Return every page of the console about the cohort, its file, and what the command line says."""
    visitor.cookies.clear()
    visitor.let_in_administrator(clock.now())
    cohort = f"/admin/cohort/{people.COHORT}"
    pages = [cohort, f"{cohort}/delegate/{people.dana()}", "/admin", "/admin/work", f"{cohort}/progress"]
    outputs = []
    for page in pages:
        visitor.open(f"{BASE_URL}{page}")
        assert visitor.status == 200, page
        outputs.append(visitor.page)
    for more in ([], ["--json"]):
        main(["cohort", "status", people.COHORT, *more])
        outputs.append(capsys.readouterr().out)
    return outputs


@pytest.mark.parametrize("event", BOUNCES.values(), ids=BOUNCES)
@pytest.mark.parametrize("how", ["reminder", "extended"])
def test_nothing_that_anyone_reads_changes_with_it(reminded, visitor, clock, capsys, how, event):
    email = reminded(how)
    before = all_that_is_shown(visitor, clock, capsys)

    bounce(email, clock, event)

    assert {bounced.email for bounced in cohorts.list_bounces(people.COHORT)} == {people.person("p1").email}
    assert all_that_is_shown(visitor, clock, capsys) == before


def test_an_invitation_that_bounces_is_shown(reminded, visitor, clock, capsys):
    reminded("reminder")
    bounce(last_email("p1", "collect/invitation#"), clock)

    _, delegate, *_ = all_that_is_shown(visitor, clock, capsys)
    assert people.person("p1").email in delegate, "or the test of pages could not fail"


def test_no_more_reminders_go_there_but_everything_else_that_waits_does(reminded, clock):
    email = reminded("extended")
    waiting = lambda: {row["id"] for row in scan() if row["sk"] == "MAIL" and "due_shard" in row}  # noqa: E731
    of_p1 = {row["id"] for row in scan() if row["sk"] == "MAIL" and row["to"]["email"] == people.person("p1").email}
    assert waiting() & of_p1
    bounce(email, clock)

    assert not waiting() & of_p1
    later = people.DATES.closes + timedelta(days=14)
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, later, clock.advance(days=1))
    drain(clock.now())
    assert last_email("p1", "collect/extended#").row == email.row
    assert last_email("p2", "collect/extended#").row != last_email("p2", "collect/invitation#").row


def test_a_correction_and_a_void_are_alike_for_who_was_reminded_and_who_was_not(reminded, clock):
    """The same emails go out, the same rows are written, and the same counts are hidden."""
    bounce(reminded("reminder"), clock)
    clock.advance(hours=1)
    jobs_of = {}
    for name in ("p0", "p1"):
        address_change.change_address(
            people.COHORT, people.person(name).email, f"{name}.new@example.org", clock.advance(minutes=1), BY
        )
        drain(clock.now())
        notices = [
            email.row for email in sent_emails(people.person(name).email) if email.row.startswith("admin/replaced#")
        ]
        replaced = [row for row in scan() if row["pk"].startswith("JOB#replace#")]
        newest = max(replaced, key=lambda row: row["due_at"])  # it names no one any more
        jobs_of[name] = len(notices), newest["about"]
    assert jobs_of["p0"] == jobs_of["p1"]
    assert (jobs_of["p1"][0], jobs_of["p1"][1]["bounced"]) == (1, "")
    assert cohorts.list_bounces(people.COHORT), "a row that an act deletes would show by its absence"


def test_a_void_asks_again_at_an_address_where_a_reminder_bounced(reminded, clock):
    bounce(reminded("reminder"), clock)
    for name in ("p0", "p1"):
        void(
            people.COHORT,
            people.person(name).email,
            clock.advance(minutes=1),
            BY,
            delegate=people.person("dana delegate").email,
        )
        drain(clock.now())

    asked_again = {name: last_email(name, "collect/again#").row.partition("#")[0] for name in ("p0", "p1")}
    assert asked_again == dict.fromkeys(("p0", "p1"), "collect/again")


EVENTS = {**BOUNCES, "delivery": outbox.delivery, "none": None}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_what_becomes_of_a_request_to_answer_again_shows_no_one_who_declined(visitor, clock, capsys, event):
    """Who declined gets none: neither its bounce nor its arrival may change a page."""
    people.opened(clock, chosen=people.raters(4, 4))
    clock.advance(hours=1)
    bounce(last_email("p0", "collect/invitation#"), clock, BOUNCES["full"])
    void(people.COHORT, people.person("p0").email, clock.now(), BY)
    drain(clock.now())
    before = all_that_is_shown(visitor, clock, capsys)
    assert people.person("p0").email in before[1], "or the test could not fail"
    if event:
        bounce(last_email("p0", "collect/again#"), clock, lambda sent, now: event(sent, clock.advance(hours=1)))

    assert all_that_is_shown(visitor, clock, capsys) == before


def test_an_email_that_arrives_deletes_no_hidden_row(reminded, clock):
    email = reminded("reminder")
    delivery_events.record_delivery_event(outbox.bounce(email, clock.now(), kind="Transient"), clock.now())
    first = last_email("p1", "collect/invitation#")
    delivery_events.record_delivery_event(outbox.delivery(first, clock.advance(hours=1)), clock.now())

    count = len(cohorts.list_bounces(people.COHORT))
    assert count == 2, "one reminder was about two delegates"


@pytest.mark.parametrize("how", ["reminder", "extended"])
def test_a_reminder_that_arrives_removes_no_bounce_from_the_page(reminded, visitor, clock, capsys, how):
    """The invitation of both met an absence notice. Who has answered gets no reminder that could take theirs away."""
    email = reminded(how)
    for name in ("p0", "p1"):
        bounce(last_email(name, "collect/invitation#"), clock, BOUNCES["full"])
    before = all_that_is_shown(visitor, clock, capsys)
    assert people.person("p1").email in before[1], "or the test could not fail"

    bounce(email, clock, lambda sent, now: outbox.delivery(sent, clock.advance(hours=1)))

    assert all_that_is_shown(visitor, clock, capsys) == before


def test_rejected_reminders_are_shown_next_to_no_delegate(visitor, clock, capsys):
    """Of two delegates the one without a rejected reminder would have every answer in."""
    people.opened(clock, chosen=people.raters(4, 4), names=("dana delegate", "dora delegate"))
    dora = delegate_id(people.COHORT, "dora.delegate@example.org")
    asked = [
        invitation
        for delegate in (people.dana(), dora)
        for invitation in invitations.of_delegate(delegate, Wave.BASELINE)
    ]
    for invitation in asked:
        if (invitation.delegate_id, invitation.rater.email) != (people.dana(), "p0@example.org"):
            answer_link = scene.link_of(invitation)
            scene.fill_in(answer_link, "3", clock.now())
            submit(answer_link, clock.now())
    with watched_by(SesSays(CONTENT[0], message=CONTENT[1])):
        for _ in range(13):
            drain(clock.advance(days=1))
    pages = [f"{BASE_URL}/admin/cohort/{people.COHORT}/delegate/{delegate}" for delegate in (people.dana(), dora)]
    visitor.let_in_administrator(clock.now())

    assert "rejected-emails" in visitor.open(f"{BASE_URL}/admin/cohort/{people.COHORT}").messages
    for page in (*pages, f"{BASE_URL}/admin/cohort/{people.COHORT}/progress"):
        assert "rejected" not in visitor.open(page).page
    main(["mails", "retry"])
    printed = capsys.readouterr().out
    assert "collect/reminder" in printed
    assert people.dana() not in printed
    assert not {event["about"] for event in audit_events.of_cohort(people.COHORT)} & {people.dana(), dora}
