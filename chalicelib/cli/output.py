"""Print the result of a command: lines for people, or JSON."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from chalicelib.core.errors import FileError


def say(args: Namespace, result: Any, lines: Iterable[str]) -> None:
    """Print the result: lines for people, or JSON."""
    if args.json:
        print(json.dumps(_plain(result), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines))


def _plain(result: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(result)


def print_note(note: FileError) -> None:
    print(note, file=sys.stderr)


def print_progress(done: int, total: int) -> None:
    """Show a progress bar on a terminal; nothing if the output is piped."""
    if sys.stderr.isatty():
        filled = 30 * done // total
        end = "\n" if done == total else ""
        print(
            f"\r[{'█' * filled}{'·' * (30 - filled)}] {done} of {total} reports", end=end, file=sys.stderr, flush=True
        )
