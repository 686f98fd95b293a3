"""A new address of someone who reads reports: no link, code or page for a working day, or until two agree."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace as other

from chalicelib.admin import address_change, confirm_address, resend_link
from chalicelib.admin.confirm_address import ConfirmRefused
from chalicelib.admin.emails import LINK
from chalicelib.admin.failures import retry
from chalicelib.admin.resend_link import Resent
from chalicelib.core.ids import reader_key
from chalicelib.core.model import DelegateEntry, Facilitator, Person, Wave
from chalicelib.core.settings import settings
from chalicelib.emails import delivery_events
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import find_kind
from chalicelib.links.kinds import COACH, CONSOLE, FACILITATOR, HUB, IMPACT, SHARED, SPONSOR
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, debriefs, delegates, emails, holds, jobs, reports
from chalicelib.store.areas import Area
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.debriefs import Debrief
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.store.table import Missing, get, put, update
from chalicelib.store.unreadable import watch_rows
from chalicelib.web import forms
from infra.local import outbox
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.turns import each_turn
from tests.support.visitor import newest_code

BY = "ada@example.org"
SECOND = "second@example.org"
NEW = "new.address@example.org"
COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
PARTS = {"coach": "cleo coach", "delegate": "dana delegate", "sponsor": "sponsor"}
part = pytest.mark.parametrize("who", sorted(PARTS))


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    return visitor


def move(clock, who, new=NEW, by=BY):
    address_change.change_address(people.COHORT, people.person(PARTS[who]).email, new, clock.now(), by)
    drain(clock.now())


def page_of(who):
    """Return the page behind a code, with the link as it is now."""
    delegate, cohort = delegates.find(people.dana()), cohorts.find(people.COHORT)
    return {
        "coach": people.coach_url(),
        "delegate": f"{HUB.url(delegate)}/report",
        "sponsor": SPONSOR.url(cohort),
    }[who]


def ask_for_code(visitor, who):
    visitor.open(page_of(who))
    return visitor.post(visitor.links("/sign-in/")[0])


def codes_to(address):
    return [message for message in sent_emails(address) if "code" in str(message.message["Subject"]).lower()]


@part
def test_no_code_goes_to_a_new_address_for_a_day_and_then_one_does(opened, clock, who):
    move(clock, who)
    ask_for_code(opened, who)
    drain(clock.now())
    assert opened.status == 403
    assert "address-held" in opened.messages
    assert codes_to(NEW) == []

    clock.advance(hours=24)
    opened.sign_in(page_of(who), NEW, clock.now())
    assert opened.status == 200
    assert "/sign-in/" not in opened.page


@part
def test_a_session_that_the_new_address_has_already_opens_nothing_sooner(opened, clock, who):
    """Its owner may read another cohort, or hold another part in this one."""
    opened.let_in(NEW, clock.now())
    move(clock, who)

    assert opened.open(page_of(who)).status == 403
    clock.advance(hours=25)
    assert opened.let_in(NEW, clock.now()).open(page_of(who)).status == 200


@part
def test_the_old_address_opens_nothing_from_the_moment_on(opened, clock, who):
    before = page_of(who)
    opened.let_in(people.person(PARTS[who]).email, clock.now())
    assert opened.open(before).status == 200
    move(clock, who)

    assert opened.open(before).status in (404, 410)
    page = opened.open(page_of(who))
    assert "/sign-in/" in page.page


@part
def test_a_code_that_was_on_its_way_to_the_old_address_opens_nothing(opened, clock, who):
    before = page_of(who)
    opened.open(before)
    opened.post(opened.links("/sign-in/")[0])
    drain(clock.now())
    form, code = opened.links("/sign-in/")[0], newest_code(people.person(PARTS[who]).email)
    move(clock, who)

    assert opened.post(form, {"code": code}).status in (400, 404, 410)


def bounce_link(email, clock, event=outbox.bounce):
    """Bounce an email to the address, or have its reader mark it as junk."""
    words = common_words(people.programme()) | {"name": "X", "what": "your page"}
    about = {"cohort": people.COHORT}
    email_of = create_email(
        LINK,
        email,
        to=Person("X", email),
        due_at=clock.now(),
        words=words,
        links={"open": CONSOLE.link()},
        about=about,
    )
    people.write(*emails.add(email_of))
    drain(clock.now())
    delivery_events.record_delivery_event(event(sent_emails(email)[-1], clock.now()), clock.now())
    drain(clock.now())


@part
def test_an_address_whose_owner_marked_our_email_as_junk_hands_on_no_free_pass(opened, clock, who):
    """They read their email: an administrator who sees the complaint would read their reports within minutes."""
    old = people.person(PARTS[who]).email
    bounce_link(old, clock, outbox.complaint)
    before = len(sent_emails(old))
    preview = address_change.preview_change(people.COHORT, old, NEW, clock.now(), BY)
    move(clock, who)

    assert "at once" not in preview.emails[1]
    assert [hold.person.email for hold in holds.from_rows(cohorts.rows(people.COHORT))] == [NEW]
    assert len(sent_emails(old)) == before, "who wants no email gets no notice either"
    assert ask_for_code(opened, who).status == 403


@part
def test_an_address_that_replaces_one_that_bounced_is_not_held(opened, clock, who):
    bounce_link(people.person(PARTS[who]).email, clock)
    move(clock, who)

    assert holds.from_rows(cohorts.rows(people.COHORT)) == []
    opened.sign_in(page_of(who), NEW, clock.now())
    assert opened.status == 200


@part
def test_an_address_that_bounced_while_it_was_held_hands_its_hold_on(opened, clock, who):
    """Else one administrator reads a report within minutes: through an address that does not exist to their own."""
    ghost = "ghost@nowhere.example.org"
    move(clock, who, new=ghost)
    bounce_link(ghost, clock)
    address_change.change_address(people.COHORT, ghost, NEW, clock.advance(minutes=5), BY)
    drain(clock.now())

    held = [hold for hold in holds.from_rows(cohorts.rows(people.COHORT)) if hold.is_active(clock.now())]
    assert NEW in [hold.person.email for hold in held]
    ask_for_code(opened, who)
    assert opened.status == 403
    assert codes_to(NEW) == []


def test_a_second_administrator_confirms_and_the_first_cannot(opened, clock):
    move(clock, "coach")
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))

    with pytest.raises(ConfirmRefused, match="yourself"):
        confirm_address.confirm(people.COHORT, hold.id, clock.now(), BY)
    assert ask_for_code(opened, "coach").status == 403
    assert confirm_address.confirm(people.COHORT, hold.id, clock.now(), SECOND)
    assert not confirm_address.confirm(people.COHORT, hold.id, clock.now(), SECOND)

    opened.sign_in(page_of("coach"), NEW, clock.now())
    assert opened.status == 200
    rows = [
        row
        for row in audit_events.of_cohort(people.COHORT)
        if row["act"] == AuditEvent.CONFIRMED_ADDRESS.say(who="[who]")
    ]
    assert [row["by"] for row in rows] == [SECOND]


def links_to(address):
    return [message for message in sent_emails(address) if message.row.startswith("admin/new_link")]


@part
def test_the_link_to_a_new_address_waits_as_long_as_the_codes(opened, clock, who):
    move(clock, who)
    drain(clock.advance(hours=23))
    assert links_to(NEW) == []
    drain(clock.advance(hours=1))
    assert len(links_to(NEW)) == 1


@part
def test_a_second_administrator_sends_the_link_at_once_and_once(opened, clock, who):
    move(clock, who)
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    confirm_address.confirm(people.COHORT, hold.id, clock.advance(minutes=5), SECOND)
    drain(clock.now())
    assert len(links_to(NEW)) == 1
    drain(clock.advance(days=2))
    assert len(links_to(NEW)) == 1


def test_over_a_weekend_the_owner_of_the_old_address_still_has_a_working_day(opened, clock):
    clock.to(datetime.fromisoformat("2026-09-18T15:00:00Z"))  # a Friday, 16:00 in London
    move(clock, "coach")
    drain(clock.to(datetime.fromisoformat("2026-09-21T14:59:00Z")))
    assert links_to(NEW) == []
    assert ask_for_code(opened, "coach").status == 403

    drain(clock.advance(minutes=1))
    assert len(links_to(NEW)) == 1
    assert opened.sign_in(page_of("coach"), NEW, clock.now()).status == 200


def test_there_and_back_and_there_again_on_one_day_still_brings_the_link(opened, clock):
    old = people.person("cleo coach").email
    for before, after in ((old, NEW), (NEW, old), (old, NEW)):
        address_change.change_address(people.COHORT, before, after, clock.advance(minutes=1), BY)
        drain(clock.now())
    drain(clock.advance(days=1))
    assert len(links_to(NEW)) == 1
    assert links_to(old) == []


def test_a_confirmation_holds_for_one_change_only(opened, clock):
    move(clock, "coach")
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    confirm_address.confirm(people.COHORT, hold.id, clock.now(), SECOND)
    clock.advance(hours=1)
    for old, new in ((NEW, "third@example.org"), ("third@example.org", NEW)):
        address_change.change_address(people.COHORT, old, new, clock.advance(minutes=1), BY)
        drain(clock.now())

    assert ask_for_code(opened, "coach").status == 403


@pytest.mark.parametrize("second", [SECOND, BY])
def test_another_part_for_an_address_that_is_held_takes_nothing_off_its_hold(opened, clock, second):
    """Else one administrator gives a coach's address away, has another name its owner, and confirms that other act."""
    move(clock, "coach")
    (first,) = holds.from_rows(cohorts.rows(people.COHORT))
    asking = Asking(second, clock.advance(minutes=5), "asked by phone")
    typed = {"name": "Nora New", "email": NEW}
    perform(find_cohort_act("facilitator").plan(find_cohort(people.COHORT), typed, asking), clock.now())
    drain(clock.now())
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))

    assert (hold.id, hold.until - first.until, hold.is_stopping_emails) == (first.id, timedelta(minutes=5), True)
    assert page_emails(NEW) == []
    with pytest.raises(ConfirmRefused):
        confirm_address.confirm(people.COHORT, hold.id, clock.now(), BY)
    if second == BY:
        assert confirm_address.confirm(people.COHORT, hold.id, clock.now(), SECOND)
    else:
        with pytest.raises(ConfirmRefused) as refused:
            confirm_address.confirm(people.COHORT, hold.id, clock.now(), SECOND)
        assert [fault.name for fault in refused.value.faults] == ["unnamed-change"]


