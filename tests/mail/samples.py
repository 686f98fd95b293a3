"""A mail of each kind, with plausible words and links."""

from __future__ import annotations

from chalicelib.mail import catalogue
from chalicelib.mail.queue import queued
from chalicelib.model import Person
from chalicelib.store.mails import Mail
from tests.support.clock import MONDAY

SAM = Person("Sam O'Brien", "sam.obrien@northfold.example.org")

WORDS = {
    "programme": "Maximising Potential",
    "organisation": "Northfold Community NHS Trust",
    "brand": "#005eb8",
    "from_name": "Dr Amara Osei via Maximising Potential",
    "name": "Sam O'Brien",
    "delegate": "Dr Amara Osei",
    "people": "9 people",
    "approver": "Helen Whitcombe",
    "remark": "Please ask somebody from the night team too.",
    "coach": "Priya Natarajan",
    "cohort": "Spring cohort",
    "opens": "1 June 2026",
    "closes": "Friday 26 June 2026",
    "days_left": "3 days",
    "minutes": "10",
    "month": "March 2026",
    "group_title": "Peers",
    "named": "",
    "challenge": "5c1f" * 8,
    "until": "10:42",
    "own": "",
    "what": "the feedback you are asked for",
    "invited": "13",
    "answered": "4",
    "minimum": "5",
    "extend_command": "python -m chalicelib cohort extend spring k3jx9qmw7s --to 2026-07-10",
    "close_command": "python -m chalicelib cohort close spring k3jx9qmw7s",
}


def mail(template: str = "collect/invitation", *subject: str, to: Person = SAM, **words: str) -> Mail:
    """`words` replace the plausible ones."""
    needed = {name: WORDS[name] for name in catalogue.MAILS[template]}
    links = {name: (name, "k3jx9qmw", "1") for name in catalogue.LINKS[template]}
    about = {"cohort": "spring", "delegate": "k3jx9qmw7s", "invitation": "k3jx9qmw"}
    subject = subject or ("k3jx9qmw",)
    return queued(template, *subject, to=to, due_at=MONDAY, words=needed | words, links=links, about=about)
