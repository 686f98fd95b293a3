"""HTTP routes for an administrator who waives one piece of a delegate's work, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response
from msgspec import Struct

from chalicelib.admin.dashboard import DelegateUnknown
from chalicelib.assignments.access import NoSuchWork
from chalicelib.assignments.coach_view import book_of
from chalicelib.assignments.review import MAX_REMARK_CHARS, WAIVE, Reviewed, Reviewer, review
from chalicelib.assignments.tasks import Task
from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.links import signing
from chalicelib.store import delegates, programmes
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, administrator

bp = Blueprint(__name__)
WORK = "/admin/cohort/{cohort_id}/delegate/{delegate_id}/work/{work}"


class _Opened(Struct, frozen=True):
    delegate: Delegate
    programme: Programme
    task: Task
    days: WorkingDays

    @property
    def url(self) -> str:
        return signing.url(f"/admin/cohort/{self.delegate.cohort_id}/delegate/{self.delegate.id}")


@bp.route(WORK, **GET)
@page_handler
def ask_to_waive(cohort_id: str, delegate_id: str, work: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _page(admin, _open(cohort_id, delegate_id, work))


@bp.route(WORK, **POST)
@page_handler
def waive(cohort_id: str, delegate_id: str, work: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    fields, opened = admin.form(bp.current_request), _open(cohort_id, delegate_id, work)
    if faults := _waive(admin, opened, fields):
        return _page(admin, opened, faults, fields)
    log.info("work_reviewed", delegate=delegate_id, work=work, act=WAIVE)
    return admin.see_other(f"{opened.url}?done=waived")


def _waive(admin: SignedIn, opened: _Opened, fields: Mapping[str, str]) -> Sequence[FieldError]:
    person = admin.reader.person
    who = Reviewer(By.ADMINISTRATOR, person.email if person else "")
    of = Reviewed(opened.programme, opened.delegate, opened.task, opened.days)
    return review(of, WAIVE, fields.get(WAIVE, ""), who, clock.now())


def _open(cohort_id: str, delegate_id: str, work: str) -> _Opened:
    """Open a delegate's piece of work. Raises DelegateUnknown or NoSuchWork."""
    rows = list(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).find_delegate()
    if delegate is None or delegate.cohort_id != cohort_id:
        raise DelegateUnknown
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    task = book_of(delegate, programme, rows).find(work)
    if task is None:
        raise NoSuchWork
    return _Opened(delegate, programme, task, working_days(programme.organisation, delegates.days_off(rows)))


def _page(
    admin: SignedIn, opened: _Opened, faults: Sequence[FieldError] = (), typed: Mapping[str, str] | None = None
) -> Response:
    """Say nothing of a draft: only the delegate knows whether it was begun."""
    return admin.page(
        "admin/waive",
        status=400 if faults else 200,
        opened=opened,
        programme=opened.programme,
        may_waive=opened.task.allows(WAIVE, By.ADMINISTRATOR, clock.now()) and not opened.delegate.withdrawn,
        faults=faults,
        typed=typed or {},
        longest=MAX_REMARK_CHARS,
    )
