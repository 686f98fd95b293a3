"""Every mail of the catalogue with plausible words and links, for the desk's page of all mails and for tests."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from chalicelib.core.model import Person
from chalicelib.emails import compose, kinds
from chalicelib.emails.create import create_email
from chalicelib.emails.mime import Rendered
from chalicelib.emails.render import render
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
    "remark": "Please ask somebody from the night team too.",
    "coach": COACH,
    "cohort": "Spring cohort",
    "opens": "1 June 2026",
    "closes": "Friday 26 June 2026",
    "minutes": "10",
    "month": "March 2026",
    "group_title": "Peers",
    "named": "",
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

# mails that are not to a rater: who reads them
READERS = {
    "programme/opening": DELEGATE,
    "programme/followup": DELEGATE,
    "programme/followup_planned": DELEGATE,
    "nominate/reminder": DELEGATE,
    "nominate/approve": MANAGER,
    "nominate/approve_reminder": MANAGER,
    "nominate/approved": DELEGATE,
    "nominate/change_wanted": DELEGATE,
    "collect/self_reminder": DELEGATE,
    "report/ready": COACH,
    "debrief/released": DELEGATE,
    "impact/delegate": DELEGATE,
    "impact/manager": MANAGER,
    "impact/reminder": MANAGER,
    "sponsor/summary": SPONSOR,
    "web/code": COACH,
    "web/wrong_code": COACH,
    "web/second_factor": COACH,
}
# the same template with other words reads otherwise
VARIANTS: dict[str, dict[str, dict[str, str]]] = {
    "web/second_factor": {what: {"what": what} for what in ("set up", "removed", "opened with a recovery code")},
    "programme/opening": {"whose raters a file names": {"raters_named": "yes"}},
    "collect/invitation": {"to the line manager": {"named": "yes", "group_title": "Line manager", "name": MANAGER}},
    "impact/reminder": {"to the delegate": {"own": "yes", "name": DELEGATE}},
    "collect/again": {"to the delegate": {"own": "yes", "name": DELEGATE}},
    "admin/new_link": {"to a coach": {"name": COACH, "what": "your delegates", "held": "8 September 2026, 10:00"}},
}
DARK = "@media (prefers-color-scheme:dark)"


def sample(template: str = "collect/invitation", *subject: str, to: Person = SAM, **words: str) -> Email:
    """`words` replace the plausible ones."""
    needed = {name: WORDS[name] for name in kinds.MAILS[template]}
    links = {name: _link(name) for name in kinds.LINKS[template]}
    about = {"cohort": "spring", "delegate": "k3jx9qmw7s", "invitation": "k3jx9qmw"}
    return create_email(
        template, *(subject or ("k3jx9qmw",)), to=to, due_at=MONDAY, words=needed | words, links=links, about=about
    )


def _link(name: str) -> Link:
    """A link of the kind that a template's name for it says; a link to any page is called otherwise."""
    kind = KINDS.get(name, HUB)
    return (kind.verb, *("k3jx9qmw" for _ in kind.parts))


def every() -> dict[tuple[str, str], Rendered]:
    """(template, variant) -> the mail; the usual variant is empty."""
    found = {}
    for template in sorted(kinds.MAILS):
        reader = {"name": READERS.get(template, SAM.name)}
        for variant, words in {"": {}, **VARIANTS.get(template, {})}.items():
            found[template, variant] = render(
                template, compose.context(sample(template, to=SAM, **{**reader, **words}))
            )
    return found


def dark(html: str) -> str:
    """As a mail program shows it that follows a dark desktop."""
    return html.replace(DARK, "@media all").replace(":root{color-scheme:light dark}", ":root{color-scheme:dark}")


def stripped(html: str) -> str:
    """As a mail program shows it that drops style sheets and classes."""
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r' class="[^"]*"', "", bare)
