"""Another address for a rater, a line manager, a delegate or a coach: the old link is dead, and nothing is lost."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, close_or_extend, person_export, resend_link, void_answers
from chalicelib.admin.address_audit import MAX_EVENTS, audit_change
from chalicelib.admin.address_change import ReplaceRefused
from chalicelib.admin.audit_log import load_audit_log
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.redirect_emails import Change
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.core.calendar import local_moment
from chalicelib.core.model import ERASED_ADDRESS, InvitationState, Wave
from chalicelib.core.reasons import MAX_REASON_CHARS
from chalicelib.emails import delivery_events
from chalicelib.jobs.kinds import HANDLERS, JobKind
from chalicelib.jobs.run import run_job
from chalicelib.links.kinds import FACILITATOR, SPONSOR
from chalicelib.ownership import erase_person
from chalicelib.store import audit_events, cohorts, delegates, invitations
from chalicelib.store.table import scan
from infra.local import outbox
from tests.support import people
from tests.support.drain import drain, run_row
from tests.support.emails import sent_emails

BY = "ada@example.org"
NEW = "new.address@example.org"


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=1)
    return visitor


def old(name):
    return people.person(name).email


def change(clock, who, new=NEW, **more):
    address_change.change_address(people.COHORT, old(who), new, clock.now(), BY, **more)
    drain(clock.now())


def wait_for_the_link(clock):
    """Pass the working day for which a reader's new link waits, as sign-in codes do."""
    assert sent_emails(NEW) == []
    drain(clock.advance(days=1))


def invitation(address):
    return next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == address
    )


def new_link(part, address=NEW):
    return [url for email in sent_emails(address) for url in email.links if f"/{part}/" in url][-1]


def to_old(who):
    """Emails to an old address but for the notice that it was replaced."""
    return [email for email in sent_emails(old(who)) if email not in notices(who)]


def notices(who):
    return [
        email for email in sent_emails(old(who)) if "no longer come to this address" in str(email.message["Subject"])
    ]


def waiting():
    return {row["id"]: row["to"]["email"] for row in scan() if row["sk"] == "MAIL" and "due_shard" in row}


def test_a_rater_is_invited_again_and_the_old_link_opens_nothing(opened, clock):
    before = people.link("p0", "answer")
    reminders = {email for email, to in waiting().items() if to == old("p0")}

    change(clock, "p0")

    assert [str(email.message["To"]) for email in sent_emails(NEW)] == [f"P0 <{NEW}>"]
    assert opened.open(before).status == 410
    assert opened.open(new_link("answer")).status == 200
    assert opened.open(new_link("inbox")).status == 200
    assert {email for email, to in waiting().items() if to == NEW} == reminders
    assert old("p0") not in str([row for row in scan() if row["pk"].startswith(("DELEGATE#", "COHORT#"))])
    said = f"replaced the address of a rater: from {old('p0')} to {NEW} (no reason given)"
    assert audit_events.say_line(audit_events.of_cohort(people.COHORT)[-1]) == said


@pytest.mark.parametrize(
    ("who", "act", "about"),
    [
        ("p0", "replaced the address of a rater", "Dana Delegate"),
        ("mara manager", "replaced the address of the line manager", "Dana Delegate"),
        ("dana delegate", "replaced the address of the delegate", "Dana Delegate"),
        ("cleo coach", "replaced the address of the coach", "Cleo Coach"),
        ("sponsor", "replaced the address of the sponsor", "The cohort"),
    ],
)
def test_the_trail_names_whose_address_was_replaced_both_addresses_and_why(opened, clock, who, act, about):
    address = people.SPONSOR.email if who == "sponsor" else old(who)
    address_change.change_address(people.COHORT, address, NEW, clock.advance(hours=1), BY, why="asked by\nphone")
    drain(clock.now())

    entries = load_audit_log(load_dashboard(people.COHORT, clock.now()))
    (line,) = [entry for entry in entries if entry.act.startswith("replaced")]
    said = f"{act}: from {address} to {NEW} (asked by phone)"
    assert (line.act, line.about, line.who) == (said, about, BY)


@pytest.mark.parametrize(("erased", "left"), [(NEW, set()), (old("p0"), {NEW})])
def test_an_erasure_takes_the_former_address_out_with_the_one_that_counts(opened, clock, erased, left):
    """Erasing the former address alone, which may have been a stranger's, leaves the other."""
    change(clock, "p0")
    erase_person.erase(erased, clock.advance(hours=1))

    (line,) = [row for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("replaced")]
    assert {address for address in (NEW, old("p0")) if address in str(line)} == left


