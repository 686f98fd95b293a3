"""Emails with links that an administrator sends again, and about an address that was replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from chalicelib.admin.redirect_emails import Change
from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import last_day, local_date, plural
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, Delegate, DelegateWave, Person, Programme
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.emails.common_words import SEPARATOR, common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import CancelledBy, OnNewAddress, To, declare_email
from chalicelib.jobs.commit import commit
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import COACH, CONSOLE, DELETION, FACILITATOR, HUB, KINDS, SPONSOR, name_links
from chalicelib.links.link_kind import Link
from chalicelib.store import cohorts, delegates, emails, holds, kept_data, programmes, waiting_emails
from chalicelib.store.emails import Email, EmailSettled
from chalicelib.store.holds import Hold
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.table import Write

MOMENT = "%Y%m%dT%H%M%S"  # when a button was pressed, in the id of its job
ANY_PAGE = "open"  # the link of these emails leads to a page of the reader's role

LINK = declare_email(
    "admin/link",
    "Link sent again",
    to=To.LINK_OWNER,
    words="name what",
    links=[ANY_PAGE],
    sent_after_withdrawal=True,
    on_new_address=OnNewAddress.REPLACE,
)
NEW_LINK = declare_email(
    "admin/new_link",
    "Link for a new address",
    to=To.LINK_OWNER,
    words="name what",
    links=[ANY_PAGE],
    variants={"to a coach": {"name": "Priya Natarajan", "what": "your delegates"}},
    sent_after_withdrawal=True,
    on_new_address=OnNewAddress.REPLACE,
)
REPLACED = declare_email(
    "admin/replaced",
    "Notice to the old address",
    to=To.LINK_OWNER,
    sent_after_withdrawal=True,
    on_new_address=OnNewAddress.KEEP,
)
FORMER = declare_email(
    "admin/former",
    "Notice to a former coach, line manager, facilitator or sponsor",
    to=To.LINK_OWNER,
    words="part cohort",
    sample={"part": "coach"},
    sent_after_withdrawal=True,
    on_new_address=OnNewAddress.KEEP,
)
NEEDS = declare_email(
    "admin/needs",
    "What needs an administrator",
    to=To.ADMINISTRATOR,
    words="name things list",
    links=[CONSOLE],
    sample={
        "things": "3 things in 2 cohorts",
        "list": SEPARATOR.join(("Spring cohort: Too few answers (2)", "Autumn cohort: An email did not arrive")),
    },
    in_digest=True,
)
MORE_TIME = declare_email(
    "admin/more_time",
    "Notice to a delegate of more time for their 360",
    to=To.DELEGATE,
    words="name closes",
    links=[HUB],
    in_digest=True,
    is_timely=True,
    cancelled_by=CancelledBy.OUTCOME,
)


class LinkOwner(Struct, frozen=True):
    """One link of a person: what it leads to, in words that follow “Here is your link to”."""

    part: str
    person: Person
    what: str
    link: Link


def needs_email(
    programme: Programme, address: str, lines: Sequence[str], things: int, cohorts: int, now: datetime
) -> Email:
    """Say what waits, and lead to the list. It is useful on that day only.

    programme   of a cohort that needs something: its name is around the email
    lines       what waits, in words without names
    """
    day = local_date(now, programme.organisation.timezone)
    where = f" in {plural(cohorts, 'cohort', 'cohorts')}" if cohorts else ""
    return create_email(
        NEEDS,
        derive(8, address),
        day.isoformat(),
        to=Person("Administrator", address),
        due_at=max(now, working_days(programme.organisation).morning(day)),
        words=common_words(programme)
        | {"name": "Administrator", "things": plural(things, "thing", "things") + where}
        | {"list": SEPARATOR.join(lines)},
        links=name_links(CONSOLE.link()),
        about={},
        good_until=local_moment(day + timedelta(days=1), 0, programme.organisation.timezone),
    )


def link_email(cohort: Cohort, owner: LinkOwner, now: datetime) -> Email:
    """Write the email with a link that was asked for again.

    There is one a day, unless the link was revoked in between.
    """
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return create_email(
        LINK,
        cohort.id,
        derive(8, owner.person.email),
        owner.part,
        f"{local_date(now, programme.organisation.timezone)}{_version(owner.link)}",
        to=owner.person,
        due_at=now,
        words=common_words(programme) | {"name": owner.person.name, "what": owner.what},
        links={ANY_PAGE: owner.link},
        about={"cohort": cohort.id},
    )


def _version(link: Link) -> str:
    """Return the part of the email's id that changes with the link.

    Another link is another email, also on the same day.
    """
    parts = dict(zip(KINDS[link[0]].parts, link[1:], strict=True))
    version = parts.get("version", link[-1])
    return "" if version == "1" else f".v{version}"


def notice_to_old(job: Job, change: Change, programme: Programme, now: datetime) -> Email | None:
    """Write the notice for the old address; it does not contain the new one."""
    if not job.about.get("told"):
        return None
    return create_email(
        REPLACED,
        change.cohort,
        derive(12, change.old, change.new),
        _moment_of(job),
        to=Person("", change.old),
        due_at=now,
        words=common_words(programme),
        links={},
        about={},
    )


def former_notice(
    programme: Programme, cohort: Cohort, part: str, before: str, *, load: str, due_at: datetime
) -> Email:
    """Notify a person who had a part until another was named. The email says nothing of the other person."""
    return create_email(
        FORMER,
        cohort.id,
        derive(12, part, before),
        load,
        to=Person("", before),
        due_at=due_at,
        words=common_words(programme) | {"part": part, "cohort": cohort.title},
        links={},
        about={},
    )


def links_to_pages(job: Job, change: Change, programme: Programme, now: datetime) -> list[Write]:
    """Send the links that neither this job nor another of the same change has sent.

    Two presses before the first job has run make two jobs. An email that is due after the second press is of both.
    """
    pressed_at = datetime.strptime(_moment_of(job), MOMENT).replace(tzinfo=UTC)
    begins = "#".join((NEW_LINK.name, change.cohort, derive(8, change.new), ""))
    known = waiting_emails.read_all(
        email_id for email_id in waiting_emails.list_ids(change.cohort) if email_id.startswith(begins)
    )
    sent = {email.links[ANY_PAGE] for email in known if email.due_at >= pressed_at and not email.cancelled}
    own = {email.id for email in known}
    new = _link_emails(job, change, programme, now)
    return emails.add_all(email for email in new if email.id not in own and email.links[ANY_PAGE] not in sent)


def _moment_of(job: Job) -> str:
    """Return when the button was pressed: the last part of the job's id."""
    return job.id.rsplit("#", 1)[-1]


