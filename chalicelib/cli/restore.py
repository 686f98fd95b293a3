"""Finish and check a restore."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from chalicelib.cli.arguments import UsageRefused
from chalicelib.cli.output import say
from chalicelib.core import clock


def finish_restore(args: Namespace) -> int:
    from msgspec.structs import asdict

    from chalicelib.ownership.restore import describe, finish_restore

    finished = finish_restore(_read_moment("--since", args.since), clock.now(), dry_run=args.dry_run)
    say(args, {**asdict(finished), "dry_run": args.dry_run}, list(describe(finished, dry_run=args.dry_run)))
    return 1 if finished.refused or finished.to_do or finished.unopened else 0


def check_restore(args: Namespace) -> int:
    from chalicelib.ownership.check_restore import check_restored, describe

    checked = check_restored()
    say(args, checked, describe(checked))
    return 1 if checked.faults else 0


def _read_moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageRefused(f"{option}: give day, time and zone, such as 2026-10-01T12:00Z.")
    return moment
