"""What linters say of the stack, and what is uploaded: package and layer, made as a deploy makes them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from infra import rights
from infra.deploy import layer, package
from tests.support import deployment

pytestmark = pytest.mark.infra

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-infra" / "bin"
LAYER = 200_000_000  # bytes unpacked; with the function's own code Lambda takes 262,144,000
ELF_MACHINE = {"arm64": 0xB7, "x86_64": 0x3E}  # byte 18 of a shared object
UNCHECKED = b"\x01\x00\x00\x00"  # the flags of byte code that is taken without a look at its source
HEAVY = ("boto3", "botocore", "typst", "font_source_sans_pro", "moto", "infra", "tests")


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess:
    assert (TOOLS / name).exists(), f"{name} is missing: make test-infra installs it"
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-2"}
    return subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, check=False, env=environment)


def test_cfn_lint_finds_nothing():
    done = tool("cfn-lint", "--include-checks", "I", "--", str(ROOT / "infra" / "stack.yaml"))

    assert (done.returncode, done.stdout) == (0, "")


def test_checkov_finds_nothing_but_what_is_excepted_with_a_reason():
    stack = str(ROOT / "infra" / "stack.yaml")
    done = tool("checkov", "-f", stack, "--framework", "cloudformation", "--compact", "--quiet", "--skip-download")

    assert done.returncode == 0, done.stdout
    assert "Failed checks: 0" in done.stdout


@pytest.fixture(scope="module")
def packaged(tmp_path_factory) -> zipfile.ZipFile:
    return zipfile.ZipFile(deployment.package_for_here(tmp_path_factory))


def test_the_package_is_small_and_holds_no_more_than_the_functions_need(packaged):
    names = packaged.namelist()

    assert os.path.getsize(packaged.filename) < package.MAX_PACKAGE_BYTES
    assert not [name for name in names if name.split("/")[0] in HEAVY]
    files = {"chalicelib/report/templates/report.typ", "chalicelib/programme/example.yaml"}
    assert files | {"app.py", "chalice/app.py"} <= set(names)


def test_every_module_comes_with_byte_code_that_is_not_checked(packaged):
    modules = [name for name in packaged.namelist() if name.endswith(".py")]
    codes = {name for name in packaged.namelist() if name.endswith(".pyc")}
    tag = f".{sys.implementation.cache_tag}.pyc"
    wanted = {str(Path(name).parent / "__pycache__" / (Path(name).stem + tag)) for name in modules}

    assert wanted == codes
    assert all(packaged.read(name)[:8] == MAGIC_NUMBER + UNCHECKED for name in codes)


IMPORT = """
import sys
module, _, name = sys.argv[1].rpartition(".")
assert callable(getattr(__import__(module), name))
ours = [it.__file__ for it in sys.modules.values() if getattr(it, "__file__", None)]
assert all(not it.startswith(sys.argv[2] + "/tests") for it in ours)
"""


@pytest.mark.parametrize("function", rights.FUNCTIONS)
def test_the_package_runs_by_itself_next_to_the_runtimes_own_botocore(packaged, tmp_path, function):
    """As on Lambda: its own folder first, and from elsewhere only what the runtime has."""
    packaged.extractall(tmp_path / "task")
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py"):
        path = Path(sys.modules["botocore"].__file__).parents[1] / name
        if path.exists():
            (runtime / name).symlink_to(path)
    handler = "app.app" if function == "api_handler" else f"app.{function}"
    environment = {
        "FULLCIRCLE_STAGE": "dev",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "PYTHONPATH": f"{tmp_path / 'task'}:{runtime}",
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-S", "-c", IMPORT, handler, str(ROOT)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("machine", ["arm64", "x86_64"])
def test_the_layer_holds_typst_and_fonts_for_the_functions_machine_and_fits(tmp_path, machine):
    archive = zipfile.ZipFile(layer.build(tmp_path, ROOT / layer.REQUIREMENTS, machine))
    (engine,) = [name for name in archive.namelist() if name.startswith("python/typst/") and name.endswith(".so")]

    assert all(name.startswith("python/") for name in archive.namelist())
    assert archive.read(engine)[18] == ELF_MACHINE[machine]
    assert any("font_source_sans_pro" in name for name in archive.namelist())
    assert sum(each.file_size for each in archive.infolist()) < LAYER