def test_an_erasure_takes_out_every_earlier_change_of_the_address(opened, clock):
    for before, after in (
        (old("p0"), "second@example.org"),
        ("second@example.org", NEW),
        (old("p1"), "p1@example.net"),
    ):
        address_change.change_address(people.COHORT, before, after, clock.advance(minutes=1), BY)
        drain(clock.now())
    erase_person.erase(NEW, clock.advance(hours=1))

    lines = [row["people"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("replaced")]
    assert {person["email"] for line in lines[:2] for person in line.values()} == {ERASED_ADDRESS}
    assert [person["email"] for person in lines[2].values()] == [old("p1"), "p1@example.net"]


def test_who_asks_for_a_copy_of_their_data_gets_their_own_address_of_a_change(opened, clock):
    change(clock, "p0")

    assert NEW not in str(person_export.find(old("p0")))


def test_a_reason_that_is_too_long_is_refused(opened, clock):
    with pytest.raises(ReplaceRefused) as refused:
        address_change.change_address(people.COHORT, old("p0"), NEW, clock.now(), BY, why="x" * (MAX_REASON_CHARS + 1))

    assert [fault.field for fault in refused.value.faults] == ["why"]


def test_an_address_in_many_rows_makes_one_entry(opened, clock):
    many = [replace(delegates.find(people.dana()), id=f"d{number}") for number in range(MAX_EVENTS + 1)]
    change = Change(people.COHORT, old("mara manager"), NEW, "")

    assert len(audit_change(change, cohorts.find(people.COHORT), many, BY, clock.now(), "")) == 1
    assert len(audit_change(change, cohorts.find(people.COHORT), many[1:], BY, clock.now(), "")) == MAX_EVENTS


@pytest.mark.parametrize("how", ["extended", "voided"])
def test_a_new_address_revives_no_reminder_that_others_have_replaced(opened, clock, how):
    replaced = {email for email, to in waiting().items() if to == old("p0")}
    if how == "extended":
        later = people.DATES.closes + timedelta(days=3)
        close_or_extend.extend(people.COHORT, old("dana delegate"), later, clock.now())
    else:
        void_answers.void(people.COHORT, old("p0"), clock.now(), BY)
    drain(clock.advance(minutes=1))
    current = {email for email, to in waiting().items() if to == old("p0")}
    outdated = replaced - current
    assert outdated

    change(clock, "p0")

    assert {email for email, to in waiting().items() if to == NEW} >= current
    assert not outdated & waiting().keys()


def test_reminders_lead_to_the_new_link(opened, clock):
    change(clock, "p0")
    drain(clock.to(local_moment(people.DATES.closes - timedelta(days=7), 9, "Europe/London")))

    emails = sent_emails(NEW)
    assert len(emails) > 1
    assert {
        link.rsplit(".", 1)[0].rsplit(".", 1)[1] for email in emails for link in email.links if "/answer/" in link
    } == {"2"}
    assert len(to_old("p0")) == 1


def test_the_new_address_gets_the_same_email_whether_answers_were_sent_or_not(opened, clock):
    """Else an administrator who types an address that does not exist learns from its bounce who has not answered."""
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url), url)
    addresses = {"p0": "p0.new@nowhere.example.org", "p1": "p1.new@nowhere.example.org"}
    for name, new in addresses.items():
        address_change.change_address(people.COHORT, old(name), new, clock.advance(minutes=1), BY)
        drain(clock.now())
    assert len({_alike(email, name) for name, new in addresses.items() for email in sent_emails(new)}) == 1

    for new in addresses.values():
        (email,) = sent_emails(new)
        delivery_events.record_delivery_event(outbox.bounce(email, clock.now()), clock.now())
        drain(clock.now())
    bounced = [bounce.email for bounce in cohorts.list_bounces(people.COHORT)]
    assert sorted(bounced) == sorted(addresses.values())


def _alike(email, name):
    """Return an email without what is the person's own: their name and their links."""
    return email.row.partition("#")[0], re.sub(r"https?://\S+", "LINK", email.part("plain")).replace(
        name.upper(), "NAME"
    )


def test_an_answer_given_stays_and_counts(opened, clock):
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url), url)

    change(clock, "p0")

    moved = invitation(NEW)
    assert (moved.state, moved.sealed, bool(moved.sent)) == (InvitationState.ANSWERED, True, True)
    assert 'data-state="sealed"' in opened.open(new_link("inbox")).page
    close_or_extend.publish_with_few_answers(people.COHORT, old("dana delegate"), clock.now())
    drain(clock.now())
    assert [row["group"] for row in scan() if row["sk"].startswith("RESPONSE#baseline")] == ["peer"]


