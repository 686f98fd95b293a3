"""Point commands at the cloud of `make serve`, or at a deployed stage."""

from __future__ import annotations

import json
import os
from datetime import datetime
from urllib.request import urlopen

from chalicelib.cli.arguments import UsageRefused
from chalicelib.core import clock


def use_cloud(local: bool, port: int, stage: str | None) -> None:
    """Use the deployed stage, or the cloud of `make serve`: its endpoint, its stage and its clock."""
    if not local:
        os.environ.update({"FULLCIRCLE_STAGE": stage} if stage else {})
        return
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port + 1}",
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 (the local cloud accepts any)
        AWS_DEFAULT_REGION="eu-west-2",
        FULLCIRCLE_STAGE="local",
    )
    try:
        with urlopen(f"http://127.0.0.1:{port}/_local/clock", timeout=10) as answer:
            now = datetime.fromisoformat(json.load(answer)["now"])
    except OSError:
        raise UsageRefused(
            f"No local cloud listens on port {port}: start it with `make serve PORT={port}`, or name the port on which "
            "it listens with --port."
        ) from None
    clock.use(lambda: now)
