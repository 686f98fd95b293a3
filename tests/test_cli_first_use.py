"""A command without what it needs to find the deployment says what to set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
REGION = {"AWS_DEFAULT_REGION": "eu-west-2"}
NOWHERE = {"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("options", "environment", "what_to_set"),
    [
        ([], {**KEYS, **REGION}, "--stage prod"),
        (["--stage", "prod"], KEYS, "export AWS_DEFAULT_REGION="),
        (["--stage", "prod"], REGION, "export AWS_PROFILE"),
    ],
)
def test_what_is_not_set_is_named_with_how_to_set_it(options, environment, what_to_set):
    command = [sys.executable, "-m", "chalicelib", *options, "jobs", "due"]
    environment = {"PATH": os.environ["PATH"], **NOWHERE, **environment}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert what_to_set in done.stderr
    assert done.stderr.count("\n") == 1
