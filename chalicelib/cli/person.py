"""Export or erase a person, replace an address, void answers and revoke links."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from chalicelib.cli.arguments import read_by
from chalicelib.cli.output import say
from chalicelib.core import clock
from chalicelib.core.formatting import plural

MAX_RUN_SECONDS = 300  # of any function: .chalice/config.json
OF_COHORTS = ("facilitator", "sponsor")  # the other parts are for delegates


def export_person(args: Namespace) -> int:
    from chalicelib.admin import person_export

    included = person_export.find(args.email) if args.dry_run else person_export.export(args.email, clock.now())
    review = sum(person_export.REVIEW in row for row in included)
    if args.out and not args.dry_run:
        Path(args.out).write_bytes(person_export.pack(included))
    if not args.out and not args.dry_run:
        print(person_export.as_text(included))
        return 0
    result = {"file": args.out, "rows": len(included), "for_review": review, "dry_run": args.dry_run}
    would = "would hold " if args.dry_run else ""
    first = (
        f" Read the folder “for review” ({plural(review, 'row', 'rows')}) before you hand it over." if review else ""
    )
    say(args, result, [f"{args.out or 'The export'}: {would}{plural(len(included), 'row', 'rows')}.{first}"])
    return 0


def erase_person(args: Namespace) -> int:
    from chalicelib.ownership import erase_person
    from chalicelib.store.unreadable import list_unreadable

    parts = erase_person.list_parts(args.email)
    if args.dry_run:
        kinds = erase_person.preview(args.email)
        rows = sum(kinds.values())
        lines = [
            f"{args.email}: would be removed from {plural(rows, 'row', 'rows')}",
            *(f"  {kind}: {n}" for kind, n in kinds.items()),
            *_ask_to_name(parts, "first"),
        ]
        say(args, {"rows": rows, "kinds": kinds, "parts": parts, "dry_run": True}, lines)
        return 0
    count = erase_person.erase(args.email, clock.now(), wait=lambda: _let_acts_end(args))
    damaged = sorted(list_unreadable())
    lines = [f"{args.email}: removed from {plural(count, 'row', 'rows')}", *_ask_to_name(parts, "now")]
    lines += ["Damaged records may still name them. Repair those, then run this command again."] if damaged else []
    say(args, {"rows": count, "parts": parts, "damaged": damaged, "dry_run": False}, lines)
    return 0


def _let_acts_end(args: Namespace) -> None:
    """Wait for pages and jobs that had read the person before. The local cloud runs one thing after another."""
    seconds = 0 if "local" in args else args.wait
    if seconds:
        again = plural(-(-seconds // 60), "minute", "minutes")
        print(f"In {again} this looks for what pages and jobs wrote meanwhile. Leave it running.", file=sys.stderr)
        time.sleep(seconds)


def _ask_to_name(parts: Mapping[str, int], when: str) -> Iterator[str]:
    """Yield a line for each part in which someone else has to follow the person."""
    for part, count in parts.items():
        of = plural(count, "cohort", "cohorts") if part in OF_COHORTS else plural(count, "delegate", "delegates")
        yield f"They are the {part} of {of}: name someone else in the console {when}."


def replace_address(args: Namespace) -> int:
    from chalicelib.admin import address_change

    more, by = {"name": args.name, "why": args.why}, read_by(args.by)
    planned = address_change.preview_change(args.cohort, args.old, args.new, clock.now(), by, **more)
    if planned and not args.dry_run:
        address_change.change_address(args.cohort, args.old, args.new, clock.now(), by, **more)
    lines = planned.lines if planned else ["Nothing differs from what is stored."]
    done = "Nothing was changed yet: --dry-run." if args.dry_run else "Links in emails to the old address stop working."
    changed = bool(planned) and not args.dry_run
    result = {"cohort": args.cohort, "old": args.old, "new": args.new, "changed": changed, "dry_run": args.dry_run}
    say(args, result, [*lines, *([done] if planned else [])])
    return 0


def void_answers(args: Namespace) -> int:
    from chalicelib.admin import void_answers as void

    if args.dry_run:
        chosen = void.find_open(args.cohort, args.address, clock.now(), delegate=args.delegate, why=args.why)
        lines = [f"{len(chosen)} open questionnaires of {args.address}: answers would be destroyed and asked again"]
        say(args, {"cohort": args.cohort, "address": args.address, "changed": False, "dry_run": True}, lines)
        return 0
    changed = void.void(args.cohort, args.address, clock.now(), delegate=args.delegate, why=args.why)
    done = "saved and sent answers are destroyed, and the person is asked again"
    effect = done if changed else "nothing was changed. They were asked again earlier today; use this tomorrow again"
    say(args, {"cohort": args.cohort, "address": args.address, "changed": changed}, [f"{args.address}: {effect}"])
    return 0


def revoke_links(args: Namespace) -> int:
    from chalicelib.admin import revoke_links as revoke

    revoked = revoke.revoke_links(args.cohort, args.address, clock.now(), send=args.send, dry_run=args.dry_run)
    result = {"cohort": args.cohort, "address": args.address, "links": revoked, "dry_run": args.dry_run}
    done = "would be revoked" if args.dry_run else "is revoked"
    lines = [f"{target.words}: {done}" for target in revoked]
    lines += [] if args.dry_run else ["Their sessions are over. Emails that wait get the new links."]
    say(args, result, lines)
    return 0
