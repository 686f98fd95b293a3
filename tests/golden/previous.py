"""Read rows with the code of the release before this one, as it is in git, and list the words of its emails."""

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

WORDS = """
import json
from chalicelib.emails.kinds import load_kinds
print(json.dumps({name: sorted(kind.words) for name, kind in load_kinds().items()}))
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
    return _run(folder, PROGRAM, given).splitlines()


def list_words(folder: Path) -> dict[str, list[str]]:
    """Return the words of each kind of email of the earlier code in `folder`: emails that wait have no others."""
    words: dict[str, list[str]] = json.loads(_run(folder, WORDS))
    return words


def _run(folder: Path, program: str, given: str = "") -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, input=given, text=True, check=True, capture_output=True).stdout
