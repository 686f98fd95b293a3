"""Emails to one reader on one day go out as one, each exactly once, also after faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from html import unescape
from itertools import count

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Person
from chalicelib.core.settings import settings
from chalicelib.emails.digest import NAME
from chalicelib.emails.kinds import label_of, load_kinds
from chalicelib.emails.send import send
from chalicelib.emails.waiting import list_unwanted
from chalicelib.store import cohorts, delegates, digests, emails, holds, pauses, waiting_emails
from chalicelib.store.due import list_due
from chalicelib.store.emails import Email, EmailSettled, EmailState
from chalicelib.store.table import scan, transact, update_one
from tests.emails.samples import SAM, make_email
from tests.emails.test_faults import FAULTS, Died, Plan
from tests.emails.test_send import SesSays
from tests.support import cloud, people
from tests.support.calls import watched_by
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import publish_email_events, sent_emails

pytestmark = pytest.mark.usefixtures("aws")

ABOUT = {"one": "Amara Osei", "two": "Bela Novak", "three": "Chidi Obi"}
KIND = "programme/dates_moved_manager"
MAX_CALLS = 22  # of three emails that go out together, with retries


def about(name: str, **more) -> Email:
    """Return an email to Sam, as line manager of a delegate. Each gives another reason: no two are alike."""
    return of(KIND, name, delegate=ABOUT[name], **{"why": f"Reason {name}.", **more})


def of(kind: str, name: str, **words: str) -> Email:
    """Return an email of a kind about one delegate."""
    return replace(make_email(kind, name, **words), about={"cohort": "spring", "delegate": name})


@pytest.fixture
def three():
    store(*map(about, ABOUT))


def store(*new: Email) -> None:
    transact(emails.add_all(new))


def states() -> dict[str, EmailState]:
    return {name: emails.find(about(name).id).state for name in ABOUT}


def digest() -> Email:
    (row_id,) = [row["id"] for row in scan() if row["pk"].startswith(f"MAIL#{NAME}")]
    return emails.find(row_id)


def test_three_emails_to_one_reader_go_out_as_one(three):
    drain(MONDAY)

    (sent,) = sent_emails()
    assert sent.message["Subject"] == "Dates of Maximising Potential have moved for Amara Osei (and 2 more)"
    for part in (sent.part("plain"), sent.part("html")):
        assert [part.count(f"line manager of {name}") for name in ABOUT.values()] == [1, 1, 1]
        assert part.count("Dear Sam") == 1
    assert set(states().values()) == {EmailState.SENT}
    assert list(list_due(MONDAY + timedelta(days=9))) == []


def test_a_digest_comes_from_the_programme_and_its_row_names_no_one(three):
    drain(MONDAY)

    (sent,) = sent_emails()
    assert parseaddr(str(sent.message["From"]))[0] == "Maximising Potential"
    assert not any(
        name in str([row for row in scan() if row["pk"] == f"MAIL#{digest().id}"]) for name in ABOUT.values()
    )


def test_a_foot_that_all_items_share_is_shown_once():
    store(make_email("meetings/not_arranged", "one"), make_email("meetings/not_recorded", "two"))
    drain(MONDAY)
    assert sent_emails()[0].part("html").count("because you are an administrator") == 1


@pytest.mark.parametrize(
    ("kinds", "times"),
    [
        pytest.param(("report/ready", "collect/invitation", "meetings/arrange"), 1, id="own-pages"),
        pytest.param(("report/ready", "meetings/not_arranged"), 1, id="one-of-two"),
        pytest.param(("meetings/not_arranged", "report/too_few"), 0, id="pages-that-ask-who-it-is"),
    ],
)
def test_a_digest_says_at_most_once_that_its_pages_are_for_its_reader_alone(kinds, times):
    store(*(make_email(kind, f"the {number}") for number, kind in enumerate(kinds)))
    drain(MONDAY)

    (sent,) = sent_emails()
    assert [sent.part(part).count("yours alone") for part in ("plain", "html")] == [times, times]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("report/ready", "Reports are ready: 2 people"),
        ("meetings/arrange", "2 people wait for a debrief"),
        ("meetings/not_arranged", "Debriefs not arranged: 2"),
        ("meetings/propose", "Propose times for 2 debrief sessions"),
        ("areas/asked", "2 people ask to close a development area"),
        ("areas/done", "2 people have finished a development area"),
        ("areas/shared", "What Dr Amara Osei and 1 other will work on, and how to help"),
        ("impact/counted", "Thank you: what your answers about Dr Amara Osei and 1 other did"),
        ("impact/shares", "Dr Amara Osei and 1 other have sent figures: how much is due to the programme?"),
        ("collect/invitation", "Dr Amara Osei and 1 other ask for your feedback by Friday 26 June 2026"),
        ("collect/reminder", "Please give Dr Amara Osei and 1 other your feedback by Friday 26 June 2026"),
    ],
)
def test_emails_of_one_kind_share_a_subject(kind, subject):
    store(of(kind, "one"), of(kind, "two"))
    drain(MONDAY)
    (sent,) = sent_emails()
    assert sent.message["Subject"] == subject


@pytest.mark.parametrize("kind", [kind for kind in load_kinds().values() if kind.names_several], ids=lambda k: k.name)
def test_what_is_said_of_several_delegates_is_said_once(kind):
    store(*(of(kind.name, name, delegate=ABOUT[name]) for name in ABOUT))
    drain(MONDAY)

    (sent,) = sent_emails()
    for part in ("plain", "html"):
        assert "Amara Osei, Bela Novak and Chidi Obi" in " ".join(sent.part(part).split())
        assert "Dear Sam" in sent.part(part)
    assert sent.part("html").count("<h1") == 1
    assert len(set(sent.links)) == len(kind.links)


@pytest.mark.parametrize(
    ("titles", "named"),
    [
        (("Matron", "Registrar"), "Amara Osei (Matron), Amara Osei (Registrar) and Bela Novak"),
        (("Matron", "Matron"), "Amara Osei (Matron, A), Amara Osei (Matron, B) and Bela Novak"),
        (("", ""), "Amara Osei, Amara Osei and Bela Novak"),
    ],
)
def test_two_delegates_of_one_name_are_each_named(clock, titles, named):
    people.load(clock.now(), names=("amara one", "amara two"))
    drain(clock.now())
    ids = [line.delegate_id for line in cohorts.list_lines(people.COHORT)]
    for before, title, service in zip(map(delegates.find, ids), titles, "AB", strict=True):
        after = replace(before, job_title=title, service=service)
        transact([delegates.change(before, after, ["job_title", "service"])])
    about_each = [*((delegate_id, "Amara Osei") for delegate_id in ids), ("two", "Bela Novak")]
    store(*(of("report/ready", delegate_id, delegate=name) for delegate_id, name in about_each))
    drain(MONDAY)

    (sent,) = [email for email in sent_emails() if "Bela Novak" in " ".join(email.part("plain").split())]
    for part in ("plain", "html"):
        assert named in " ".join(unescape(sent.part(part)).split())


def test_what_is_said_twice_of_one_delegate_is_said_once():
    store(*(replace(make_email("impact/shares", name), about={"delegate": "dana"}) for name in ("one", "two")))
    drain(MONDAY)

    (sent,) = sent_emails()
    assert sent.message["Subject"] == "Dr Amara Osei has sent figures: how much is due to the programme?"
    assert sent.part("html").count("<h1") == 1


def test_what_differs_in_more_than_the_delegate_keeps_a_section_of_its_own():
    store(
        *(of("workshops/away", name, delegate=ABOUT[name], days=days) for name, days in zip(ABOUT, "445", strict=True))
    )
    drain(MONDAY)

    (sent,) = sent_emails()
    assert sent.part("html").count("<h1") == 2
    assert "Amara Osei and Bela Novak are away on 4" in sent.part("html")
    assert "Chidi Obi is away on 5" in sent.part("html")


def test_a_shared_subject_counts_its_own_kind_only():
    store(of("report/ready", "one"), of("report/ready", "two"), about("three"))
    drain(MONDAY)
    (sent,) = sent_emails()
    assert str(sent.message["Subject"]) in (
        "Reports are ready: 2 people (and 1 more)",
        "Dates of Maximising Potential have moved for Chidi Obi (and 1 more)",
    )


def test_one_email_alone_does_not_change():
    store(about("one"))
    drain(MONDAY)
    (sent,) = sent_emails()
    assert (sent.row, "Dear Sam" in sent.part("plain")) == (about("one").id, True)


def test_emails_of_a_version_without_a_word_of_the_frame_go_out_as_one():
    """They waited through an upgrade."""
    earlier = [replace(email, words=without(email.words, "time_zone")) for email in (about("one"), about("two"))]
    store(*earlier)
    drain(MONDAY)
    (sent,) = sent_emails()
    assert sent.row == digest().id


def without(words: Mapping[str, str], word: str) -> dict[str, str]:
    return {name: text for name, text in words.items() if name != word}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(about("two"), to=Person("Pat", "pat@example.org")), id="another-reader"),
        pytest.param(replace(about("two"), in_digest="2026-09-08"), id="another-day"),
        pytest.param(about("two", programme="Rising Stars"), id="another-programme"),
        pytest.param(replace(about("two"), due_at=MONDAY + timedelta(minutes=5)), id="later"),
        pytest.param(make_email("debrief/released", "two"), id="always-an-email-of-its-own"),
    ],
)
def test_what_does_not_belong_together_goes_by_itself(other):
    store(about("one"), other)
    drain(MONDAY + timedelta(seconds=1))
    drain(MONDAY + timedelta(minutes=6))
    assert {sent.row for sent in sent_emails()} == {about("one").id, other.id}


def test_items_of_two_roles_are_listed_under_their_roles():
    store(about("one"), make_email("report/ready", "two"))
    drain(MONDAY)
    (sent,) = sent_emails()
    text = sent.part("plain")
    assert "FOR YOU AS THE LINE MANAGER" in text
    assert "FOR YOU AS THE COACH" in text


def test_the_administrator_reads_what_a_digest_is():
    assert label_of(NAME) == "Several emails in one"


def test_the_most_urgent_names_the_digest():
    store(about("one"), replace(about("two"), good_until=MONDAY + timedelta(days=1)))
    drain(MONDAY)
    assert sent_emails()[0].message["Subject"].endswith("for Bela Novak (and 1 more)")


LATER = MONDAY + timedelta(hours=2)  # the lease of the digest has ended

# --- what changes on the way ----------------------------------------------------------------------------


def carried() -> Email:
    """Have the first email carry the others, and the function die before it hands the digest over."""
    die_while_sending(*(about(name).id for name in ABOUT))
    assert set(states().values()) == {EmailState.CARRIED}
    return digest()


def die_while_sending(*email_ids: str) -> None:
    faults = Plan({})
    faults.before = lambda service, operation, context: _die() if operation == "SendEmail" else None  # type: ignore[method-assign]
    faults.after = lambda service, operation, context: None  # type: ignore[method-assign]
    with suppress(Died), watched_by(faults):
        send(min(email_ids), "dies", MONDAY)


def _die() -> None:
    raise Died


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(lambda email_id: emails.claim(email_id, "another run", MONDAY, LATER), id="claimed"),
        pytest.param(lambda email_id: update_one(emails.cancel(email_id)), id="cancelled"),
    ],
)
def test_a_digest_takes_along_only_what_still_waits(three, meanwhile):
    first, *others = sorted(about(name).id for name in ABOUT)
    held = emails.claim(first, "this run", MONDAY, LATER)
    sent_list = digests.read_others(held, digests.list_listed(held, whole_week=False), MONDAY)
    meanwhile(others[0])
    wanted = Email(f"{NAME}#one", NAME, held.to, MONDAY, items=(first, *others))
    with pytest.raises(EmailSettled):
        transact(digests.carry(held, sent_list, wanted))
    assert emails.find(wanted.id) is None
    assert EmailState.CARRIED not in states().values()


def test_an_item_that_is_cancelled_on_the_way_is_left_out(three):
    carried()
    update_one(emails.cancel(about("two").id))
    drain(LATER)
    (sent,) = sent_emails()
    assert "Bela Novak" not in sent.part("plain")
    assert states()["two"] is EmailState.CANCELLED


def test_a_digest_with_nothing_left_is_not_sent(three):
    held = carried()
    waiting_emails.cancel_all([about(name).id for name in ABOUT])
    drain(LATER)
    assert sent_emails() == []
    assert emails.find(held.id).state is EmailState.CANCELLED


def test_an_item_whose_reader_has_another_address_goes_there(three):
    carried()
    new = Person("Sam O'Brien", "sam.new@example.org")
    transact(emails.redirect(emails.find(about("two").id), new, {}, revive=False))
    drain(LATER)
    assert {sent.addresses[0]: "Bela Novak" in sent.part("plain") for sent in sent_emails()} == {
        SAM.email: False,
        new.email: True,
    }


def test_an_item_to_an_address_that_bounced_waits_for_another(three):
    carried()
    update_one(emails.suppress(about("two").id))
    drain(LATER)
    assert "Bela Novak" not in sent_emails()[0].part("plain")

    waiting, suppressed = waiting_emails.list_queued("two")
    assert (waiting, [email.id for email in suppressed]) == ([], [about("two").id])
    transact(emails.redirect(suppressed[0], Person("Sam", "sam.new@example.org"), {}, revive=True))
    drain(LATER + timedelta(minutes=5))
    assert "Bela Novak" in sent_emails("sam.new@example.org")[0].part("plain")


RETURN = MONDAY + timedelta(days=9)


def test_an_item_about_a_delegate_who_is_paused_since_waits_for_the_return(three):
    carried()
    transact([pauses.begin("two", RETURN)])
    drain(LATER)
    (sent,) = sent_emails()
    assert ["Bela Novak" in sent.part("plain"), "Amara Osei" in sent.part("plain")] == [False, True]
    waiting = emails.find(about("two").id)
    assert (waiting.state, waiting.due_at, waiting.carried_by) == (EmailState.QUEUED, RETURN, "")

    publish_email_events(LATER, "Delivery")
    assert emails.find(about("two").id).state is EmailState.QUEUED, "the digest's outcome is not that of the item"
    transact([pauses.end("two")])
    drain(RETURN)
    (_, sent) = sent_emails()
    assert "Bela Novak" in sent.part("plain")


def test_an_item_to_an_address_that_is_held_since_waits_for_the_end_of_the_hold():
    """A coach's new address is held for one of two delegates while a digest about both is on its way."""
    until = MONDAY + timedelta(days=1)
    first, second = (
        replace(make_email("meetings/prepare_coach", name), about={"cohort": "spring", "delegate": name})
        for name in ("one", "two")
    )
    store(first, second)
    die_while_sending(first.id, second.id)
    transact([holds.add(holds.make_hold("spring", SAM, until, "ada@example.org", "two"))])
    drain(LATER)
    (sent,) = sent_emails()
    assert emails.find(sent.row).items == (first.id, second.id)
    assert emails.find(first.id).state is EmailState.SENT
    kept = emails.find(second.id)
    assert (kept.state, kept.due_at, kept.reason, kept.carried_by) == (EmailState.QUEUED, until, holds.REASON, "")
    drain(until)
    assert [emails.find(second.id).state, len(sent_emails())] == [EmailState.SENT, 2]


