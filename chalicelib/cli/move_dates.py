"""Move dates of a cohort."""

from __future__ import annotations

from argparse import Namespace
from datetime import date, time

from chalicelib.cli.arguments import UsageRefused
from chalicelib.cli.output import say
from chalicelib.core import clock


def move_dates(args: Namespace) -> int:
    return _move_session(args) if args.session else _move_date(args)


def _move_date(args: Namespace) -> int:
    from chalicelib.programme.move_dates import Moved, move, plan

    now = clock.now()
    to, start = _moment(args.to)
    if start:
        raise UsageRefused("--to: this date has no hour. Give a day such as 2026-03-10.")
    planned = plan(args.cohort, Moved(args.date), to, now)
    if not args.dry_run:
        move(planned, args.why, "command line", now)
    result = {
        "cohort": args.cohort,
        "date": args.date,
        "from": planned.before,
        "to": planned.after,
        "delegates": planned.delegates,
        "dry_run": args.dry_run,
    }
    say(args, result, [*planned.lines, *(["Nothing was changed yet: --dry-run."] if args.dry_run else [])])
    return 0


def _move_session(args: Namespace) -> int:
    from chalicelib.workshops import change_sessions
    from chalicelib.workshops.change_words import describe_changes
    from chalicelib.workshops.effects import list_effects
    from chalicelib.workshops.recipients import list_recipients

    day, start = _moment(args.to)
    planned = change_sessions.move_session(
        args.cohort, args.session, (day, start), clock.now(), "command line", args.why, dry_run=args.dry_run
    )
    recipients = list_recipients(planned, clock.now())
    changes = describe_changes(planned.changes, planned.before, planned.programme, planned.cohort)
    done = "would be" if args.dry_run else "will be"
    lines = [f"{'Would change' if args.dry_run else 'Changed'}: {changes}." if changes else "Nothing to change."]
    lines += [f"Warning: {warning}" for warning in planned.warnings]
    lines += [
        f"{recipient.name} <{recipient.email}>, {recipient.role}: {done} sent: {recipient.what}"
        for recipient in recipients
    ]
    lines += list_effects(planned, clock.now())
    result = {"cohort": args.cohort, "changes": changes, "recipients": recipients, "dry_run": args.dry_run}
    say(args, result, lines)
    return 0


def _moment(text: str) -> tuple[date, time | None]:
    """Read 2026-03-10 or 2026-03-10T09:30."""
    day, _, start = text.partition("T")
    try:
        return date.fromisoformat(day), time.fromisoformat(start) if start else None
    except ValueError:
        raise UsageRefused(f"--to: {text!r} is not a day such as 2026-03-10 or 2026-03-10T09:30.") from None
