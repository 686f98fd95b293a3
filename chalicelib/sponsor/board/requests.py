"""Store the requests to the board in the administrator's or coach's words, and order another edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core.addresses import clean_text
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Cohort, Programme
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.sponsor.drafts import has_news, last_edition, prepare_edition
from chalicelib.sponsor.final.counts import factor_lines
from chalicelib.sponsor.final.facts import FactorLine
from chalicelib.sponsor.gather import load_people
from chalicelib.store import audit_events, board_requests, jobs, summaries
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.board_requests import BoardRequests, RequestsChanged
from chalicelib.store.jobs import JobExists

MAX_ASKS, MAX_ASK_CHARS = 3, 200
CHANGED = FieldError(
    "", "Someone else changed the requests in the meantime. Check them below, then save again.", "overtaken"
)


def rank_barriers(programme: Programme, cohort: Cohort) -> tuple[str, ...]:
    """Return what hindered, the worst first: as the newest edition ranks it, or as the first one will.

    Later answers are left out: comparing the two ranks would reveal those answers.
    """
    return tuple(line.label for line in _factors(programme, cohort) if line.mean.value < 0)


def _factors(programme: Programme, cohort: Cohort) -> tuple[FactorLine, ...]:
    """Return the factors of the newest edition. Before the first edition, compute them once no survey is open."""
    edition = last_edition(cohort.id)
    if edition:
        return edition.survey.factors if edition.survey else ()
    people = load_people(programme, cohort)
    return () if any(person.later for person in people) else factor_lines(programme, people)


def save_asks(cohort: Cohort, fields: Mapping[str, str], by: str, now: datetime) -> list[FieldError]:
    """Store the requests, or return what is wrong with them."""
    typed = {f"ask.{number}": clean_text(fields.get(f"ask.{number}", "")).strip() for number in range(1, MAX_ASKS + 1)}
    long = [name for name, text in typed.items() if len(text) > MAX_ASK_CHARS]
    if long:
        return [
            FieldError(name, f"It has {len(typed[name])} characters; at most {MAX_ASK_CHARS} fit.") for name in long
        ]
    asks = tuple(text for text in typed.values() if text)
    before = board_requests.find(cohort.id)
    if asks == (before.asks if before else ()):
        return []  # pressed twice, or nothing was changed
    if fields.get("seen", "") != revision_of(before):
        return [CHANGED]
    new = BoardRequests(cohort.id, asks, now, before.revision + 1 if before else 1)
    event = audit_events.add(cohort.id, AuditEvent.ASKED_BOARD, by, cohort.id, now)
    try:
        commit([board_requests.save(new, before), event], now)
    except RequestsChanged:
        return [CHANGED]
    return []


def revision_of(requests: BoardRequests | None) -> str:
    return str(requests.revision if requests else 0)


def order_edition(programme: Programme, cohort: Cohort, by: str, now: datetime) -> str:
    """Order another edition and return what happens: `first`, `same` or `ordered`. Pressing twice orders one."""
    before = last_edition(cohort.id)
    if before is None:
        return "first"
    people = load_people(programme, cohort) if before.survey else ()
    if before.survey and not has_news(prepare_edition(programme, cohort, people, before, now).final, before):
        return "same"
    number = len(summaries.of_cohort(cohort.id)) + 1
    job = JobKind.EDITION.job(cohort.id, "ordered", str(number), due_at=now, cohort=cohort.id)
    event = audit_events.add(cohort.id, AuditEvent.ORDERED_EDITION, by, cohort.id, now)
    try:
        commit([jobs.add(job), event], now)
    except JobExists:
        return "ordered"
    return "ordered"
