"""A demo with two delegates, in a process of its own: played once, however many test processes want it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.served import free_port

ROOT = Path(__file__).parents[2]
RUN = """
import json, sys
from pathlib import Path
from infra.local import record
from infra.local.demo import run
status = run(int(sys.argv[1]), most=2)
Path("used.json").write_text(json.dumps(sorted(record.used)))
sys.exit(status)
"""


def played(tmp_path_factory) -> Path:
    """Return the folder it was played in, with demo-output/ and printed.txt."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    home = shared / "small-demo"
    home.mkdir(exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "used.json").exists():
            _play(home)
    return home


def used_in_the_demo(tmp_path_factory) -> set[tuple[str, str, str]]:
    """Return (function, action, resource) of every right that a function used."""
    return {tuple(each) for each in json.loads((played(tmp_path_factory) / "used.json").read_text())}


def _play(home: Path) -> None:
    command = [sys.executable, "-c", RUN, str(free_port())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (home / "printed.txt").write_text(done.stdout)
