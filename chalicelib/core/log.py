"""One JSON object for each log line: ids and states only, never a name, address, link, answer or comment.

Every line carries `request`, Lambda's id of what runs, which its own lines carry too, and `stage`; what is done for a
job or a mail carries its id.
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
    """Once for each function start."""
    if _log.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


@contextmanager
def bind(**ids: object) -> Iterator[None]:
    """Every line written inside carries these ids."""
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
    """The error's type and place; its text may quote what somebody typed, so it stays out."""
    _log.error(name, extra={**_shared.get(), **ids, "error": describe_error(raised)})


def describe_error(error: BaseException) -> str:
    """`ValueError at chalicelib/report/jobs.py:31`, for a row or a log line."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    code = f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}" if trace else ""
    said = f": {error}" if getattr(error, "may_be_logged", False) else ""
    return f"{type(error).__name__}{_aws_code(error)}{code}{said}"


def _aws_code(error: BaseException) -> str:
    response = getattr(error, "response", None)
    return f" {response['Error']['Code']}" if isinstance(response, dict) and "Error" in response else ""
