"""What commands print: at once, also into a log, and while something takes long."""

from __future__ import annotations

import subprocess
import sys
from threading import Event

import pytest

from infra.deploy.hand import Reporter
from tests.support.deployment import ROOT

pytestmark = pytest.mark.infra

ENDS_AT_ONCE = "import os; from infra.deploy.hand import Reporter; Reporter(steps=1).step('Stack'); os._exit(0)"


def test_a_line_is_in_the_log_before_the_command_ends():
    """Else the lines of Chalice, which runs in between, are above ours."""
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", ENDS_AT_ONCE], env=environment, capture_output=True, text=True)

    assert done.stdout == "[1/1] Stack\n"


def test_an_act_that_takes_long_says_that_it_is_still_at_work():
    said, reminded = [], Event()

    def say(line: str) -> None:
        said.append(line.strip())
        if "still at work" in line:
            reminded.set()

    assert Reporter(say=say, say_every=0.001).change("build the layer", lambda: reminded.wait(60))
    assert said[0] == "+ build the layer ..."
    assert said[1] == "still at work after 0 s"
