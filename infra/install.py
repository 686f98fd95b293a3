"""Make a virtual environment with locked requirements: `python infra/install.py FOLDER REQUIREMENTS [--add]`.

The standard library alone, because nothing is installed yet. Two makes at once wait for one another.
"""

from __future__ import annotations

import argparse
import fcntl
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
LINKED = (  # others may use what it leads to: nothing is cleared there, and nothing added
    "{} is a link to {}, where {} may not be installed. Nothing was changed. Remove the link, or install there."
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Install locked requirements into a virtual environment.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("requirements", type=Path)
    parser.add_argument("--add", action="store_true", help="add to the environment instead of making it again")
    chosen = parser.parse_args()
    if sys.version_info < OLDEST:
        print(f"{sys.executable} is older than Python 3.11, which Fullcircle needs.", file=sys.stderr)
        return 1
    if chosen.folder.is_symlink() and not is_current(
        chosen.folder / f".{chosen.requirements.stem}", chosen.requirements
    ):
        print(LINKED.format(chosen.folder, chosen.folder.resolve(), chosen.requirements), file=sys.stderr)
        return 1
    with Path(f"{chosen.folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install(chosen.folder, chosen.requirements, add=chosen.add)


def install(folder: Path, requirements: Path, *, add: bool) -> int:
    """Return pip's exit status; 0 at once if another run has installed the same requirements meanwhile."""
    marker = folder / f".{requirements.stem}"
    if is_current(marker, requirements):
        return 0
    print(f"Installing {requirements} into {folder} (once; a minute, or five on a slow line)", flush=True)
    if not add:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "-r", str(requirements)], check=False)  # noqa: S603
    if done.returncode == 0:
        marker.touch()
    return done.returncode


def is_current(marker: Path, requirements: Path) -> bool:
    """Return whether these requirements are installed, and for the Python that runs this."""
    if not marker.exists() or marker.stat().st_mtime < requirements.stat().st_mtime:
        return False
    version = "{}.{}".format(*sys.version_info)
    return (marker.parent / "lib" / f"python{version}").exists()


if __name__ == "__main__":
    sys.exit(main())