@pytest.mark.made_up_rows
def test_a_damaged_hold_that_another_one_replaces_lets_no_one_in_sooner(opened, clock):
    move(clock, "coach")
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    people.write(update(holds.key(people.COHORT, hold.id), remove=["until", "by"], refusal=Missing))
    typed = {"name": "Nora New", "email": NEW}
    asking = Asking(SECOND, clock.advance(minutes=5), "asked by phone")
    perform(find_cohort_act("facilitator").plan(find_cohort(people.COHORT), typed, asking), clock.now())

    with pytest.raises(ConfirmRefused):
        confirm_address.confirm(people.COHORT, hold.id, clock.now(), BY)


def test_the_console_shows_who_waits_and_confirms(opened, clock):
    move(clock, "delegate", by=SECOND)
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    opened.let_in_administrator(clock.now()).open(COHORT)
    assert NEW in opened.page
    opened.open(f"{COHORT}/confirm?hold={hold.id}").post(f"{COHORT}/confirm", {"hold": hold.id})

    assert "confirmed" in opened.messages
    assert NEW not in opened.page
    (row,) = [
        row
        for row in audit_events.of_cohort(people.COHORT)
        if row["act"] == AuditEvent.CONFIRMED_ADDRESS.say(who="[who]")
    ]
    assert (row["by"], row["about"]) == (settings().administrators[0], people.dana())
    assert row["people"]["who"]["email"] == NEW


