"""The Makefile: which Python it installs with, and what it says to a slip of the keyboard."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.fixture
def project(tmp_path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements-dev.txt").touch()
    return tmp_path


def make(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", *words]
    return subprocess.run(command, cwd=project, env=plain, capture_output=True, text=True, check=False)


def put_program(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def test_an_upgrade_installs_with_the_python_that_made_the_environment(project):
    put_program(project / ".venv" / "bin" / "python", "echo /opt/python3.13/bin/python3.13")

    assert "/opt/python3.13/bin/python3.13 infra/install.py .venv" in make(project, "-n", "install").stdout


def test_what_an_interrupted_install_left_does_not_make_itself_again(project):
    half = project / ".venv" / "bin" / "python"
    half.parent.mkdir(parents=True)
    half.symlink_to(Path(sys._base_executable).resolve())

    printed = make(project, "-n", "install").stdout
    assert " infra/install.py .venv" in printed
    assert f"{half} infra/install.py" not in printed


def test_without_an_environment_a_python_is_looked_for(project):
    assert re.search(r"^python\S* infra/install.py .venv", make(project, "-n", "install").stdout, re.MULTILINE)


def test_a_python_that_does_not_run_is_named_with_what_to_do(project):
    put_program(project / "shim", "echo 'pyenv: python3.13: command not found' >&2", "exit 127")
    done = make(project, "install", "PYTHON=./shim")

    assert done.returncode != 0
    assert "./shim does not run here" in done.stdout
    assert "PYTHON=/path/to/python3.13" in done.stdout


@pytest.mark.parametrize("slip", ["DRYRUN=1", "ALARM_TO=ops@example.org", "stage=prod"])
def test_a_variable_that_does_nothing_is_refused(project, slip):
    done = make(project, "-n", "remove", "STAGE=prod", slip)

    assert done.returncode != 0
    assert f"does not know {slip.split('=')[0]}" in done.stderr
    assert done.stdout == ""


def test_every_variable_of_a_command_is_known(project):
    own = {*re.findall(r"^([A-Z_]+) [:?]?\+?=", MAKEFILE, re.MULTILINE)} - {"PYTHON", "PORT", "WORKERS"}
    used = {*re.findall(r"\$\(([A-Z_]+)\)", MAKEFILE), *re.findall(r"\$\(if \$\(([A-Z_]+)\)", MAKEFILE)}
    taken = sorted(used - own - {"MAKEFILE_LIST"})
    assert {"STAGE", "DRY_RUN", "DESTROY"} <= {*taken}

    assert make(project, "-n", "help", *(f"{name}=x" for name in taken)).returncode == 0
