"""The functions' zip: built by Chalice, and made to start quickly.

Chalice ships no byte code, and what is in a function's folder cannot be written, so everything would be compiled
again at each cold start. The zip that Chalice keeps by its content is given unchecked byte code; `chalice deploy` then
finds it and uploads it as it is.
"""

from __future__ import annotations

import compileall
import subprocess
import sys
import tempfile
import zipfile
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import DependencyBuilder as PipDependencyBuilder
from chalice.deploy.packager import LambdaDeploymentPackager, PipRunner, SubprocessPip
from chalice.utils import UI, OSUtils

from infra.deploy.hand import Reporter
from infra.deploy.layer import layer_of, write_zip
from infra.deploy.stage import ROOT, DeployError, Deployment

MAX_PACKAGE_BYTES = 14_000_000  # with byte code: it is uploaded once for each function, and unpacked at cold starts

# No function imports these: 3.4 MB of tests, and what builds bindings to C; cryptography brings its own, built already.
LEFT_OUT = ("icalendar/tests/", "cffi/", "pycparser/")


def runtime() -> str:
    """Of the functions: Chalice takes the interpreter that runs it."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def ensure_package(stage: Deployment, hand: Reporter) -> None:
    archive = path(stage)
    if archive.exists() and _is_compiled(archive):
        hand.stays(f"package {archive.name}, {archive.stat().st_size:,} bytes")
        return
    hand.change("build the package, with byte code", lambda: build(stage))
    if archive.exists():
        hand.note(f"{archive.name}, {archive.stat().st_size:,} bytes")


def path(stage: Deployment) -> Path:
    """Where Chalice looks for the package of app.py, chalicelib and requirements.txt as they are now."""
    project = str(stage.project)
    return Path(_packager(stage).deployment_package_filename(project, runtime()))


def build(stage: Deployment) -> Path:
    archive = path(stage)
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        _packager(stage).create_deployment_package(str(stage.project), runtime())
    add_byte_code(archive)
    if archive.stat().st_size > MAX_PACKAGE_BYTES:
        raise DeployError(
            f"The package has {archive.stat().st_size:,} bytes, more than {MAX_PACKAGE_BYTES:,}: what was added to it?"
        )
    return archive


def add_byte_code(archive: Path) -> None:
    """Add byte code, and leave out what no function imports.

    The byte code is unchecked, so that Lambda trusts it without looking at its source's date. The zip is replaced at
    the end, whole.
    """
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(archive) as zipped:
        folder = Path(name)
        zipped.extractall(folder, [name for name in zipped.namelist() if not name.startswith(LEFT_OUT)])
        mode = PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, quiet=1, stripdir=name, prependdir="/var/task", invalidation_mode=mode)
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    fresh = archive.with_suffix(".new")
    write_zip(fresh, files)
    fresh.replace(archive)


def chalice(stage: Deployment, verb: str) -> None:
    """`chalice deploy` or `chalice delete`, its words passed on."""
    words = ["--project-dir", str(stage.project.resolve()), verb, "--stage", stage.name]
    command = [sys.executable, "-m", "infra.deploy.run_chalice", stage.name, layer_of(stage), *words]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:  # noqa: S603 (our own words)
        raise DeployError(f"`chalice {verb}` failed. Fix the error above and run the command again: it resumes.")


def _packager(stage: Deployment) -> Any:
    config = CLIFactory(str(stage.project)).create_config_obj(stage.name)
    osutils, machine = OSUtils(), config.lambda_architecture
    pip = PipRunner(pip=SubprocessPip(osutils=osutils), osutils=osutils)
    builder = PipDependencyBuilder(osutils=osutils, pip_runner=pip, architecture=machine)
    return LambdaDeploymentPackager(osutils=osutils, dependency_builder=builder, ui=UI(), architecture=machine)


def _is_compiled(archive: Path) -> bool:
    with zipfile.ZipFile(archive) as zipped:
        return cache_from_source("app.py") in zipped.namelist()
