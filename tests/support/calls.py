"""What happens at each AWS call: counted, made to fail, or held back. One hook on the session looks it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Watcher(Protocol):
    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        """Raise, or return an answer that replaces the call."""

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        """May raise: the call was made, and its answer is lost."""


_watchers: list[Watcher] = []


def hook(session: Any) -> None:
    """Before the session makes its first client."""
    session.register("before-call", _before)
    session.register("after-call", _after)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def count_calls() -> Iterator[Counter[str]]:
    """Count the AWS calls made inside, by operation; `.total()` is how many."""
    counter = _Counting()
    with watched_by(counter):
        yield counter.calls


class _Counting:
    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def before(self, service: str, operation: str, context: dict[str, Any]) -> None:
        self.calls[operation] += 1

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


def _before(model: Any, context: dict[str, Any], **_: Any) -> Any:
    answers = [watcher.before(*_names(model), context) for watcher in list(_watchers)]
    return next((answer for answer in answers if answer is not None), None)


def _after(model: Any, context: dict[str, Any], **_: Any) -> None:
    for watcher in list(_watchers):
        watcher.after(*_names(model), context)


def _names(model: Any) -> tuple[str, str]:
    return model.service_model.service_name, model.name
