"""The embedded cloud in a process of its own, as `make serve` starts it, and a client for it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import botocore.session
from botocore.config import Config

from infra.local.account import ENVIRONMENT, REGION

SECONDS = 60  # for one answer, and for the process to end


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """One connection, kept open, as a browser's."""

    def __init__(self, port: int):
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        return self.ask("POST", path, json.dumps(fields), **{"Content-Type": "application/json"})

    def client(self, service: str) -> Any:
        """Of the cloud's AWS, at the next port."""
        return botocore.session.get_session().create_client(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{self.port + 1}",
            aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=20),
        )


@contextmanager
def served(*options: str) -> Iterator[Served]:
    """Serve the local cloud, and end it by Ctrl-C, which must end it well."""
    port = free_port()
    process = subprocess.Popen([*command(port), *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert any("The desk" in line for line in process.stdout)
        yield Served(port)
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=SECONDS)[0]
    assert (process.returncode, said.splitlines()[-1]) == (0, "Stopped.")


def command(port: int) -> list[str]:
    return [sys.executable, "-m", "infra.local", "serve", "--port", str(port)]


def free_port() -> int:
    """One whose neighbour is free too, below those that the system gives to connections, and rarely another test's."""
    first = 20_000 + 2 * os.getpid() % 10_000
    return next(port for port in range(first, 32_000, 2) if _is_free(port) and _is_free(port + 1))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
