"""Do one act for many delegates: a page only orders it, and a job does it for each.

A page that did it itself would need some calls for each delegate, and would end before a cohort of 300 is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chalicelib.admin import actions, waiting
from chalicelib.admin.actions import FeedbackAct, Scope
from chalicelib.admin.close_or_extend import read_reason
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.delegate_status import DelegateStatus
from chalicelib.core import log
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.ids import derive
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import jobs
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write

TICK = "d."  # begins the name of a delegate's tick box
AT_ONCE = 20  # more delegates are left to a job


def order(act: FeedbackAct, scope: Scope, fields: Mapping[str, str], now: datetime, by: str) -> None:
    """Order an act for all delegates of the scope that it fits. Raises DateRefused for a day that is none.

    The form brings an id of its own, `once`: the same form sent twice is one order.
    """
    once = fields.get("once", "")
    typed = _read_typed(fields) if act.asks_for_date else {}
    ids = [delegate.line.delegate_id for delegate in list_fitting(act, scope)]
    cohort_id = scope.board.cohort.id
    job = JobKind.ACT_ON_MANY.job(
        cohort_id,
        act.id,
        derive(8, once or stamp(now), *ids),
        due_at=now,
        cohort=cohort_id,
        act=act.id,
        delegates=",".join(ids),
        at=now.isoformat(),
        by=by,
        **typed,
    )
    try:
        commit([jobs.add(job)], now)
    except JobExists:
        return


def _read_typed(fields: Mapping[str, str]) -> dict[str, str]:
    """Read what the form asks for.

    Raises DateRefused, or CloseRefused for a reason that is too long: the job would ignore it.
    """
    return {"last_day": actions.read_last_day(fields).isoformat(), "why": read_reason(fields.get("why", ""))}


def list_ticked(scope: Scope, query: Mapping[str, str], now: datetime) -> list[str]:
    """Return the ids of the delegates that were ticked, or of everyone who fits the filters."""
    if "all" not in query:
        return [name.removeprefix(TICK) for name in query if name.startswith(TICK)]
    whole = waiting.load_board(scope.board, scope.board.lines, now)
    return [line.delegate.line.delegate_id for line in whole.choose(waiting.read_wanted(query))]


def list_fitting(act: FeedbackAct, scope: Scope) -> list[DelegateStatus]:
    return [part.one for part in scope.each() if part.one and act.fits(part)]


def tick(scope: Scope, ids: Iterable[str]) -> Scope:
    """Return the scope of these delegates; ids that are not of the cohort are passed over."""
    wanted = {*ids}
    return Scope(
        scope.board,
        None,
        tuple(delegate for delegate in scope.board.lines if delegate.line.delegate_id in wanted),
    )


def act_on_each(job: Job, now: datetime) -> Sequence[Write]:
    """Act on each delegate as of the moment of the order, so that a repeat does nothing twice."""
    about = job.about
    board, asked_at = load_dashboard(about["cohort"], now), datetime.fromisoformat(about["at"])
    act, fields = actions.ACTS[about["act"]], {name: about.get(name, "") for name in ("last_day", "why")}
    chosen = tick(Scope(board, None), about["delegates"].split(","))
    scopes = {scope.one.line.delegate_id: scope for scope in chosen.each() if scope.one}
    each_or_fail(scopes, lambda who: _act_on(act, scopes[who], fields, asked_at, about["by"]), "act_on_many")
    return []


def _act_on(act: FeedbackAct, scope: Scope, fields: Mapping[str, str], now: datetime, by: str) -> None:
    """Act on one delegate. What does not fit them any more is passed over: the page shows them as they are."""
    if not act.fits(scope):
        return
    try:
        act.run(scope, fields, now, by)
    except Refusal:
        log.info("act_did_not_fit", act=act.id, delegate=scope.one.line.delegate_id if scope.one else "")
