"""Every kind of email with plausible words and links, for the desk's page of all emails and for tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.model import Person
from chalicelib.emails import compose
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, find_kind, load_kinds
from chalicelib.emails.mime import Rendered
from chalicelib.emails.render import render
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
    "from_name": f"{DELEGATE} via Maximising Potential",
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

# the form that an email leads to, if not that of an anonymous group
FORMS = {
    "programme/opening": Form.OWN,
    "programme/followup": Form.OWN,
    "collect/self_reminder": Form.OWN,
    "impact/pulse": Form.PULSE,
    "impact/pulse_reminder": Form.PULSE,
    "impact/delegate": Form.IMPACT_DELEGATE,
    "impact/manager": Form.IMPACT_MANAGER,
}
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
DARK = "@media (prefers-color-scheme:dark)"


def sample(template: str = "collect/invitation", *subject: str, to: Person = SAM, **words: str) -> Email:
    """`words` replace the plausible ones. Raises KeyError for a word of which there is no sample."""
    kind = find_kind(template)
    form = FORMS.get(template)
    own_form = {"who_sees": " ".join(sentences(form, NAMES))} if form else {}
    plausible = {**WORDS, **own_form, **kind.sample}
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
    """A link of the kind that a template's name for it says; a link to any page is called otherwise."""
    kind = KINDS.get(name, HUB)
    return (kind.verb, *("k3jx9qmw" for _ in kind.parts))


def every() -> dict[tuple[str, str], Rendered]:
    """(template, variant) -> the email; the usual variant is empty."""
    return {
        (kind.name, variant): _rendered(kind, words)
        for kind in load_kinds().values()
        for variant, words in {"": {}, **kind.variants}.items()
    }


def _rendered(kind: EmailKind, words: Mapping[str, str]) -> Rendered:
    shown = {"name": READERS.get(kind.to, SAM.name), **words}
    return render(kind.name, compose.context(sample(kind.name, to=SAM, **shown)))


def dark(html: str) -> str:
    """As a mail program shows it that follows a dark desktop."""
    return html.replace(DARK, "@media all").replace(":root{color-scheme:light dark}", ":root{color-scheme:dark}")


def stripped(html: str) -> str:
    """As a mail program shows it that drops style sheets and classes."""
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r' class="[^"]*"', "", bare)