def test_a_digest_about_delegates_who_are_all_paused_is_not_sent(three):
    held = carried()
    transact([pauses.begin(name, RETURN) for name in ABOUT])
    drain(LATER)
    assert sent_emails() == []
    assert emails.find(held.id).state is EmailState.CANCELLED
    assert set(states().values()) == {EmailState.QUEUED}


def test_an_item_that_says_that_the_delegate_is_paused_stays_in_the_digest():
    notice = replace(make_email("admin/needs", "spring"), about={"cohort": "spring", "delegate": "two"})
    others = [make_email("admin/needs", name) for name in ("summer", "autumn")]
    store(notice, *others)
    transact([pauses.begin("two", RETURN)])
    drain(MONDAY)
    assert emails.find(notice.id).state is EmailState.SENT


def test_an_email_about_no_delegate_takes_along_none_about_who_is_paused():
    first = replace(about("one"), id=f"{KIND}#0", about={"cohort": "spring"})
    store(first, about("two"))
    transact([pauses.begin("two", RETURN)])
    drain(MONDAY)
    assert [sent.row for sent in sent_emails()] == [first.id]
    assert emails.find(about("two").id).due_at == RETURN


def test_an_unconfirmed_email_about_a_delegate_who_is_paused_since_waits_for_the_return():
    store(about("one"))
    with watched_by(SesSays("InternalFailure", 500)):
        send(about("one").id, "unanswered", MONDAY)
    transact([pauses.begin("one", RETURN)])
    drain(LATER)
    assert sent_emails() == []
    assert emails.find(about("one").id).due_at == RETURN


