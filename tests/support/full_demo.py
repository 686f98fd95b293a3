"""The whole demo in a process of its own, with a record of what its people sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.served import free_port

ROOT = Path(__file__).parents[2]
RUN = """
import json, sys
from pathlib import Path
import msgspec
from infra.local import demo

worlds = []
make = demo.new_world
demo.new_world = lambda *args: worlds.append(make(*args)) or worlds[-1]
status = demo.run(int(sys.argv[1]))
(world,) = worlds
people = [
    {
        "email": player.email,
        "name": player.entry.person.name,
        "service": player.entry.service,
        "groups": {part.person.email: part.group for part in player.parts},
        "published_with_few": world.deeds[player.email].published is not None,
        "released": world.deeds[player.email].released is not None,
    }
    for player in world.players
]
Path("given.json").write_bytes(msgspec.json.encode({"given": world.given, "people": people}))
sys.exit(status)
"""


def play(home: Path) -> dict[str, Any]:
    """Play it in a folder, which then has its demo-output/. Returns what was sent, and who the people are."""
    (home / "examples").symlink_to(ROOT / "examples")
    command = [sys.executable, "-c", RUN, str(free_port())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    given: dict[str, Any] = json.loads((home / "given.json").read_text())
    return given