def test_the_console_refuses_the_person_who_made_the_change(opened, clock):
    move(clock, "coach", by=settings().administrators[0])
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    opened.let_in_administrator(clock.now()).open(f"{COHORT}/confirm?hold={hold.id}")
    opened.post(f"{COHORT}/confirm", {"hold": hold.id})

    assert opened.status == 400
    assert "own-change" in opened.messages


@pytest.mark.parametrize("by", ["command line", ""])
def test_no_one_confirms_what_a_command_changed(opened, clock, by):
    """The person who gave the command may be the administrator who confirms."""
    move(clock, "coach", by=by)
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    opened.let_in_administrator(clock.now()).open(COHORT)
    assert "unnamed-change" in opened.messages
    assert opened.links("/confirm") == []
    opened.open(f"{COHORT}/confirm?hold={hold.id}").post(f"{COHORT}/confirm", {"hold": hold.id})

    assert opened.status == 400
    assert "unnamed-change" in opened.messages
    assert ask_for_code(opened, "coach").status == 403
    clock.advance(hours=24)
    assert opened.sign_in(page_of("coach"), NEW, clock.now()).status == 200


def test_another_coach_in_a_file_waits_too_and_a_coach_of_the_cohort_only_for_this_delegate(opened, clock):
    load(clock, ("dana delegate", "cleo coach"), ("dora delegate", "carl coach"))
    assert holds.from_rows(cohorts.rows(people.COHORT)) == []

    load(clock, ("dana delegate", "carl coach"), ("dora delegate", "carl coach"))
    opened.let_in(people.person("carl coach").email, clock.now())
    assert opened.open(page_of("coach")).status == 200
    assert opened.open(f"{page_of('coach')}/{people.dana()}").status == 403

    load(clock, ("dana delegate", "nora coach"), ("dora delegate", "carl coach"))
    opened.let_in(people.person("nora coach").email, clock.now())
    assert opened.open(page_of("coach")).status == 403
    (hold,) = holds.find(people.COHORT, reader_key(people.person("nora coach").email))
    assert hold.by == BY


