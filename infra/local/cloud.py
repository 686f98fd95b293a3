"""The embedded cloud: boots an account and the real app on one port, and moves its time."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import socket
import threading
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.config import Config
from pythonjsonlogger.json import JsonFormatter

import chalicelib.core.clock
from chalicelib.core.aws import session
from infra.local import account, aws_contract, memory, moto_patches, record, row_index, shortcut, templates
from infra.local.clock import VirtualClock
from infra.local.gateway import HOST, STAGE_PREFIX, server
from infra.local.invoke import invoke, schedule_event
from infra.local.job_failures import Failures
from infra.local.pump import Dispatcher

STAGE = "local"
SWEEP_EVERY = timedelta(minutes=5)  # as app.py's schedule
GLANCE = 0.05  # seconds between looks at the queues while people click


class PortTaken(Exception):
    """Another program listens where the cloud would."""


class Cloud:
    """One for each process: it sets the environment and imports app.py.

    The clock is fixed, and due work waits for `settle` and `advance_to`, until `go_live`.

    start  the clock's first moment; now if left out
    """

    def __init__(self, port: int, *, start: datetime | None = None, app_module: str = "app"):
        self.port = port
        self.site = f"http://{HOST}:{port}"
        self.base_url = self.site + STAGE_PREFIX
        self.clock = VirtualClock(start or datetime.now(UTC), live=False)
        self.table = f"fullcircle-{STAGE}"
        self._app_module = app_module
        self._one_at_a_time = threading.RLock()  # the clock's steps, the ticker, a bounce
        self._stopped = threading.Event()
        self._last_sweep = self.clock.now()

    # --- starting and stopping --------------------------------------------------------------------------------------

    def __enter__(self) -> Cloud:
        for port in (self.port, self.port + 1):
            _refuse_taken(port)
        _set_environment(self.port + 1)
        self._moto = _start_moto(self.port + 1)
        row_index.keep()
        # moto and aws_contract check every call anyway, and nothing reads the user agent
        session().set_default_client_config(Config(parameter_validation=False, user_agent="fullcircle"))
        gc.set_threshold(50_000, 20, 50)  # moto keeps every row in memory: looking through them often finds nothing
        moto_patches.sqs_clock(lambda: self.clock.now().timestamp())
        aws_contract.watch(session())
        record.check_rights(session())
        shortcut.use_in_process_transport(session())
        self.failures = Failures()
        self._without_failures = self.failures.watch(session())
        account.lay_out(STAGE, self.base_url)
        chalicelib.core.clock.use(self.clock.now)
        _log_problems_only()
        app = importlib.import_module(self._app_module).app
        self.pump = Dispatcher(app, f"{self.table}-mail-events", self.clock.now)
        self._app = app
        self._start_http(app)
        return self

    def go_live(self) -> None:
        """From now on the clock runs, due work is done by itself, and changed templates show without a restart."""
        self.clock.run()
        templates.reload_when_changed()
        threading.Thread(target=self._tick, name="ticker", daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server.server_close()
        self._moto.stop()
        self._without_failures()
        row_index.end()
        chalicelib.core.clock.use(None)

    def _start_http(self, app: Any) -> None:
        from infra.local.desk import DevTools

        self._http = server(app, self.port, DevTools(self))
        threading.Thread(target=self._http.server.serve_forever, name="http", daemon=True).start()

    # --- time -------------------------------------------------------------------------------------------------------

    def settle(self) -> int:
        """Carry every waiting message. Returns how many jobs and emails were finished."""
        with self._one_at_a_time:
            if self.pump.is_idle():
                return 0
            before = memory.settled(self.table)
            self.pump.until_empty()
            return max(0, memory.settled(self.table) - before)

    def advance_to(self, moment: datetime) -> int:
        """Step from one due time to the next, sweeping at each, and stop at the moment. Returns as `settle`.

        Steps are at least a sweep's interval apart, so a job that stays due cannot hold time up.
        """
        with self._one_at_a_time:
            if moment < self.clock.now():
                self.clock.move_to(moment)  # raises
            finished = self.settle()
            while (step := self._next_sweep()) <= moment:
                self.clock.move_to(max(step, self.clock.now()))
                finished += self.sweep()
            self.clock.move_to(max(moment, self.clock.now()))
            return finished

    def sweep(self) -> int:
        """Do what the schedule does every five minutes, and all that follows from it."""
        with self._one_at_a_time:
            self._last_sweep = self.clock.now()
            invoke(self._app, "sweep_due", schedule_event(self.clock.now()))
            return self.settle()

    def _next_sweep(self) -> datetime:
        earliest = memory.earliest_due(self.table)
        if earliest is None:
            return datetime.max.replace(tzinfo=UTC)
        return max(chalicelib.core.clock.moment(earliest), self._last_sweep + SWEEP_EVERY)

    def bounce(self, message: str) -> None:
        """Hand on a mail event, and see to what follows."""
        with self._one_at_a_time:
            self.pump.notify(message)
            self.settle()

    def _tick(self) -> None:
        while not self._stopped.wait(GLANCE):
            try:
                with self._one_at_a_time:
                    self.pump.until_empty()
                    if self.clock.now() >= self._last_sweep + SWEEP_EVERY:
                        self.sweep()
            except Exception:  # the next look may find things better; a dead ticker would stop all work unseen
                traceback.print_exc()


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(f"port {port} is taken; choose another: make serve PORT=8001") from error


def _set_environment(moto_port: int) -> None:
    endpoint = f"http://{HOST}:{moto_port}"
    os.environ.update(account.ENVIRONMENT, FULLCIRCLE_STAGE=STAGE, AWS_ENDPOINT_URL=endpoint)
    os.environ.pop("AWS_PROFILE", None)
    for name in ("HTTP_PROXY", "http_proxy"):
        os.environ.pop(name, None)


def _log_problems_only() -> None:
    """Set the log up before app.py does: its lines on every job are noise on a terminal."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    logger = logging.getLogger("fullcircle")
    logger.addHandler(handler)
    logger.propagate = False


def _start_moto(port: int) -> Any:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler
    from moto.server import ThreadedMotoServer

    moto_patches.apply()
    DomainDispatcherApplication.__call__ = moto_patches.serve_one_at_a_time(DomainDispatcherApplication.__call__)
    MotoRequestHandler.protocol_version = "HTTP/1.1"  # else each call of AWS opens a connection of its own
    MotoRequestHandler.disable_nagle_algorithm = True
    MotoRequestHandler.log_request = lambda *_: None
    moto_server = ThreadedMotoServer(ip_address=HOST, port=port, verbose=False)
    moto_server.start()
    return moto_server
