"""Emails with plausible words and links, to show what a kind looks like before one is sent."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.model import Person
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, find_kind
from chalicelib.forms.readers import Form, Names, sentences
from chalicelib.links.kinds import HUB, KINDS
from chalicelib.links.link_kind import Link
from chalicelib.store.emails import Email

SAM = Person("Sam O'Brien", "sam.obrien@northfold.example.org")
MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)
DELEGATE, MANAGER, COACH, SPONSOR = "Dr Amara Osei", "Helen Whitcombe", "Priya Natarajan", "Jill Marston"

WORDS = {
    "programme": "Maximising Potential",
    "organisation": "Northfold Community NHS Trust",
    "brand": "#005eb8",
    "from_name": "Maximising Potential",
    "time_zone": "London time",
    "name": SAM.name,
    "delegate": DELEGATE,
    "people": "9 people",
    "approver": MANAGER,
    "coach": COACH,
    "cohort": "Spring cohort",
    "opens": "1 June 2026",
    "closes": "Friday 26 June 2026",
    "minutes": "10",
    "month": "March 2026",
    "group_title": "Peers",
    "raters_named": "",
    "challenge": "5c1f" * 8,
    "until": "10:42",
    "own": "",
    "held": "",
    "is_last": "",
    "what": "the feedback you are asked for",
    "invited": "13",
    "answered": "4",
    "minimum": "5",
    "at": "10:30",
}

ENTRY = CalendarEntry(
    uid="leading-self.k3jx9qmw7s@programmes.example.org",
    sequence=0,
    starts=datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
    ends=datetime(2026, 3, 10, 16, 30, tzinfo=UTC),
    title="Leading Self, day 1 of 2",
    place="Education Centre, Room 4",
    description="Tuesday 10 March 2026, 09:30 to 16:30\nEducation Centre, Room 4",
)

NAMES = Names(DELEGATE, 4, group="Peers", rater=SAM.name, sponsor=WORDS["organisation"])
WORDS["who_sees"] = " ".join(sentences(Form.ANONYMOUS_GROUP, NAMES))

# who reads a kind of email; a sample of a kind to others is to a rater
READERS = {
    To.DELEGATE: DELEGATE,
    To.MANAGER: MANAGER,
    To.APPROVER: MANAGER,
    To.SURVEYED: MANAGER,
    To.COACH: COACH,
    To.SIGNING_IN: COACH,
    To.SPONSOR: SPONSOR,
}


def sample(template: str, *subject: str, to: Person = SAM, **words: str) -> Email:
    """Make an email of a kind; `words` replace the plausible ones.

    Raises KeyError for a word of which there is no sample.
    """
    kind = find_kind(template)
    own_form = {"who_sees": " ".join(sentences(kind.form, NAMES))} if kind.form else {}
    plausible = {**WORDS, **own_form, **kind.sample}
    if lacking := sorted(kind.words - plausible.keys()):
        raise KeyError(f"{template} has no sample of {', '.join(lacking)}: give declare_email(…, sample={{…}})")
    return create_email(
        kind,
        *(subject or ("k3jx9qmw",)),
        to=to,
        due_at=MONDAY,
        words={name: plausible[name] for name in kind.words} | words,
        links={name: _link(name) for name in kind.links},
        about={"cohort": "spring", "delegate": "k3jx9qmw7s", "invitation": "k3jx9qmw"},
        entry=ENTRY if kind.has_entry else None,
    )


def _link(name: str) -> Link:
    """Return a link of the kind that a template's name for it says; a link to any page is called otherwise."""
    kind = KINDS.get(name, HUB)
    return (kind.verb, *("k3jx9qmw" for _ in kind.parts))


def reader_of(kind: EmailKind) -> str:
    """Return the sample name of who reads a kind of email."""
    return READERS.get(kind.to, SAM.name)
