"""Read rows with the code of the release before this one, as it is in git."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from tests.golden.kept import as_text
from tests.golden.shapes import Item

ROOT = Path(__file__).parents[2]
COMMIT = (Path(__file__).parent / "previous.txt").read_text().strip()
GIT = shutil.which("git") or "git"
READ = ("chalicelib", "tests", "pyproject.toml")

# Runs inside the earlier tree, with its own modules. What it does not know it passes over: attributes and kinds.
PROGRAM = """
import json, sys
from tests.golden import kept
from tests.golden.shapes import kind_of, lost
as_bytes = getattr(kept, "as_bytes", None) or kept._bytes
for line in sys.stdin:
    stored = as_bytes(json.loads(line))
    try:
        kind = kind_of(stored).name
    except ValueError:
        continue
    for why in lost(stored):
        if not why.endswith("no one reads it"):
            print(f"{kind}: {why}")
"""


def is_here() -> bool:
    """Return whether this clone holds the release's commit: an archive of the sources has no git."""
    command = [GIT, "cat-file", "-e", f"{COMMIT}^{{commit}}"]
    return GIT != "git" and subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0


def check_out(folder: Path) -> None:
    archive = subprocess.run([GIT, "archive", COMMIT, *READ], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")


def list_unread(folder: Path, rows: Iterable[Item]) -> list[str]:
    """Return what the earlier code in `folder` cannot read, or reads as something else, each with why."""
    given = "".join(json.dumps(as_text(row)) + "\n" for row in rows)
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=folder, input=given, text=True, check=True, capture_output=True)
    return done.stdout.splitlines()
