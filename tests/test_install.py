"""The installer of the virtual environments: what two makes at once find."""

from __future__ import annotations

import os
import sys

from infra import install


def test_requirements_that_are_installed_are_not_installed_again(tmp_path, capsys):
    requirements = tmp_path / "requirements-x.txt"
    requirements.touch()
    folder = tmp_path / "venv"
    (folder / "lib" / "python{}.{}".format(*sys.version_info)).mkdir(parents=True)
    (folder / ".requirements-x").touch()

    assert install.install(folder, requirements, add=True) == 0
    assert capsys.readouterr().out == ""


def test_changed_requirements_are_installed(tmp_path):
    requirements = tmp_path / "requirements-x.txt"
    requirements.touch()
    marker = tmp_path / ".requirements-x"
    assert not install.is_current(marker, requirements)
    marker.touch()
    os.utime(marker, (1, 1))

    assert not install.is_current(marker, requirements)


def test_an_environment_is_made_and_marked(tmp_path):
    requirements = tmp_path / "requirements-x.txt"
    requirements.touch()

    assert install.install(tmp_path / "venv", requirements, add=False) == 0

    assert (tmp_path / "venv" / "bin" / "python").exists()
    assert install.is_current(tmp_path / "venv" / ".requirements-x", requirements)
