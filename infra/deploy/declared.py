"""What app.py declares: which function takes which queue, topic and schedule. Chalice applies it at a deploy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from infra.deploy.stage import DeployError, Deployment

# A process of its own, because app.py reads the stage when it is imported.
PROGRAM = """
import json
from app import app
found = [{"type": type(each).__name__, **vars(each)} for each in app.event_sources]
print(json.dumps(found, default=lambda value: value.to_string()))
"""


class Source(msgspec.Struct, frozen=True):
    """A function that is called by something else than a page."""

    type: str  # of Chalice's declaration
    name: str  # of the function
    queue: str = ""
    topic: str = ""
    schedule_expression: str = ""
    batch_size: int = 1
    maximum_concurrency: int | None = None


def queues(stage: Deployment) -> list[Source]:
    return [each for each in list_sources(stage) if each.queue]


def list_sources(stage: Deployment) -> tuple[Source, ...]:
    return _read(stage.project, stage.name, (stage.project / "app.py").stat().st_mtime_ns)


@cache
def _read(project: Path, name: str, _: int) -> tuple[Source, ...]:
    environment = {**os.environ, "FULLCIRCLE_STAGE": name}
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", PROGRAM], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DeployError(f"app.py cannot be imported:\n{done.stderr.strip()[-2000:]}")
    sources: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return msgspec.convert(sources, tuple[Source, ...], strict=False)
