"""Load a cohort from its files."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.cli.arguments import UsageRefused, read_by, read_person
from chalicelib.cli.output import print_note, say
from chalicelib.cli.programme import read_programme_file
from chalicelib.core import clock
from chalicelib.core.model import Cohort, CohortDates, DelegateEntry, Person, Programme, RaterEntry

if TYPE_CHECKING:
    from chalicelib.programme.current_people import Roster
    from chalicelib.programme.read_cohort import CohortFile


def load_cohort(args: Namespace) -> int:
    from chalicelib.core.formatting import plural
    from chalicelib.core.working_days import name_days_off
    from chalicelib.programme.check_sending import check_sending
    from chalicelib.programme.current_people import Roster, roster
    from chalicelib.programme.load_cohort import load_cohort as load
    from chalicelib.programme.load_cohort import plan_load
    from chalicelib.programme.read_people import read_delegates
    from chalicelib.store import cohorts

    programme = read_programme_file(args.programme)
    delegates = read_delegates(Path(args.delegates).read_bytes(), args.delegates, print_note)
    addresses = [delegate.person.email for delegate in delegates]
    stored_people = roster(cohorts.find_load(args.cohort)) if args.raters or args.dry_run else Roster({}, {})
    raters = _read_raters(args, programme, addresses, stored_people) if args.raters else {}
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", args.cohort):
        raise UsageRefused("A cohort's id is a word such as autumn-2026: small letters, digits and hyphens.")
    stored = cohorts.find(args.cohort)
    file = _read_cohort_file(args, programme)
    cohort = _cohort(args, programme, file, stored)
    if not args.anyway:
        check_sending(programme, delegates, raters)
    by, sessions = read_by(args.by), file.sessions if file else None
    questions = name_days_off(cohort.dates, programme.organisation)
    warnings = [f"Warning: {warning}" for warning in (file.warnings if file else ())]
    if args.dry_run:
        loaded = plan_load(cohort, programme, delegates, raters, clock.now(), by, sessions).loaded
        more = _list_changes(stored_people, delegates, raters) if loaded.changed else []
    else:
        loaded = load(cohort, programme, delegates, raters, clock.now(), by=by, sessions=sessions)
        more = _list_held(cohort.id, programme) if loaded.changed else []
    would = "would be loaded" if args.dry_run else "loaded"
    outcome = would if loaded.changed else "was loaded before with the same files: nothing changed"
    result = {"cohort": cohort.id, "delegates": loaded.delegates, "changed": loaded.changed, "dry_run": args.dry_run}
    done = f"Cohort {cohort.id} {outcome}: {plural(loaded.delegates, 'delegate', 'delegates')}."
    say(args, result, [done, *loaded.effects, *questions, *warnings, *more])
    return 0


def _read_raters(
    args: Namespace, programme: Programme, addresses: Sequence[str], stored: Roster
) -> dict[str, tuple[RaterEntry, ...]]:
    from chalicelib.programme.read_people import read_raters

    return read_raters(Path(args.raters).read_bytes(), args.raters, programme, addresses, stored.raters, print_note)


def _cohort(args: Namespace, programme: Programme, file: CohortFile | None, stored: Cohort | None) -> Cohort:
    """Return the cohort of the arguments, its file and what is stored. Raises UsageRefused."""
    from chalicelib.core.addresses import check_text, clean_text

    dates = _dates(args, file, stored)
    facilitators = file.facilitators if file else stored.facilitators if stored else ()
    title = clean_text(args.title or args.cohort)
    if fault := check_text(title):
        raise UsageRefused(f"--title: the cohort's name {fault}.")
    return Cohort(
        id=args.cohort,
        title=title,
        programme_id=programme.id,
        programme_version=programme.version,
        dates=dates,
        sponsor=_sponsor(args.sponsor),
        facilitators=facilitators,
    )


def _list_changes(
    stored: Roster, delegates: Sequence[DelegateEntry], raters: Mapping[str, Sequence[RaterEntry]]
) -> list[str]:
    """Return what the files would change about people, as the console's preview counts it."""
    from chalicelib.core.formatting import plural
    from chalicelib.programme.diff import Kind, of_delegates, of_raters

    names = {entry.person.email: entry.person.name for entry in delegates}
    changes = of_delegates(stored.delegates, delegates)
    words = {Kind.GONE: "not in the file: nothing changes for them"}
    return [
        *(
            f"{change.name}: {'; '.join([words.get(change.kind, change.kind.value), *change.details])}"
            for change in changes
            if change.kind is not Kind.UNCHANGED
        ),
        *(
            f"Raters of {change.delegate}: {plural(change.new, 'person', 'people')} would be added"
            for change in of_raters(stored.raters, raters, names, stored.closed)
        ),
        "Nothing was stored: --dry-run.",
    ]


def _list_held(cohort_id: str, programme: Programme) -> list[str]:
    """Return who gets sign-in codes later, because another person or address was named."""
    from chalicelib.core.formatting import local_time
    from chalicelib.store import cohorts, holds

    zone, now = programme.organisation.timezone, clock.now()
    held = [hold for hold in holds.from_rows(cohorts.rows(cohort_id)) if hold.is_active(now)]
    sooner = {True: ", or once another administrator confirms it", False: ""}
    return [
        f"{hold.person.name} <{hold.person.email}> is new here: sign-in codes go there from "
        f"{local_time(hold.until, zone)} on{sooner[hold.is_confirmable]}."
        for hold in held
    ]


def _read_cohort_file(args: Namespace, programme: Programme) -> CohortFile | None:
    from chalicelib.programme.read_cohort import read_cohort

    if not args.cohort_file:
        return None
    return read_cohort(Path(args.cohort_file).read_bytes(), args.cohort_file, args.cohort, programme)


def _dates(args: Namespace, file: CohortFile | None, stored: Cohort | None) -> CohortDates:
    """Return the dates of the cohort's file, or of the options; where both name one, it must be the same."""
    given = {name: getattr(args, name) for name in ("opens", "closes", "ends")}
    if file is None:
        if stored and not given["ends"]:  # the end follows from the sessions: an act may have moved it
            given["ends"] = stored.dates.ends
        if missing := [f"--{name}" for name, day in given.items() if day is None]:
            raise UsageRefused(f"Give {', '.join(missing)}, or --cohort with a file of the dates.")
        return CohortDates(**given)
    for name, day in given.items():
        if day and day != getattr(file.dates, name):
            said = f"--{name} is {day}, and {args.cohort_file} says {getattr(file.dates, name)}"
            raise UsageRefused(f"{said}: leave the option out, or correct the file.")
    return file.dates


def _sponsor(text: str | None) -> Person | None:
    return None if text is None else read_person("--sponsor", text)
