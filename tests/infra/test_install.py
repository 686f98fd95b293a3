"""`make install PYTHON=...` makes `.venv` again if another Python made it: Chalice deploys for the one that runs it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infra.install import is_current, main

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


@pytest.mark.parametrize("more", [[], ["--add"]])
def test_an_environment_behind_a_link_is_never_cleared_or_changed(tmp_path, monkeypatch, capsys, more):
    shared, requirements = tmp_path / "shared", tmp_path / "requirements-dev.txt"
    environment(shared, HERE).unlink()  # so that it lacks the requirements, as after a change of theirs
    requirements.write_text("a-package-that-is-nowhere==1\n")
    link = tmp_path / ".venv"
    link.symlink_to(shared)
    monkeypatch.setattr(sys, "argv", ["install.py", str(link), str(requirements), *more])

    assert main() == 1
    assert str(shared) in capsys.readouterr().err
    assert [path.name for path in shared.iterdir()] == ["lib"]
