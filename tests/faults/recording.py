"""The plays' acts, played once however many test processes want them: one file for each act."""

from __future__ import annotations

import fcntl
import os
import pickle
import sys
import traceback
from collections.abc import Iterator
from itertools import count, islice, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.emails.delivery_events import STATES
from chalicelib.emails.kinds import load_kinds
from chalicelib.jobs.kinds import HANDLERS
from tests.faults import plays
from tests.support.recorder import Act, Recorder, RecordingClient, recording
from tests.support.visitor import Visitor
from tests.support.world import World

INDEX = "index"
ROWS = "rows"  # as the play stored them, one of each shape
FAILED = "failed"  # why acts that no play completes did not work
BROKEN = "broken"  # in place of an act: why the play did not come to its end


def wanted() -> list[str]:
    """Every act that the code knows: kinds of jobs, templates of emails, forms of pages, events of SES, the sweep."""
    jobs = (f"job {kind}" for kind in HANDLERS)  # the report's function has a table of its own, in app.py
    emails = (f"email {template}" for template in load_kinds())
    return sorted(
        [
            *jobs,
            *emails,
            *(f"page {name}" for name in forms()),
            *(f"event {kind}" for kind in (*STATES, "Bounce")),
            "sweep ",
        ]
    )


def forms() -> Iterator[str]:
    """Return the routes that take a form, and one for each act of the console."""
    from app import app
    from chalicelib.admin.actions import ACTS
    from chalicelib.people.acts import ACTS as CHANGES
    from chalicelib.people.cohort_acts import COHORT_ACTS

    for pattern, methods in app.routes.items():
        if "POST" not in methods:
            continue
        if "{act_id}" in pattern:
            fitting = [act for act in ACTS.values() if act.for_all or "{delegate_id}" in pattern]
            yield from (pattern.replace("{act_id}", act.id) for act in fitting)
        elif "{change_id}" in pattern:
            yield from (pattern.replace("{change_id}", change.id) for change in CHANGES)
        elif "{cohort_change}" in pattern:
            yield from (pattern.replace("{cohort_change}", change.id) for change in COHORT_ACTS)
        else:
            yield pattern


def find(name: str, folder: Path, http: Any, at_most: int = sys.maxsize) -> list[Act]:
    """Return the acts of a name, the widest first; the first caller plays. Fails with what to do if there is none.

    at_most   acts to read. Each lies in a file of its own, because its world is large.
    """
    _played(folder, http)
    error = (_read(folder / "acts" / FAILED) or {}).get(name)
    files = takewhile(Path.exists, (folder / "acts" / _file(name, number) for number in count()))
    acts: list[Act] = [_read(path) for path in islice(files, at_most)]
    assert acts or not error, f"`{name}` fails in tests/faults/plays.py: {error}"
    return acts


def index(folder: Path, http: Any) -> dict[str, Act]:
    """Return the widest act of each name, without its world, which is large."""
    _played(folder, http)
    return _read(folder / "acts" / INDEX) or {}


def rows(folder: Path, http: Any) -> list[Any]:
    """Return a row of each shape that the play stored."""
    _played(folder, http)
    return _read(folder / "acts" / ROWS) or []


def _played(folder: Path, http: Any) -> None:
    with (folder / "acts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "acts").exists():
            _play(folder / "acts", http)
    broken = folder / "acts" / BROKEN
    assert not broken.exists(), f"the play failed:\n{broken.read_text()}"


def _read(path: Path) -> Any:
    return pickle.loads(path.read_bytes()) if path.exists() else None  # noqa: S301 (written by us, a moment ago)


def shared_folder(tmp_path_factory: Any) -> Path:
    """Of all test processes of this run."""
    base: Path = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _play(folder: Path, http: Any) -> None:
    folder.mkdir()
    recorder = Recorder()
    try:
        with recording(recorder):
            plays.everything(plays.Play(Visitor(RecordingClient(http, recorder)), recorder))
    except Exception:
        (folder / BROKEN).write_text(traceback.format_exc())
    finally:
        chalicelib.core.clock.use(None)
    kept = {name: acts for name, acts in recorder.acts.items() if acts}
    for name, acts in kept.items():
        for number, act in enumerate(acts):
            (folder / _file(name, number)).write_bytes(pickle.dumps(act))
    (folder / FAILED).write_bytes(pickle.dumps(recorder.failed))
    (folder / ROWS).write_bytes(pickle.dumps(recorder.rows))
    nowhere = World({}, {}, ())
    light = {name: replace(acts[0], before=nowhere) for name, acts in kept.items()}
    (folder / INDEX).write_bytes(pickle.dumps(light))


def _file(name: str, number: int) -> str:
    return f"{quote(name, safe='')} {number}"
