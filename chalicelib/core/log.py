"""Write one JSON object for each log line: ids and states only, never a name, address, link, answer or comment.

Every line carries `request`, Lambda's id of the run, which Lambda's own lines carry too, and `stage`. Lines about a job
or an email carry its id.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

_log = logging.getLogger("fullcircle")
_shared: ContextVar[dict[str, object]] = ContextVar("shared", default={})  # noqa: B039 (never changed in place)


def configure() -> None:
    """Configure logging. Call once for each function start."""
    if _log.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


@contextmanager
def bind(**ids: object) -> Iterator[None]:
    """Add these ids to every line that is logged inside."""
    before = _shared.set({**_shared.get(), **ids})
    try:
        yield
    finally:
        _shared.reset(before)


def info(name: str, **ids: object) -> None:
    _log.info(name, extra={**_shared.get(), **ids})


def warning(name: str, **ids: object) -> None:
    _log.warning(name, extra={**_shared.get(), **ids})


def error(name: str, raised: BaseException, **ids: object) -> None:
    """Return the error's type and place. Its text is left out, because it may quote what a person typed."""
    _log.error(name, extra={**_shared.get(), **ids, "error": describe_error(raised)})


class RunFailed(Exception):
    """A run that ended with an error. Says the error's type and place, as `describe_error` does."""


@contextmanager
def hide_text_of_errors() -> Iterator[None]:
    """Replace an error that ends a run: Lambda writes its text into the log, and into a trace if X-Ray is on."""
    try:
        yield
    except Exception as error:
        raise RunFailed(describe_error(error)) from None


def describe_error(error: BaseException) -> str:
    """Return `ValueError at chalicelib/report/jobs.py:31`, for a row or a log line."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    code = f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}" if trace else ""
    text = f": {error}" if getattr(error, "may_be_logged", False) else ""
    return f"{type(error).__name__}{_aws_code(error)}{code}{text}"


def _aws_code(error: BaseException) -> str:
    response = getattr(error, "response", None)
    return f" {response['Error']['Code']}" if isinstance(response, dict) and "Error" in response else ""
