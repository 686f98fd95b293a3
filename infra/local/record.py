"""Holds every call to AWS against the rights of the function that makes it, and keeps which were used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from infra import rights
from infra.local import aws_contract

_running: ContextVar[str] = ContextVar("running", default="")  # a function of app.py; empty for all other code

used: set[tuple[str, str, str]] = set()  # (function, action, resource)


@contextmanager
def running(function: str) -> Iterator[None]:
    before = _running.set(function)
    try:
        yield
    finally:
        _running.reset(before)


def check_rights(session: Any) -> None:
    """Every call of the clients this botocore session makes from now on, and every link it signs."""
    session.register("before-parameter-build", _check)


def _check(params: dict[str, Any], model: Any, **_: Any) -> None:
    function = _running.get()
    if not function:
        return
    for action, resource in rights.needed(model.service_model.service_name, model.name, params):
        if (action, resource) not in _given(function):
            what = f"{function} may not {action} on {resource}: add it to infra/rights.yaml and run `make policies`"
            aws_contract.broken.append(what)  # kept, because the code under test may well catch the exception
            raise aws_contract.AwsWouldRefuse(what)
        used.add((function, action, resource))


@cache
def _given(function: str) -> set[rights.Right]:
    return rights.given(function)