def test_the_old_address_is_notified_at_once_and_once(opened, clock):
    for _ in range(2):
        change(clock, "p0")

    (notice,) = notices("p0")
    assert NEW not in notice.part("plain") + notice.part("html")
    assert "P0" not in notice.part("plain")
    assert notice.links == []


@pytest.mark.parametrize("who", ["mara manager", "dana delegate", "cleo coach"])
def test_the_former_owner_of_the_address_gets_a_notice(opened, clock, who):
    change(clock, who)

    assert len(notices(who)) == 1


def test_an_erasure_takes_out_lines_about_an_address_of_before(opened, clock):
    resend_link.resend_link(people.COHORT, old("p0"), clock.now(), BY)
    drain(clock.advance(minutes=1))
    change(clock, "p0")
    resend_link.resend_link(people.COHORT, NEW, clock.advance(days=1), BY)
    resend_link.resend_link(people.COHORT, old("p1"), clock.now(), BY)
    erase_person.erase(NEW, clock.advance(days=1))

    named = [audit_events.say_line(row) for row in audit_events.of_cohort(people.COHORT)]
    assert [line for line in named if "P0" in line] == []
    assert [line for line in named if "P1" in line] != []


@pytest.mark.parametrize("bounced", [False, True], ids=["held", "at-once"])
@pytest.mark.parametrize("who", ["dana delegate", "mo facilitator"])
def test_two_presses_before_the_first_is_done_send_one_link(opened, clock, who, bounced):
    """And a change to and fro sends another one."""
    if bounced:
        email = next(accepted for accepted in sent_emails(old(who)) if not accepted.row.startswith("collect/reminder"))
        delivery_events.record_delivery_event(outbox.bounce(email, clock.now()), clock.now())
        drain(clock.now())
    for _ in range(2):
        address_change.change_address(people.COHORT, old(who), NEW, clock.now(), BY)
        clock.advance(minutes=1)
    drain(clock.now())
    assert len([row for row in scan() if row["pk"].startswith("JOB#replace#")]) == 2
    drain(clock.advance(days=1))
    assert len([accepted for accepted in sent_emails(NEW) if accepted.row.startswith("admin/new_link")]) == 1

    for before, after in ((NEW, old(who)), (old(who), NEW)):
        drain(clock.advance(hours=1))
        address_change.change_address(people.COHORT, before, after, clock.now(), BY)
        drain(clock.now())
    drain(clock.advance(days=3))
    assert len([accepted for accepted in sent_emails(NEW) if accepted.row.startswith("admin/new_link")]) == 2


def test_an_address_that_bounced_gets_no_notice(opened, clock):
    from chalicelib.emails import delivery_events

    delivery_events.record_delivery_event(outbox.bounce(sent_emails(old("p0"))[0], clock.now()), clock.now())
    change(clock, "p0")

    assert notices("p0") == []


def test_an_email_that_waits_for_the_old_address_goes_to_the_new_one_or_is_made_again(visitor, clock):
    """SES was away at the opening: first invitations still wait when the address is corrected."""
    people.load(clock.now(), chosen=people.raters(4, 0))
    drain(clock.now())
    clock.to(people.OPENING)
    for kind in ("open", "invite"):
        for row in [row for row in scan() if row["pk"].startswith(f"JOB#{kind}#")]:
            run_row({"pk": row["pk"], "kind": kind}, clock.now())
    assert [email for email, to in waiting().items() if to == old("p0") and email.startswith("collect/invitation")]

    address_change.change_address(people.COHORT, old("p0"), NEW, clock.now(), BY)
    for row in [row for row in scan() if row["pk"].startswith("JOB#replace#")]:
        run_row({"pk": row["pk"], "kind": "replace"}, clock.now())
    drain(clock.now())

    assert to_old("p0") == []
    assert len(sent_emails(NEW)) == 1
    assert visitor.open(new_link("answer")).status == 200


def test_a_link_that_was_asked_for_again_and_waits_is_not_sent_to_the_old_address(opened, clock):
    resend_link.resend_link(people.COHORT, old("p0"), clock.now(), BY)
    address_change.change_address(people.COHORT, old("p0"), NEW, clock.now(), BY)
    for row in [row for row in scan() if row["pk"].startswith("JOB#replace#")]:
        run_row({"pk": row["pk"], "kind": "replace"}, clock.now())
    drain(clock.now())

    assert [email for email in to_old("p0") if "here is your link" in str(email.message["Subject"])] == []


