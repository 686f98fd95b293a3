"""`make install PYTHON=...` makes `.venv` again if another Python made it: Chalice deploys for the one that runs it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infra.install import is_current

HERE = "{}.{}".format(*sys.version_info)


def environment(folder: Path, version: str) -> Path:
    """Return the marker of an environment that a Python of this version has made."""
    (folder / "lib" / f"python{version}").mkdir(parents=True)
    marker = folder / ".requirements-dev"
    marker.touch()
    return marker


@pytest.mark.parametrize(("version", "current"), [(HERE, True), ("3.2", False)])
def test_an_environment_of_another_python_is_made_again(tmp_path, version, current):
    requirements = tmp_path / "requirements-dev.txt"
    requirements.touch()

    assert is_current(environment(tmp_path / ".venv", version), requirements) is current
