"""Run the real stack on moto in this process, with a meter and one small cohort."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import chalicelib.core.clock
from benchmarks import meter
from tests.support import cloud
from tests.support.clock import Clock
from tests.support.visitor import Visitor


@contextmanager
def small_cloud() -> Iterator[tuple[Visitor, Clock]]:
    """Yield a visitor of the real app and a fixed clock, as in tests."""
    cloud.set_environment()
    from chalice.test import Client

    from app import app
    from chalicelib.core import aws

    meter.hook(aws.session())
    cloud.switch_on()
    cloud.empty()
    logging.getLogger("fullcircle").setLevel(logging.ERROR)  # a line for each act would hide the figures
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    try:
        with Client(app) as client:
            yield Visitor(client.http), clock
    finally:
        chalicelib.core.clock.use(None)
        cloud.switch_off()