def load(clock, *pairs):
    rules = people.programme()
    cohort = cohorts.find(people.COHORT)
    entries = tuple(
        DelegateEntry(people.person(name), "Lead", "Nursing", people.person("mara manager"), people.person(coach))
        for name, coach in pairs
    )
    load_cohort(cohort, rules, entries, {}, clock.advance(minutes=1), BY)
    drain(clock.now())


def test_another_sponsor_in_a_file_waits_too(opened, clock):
    cohort = other(cohorts.find(people.COHORT), sponsor=Person("Sven", NEW))
    load_cohort(cohort, people.programme(), (people.entry("dana delegate"),), {}, clock.now(), BY)
    drain(clock.now())

    assert ask_for_code(opened, "sponsor").status == 403


def test_the_same_files_loaded_again_change_no_sponsor(opened, clock):
    before = cohorts.find(people.COHORT)
    people.load(clock.advance(minutes=1), names=("dana delegate", "dora delegate"))

    after = cohorts.find(people.COHORT)
    assert (after.sponsor, after.sponsor_link) == (before.sponsor, 1)
    assert holds.from_rows(cohorts.rows(people.COHORT)) == []


AREA = Area("1", "BEHAVIOUR", "", "FIRST-STEP", "SUPPORT", "", "")


def test_what_was_agreed_from_the_report_waits_as_the_report_does(opened, clock):
    """A delegate's own page opens with the link alone, which goes to the new address."""
    report = StoredReport(people.dana(), Wave.BASELINE, "c", "f", "h", "p", clock.now(), ReportState.RELEASED)
    debrief = Debrief(clock.now().date(), (AREA.id,))
    people.write(reports.add(report), *debriefs.save(people.dana(), Wave.BASELINE, debrief, [AREA]))
    delegate = delegates.find(people.dana())
    assert "BEHAVIOUR" in opened.open(f"{HUB.url(delegate)}/areas").page

    move(clock, "delegate")
    page = opened.open(HUB.url(delegates.find(people.dana()))).page
    held = f"{HUB.url(delegates.find(people.dana()))}/areas"
    assert not any(word in page for word in ("BEHAVIOUR", "FIRST-STEP", "SUPPORT"))
    assert "held" in opened.messages
    assert opened.open(held).status == 403
    assert (
        opened.post(
            f"{held}/progress", {}, nonce=forms.nonce(HUB.verb, HUB.token(delegates.find(people.dana())))
        ).status
        == 403
    )

    clock.advance(hours=24)
    assert "BEHAVIOUR" in opened.open(held).page