def test_no_act_about_one_delegate_finds_the_digest(three):
    held = carried()
    assert all(held.id not in waiting_emails.list_ids(name) for name in ABOUT)
    waiting_emails.cancel_all(list_unwanted("one"))
    drain(LATER)
    (sent,) = sent_emails()
    assert ("Amara Osei" in sent.part("plain"), "Bela Novak" in sent.part("plain")) == (False, True)


def test_an_item_that_would_come_too_late_is_left_out():
    store(about("one"), about("three"), replace(about("two"), good_until=MONDAY + timedelta(minutes=30)))
    carried()
    drain(LATER)
    assert "Bela Novak" not in sent_emails()[0].part("plain")


# --- what the email service says ------------------------------------------------------------------------


def test_items_have_the_outcome_of_their_digest(three):
    drain(MONDAY)
    publish_email_events(MONDAY, "Delivery")
    assert set(states().values()) == {EmailState.DELIVERED}


def test_a_digest_that_bounced_is_shown_for_each_item(three):
    drain(MONDAY)
    publish_email_events(MONDAY, "Bounce")
    assert set(states().values()) == {EmailState.BOUNCED}
    assert {bounce.mail_id for bounce in cohorts.list_bounces("spring")} == {about(name).id for name in ABOUT}


def test_what_ses_rejects_is_retried_item_by_item_and_arrives_once(three):
    with watched_by(SesSays("BadRequestException")):
        drain(MONDAY)
    assert set(states().values()) == {EmailState.REFUSED}
    refused = emails.refused_by_ses(MONDAY)
    assert {email.id for email in refused} == {about(name).id for name in ABOUT}  # and no digest

    later = MONDAY + timedelta(minutes=10)
    for email in refused:
        transact(emails.retry(email, later))
    drain(later)
    text = " ".join(sent.part("plain") for sent in sent_emails())
    assert [text.count(f"line manager of {name}") for name in ABOUT.values()] == [1, 1, 1]
    assert set(states().values()) == {EmailState.SENT}


