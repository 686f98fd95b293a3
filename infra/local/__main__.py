"""`python -m infra.local serve` and `python -m infra.local demo`."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import threading
from contextlib import suppress

from infra.local.points import Point

DEFAULT_PORT = 8000


def main() -> int:
    commands = argparse.ArgumentParser(prog="python -m infra.local", description="Fullcircle on this machine.")
    choose = commands.add_subparsers(dest="command", required=True)
    for name, text in (("serve", "keep the cloud open for a person"), ("demo", "run the example programme and end")):
        command = choose.add_parser(name, help=text)
        command.add_argument("--port", type=int, default=DEFAULT_PORT, help="this port and the next one are used")
    at = f"play the example programme up to this point first: {', '.join(Point)}"
    choose.choices["serve"].add_argument("--at", type=_point, default=None, metavar="POINT", help=at)
    chosen = commands.parse_args()
    from infra.local.cloud import PortTaken

    try:
        return serve(chosen.port, chosen.at) if chosen.command == "serve" else demo(chosen.port)
    except PortTaken as taken:
        print(taken, file=sys.stderr)
        return 2


def _point(text: str) -> Point | None:
    """Read the point that `make serve AT=` names; empty is the empty cloud."""
    try:
        return Point(text) if text else None
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(Point)}") from None


def serve(port: int, at: Point | None = None) -> int:
    """Run until Ctrl-C, or the end of the terminal. Both also end it while the example is still being played."""
    from infra.local import demo
    from infra.local.cloud import Cloud

    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have started it with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt), Cloud(port, start=demo.START if at else None) as cloud:
        if at:
            demo.play_to(at, cloud)
        cloud.go_live()
        print(f"The desk:         {cloud.site}/_local/", flush=True)
        print(f"The application:  {cloud.base_url}/", flush=True)
        print("Ctrl-C ends it, and everything in it.", flush=True)
        threading.Event().wait()
    print("Stopped.")
    return 0


def demo(port: int) -> int:
    return int(importlib.import_module("infra.local.demo").run(port) or 0)


if __name__ == "__main__":
    sys.exit(main())
