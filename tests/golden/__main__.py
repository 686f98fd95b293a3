"""Add to the golden rows what today's code writes and no golden row has: `python -m tests.golden`."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from chalice.test import Client

from tests.support import cloud


def main() -> None:
    cloud.set_environment()
    from app import app
    from tests.faults import recording
    from tests.golden import kept, written

    logging.disable(logging.CRITICAL)
    cloud.switch_on()
    cloud.empty()
    with Client(app) as client, tempfile.TemporaryDirectory() as folder:
        added = kept.add([*written.of_no_play(), *recording.rows(Path(folder), client.http)])
    print(f"{kept.FILE.name}: {len(added)} rows added; commit it")


if __name__ == "__main__":
    main()