def test_the_sponsor_gets_a_new_link_and_the_old_one_ends(opened, clock):
    cohort = cohorts.find(people.COHORT)
    before = SPONSOR.url(cohort)
    assert opened.open(before).status == 200

    address_change.change_address(people.COHORT, people.SPONSOR.email, NEW, clock.now(), BY)
    drain(clock.now())

    assert cohorts.find(people.COHORT).sponsor.email == NEW
    assert opened.open(before).status == 410
    wait_for_the_link(clock)
    assert opened.open(new_link("sponsor")).status == 200
    assert kinds_to(people.SPONSOR.email) == ["people/sponsor_new", "admin/replaced"]


def test_a_facilitator_gets_a_new_link_and_the_old_one_opens_nothing(opened, clock):
    old_address = people.FACILITATOR.person.email
    before = FACILITATOR.url(cohorts.find(people.COHORT), people.FACILITATOR.person)
    assert opened.open(before).status == 200

    address_change.change_address(people.COHORT, old_address, NEW, clock.now(), BY)
    drain(clock.now())

    assert [facilitator.person.email for facilitator in cohorts.find(people.COHORT).facilitators] == [NEW]
    assert opened.open(before).status == 404
    wait_for_the_link(clock)
    assert opened.open(new_link("facilitator")).status == 200
    assert kinds_to(old_address) == ["people/facilitator_new", "admin/replaced"]


def kinds_to(address: str) -> list[str]:
    return [email.row.partition("#")[0] for email in sent_emails(address)]


def test_the_address_of_a_sponsor_who_is_a_facilitator_too_changes_in_both_parts(opened, clock):
    address_change.change_address(people.COHORT, people.FACILITATOR.person.email, NEW, clock.now(), BY)
    address_change.change_address(people.COHORT, people.SPONSOR.email, NEW, clock.now(), BY)
    drain(clock.now())

    address_change.change_address(people.COHORT, NEW, "both@example.org", clock.now(), BY)
    drain(clock.now())

    cohort = cohorts.find(people.COHORT)
    assert {cohort.sponsor.email, *(facilitator.person.email for facilitator in cohort.facilitators)} == {
        "both@example.org"
    }


def test_a_file_with_the_sponsor_of_before_gives_them_another_link_once_more(opened, clock):
    address_change.change_address(people.COHORT, people.SPONSOR.email, NEW, clock.now(), BY)
    drain(clock.now())
    people.load(clock.now(), names=("dana delegate", "dora delegate"))

    cohort = cohorts.find(people.COHORT)
    assert (cohort.sponsor.email, cohort.sponsor_link) == (people.SPONSOR.email, 3)


def test_an_email_that_reached_someone_else_is_asked_again_under_the_right_address(opened, clock):
    opened.open(people.link("p0", "decline"))
    opened.post(opened.url, {"reason": "wrong_person"})
    assert cohorts.list_lines(people.COHORT)[0].declined == 1

    change(clock, "p0")

    assert invitation(NEW).state is InvitationState.INVITED
    assert cohorts.list_lines(people.COHORT)[0].declined == 0
    assert opened.open(new_link("answer")).status == 200


def test_who_declined_gets_the_same_email_and_no_reminder(opened, clock):
    """Else an administrator who enters a mailbox of their own learns from the missing email who declined."""
    opened.open(people.link("p0", "decline"))
    opened.post(opened.url, {"reason": "no_time"})

    change(clock, "p0")
    change(clock, "p1", "p1.new@example.org")

    assert invitation(NEW).state is InvitationState.DECLINED
    (email,), (other,) = sent_emails(NEW), sent_emails("p1.new@example.org")
    assert _alike(email, "p0") == _alike(other, "p1")
    drain(clock.to(people.CLOSE - timedelta(days=1)))
    assert len(sent_emails(NEW)) == 1
    assert len(sent_emails("p1.new@example.org")) > 1


def test_a_bounce_leaves_the_dashboard(opened, clock):
    from chalicelib.emails import delivery_events

    (email,) = sent_emails(old("p0"))
    delivery_events.record_delivery_event(outbox.bounce(email, clock.now()), clock.now())
    assert [bounce.email for bounce in cohorts.list_bounces(people.COHORT)] == [old("p0")]

    change(clock, "p0")

    assert cohorts.list_bounces(people.COHORT) == []


def test_a_rater_who_was_chosen_and_not_yet_asked_is_asked_once_under_the_new_address(visitor, clock):
    people.load(clock.now(), chosen=people.raters(4, 0))
    drain(clock.now())

    change(clock, "p0")
    drain(clock.to(people.OPENING))

    assert len(sent_emails(NEW)) == 1
    assert sent_emails(old("p0")) == []