def _link_emails(job: Job, change: Change, programme: Programme, now: datetime) -> Iterator[Email]:
    """Write the email for readers whose pages outlast a questionnaire.

    It waits as long as sign-in codes do: the owner of the old address may object.
    """
    held = job.about.get("held_until", "")
    for part in filter(None, job.about["links"].split(",")):
        reader, what, link, about = _page_of(part, change, now)
        yield create_email(
            NEW_LINK,
            change.cohort,
            derive(8, change.new),
            part,
            _moment_of(job),
            to=reader,
            due_at=datetime.fromisoformat(held) if held else now,
            words=common_words(programme) | {"name": reader.name, "what": what},
            links={ANY_PAGE: link},
            about={"cohort": change.cohort, **about},
        )


def send_held_links(cohort_id: str, person: Person, now: datetime) -> list[Write]:
    """Send the links that wait for a new address now: a second administrator has confirmed it."""
    waiting = waiting_emails.list_waiting(cohort_id)
    new = [email for email in waiting if email.template == NEW_LINK.name and email.to.email == person.email]
    return [emails.hasten(email, now) for email in new if email.due_at > now]


def send_held_emails(hold: Hold, now: datetime) -> None:
    """Send what else a confirmed hold kept, in working hours; a link that was asked for goes at once.

    What a failure leaves goes out when the hold would have ended.
    """
    cohort = cohorts.find(hold.cohort_id)
    if cohort is None:
        raise LookupError(f"no cohort {hold.cohort_id}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    soon = working_days(programme.organisation, cohort.dates.closed).soon(now)
    lines = cohorts.list_lines(hold.cohort_id)
    about = [line.delegate_id for line in lines if hold.delegate in ("", line.delegate_id)]
    waiting = waiting_emails.list_waiting(hold.cohort_id, *about)
    for email in waiting:
        due_at = now if email.template == LINK.name else soon
        if email.reason == holds.REASON and email.to.email == hold.person.email and email.due_at > due_at:
            with suppress(EmailSettled):
                commit([emails.hasten(email, due_at)], now)


def page_of_delegate(delegate: Delegate, rows: Iterable[Row], now: datetime) -> tuple[str, Link]:
    """Return a delegate's page in words, and its link.

    When that link has ended, and they were notified that their data will be deleted, it is the link of the notice.

    rows   of the cohort
    """
    rows = list(rows)
    cohort, notified = cohorts.cohort_from(rows), kept_data.find_notice(rows)
    if cohort is None or notified is None:
        return "your own page", HUB.link(delegate)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    if now < end_of_programme_links(programme, cohort.dates):
        return "your own page", HUB.link(delegate)
    return "a copy of your data", DELETION.link(delegate)


def _page_of(part: str, change: Change, now: datetime) -> tuple[Person, str, Link, dict[str, str]]:
    """Return reader, page in words, its link, and the delegate it is about."""
    if part == "sponsor":
        cohort = cohorts.find(change.cohort)
        if cohort is None or cohort.sponsor is None:
            raise LookupError(f"no sponsor of {change.cohort}")
        return cohort.sponsor, "the page of the cohort", SPONSOR.link(cohort), {}
    if part == "facilitator":
        return _page_of_facilitator(change)
    lines = cohorts.list_lines(change.cohort)
    line = next(line for line in lines if change.new == (line.email if part == "delegate" else line.coach.email))
    delegate = delegates.find(line.delegate_id)
    if delegate is None:
        raise LookupError(f"no delegate {line.delegate_id}")
    about = {"delegate": delegate.id}
    if part == "delegate":
        what, link = page_of_delegate(delegate, cohorts.rows(change.cohort), now)
        return delegate.person, what, link, about
    return delegate.coach, "your delegates", COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link), about


def _page_of_facilitator(change: Change) -> tuple[Person, str, Link, dict[str, str]]:
    cohort = cohorts.find(change.cohort)
    people = (
        [facilitator.person for facilitator in cohort.facilitators if facilitator.person.email == change.new]
        if cohort
        else []
    )
    if cohort is None or not people:
        raise LookupError(f"no facilitator of {change.cohort} has the new address")
    return people[0], "your workshops", FACILITATOR.link(cohort, people[0]), {}


def more_time_email_due(days: WorkingDays, closes_at: datetime, now: datetime) -> datetime:
    """Return the next working morning, or now if the new last day is over by then."""
    morning = days.next_morning(now)
    return morning if morning < closes_at else now


def more_time_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, closes_at: datetime, now: datetime
) -> Email:
    """Write to the delegate. wave: before it gets more time."""
    return create_email(
        MORE_TIME,
        delegate.id,
        wave.wave.value,
        str(wave.extensions + 1),
        to=delegate.person,
        due_at=more_time_email_due(working_days(programme.organisation, wave.closed), closes_at, now),
        words=common_words(programme)
        | {"name": delegate.person.name, "closes": last_day(closes_at, programme.organisation.timezone)},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=closes_at,
    )