# --- faults -----------------------------------------------------------------------------------------------


def deliver(plan: Mapping[int, str], *, heard: bool) -> None:
    """Send by hints and sweeps while the plan strikes. `heard`: SES's events reach us."""
    attempts, at, faults = count(), MONDAY, Plan(plan)
    for _ in range(60):
        for row in list(list_due(at)):
            with suppress(Died), watched_by(faults):
                send(row["pk"].partition("#")[2], f"attempt-{next(attempts)}", at)
        if heard:
            publish_email_events(at)
        if not list(list_due(at + timedelta(days=9))):
            return
        at += timedelta(minutes=5)
    raise AssertionError(f"{plan}: never settled")


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_at_any_call_each_email_arrives_once(fault):
    settings()
    for call in range(1, MAX_CALLS):
        cloud.empty()
        store(*map(about, ABOUT))
        deliver({call: fault}, heard=True)
        texts = [sent.part("plain") for sent in sent_emails()]
        seen = Counter(name for name in ABOUT.values() for text in texts if f"line manager of {name}" in text)
        assert seen == Counter(ABOUT.values()), f"{fault} at call {call}"


def test_without_events_no_email_is_lost():
    settings()
    for call in range(1, MAX_CALLS):
        cloud.empty()
        store(*map(about, ABOUT))
        deliver({call: "dead after"}, heard=False)
        text = " ".join(sent.part("plain") for sent in sent_emails())
        assert all(f"line manager of {name}" in text for name in ABOUT.values()), f"call {call}"