# --- emails with links to pages -----------------------------------------------------------------------


READING = {**PARTS, "facilitator": "femi facilitator", "manager": "mara manager"}
reading = pytest.mark.parametrize("who", sorted(READING))


@pytest.fixture
def everyone(opened, clock):
    """Everyone who reads pages has a link that an administrator may send again."""
    delegate, cohort = delegates.find(people.dana()), cohorts.find(people.COHORT)
    femi = Facilitator("f", people.person("femi facilitator"))
    people.write(cohorts.change_addresses(cohort, other(cohort, facilitators=(femi,))))
    people.write(delegates.change(delegate, other(delegate, manager_link=1), ["manager_link"]))
    return opened


def page_emails(address):
    """Emails with a link that is not a rater's."""
    free = ("/answer/", "/decline/", "/inbox/")
    return [
        message
        for message in sent_emails(address)
        if any(not any(part in url for part in free) for url in message.links)
    ]


@reading
def test_a_lost_link_waits_as_long_as_the_codes(everyone, clock, who):
    address_change.change_address(people.COHORT, people.person(READING[who]).email, NEW, clock.now(), BY)
    drain(clock.now())
    assert resend_link.resend_link(people.COHORT, NEW, clock.advance(minutes=5), BY) is Resent.WAITS
    drain(clock.now())
    assert page_emails(NEW) == []

    drain(clock.advance(hours=24))
    again = [message for message in page_emails(NEW) if message.row.startswith("admin/link#")]
    assert len(again) == 1
    drain(clock.advance(days=1))
    assert len([message for message in page_emails(NEW) if message.row.startswith("admin/link#")]) == 1


@reading
def test_an_email_that_waited_for_the_old_address_waits_for_the_end_of_the_hold(everyone, clock, who):
    waiting = email_with_page(who, clock.now() + timedelta(hours=2))
    people.write(*emails.add(waiting))
    address_change.change_address(people.COHORT, people.person(READING[who]).email, NEW, clock.now(), BY)
    drain(clock.now())
    drain(clock.advance(hours=3))
    assert page_emails(NEW) == []
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    kept = emails.find(waiting.id)
    assert (kept.to.email, kept.due_at, kept.reason) == (NEW, hold.until, holds.REASON)

    assert confirm_address.confirm(people.COHORT, hold.id, clock.advance(minutes=5), SECOND)
    drain(clock.now())
    assert [message.row for message in page_emails(NEW)].count(waiting.id) == 1


def test_the_console_says_that_a_deadline_passes_before_the_emails_go_out(opened, clock):
    """The delegate has not answered about themself: their reminder waits for the hold, and is of no use after it."""
    clock.to(people.CLOSE - timedelta(hours=14))
    move(clock, "sponsor", new="sponsor.new@example.org")
    assert 'data-message="too-late"' not in opened.let_in_administrator(clock.now()).open(COHORT).page
    dana = people.person("dana delegate")
    waiting = email_with_page("delegate", clock.now() + timedelta(hours=1))
    reminder = other(waiting, good_until=people.CLOSE)
    people.write(*emails.add(reminder))
    address_change.change_address(people.COHORT, dana.email, NEW, clock.now(), BY)
    drain(clock.now())
    assert opened.open(COHORT).page.count('data-message="too-late"') == 1

    drain(clock.advance(days=4))
    assert reminder.id not in [message.row for message in sent_emails(NEW)]
    assert 'data-message="too-late"' not in opened.let_in_administrator(clock.now()).open(COHORT).page