def test_the_line_manager_moves_with_their_questionnaire(opened, clock):
    change(clock, "mara manager", name="Mara Newname")

    delegate = delegates.find(people.dana())
    assert (delegate.manager.name, delegate.manager.email) == ("Mara Newname", NEW)
    assert invitation(NEW).group == "manager"
    assert opened.open(new_link("answer")).status == 200


def test_a_delegate_keeps_their_rows_and_gets_a_new_page(opened, clock):
    before = people.link("dana delegate", "hub")

    change(clock, "dana delegate")

    assert delegates.find(people.dana()).person.email == NEW
    assert cohorts.list_lines(people.COHORT)[0].email == NEW
    assert opened.open(before).status == 410
    wait_for_the_link(clock)
    assert opened.open(new_link("hub")).status == 200
    assert invitation(NEW).group == "self"
    assert kinds_to(NEW)[:1] == ["admin/new_link"]


def test_a_delegate_with_another_address_is_the_same_delegate_to_a_file_and_to_commands(opened, clock):
    change(clock, "dana delegate", new="dora.delegate@example.org")
    people.load(clock.now(), names=("dora delegate",))
    drain(clock.now())

    assert [line.delegate_id for line in cohorts.list_lines(people.COHORT)] == [people.dana()]
    close_or_extend.close_now(people.COHORT, "Dora.Delegate@example.org", clock.now())


def test_a_coach_moves_with_all_their_delegates_and_is_notified_once(visitor, clock):
    people.opened(clock, names=("dana delegate", "dora delegate"))
    change(clock, "cleo coach")
    change(clock, "cleo coach")

    assert {line.coach.email for line in cohorts.list_lines(people.COHORT)} == {NEW}
    wait_for_the_link(clock)
    assert len(sent_emails(NEW)) == 1
    assert visitor.open(new_link("coach")).status == 200


def test_pressing_twice_sends_once(opened, clock):
    for _ in range(2):
        address_change.change_address(people.COHORT, old("p0"), NEW, clock.now(), BY)
    clock.advance(minutes=1)
    address_change.change_address(people.COHORT, old("p0"), NEW, clock.now(), BY)
    drain(clock.now())

    assert len(sent_emails(NEW)) == 1


def test_there_and_back_again(opened, clock):
    change(clock, "p0")
    clock.advance(hours=1)
    address_change.change_address(people.COHORT, NEW, old("p0"), clock.now(), BY)
    drain(clock.now())

    assert invitation(old("p0")).link_version == 3
    assert len(to_old("p0")) == 2
    assert len(notices("p0")) == 1
    assert parse_answer_link(people.link("p0", "answer").rsplit("/", 1)[1]).link_version == 3


@pytest.mark.parametrize(
    ("name", "new", "says"),
    [
        pytest.param("p0", "nonsense", "is not one email address", id="no-address"),
        pytest.param("p0", "P0@Example.org", "is the old one", id="the-same"),
        pytest.param("p0", "p1@example.org", "answer twice", id="another-rater"),
        pytest.param("p0", "dana.delegate@example.org", "answer twice", id="the-delegate"),
        pytest.param("dana delegate", "p1@example.org", "answer twice", id="delegate-to-rater"),
    ],
)
def test_an_address_that_cannot_be_is_refused_and_nothing_changes(opened, clock, name, new, says):
    before = list(scan())

    with pytest.raises(ReplaceRefused, match=says):
        address_change.change_address(people.COHORT, old(name), new, clock.now(), BY)

    assert list(scan()) == before


def test_an_unknown_person_or_cohort_is_named(opened, clock):
    with pytest.raises(AddressNotFound, match="who@example"):
        address_change.change_address(people.COHORT, "who@example.org", NEW, clock.now(), BY)
    with pytest.raises(CohortUnknown):
        address_change.change_address("spring", old("p0"), NEW, clock.now(), BY)


def test_a_repeat_leaves_the_notice_to_the_old_address(opened, clock):
    def crash_at_the_end(job, now):
        JobKind.REPLACE.load_handler()(job, now)
        raise OSError("the table does not answer")

    address_change.change_address(people.COHORT, old("cleo coach"), NEW, clock.now(), BY)
    (job,) = (row["id"] for row in scan() if row.get("kind") == JobKind.REPLACE.id)
    run_job(job, {JobKind.REPLACE.id: crash_at_the_end}, "first", clock.now())
    assert old("cleo coach") in waiting().values()
    assert run_job(job, HANDLERS, "second", clock.advance(hours=1))
    drain(clock.now())

    assert len(notices("cleo coach")) == 1
