"""Make the next job or email of a kind fail, so that a person sees what the console and the retries do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS, Handler
from chalicelib.store.due import EMAIL
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write

KINDS = frozenset({*HANDLERS, EMAIL})


class FailedOnRequest(Exception):
    """The desk was asked to make this job fail."""

    may_be_logged = True


class Failures:
    """Kinds whose next attempt fails, each once."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()

    def add(self, kind: str) -> None:
        """Raise KeyError for a kind that no job has."""
        if kind not in KINDS:
            raise KeyError(kind)
        self._waiting.add(kind)

    def take(self, kind: str) -> bool:
        """Return whether this attempt must fail; the next one does not."""
        found = kind in self._waiting
        self._waiting.discard(kind)
        return found

    # --- where they act -------------------------------------------------------------------------------------

    def watch(self, session: Any) -> Callable[[], None]:
        """Reach every job from now on, and the emails of the clients this botocore session makes. Returns an undo."""
        session.register("before-parameter-build.sesv2.SendEmail", self._refuse_email)
        plain = run.run_job

        def run_with_failures(job_id: str, handlers: Mapping[str, Handler], attempt: str, now: datetime) -> bool:
            return plain(job_id, _Failing(handlers, self), attempt, now)

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
    def __init__(self, handlers: Mapping[str, Handler], failures: Failures):
        self._works, self._failures = handlers, failures

    def __getitem__(self, kind: str) -> Handler:
        return _fail if self._failures.take(kind) else self._works[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._works)

    def __len__(self) -> int:
        return len(self._works)


def _fail(job: Job, now: datetime) -> Sequence[Write]:
    raise FailedOnRequest(f"The desk was asked to make the next {job.kind} job fail.")