@reading
def test_on_a_day_off_what_was_kept_waits_for_the_morning_and_a_link_that_was_asked_for_goes_at_once(
    everyone, clock, who
):
    friday = clock.to(datetime.fromisoformat("2026-09-18T14:00:00Z"))
    waiting = email_with_page(who, friday + timedelta(minutes=2))
    people.write(*emails.add(waiting))
    address_change.change_address(people.COHORT, people.person(READING[who]).email, NEW, clock.now(), BY)
    drain(clock.now())
    resend_link.resend_link(people.COHORT, NEW, clock.advance(minutes=5), BY)
    drain(clock.now())
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    assert confirm_address.confirm(people.COHORT, hold.id, clock.advance(days=1), SECOND)
    drain(clock.now())
    assert "admin/link" in {message.row.partition("#")[0] for message in page_emails(NEW)}
    assert waiting.id not in [message.row for message in page_emails(NEW)]

    drain(clock.to(datetime.fromisoformat("2026-09-21T08:00:00Z")))
    drain(clock.advance(minutes=1))
    assert [message.row for message in page_emails(NEW)].count(waiting.id) == 1


def test_a_coach_who_waits_for_one_delegate_alone_gets_a_lost_link_at_once(opened, clock):
    """Also what the page says about it is true: the link lists others, and about this one it shows nothing yet."""
    load(clock, ("dana delegate", "cleo coach"), ("dora delegate", "carl coach"))
    address_change.change_address(
        people.COHORT, people.person("cleo coach").email, people.person("carl coach").email, clock.now(), BY
    )
    drain(clock.now())
    carl = people.person("carl coach").email
    (hold,) = holds.from_rows(cohorts.rows(people.COHORT))
    assert (hold.delegate, hold.is_stopping_emails) == (people.dana(), True)

    assert resend_link.resend_link(people.COHORT, carl, clock.advance(minutes=5), BY) is Resent.SENT
    drain(clock.now())
    assert [message.row.partition("#")[0] for message in page_emails(carl)].count("admin/link") == 1


@pytest.mark.made_up_rows
@pytest.mark.parametrize("place", [lambda id: cohorts.line_key(people.COHORT, id), delegates.key])
def test_who_becomes_coach_only_after_a_repair_is_held_for_that_delegate_too(opened, clock, place):
    """Else the restarted job gives the report of the delegate whose row was damaged to another coach at once."""
    load(clock, ("dana delegate", "cleo coach"), ("dora delegate", "cleo coach"), ("dev delegate", "carl coach"))
    at, carl = place(people.dana()), people.person("carl coach").email
    row = get(at)
    people.write(update(at, remove=sorted(row.keys() - at._fields), refusal=Missing))
    with watch_rows():  # as a page and a command do
        address_change.change_address(people.COHORT, people.person("cleo coach").email, carl, clock.now(), BY)
    drain(clock.now())
    people.write(put(row))
    (failed,) = jobs.failed()
    retry(failed.id, clock.advance(minutes=5), SECOND)
    drain(clock.now())

    assert (delegates.find(people.dana()).coach.email, jobs.failed()) == (carl, [])
    opened.let_in(carl, clock.now())
    assert opened.open(f"{people.coach_url()}/{people.dana()}").status == 403


