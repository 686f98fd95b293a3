"""Check a programme file, and compute reports from files alone."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from chalicelib.cli.output import print_note, print_progress, say
from chalicelib.core import clock
from chalicelib.core.model import Programme


def check_programme(args: Namespace) -> int:
    programme = read_programme_file(args.file)
    counts = {
        "programme": programme.id,
        "version": programme.version,
        "competencies": len(programme.competencies),
        "items": len(list(programme.items)),
        "values": len(programme.values),
        "threshold": programme.threshold,
    }
    say(args, counts, [f"{args.file}: valid. " + ", ".join(f"{name} {value}" for name, value in counts.items())])
    return 0


def report_offline(args: Namespace) -> int:
    from chalicelib.report.offline import Source
    from chalicelib.report.offline import report_offline as report

    programme = read_programme_file(args.programme)
    folders = report(
        programme,
        Source(args.responses, Path(args.responses).read_bytes(), print_note),
        Path(args.out),
        before=Source(args.before, Path(args.before).read_bytes(), print_note) if args.before else None,
        only_facts=args.only == "facts",
        issued=args.issued or clock.now().date(),
        progress=print_progress,
    )
    say(args, {"reports": folders}, [f"{Path(args.out) / folder}" for folder in folders])
    return 0


def read_programme_file(file: str) -> Programme:
    from chalicelib.programme.read_programme import read_programme

    path = Path(file)
    return read_programme(path.read_bytes(), file, path.parent)
