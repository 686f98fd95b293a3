"""Fixtures for every test: AWS in this process, and a clock that a test sets."""

from __future__ import annotations

import gc
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from pythonjsonlogger.json import JsonFormatter

import chalicelib.core.clock
from chalicelib.store import retries
from infra.local import aws_contract
from tests.support import cloud, functions
from tests.support.clock import Clock

# A busy machine is no fault of the code. Sixty examples, unless a test says otherwise, keep `make test` short.
settings.register_profile("unhurried", deadline=None, max_examples=60)
settings.load_profile("unhurried")
gc.set_threshold(50_000, 20, 50)  # moto keeps every row in memory: looking through them often finds nothing
cloud.set_environment()  # app.py reads the stage when it is imported
functions.attribute()


@pytest.fixture(autouse=True)
def _no_waits() -> None:
    """Repeat a call at once: no test sleeps."""
    retries.use(retries.Waits(lambda _: None, lambda: 1.0))


@pytest.fixture
def aws(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up an empty account with the real stack, settings and a verified sender. Fails what AWS would refuse."""
    cloud.switch_on()
    cloud.empty()
    yield
    undeclared = [] if request.node.get_closest_marker("made_up_rows") else cloud.undeclared_rows()
    cloud.switch_off()
    assert aws_contract.broken == []
    assert undeclared == [], "declare the kind of each in chalicelib/store/row_kinds/"


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Return what was logged until now, each line as Lambda would have it."""
    log_text, logger = io.StringIO(), logging.getLogger("fullcircle")
    handler, level = logging.StreamHandler(log_text), logger.level
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in log_text.getvalue().splitlines()]
    logger.setLevel(level)
    logger.removeHandler(handler)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Also what app.py, routes and the command line read."""
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    yield clock
    chalicelib.core.clock.use(None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--one-in N`: run every Nth test only, spread over all files."""
    parser.addoption("--one-in", type=int, default=1, metavar="N", help="run every Nth test only")


@pytest.hookimpl(trylast=True)  # after `-m` has chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep every Nth test in the order of collection, so that each worker keeps the same."""
    step = config.getoption("--one-in")
    kept = items[::step]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for number, item in enumerate(items) if number % step])
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that long tests have recorded, whichever process ran them."""
    passed = terminalreporter.stats.get("passed", ())
    figures = [str(text) for report in passed for name, text in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(figures))
