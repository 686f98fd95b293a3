"""An empty account on a moto server, and a copy of the project that deploys into it."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest

from chalicelib.core.aws import client
from infra.deploy import api, package
from infra.deploy.__main__ import main
from infra.deploy.stage import Deployment
from tests.support.served import free_port

ROOT = Path(__file__).parents[2]
WHO = ["--sender", "Fullcircle <feedback@example.org>", "--reply-to", "office@example.org"]
WHO += ["--administrators", "admin@example.org", "--alarms-to", "ops@example.org"]
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-2"}


@dataclass
class Account:
    url: str
    project: Path
    pause: Callable[[float], None] = time.sleep

    def run(self, command: str, *options: str, stage: str = "prod") -> int:
        return main(["--project", str(self.project), command, "--stage", stage, *options], pause=self.pause)

    def set_up(self, stage: str = "prod") -> None:
        assert self.run("infra", *WHO, stage=stage) == 0
        put_package(Deployment(stage, self.project))

    def deploy(self, stage: str = "prod") -> int:
        return self.run("deploy", "--any-python", "--skip-verify", stage=stage)

    def allow(self, **limits: object) -> None:
        """Say what AWS allows the account; what is left out is as in a new one."""
        ask(f"{self.url}/_account", json.dumps(limits).encode())

    def calls(self) -> list[str]:
        """Return `service:Operation:METHOD` of everything that AWS was asked for since the last time."""
        with urlopen(f"{self.url}/_calls", timeout=60) as response:  # noqa: S310 (our own server's)
            return list(json.load(response))

    def break_after(self, calls: int) -> None:
        ask(f"{self.url}/_break/{calls}")

    @property
    def stage(self) -> Deployment:
        return Deployment("prod", self.project, pause=self.pause)


@contextmanager
def server() -> Iterator[str]:
    """Its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.support.moto_server", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def empty(url: str, folder: Path, patch: pytest.MonkeyPatch) -> Account:
    """Forget what is on the server; the folder gets the project."""
    set_environment(patch, url)
    ask(f"{url}/_break/0")
    ask(f"{url}/moto-api/reset", b"")
    ask(f"{url}/_account", b"{}")
    copy_project(folder)
    patch.setattr("infra.deploy.layer.build", small_layer)
    return Account(url, folder, lambda seconds: ask(f"{url}/_pass/{seconds}"))


def set_environment(patch: pytest.MonkeyPatch, url: str) -> None:
    client.cache_clear()  # else pages of the API are rendered with the settings of another test's account
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": url}.items():
        patch.setenv(name, value)
    for name in ("HTTP_PROXY", "http_proxy", "AWS_PROFILE", "FULLCIRCLE_STAGE"):
        patch.delenv(name, raising=False)


def ask(url: str, data: bytes | None = None) -> None:
    urlopen(url, data, timeout=60).close()  # noqa: S310 (our own server's)


def copy_project(folder: Path) -> None:
    for name in ("app.py", "chalicelib", "infra", ".chalice", "requirements.txt", "requirements-report.txt"):
        source = ROOT / name
        leave = shutil.ignore_patterns("__pycache__", "deployments", "deployed", "local")
        shutil.copytree(source, folder / name, ignore=leave) if source.is_dir() else shutil.copy(source, folder)


def for_this_machine(project: Path) -> None:
    config = project / ".chalice" / "config.json"
    config.write_text(config.read_text().replace('"arm64"', f'"{platform.machine()}"'))


def small_layer(folder: Path, *_: object) -> Path:
    archive = folder / "layer.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("python/typst.py", "")
    return archive


def put_package(stage: Deployment) -> None:
    """Where Chalice looks for it, so that pip need not be asked for libraries each time."""
    archive = package.path(stage)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", "")


@contextmanager
def once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Share a folder between all test processes; the first makes its content, the others wait."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / name
    folder.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def package_for_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the zip for this machine's kind of processor, so that it can be run."""
    with once(tmp_path_factory, "package") as folder:
        if not (folder / "app.py").exists():
            copy_project(folder)
            for_this_machine(folder)
        return package.build(Deployment("dev", folder))


# --- what is there ---------------------------------------------------------------------------------------------------

KEPT = ("Handler", "MemorySize", "Timeout", "Role", "Environment", "Architectures", "Layers", "Description")


def live(stage: Deployment) -> dict[str, Any]:
    """Everything that a deploy makes, without what changes with each."""
    functions = {each["FunctionName"]: each for each in stage.listed("lambda", "list_functions", "Functions")}
    sources = stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings")
    endpoints = [each["Endpoint"] for each in stage.listed("sns", "list_subscriptions", "Subscriptions")]
    roles = [each["RoleName"] for each in stage.listed("iam", "list_roles", "Roles")]
    return {
        "functions": {name: {key: each.get(key) for key in KEPT} for name, each in functions.items()},
        "sources": sorted((each["EventSourceArn"], each["FunctionArn"]) for each in sources),
        "rules": [each["Name"] for each in stage.listed("events", "list_rules", "Rules")],
        "roles": sorted(name for name in roles if "Logs" not in name),
        "subscriptions": [endpoint for endpoint in endpoints if ":function:" in endpoint],
        **live_api(stage),
    }


def live_api(stage: Deployment) -> dict[str, Any]:
    gateway = boto3.client("apigateway")
    count = len(list(stage.listed("apigateway", "get_rest_apis", "items")))
    ours = next(iter(api.list_ids(stage)), None)
    if ours is None:
        return {"apis": count, "pages": [], "access_log": None}
    pages = stage.listed("apigateway", "get_gateway_responses", "items", restApiId=ours)
    return {
        "apis": count,
        "pages": sorted(each["responseType"] for each in pages),
        "access_log": gateway.get_stage(restApiId=ours, stageName="api").get("accessLogSettings"),
    }
