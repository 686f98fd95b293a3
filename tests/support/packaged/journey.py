"""`python -m tests.support.packaged.journey PACKAGE PORT`: the demo with two delegates, run by the packaged app.

In a process of its own, in an empty folder. Leaves `journey.json`: exit status, what each function asked AWS for, what
was refused; and `<function>.log`. `--without work dynamodb:Query table` takes a right away.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from chalice import Chalice
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from infra import rights
from infra.local import account
from tests.support.packaged.functions import STAGE, Functions, lay_out
from tests.support.packaged.gate import Gate, reduced


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("package", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--without", nargs=3)
    chosen = parser.parse_args()
    home, gate = Path.cwd(), Gate()
    lay_out(home, chosen.package)
    if chosen.without:
        function, action, resource = chosen.without
        gate.policies[function] = reduced(rights.policy(STAGE, function), function, action, resource)
    DomainDispatcherApplication.__call__ = gate.before(DomainDispatcherApplication.__call__)
    functions = Functions(home, gate)
    hand_over(functions)
    from infra.local.demo import run

    status = run(chosen.port, most=2)
    functions.stop()
    outcome = {"status": status, "asked": sorted(gate.asked), "refused": gate.refused}
    (home / "journey.json").write_text(json.dumps(outcome))


def hand_over(functions: Functions) -> None:
    """Route requests and name queues in this process; every handler is the packaged one, elsewhere."""
    os.environ.update(account.ENVIRONMENT, FULLCIRCLE_STAGE=STAGE)
    from app import app

    class Elsewhere(Chalice):
        def __call__(self, event: dict[str, Any], context: Any) -> Any:
            return functions.call("api_handler", event)

    app.__class__ = Elsewhere
    app.handler_map = {name: handler(functions, name) for name in rights.FUNCTIONS}


def handler(functions: Functions, name: str) -> Any:
    return lambda event, _context: functions.call(name, event)


if __name__ == "__main__":
    main()
