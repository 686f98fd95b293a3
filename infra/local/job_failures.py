"""Make the next job or email of a kind fail, so that a person sees what the console and the retries do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS, Handler
from chalicelib.jobs.run import MAX_ATTEMPTS
from chalicelib.store.due import EMAIL
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write

JOB_KINDS = frozenset(HANDLERS)
KINDS = JOB_KINDS | {EMAIL}


class FailedOnRequest(Exception):
    """The desk was asked to make this job fail."""

    may_be_logged = True


class _Doomed(NamedTuple):
    """The job that fails, empty until one of its kind runs, and how many of its attempts still fail."""

    job_id: str
    left: int


class Failures:
    """Kinds whose next attempt fails once, and kinds whose next job fails until it is given up."""

    def __init__(self) -> None:
        self._once: set[str] = set()
        self._for_good: dict[str, _Doomed] = {}

    def add(self, kind: str, *, for_good: bool = False) -> None:
        """Raise KeyError for a kind that no job has. An email can fail once only: it is sent outside a job."""
        if kind not in (JOB_KINDS if for_good else KINDS):
            raise KeyError(kind)
        if for_good:
            self._for_good[kind] = _Doomed("", MAX_ATTEMPTS)
        else:
            self._once.add(kind)

    def take(self, kind: str, job_id: str = "") -> bool:
        """Return whether this attempt must fail."""
        if kind in self._once:
            self._once.discard(kind)
            return True
        doomed = self._for_good.get(kind)
        if doomed is None or doomed.job_id not in ("", job_id):
            return False
        self._for_good[kind] = _Doomed(job_id, doomed.left - 1)
        if doomed.left == 1:
            del self._for_good[kind]
        return True

    # --- where they act -------------------------------------------------------------------------------------

    def watch(self, session: Any) -> Callable[[], None]:
        """Reach every job from now on, and the emails of the clients this botocore session makes. Returns an undo."""
        session.register("before-parameter-build.sesv2.SendEmail", self._refuse_email)
        plain = run.run_job

        def run_with_failures(job_id: str, handlers: Mapping[str, Handler], attempt: str, now: datetime) -> bool:
            return plain(job_id, _Failing(handlers, self, job_id), attempt, now)

        run.run_job = run_with_failures

        def undo() -> None:
            run.run_job = plain

        return undo

    def _refuse_email(self, **_: Any) -> None:
        """Answer as SES does when it is asked too fast: the email is tried again."""
        if self.take(EMAIL):
            error = {"Code": "TooManyRequestsException", "Message": "The desk was asked to make this email fail."}
            raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 429}}, "SendEmail")


class _Failing(Mapping[str, Handler]):
    def __init__(self, handlers: Mapping[str, Handler], failures: Failures, job_id: str):
        self._works, self._failures, self._job_id = handlers, failures, job_id

    def __getitem__(self, kind: str) -> Handler:
        return _fail if self._failures.take(kind, self._job_id) else self._works[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._works)

    def __len__(self) -> int:
        return len(self._works)


def _fail(job: Job, now: datetime) -> Sequence[Write]:
    raise FailedOnRequest(f"The desk was asked to make the next {job.kind} job fail.")
