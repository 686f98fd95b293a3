"""Nothing about a questionnaire overtakes a rater's first email, and that email names the last day that counts."""

from collections import Counter
from datetime import date, timedelta

import pytest

from chalicelib.admin import close_or_extend, remind
from chalicelib.core.model import Wave
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.store import delegates, emails, jobs
from chalicelib.store.emails import EmailSettled, EmailState
from chalicelib.store.table import scan, update
from chalicelib.waves import first_email
from tests.support import people
from tests.support.calls import watched_by
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.faults import Killed, Striking

PEERS = {people.person(name).email for name in ("p0", "p1", "p2")}
LATER = date(2026, 10, 9)
BY = "ada@example.org"


@pytest.fixture
def evening(visitor, clock):
    """Send a delegate's list in the evening: the raters on it are emailed the next morning."""
    people.opened(clock)
    clock.advance(hours=12)
    choose = people.link("dana delegate", "nominate")
    lines = "\n".join(f"{address.split('@')[0].title()} <{address}>" for address in sorted(PEERS))
    visitor.open(choose).post(choose, {"group": "peer", "list": lines})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    assert emails_to_peers(clock) == []
    return visitor


def emails_to_peers(clock) -> list:
    return [email for email in sent_emails() if email.addresses[0] in PEERS]


def extend(now) -> str:
    """Give more time, and return the job that announces it."""
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, LATER, now, BY)
    return next(row["id"] for row in scan() if row["pk"].startswith("JOB#tell_extended"))


def test_a_first_email_that_waits_names_the_new_last_day_and_nothing_goes_before_it(evening, clock):
    extend(clock.now())
    drain(clock.now())
    assert emails_to_peers(clock) == []

    drain(clock.advance(hours=14))
    sent = emails_to_peers(clock)
    assert Counter(email.addresses[0] for email in sent) == Counter(PEERS)
    assert all("9 October 2026" in email.part("plain") for email in sent)
    assert jobs.failed() == []


def test_who_has_not_heard_of_it_is_not_reminded(evening, clock):
    remind.remind_delegate(people.dana(), clock.now(), BY)
    drain(clock.now())
    assert emails_to_peers(clock) == []

    drain(clock.advance(hours=14))
    assert Counter(email.addresses[0] for email in emails_to_peers(clock)) == Counter(PEERS)


def test_who_may_not_have_heard_of_it_is_not_reminded(evening, clock):
    """The first emails were handed over, and SES did not confirm them."""
    morning = clock.advance(hours=14)
    for first in first_email.find_all(people.dana(), Wave.BASELINE).values():
        emails.claim(first.id, "lost", morning, morning + timedelta(days=2))
    clock.advance(days=1)

    planned = remind.plan_reminders(*delegates.find_with_latest_wave(people.dana()), clock.now())
    assert [chaser.email.to.email for chaser in planned if chaser.email.to.email in PEERS] == []


def test_whose_first_email_is_in_a_digest_that_is_not_confirmed_is_not_reminded(evening, clock):
    clock.advance(hours=14)
    for first in first_email.find_all(people.dana(), Wave.BASELINE).values():
        people.write(update(emails.key(first.id), put={"state": EmailState.CARRIED}, refusal=EmailSettled))
    clock.advance(days=1)

    planned = remind.plan_reminders(*delegates.find_with_latest_wave(people.dana()), clock.now())
    assert [chaser.email.to.email for chaser in planned if chaser.email.to.email in PEERS] == []


@pytest.mark.parametrize("calls", range(4, 16, 2))
def test_a_repeat_after_the_first_email_announces_nothing_that_it_said(evening, clock, calls):
    job = extend(clock.now())
    with watched_by(Striking({calls: "killed after"})), pytest.raises(Killed):
        run.run_job(job, HANDLERS, "first", clock.now())

    drain(clock.advance(hours=14))
    drain(clock.advance(hours=14))
    asked = [email for email in emails_to_peers(clock) if "9 October 2026" in email.part("plain")]
    assert Counter(email.addresses[0] for email in asked) == Counter(PEERS)


def test_an_extension_after_the_first_email_is_announced(evening, clock):
    drain(clock.advance(hours=14))
    extend(clock.now())
    drain(clock.now())
    notices = [email for email in emails_to_peers(clock) if email.row.startswith("collect/extended")]
    assert Counter(email.addresses[0] for email in notices) == Counter(PEERS)
