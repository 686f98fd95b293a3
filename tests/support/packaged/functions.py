"""Starts a process for each function of the package, with the credentials of its role, and hands it events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore

from chalicelib.core import clock
from chalicelib.core.aws import client
from infra import rights
from infra.local import record

if TYPE_CHECKING:
    from tests.support.packaged.gate import Gate  # imports the tools of .venv-infra

HERE = Path(__file__).parent
STAGE = "local"
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py")
IN_THE_LAYER = (
    *("typst", "font_source_sans_pro", "font_source_serif_pro", "manimgx_fonts", "noto_cjk_sans_otc"),
    *("pikepdf", "pikepdf.libs", "PIL", "pillow.libs", "lxml", "packaging"),
)


class Broken(Exception):
    """The function raised."""


class Functions:
    def __init__(self, home: Path, gate: Gate):
        self.home = home
        self.gate = gate
        self._running: dict[str, Function] = {}
        self._starting = threading.Lock()

    def call(self, name: str, event: dict[str, Any]) -> Any:
        with self._starting, record.running(""):  # the person who deploys makes a role
            if name not in self._running:
                handler = "app.app" if name == "api_handler" else f"app.{name}"
                given = {**environment(name, self.home), **self._credentials(name)}
                self._running[name] = Function(handler, self.home / "task", given, self.home / f"{name}.log")
        return self._running[name].call(event)

    def stop(self) -> None:
        for function in self._running.values():
            function.stop()

    def _credentials(self, name: str) -> dict[str, str]:
        """Of a role with the policy that Chalice would give it."""
        role = f"fullcircle-{STAGE}-{name}"
        policy = self.gate.policies.setdefault(name, rights.policy(STAGE, name))
        iam, trust = client("iam"), {"Version": "2012-10-17", "Statement": [TRUST]}
        arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=json.dumps(policy))
        given = client("sts").assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
        self.gate.functions[given["AccessKeyId"]] = name
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }


class Function:
    """One process, one event at a time. `folder` is where the zip is unpacked."""

    def __init__(self, handler: str, folder: Path, environment: dict[str, str], log: Path):
        self._turn = threading.Lock()
        reads, writes = os.pipe()
        self._log = log.open("a")
        command = [sys.executable, "-S", "-P", str(HERE / "runtime.py"), handler, str(writes)]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=(writes,),
        )
        os.close(writes)
        self._answers = os.fdopen(reads)

    def call(self, event: dict[str, Any]) -> Any:
        asked = {"id": str(uuid.uuid4()), "now": clock.now().isoformat(), "event": event}
        with self._turn:
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps(asked) + "\n")
                self._process.stdin.flush()
                line = self._answers.readline()
            except BrokenPipeError:  # it ended at an earlier call
                line = ""
        answer = json.loads(line) if line else {"error": f"it ended: see {self._log.name}"}
        if "error" in answer:
            raise Broken(answer["error"])
        return answer["answer"]

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._answers.close()
        self._log.close()


def environment(name: str, home: Path) -> dict[str, str]:
    folders = [home / "task", home / "runtime", *([home / "layer"] if name == "report" else [])]
    return {
        "FULLCIRCLE_STAGE": STAGE,
        "AWS_LAMBDA_FUNCTION_NAME": rights.function_name(STAGE, name),
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
        "AWS_DEFAULT_REGION": os.environ["AWS_DEFAULT_REGION"],
        "PYTHONPATH": ":".join(map(str, folders)),
        "PATH": os.environ["PATH"],
        "TZ": ":UTC",
    }


def lay_out(home: Path, package: Path) -> None:
    """Lay out the unpacked zip, what Lambda's runtime adds, and the layer."""
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(package), str(home / "task")], check=True)
    link_installed(home / "runtime", IN_THE_RUNTIME)
    link_installed(home / "layer", IN_THE_LAYER)


def link_installed(folder: Path, names: tuple[str, ...]) -> None:
    installed = Path(botocore.__file__).parents[1]
    folder.mkdir()
    for name in names:
        if (installed / name).exists():
            (folder / name).symlink_to(installed / name)
