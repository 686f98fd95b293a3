"""A small cohort, loaded as an administrator loads one, and what its people do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from chalicelib.core.ids import coach_id, delegate_id
from chalicelib.core.model import (
    Approver,
    Cohort,
    CohortDates,
    DelegateEntry,
    Facilitator,
    Invitation,
    Person,
    Programme,
    PulseRules,
    RaterEntry,
    Wave,
)
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import list_cancelled_by
from chalicelib.links.kinds import COACH
from chalicelib.programme.load_cohort import Loaded, load_cohort
from chalicelib.programme.read_programme import read_programme
from chalicelib.store import areas, delegates, objects, openings
from chalicelib.store.openings import Opening
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import Write, transact
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import Visitor

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "maximising-potential" / "programme.yaml"
COHORT = "autumn"
DATES = CohortDates(date(2026, 9, 14), date(2026, 10, 2), date(2026, 11, 30))
OPENING = datetime.fromisoformat("2026-09-14T08:00:00Z")  # 09:00 in London
CLOSE = datetime.fromisoformat("2026-10-02T23:00:00Z")  # midnight in London
SPONSOR = Person("Sam Sponsor", "sponsor@example.org")
FACILITATOR = Facilitator("mo", Person("Mo Facilitator", "mo.facilitator@example.org"))


@cache
def programme() -> Programme:
    """Return the example without approval of lists, bank holidays and rounds: tests of these bring their own."""
    read = read_programme(EXAMPLE.read_text(), "programme.yaml", EXAMPLE.parent)
    without_holidays = replace(read.organisation, holidays="none")
    return replace(read, raters_approved_by=None, organisation=without_holidays, pulse=PulseRules())


def person(name: str) -> Person:
    return Person(name.title(), f"{name.replace(' ', '.')}@example.org")


def entry(name: str) -> DelegateEntry:
    return DelegateEntry(person(name), "Team lead", "Community nursing", person("mara manager"), person("cleo coach"))


def raters(peers: int = 4, reports: int = 4, others: int = 0) -> tuple[RaterEntry, ...]:
    groups = {"peer": peers, "direct_report": reports, "other": others}
    return tuple(RaterEntry(group, person(f"{group[0]}{n}")) for group, count in groups.items() for n in range(count))


def load(
    now: datetime,
    names: tuple[str, ...] = ("dana delegate",),
    chosen: tuple[RaterEntry, ...] = (),
    rules: Programme | None = None,
) -> Loaded:
    """Load a cohort of these delegates; `chosen` raters are the same for each, sent by file."""
    rules = rules or programme()
    facilitators = (FACILITATOR,)
    cohort = Cohort(COHORT, "Autumn cohort", rules.id, rules.version, DATES, SPONSOR, facilitators=facilitators)
    entries = tuple(entry(name) for name in names)
    by_address = {line.person.email: chosen for line in entries} if chosen else {}
    return load_cohort(cohort, rules, entries, by_address, now)


def opened(clock, chosen: tuple[RaterEntry, ...] = (), **more) -> None:  # type: ignore[no-untyped-def]
    """Load, open the wave and email everyone."""
    load(clock.now(), chosen=chosen, **more)
    drain(clock.now())
    drain(clock.to(OPENING))
    drain(clock.advance(minutes=1))


def write(*writes: Write) -> None:
    """Put something into the table that would take long to reach."""
    transact(writes)


def reminders_of(invitation: Invitation) -> list[str]:
    """Return ids of the emails to a rater that an answer cancels, sent or not."""
    return list_cancelled_by(CancelledBy.ANSWER, invitation.delegate_id, invitation=invitation.id)


def dana() -> str:
    return delegate_id(COHORT, person("dana delegate").email)


def send_list_to_coach(visitor: Visitor, clock) -> None:  # type: ignore[no-untyped-def]
    """Open a cohort of a programme whose coaches approve; the delegate's list of one peer is with the coach."""
    opened(clock, rules=replace(programme(), id="approving", raters_approved_by=Approver.COACH))
    choose = link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "P0 <p0@example.org>"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())


def invited(clock) -> None:  # type: ignore[no-untyped-def]
    """Invite those on a list that was sent, and let the next full hour come, at which they are emailed."""
    drain(clock.now())
    drain(clock.advance(hours=1))


def link(to: str, part: str) -> str:
    """Return the newest link with this part in the email of a person."""
    urls = [url for email in sent_emails(person(to).email) for url in email.links if f"/{part}/" in url]
    assert urls, f"no email brought {to} a link with /{part}/"
    return urls[-1]


def coach_url() -> str:
    """Return the link of the delegate's coach as it is now, whether it was emailed or not."""
    delegate = delegates.find(dana())
    assert delegate
    return COACH.url(delegate.cohort_id, delegate.coach, delegate.coach_link)


@cache
def _facts() -> bytes:
    """Return the facts of an example report on our programme."""
    from chalicelib.results.facts import build_facts, facts_bytes
    from chalicelib.results.publish import publish
    from tests.report.example import example_wave, heading

    return facts_bytes(
        build_facts(programme(), heading(), publish(programme(), example_wave(programme()), comment_key=b"k"))
    )


def documents_of(delegate_id: str) -> tuple[str, str, str]:
    """Return names of a report's facts, page and PDF, in the folder of its delegate."""
    folder = f"reports/{delegate_id}/baseline"
    return f"{folder}/facts.json", f"{folder}/report.html", f"{folder}/report.pdf"


def store_facts(report: StoredReport) -> None:
    objects.save(report.facts, _facts())


def open_report(report: StoredReport, coach: str = "cleo coach") -> None:
    """As if the coach had opened this report."""
    opened_by = coach_id(COHORT, person(coach).email)
    write(openings.save(report.delegate_id, report.wave, opened_by, Opening(report.checksum, report.made_at)))


def areas_typed(day: date, words: str = "", count: int = 2) -> dict[str, str]:
    """Return the fields of areas as a coach types them on a day: `behaviour 1`, or the words with a number."""
    parts = ("behaviour", "when_i_will", "first_step", "why_no_item")
    typed = {f"{part}-{n}": f"{words or part} {n}" for n in range(1, count + 1) for part in parts}
    later = (day + timedelta(weeks=8)).isoformat()
    return typed | {f"review_by-{n}": later for n in range(1, count + 1)}


def area_ids(delegate: str = "") -> list[str]:
    """Return the ids of the development areas that a survey would ask about, in the order of the form."""
    stored_areas = areas.from_rows(delegates.load_rows(delegate or dana()), Wave.BASELINE)
    return [area.id for area in stored_areas if area.state in areas.SURVEYED]


def answer_all(visitor: Visitor, url: str, rating: str = "4", comment: str = "Keep going.") -> Visitor:
    """Fill in every page of a questionnaire, and stop before sending."""
    rules = programme()
    visitor.open(url)
    token_url = url
    for competency in rules.competencies:
        visitor.open(f"{token_url}/page/c-{competency.id}")
        fields = {item.id: rating for item in competency.items}
        visitor.post(f"{token_url}/page/c-{competency.id}", {**fields, "go": "next"})
    visitor.open(f"{token_url}/page/comments")
    return visitor.post(f"{token_url}/page/comments", {question.id: comment for question in rules.open_questions})


def send(visitor: Visitor, url: str) -> Visitor:
    visitor.open(f"{url}/review")
    return visitor.post(f"{url}/send")
