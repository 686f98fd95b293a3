"""A delegate with an open wave, set up once and restored for each plan."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from botocore.exceptions import ReadTimeoutError

import chalicelib.core.clock
from chalicelib.collect import pages
from chalicelib.collect.questionnaire import AnswerLink, parse_answer_link
from chalicelib.collect.save_page import save_page
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Invitation, InvitationState, Wave
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.links import signing
from chalicelib.store import invitations, jobs
from chalicelib.store.jobs import JobState
from infra.local.memory import backend
from tests.support import people
from tests.support.clock import MONDAY, Clock
from tests.support.drain import drain

WHO = ("p0", "p1", "p2", "p3", "mara manager", "dana delegate")
_attempts = count(1)


class Again(ReadTimeoutError):
    """The person presses again, or the queue delivers again."""

    def __init__(self) -> None:
        super().__init__(endpoint_url="once more")


class Scene:
    """`build` once; then `lay_out` puts the same rows and emails back."""

    def __init__(self, build: Callable[[], None]):
        build()
        self._tables = {name: copy.deepcopy(table.items) for name, table in backend("dynamodb").tables.items()}
        self._emails = list(backend("ses").sent_messages)

    def lay_out(self) -> Scene:
        for name, items in self._tables.items():
            backend("dynamodb").tables[name].items = copy.deepcopy(items)
        backend("ses").sent_messages.extend(self._emails)
        return self


def open_wave() -> None:
    """Four peers, the manager and the delegate are asked; all have saved every page, no one has sent."""
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    people.opened(clock, chosen=people.raters(4, 0))
    for invited in asked():
        fill_in(link_of(invited), "4")


def everyone_sent() -> None:
    open_wave()
    for invited in asked():
        submit(link_of(invited), at(MONDAY))


def asked(wave: Wave = Wave.BASELINE) -> list[Invitation]:
    return list(invitations.of_delegate(people.dana(), wave))


def answered() -> list[Invitation]:
    return [invited for invited in asked() if invited.state is InvitationState.ANSWERED]


def invitation(name: str) -> Invitation:
    return next(invited for invited in asked() if invited.rater.email == people.person(name).email)


def link_of(invitation: Invitation) -> AnswerLink:
    return parse_answer_link(
        signing.token(
            "answer", invitation.delegate_id, invitation.wave.value, invitation.id, str(invitation.link_version)
        )
    )


def fill_in(opened: AnswerLink, rating: str, now: datetime | None = None) -> None:
    for page in pages.pages(people.programme(), ""):
        fields = {question.id: "A comment" if question.is_comment else rating for question in page.questions}
        save_page(opened, page.id, fields, now or at(MONDAY))


def at(now: datetime) -> datetime:
    """Return the plan's time, counted from the morning after the opening."""
    return people.OPENING + timedelta(days=1) + (now - MONDAY)


def run_job(job_id: str, now: datetime) -> None:
    """As the queue's handler; raises for another delivery until the job is done."""
    run.run_job(job_id, HANDLERS, f"attempt-{next(_attempts)}", now)
    job = jobs.find(job_id)
    if job is None or job.state is not JobState.DONE:
        raise Again


def settle(now: datetime) -> None:
    drain(now)
