"""`chalice local` cannot serve this application, and says in one line what to use instead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.deployment import ROOT

CHALICE = str(Path(sys.executable).parent / "chalice")


@pytest.mark.parametrize("options", [[], ["--no-autoreload"], ["--stage", "prod"]], ids=" ".join)
def test_chalice_local_ends_at_once_and_names_make_serve(options):
    environment = {name: value for name, value in os.environ.items() if name != "FULLCIRCLE_STAGE"}
    command = [CHALICE, "local", "--port", "0", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert done.stderr.splitlines() == [done.stderr.strip()], "one line"
    assert "make serve" in done.stderr
    assert done.stdout == ""