def test_a_line_manager_of_others_here_is_held_for_the_delegate_whose_manager_they_replace(opened, clock):
    """What others share with them stays open: their own address did not change."""
    rules, cohort = people.programme(), cohorts.find(people.COHORT)
    mia = people.person("mia manager")
    entries = (people.entry("dana delegate"), other(people.entry("dora delegate"), manager=mia))
    load_cohort(cohort, rules, entries, {}, clock.advance(minutes=1), BY)
    drain(clock.now())
    address_change.change_address(people.COHORT, people.person("mara manager").email, mia.email, clock.now(), BY)
    drain(clock.now())

    assert [hold.delegate for hold in holds.from_rows(cohorts.rows(people.COHORT))] == [people.dana()]


def email_with_page(who, due_at):
    """Return an email of some kind to this role with a link to its page."""
    delegate, cohort = delegates.find(people.dana()), cohorts.find(people.COHORT)
    person = people.person(READING[who])
    template, link = {
        "coach": ("people/coach_returned", COACH.link(cohort.id, delegate.coach, delegate.coach_link)),
        "delegate": ("people/returned", HUB.link(delegate)),
        "sponsor": ("people/sponsor_new", SPONSOR.link(cohort)),
        "facilitator": ("people/facilitator_new", FACILITATOR.link(cohort, person)),
        "manager": ("impact/counted", (IMPACT.verb, delegate.id, "manager", "1")),
    }[who]
    kind = find_kind(template)
    words = dict.fromkeys(kind.words, "WORD") | common_words(people.programme()) | {"name": person.name}
    owner = cohort.id if who in ("sponsor", "facilitator") else delegate.id
    about = {"cohort": cohort.id} | ({} if owner == cohort.id else {"delegate": delegate.id})
    (name,) = kind.links
    return create_email(kind, owner, "waits", to=person, due_at=due_at, words=words, links={name: link}, about=about)


def test_a_rater_s_link_goes_to_a_new_address_at_once_though_its_owner_is_held_as_line_manager(everyone, clock):
    address_change.change_address(people.COHORT, people.person("mara manager").email, NEW, clock.now(), BY)
    drain(clock.now())
    assert any("/inbox/" in url or "/answer/" in url for message in sent_emails(NEW) for url in message.links)


def test_what_a_delegate_shares_waits_for_the_line_manager_s_new_address(everyone, clock):
    address_change.change_address(people.COHORT, people.person("mara manager").email, NEW, clock.now(), BY)
    drain(clock.now())
    assert everyone.open(SHARED.url(delegates.find(people.dana()))).status == 403
    clock.advance(hours=24)
    assert everyone.open(SHARED.url(delegates.find(people.dana()))).status == 200


def test_someone_else_who_is_named_hears_of_it_at_once(opened, clock):
    """Their link opens with a code alone, which waits."""
    load(clock, ("dana delegate", "nora coach"), ("dora delegate", "cleo coach"))
    (hold,) = holds.find(people.COHORT, reader_key(people.person("nora coach").email))
    assert hold.is_new_person
    assert [message.row.split("#")[0] for message in sent_emails(people.person("nora coach").email)] == [
        "people/coach_new"
    ]


def test_two_acts_on_one_address_at_once_ask_together_for_what_each_asks_for(opened, clock):
    """Else the second hold takes the place of the first, and the first administrator confirms their own address."""
    entry = DelegateEntry(
        people.person("dana delegate"), "Lead", "Nursing", people.person("mara manager"), people.person("cleo coach")
    )
    named = Facilitator("nell", Person("Nell New", NEW))

    def name_facilitator() -> object:
        cohort = other(cohorts.find(people.COHORT), facilitators=(people.FACILITATOR, named))
        return load_cohort(cohort, people.programme(), [entry], {}, clock.now(), SECOND)

    def move_coach() -> object:
        return address_change.change_address(people.COHORT, "cleo.coach@example.org", NEW, clock.now(), BY)

    for when, (_, moved) in each_turn(name_facilitator, move_coach):
        assert moved is None, when
        (hold,) = holds.find(people.COHORT, reader_key(NEW))
        assert hold.is_stopping_emails, when
        has_load = named in cohorts.find(people.COHORT).facilitators
        assert hold.is_confirmable is not has_load, when
