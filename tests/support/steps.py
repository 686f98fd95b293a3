"""Count the work of an act: lines of Python that run, and the signs that string methods and expressions go through."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

import chalicelib


class _Counter:
    def __init__(self) -> None:
        self.steps = 0

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.steps += 1
        return self.trace

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            owner = getattr(argument, "__self__", None)
            self.steps += len(owner) if isinstance(owner, str | bytes) else 1


class _CountedPattern:
    """A compiled expression; tests/parsers/test_expressions.py shows that each is linear in its text."""

    def __init__(self, pattern: re.Pattern[Any], counter: _Counter) -> None:
        self._pattern, self._counter = pattern, counter

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._pattern, name)
        if not callable(attribute):
            return attribute

        def counted(*arguments: Any, **named: Any) -> Any:
            self._counter.steps += sum(len(argument) for argument in arguments if isinstance(argument, str | bytes))
            return attribute(*arguments, **named)

        return counted


def count_steps(act: Callable[[], object]) -> int:
    """Count steps until the act ends, or is refused."""
    counter = _Counter()
    with _counted_patterns(counter):
        before = sys.gettrace(), sys.getprofile()
        sys.setprofile(counter.profile)
        sys.settrace(counter.trace)
        try:
            act()
        finally:
            sys.settrace(before[0])
            sys.setprofile(before[1])
    return counter.steps


@contextmanager
def _counted_patterns(counter: _Counter) -> Iterator[None]:
    there = [
        (module, name, value)
        for module in _own_modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    ]
    for module, name, value in there:
        setattr(module, name, _CountedPattern(value, counter))
    try:
        yield
    finally:
        for module, name, value in there:
            setattr(module, name, value)


def _own_modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.split(".")[0] == chalicelib.__name__]
