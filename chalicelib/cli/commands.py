"""Run each command: read its files, call the act, print the result."""

from __future__ import annotations

import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from chalicelib.core import clock
from chalicelib.core.errors import FileError, Refusal
from chalicelib.core.model import Cohort, CohortDates, Person, Programme

if TYPE_CHECKING:
    from chalicelib.programme.read_cohort import CohortFile

Command = Callable[[Namespace], int]


class UsageRefused(Refusal):
    """Arguments that cannot be combined, or cannot be parsed."""

    title = "Invalid arguments"


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
        raise UsageRefused(f"No local cloud listens on port {port}: start it with `make serve PORT={port}`.") from None
    clock.use(lambda: now)


# --- programme --------------------------------------------------------------------------------------


def check_programme(args: Namespace) -> int:
    programme = _read_programme(args.file)
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


def _read_programme(file: str) -> Programme:
    from chalicelib.programme.read_programme import read_programme

    path = Path(file)
    return read_programme(path.read_bytes(), file, path.parent)


# --- cohort -----------------------------------------------------------------------------------------


def load_cohort(args: Namespace) -> int:
    from chalicelib.core.addresses import check_text, clean_text
    from chalicelib.core.working_days import name_days_off
    from chalicelib.programme.check_sending import check_sending
    from chalicelib.programme.current_people import roster
    from chalicelib.programme.load_cohort import load_cohort as load
    from chalicelib.programme.read_people import read_delegates, read_raters
    from chalicelib.store import cohorts

    programme = _read_programme(args.programme)
    delegates = read_delegates(Path(args.delegates).read_bytes(), args.delegates, _print_note)
    addresses = [delegate.person.email for delegate in delegates]
    listed = roster(cohorts.find_load(args.cohort)).raters if args.raters else {}
    raters = (
        read_raters(Path(args.raters).read_bytes(), args.raters, programme, addresses, listed, _print_note)
        if args.raters
        else {}
    )
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", args.cohort):
        raise UsageRefused("A cohort's id is a word such as autumn-2026: small letters, digits and hyphens.")
    stored = cohorts.find(args.cohort)
    file = _read_cohort_file(args, programme)
    dates = _dates(args, file, stored)
    facilitators = file.facilitators if file else stored.facilitators if stored else ()
    title = clean_text(args.title or args.cohort)
    if fault := check_text(title):
        raise UsageRefused(f"--title: the cohort's name {fault}.")
    cohort = Cohort(
        id=args.cohort,
        title=title,
        programme_id=programme.id,
        programme_version=programme.version,
        dates=dates,
        sponsor=_sponsor(args.sponsor),
        facilitators=facilitators,
    )
    if not args.anyway:
        check_sending(programme, delegates, raters)
    loaded = load(cohort, programme, delegates, raters, clock.now(), sessions=file.sessions if file else None)
    result = {"cohort": cohort.id, "delegates": loaded.delegates, "changed": loaded.changed}
    outcome = "loaded" if loaded.changed else "was loaded before with the same files: nothing changed"
    questions = name_days_off(cohort.dates, programme.organisation)
    warnings = [f"Warning: {warning}" for warning in (file.warnings if file else ())]
    say(args, result, [f"Cohort {cohort.id} {outcome}: {loaded.delegates} delegates.", *questions, *warnings])
    return 0


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
    from chalicelib.workshops.recipients import list_recipients

    day, start = _moment(args.to)
    planned = change_sessions.move_session(
        args.cohort, args.session, (day, start), clock.now(), "command line", args.why, dry_run=args.dry_run
    )
    recipients = list_recipients(planned, clock.now())
    changes = describe_changes(planned.changes, planned.before)
    done = "would be" if args.dry_run else "will be"
    lines = [f"{'Would change' if args.dry_run else 'Changed'}: {changes}." if changes else "Nothing to change."]
    lines += [f"Warning: {warning}" for warning in planned.warnings]
    lines += [f"{one.name} <{one.email}>, {one.role}: {done} sent: {one.what}" for one in recipients]
    if planned.dates.ends != planned.ends_before:
        lines.append(f"The programme ends on {planned.dates.ends}; it was {planned.ends_before}.")
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


def _sponsor(text: str | None) -> Person | None:
    return None if text is None else read_person("--sponsor", text)


def read_person(option: str, text: str) -> Person:
    """Read `Name <address>`. Raises UsageRefused."""
    from chalicelib.core.addresses import check_address, check_text, clean_address, clean_name

    name, opening, rest = text.partition("<")
    address, closing, after = rest.partition(">")
    if not (opening and closing) or after.strip():
        raise UsageRefused(f'{option}: give the person as "Name <address>", in quotes.')
    person = Person(clean_name(name), clean_address(address))
    if fault := check_text(person.name):
        raise UsageRefused(f"{option}: the name {fault}.")
    if fault := check_address(person.email):
        raise UsageRefused(f"{option}: the address {fault}.")
    return person


def cohort_status(args: Namespace) -> int:
    from msgspec.structs import replace as changed

    from chalicelib.admin import cohort_status as statuses
    from chalicelib.admin.failures import account_trouble
    from chalicelib.emails.refusals import TODO
    from chalicelib.store.emails import Trouble

    status, account = statuses.load_cohort_status(args.cohort), account_trouble(clock.now())
    impact = list(statuses.impact(args.cohort)) if args.impact else []
    lines = [f"{status.cohort.title}: closes {status.cohort.dates.closes}, ends {status.cohort.dates.ends}"]
    lines += [f"{line.name}\t{line.stage}\tinvited {line.invited}\t{_answered(line)}" for line in status.lines]
    lines += [f"email\t{account}"] if account else []
    lines += [
        "\t".join(
            (
                "bounced" if bounce.is_lost else bounce.trouble.value,
                bounce.name,
                bounce.email,
                bounce.reason,
                TODO[bounce.trouble],
            )
        )
        for bounce in status.bounces
        if not bounce.is_refused
    ]
    refused = sorted({bounce.reason for bounce in status.bounces if bounce.is_refused})  # never whose, nor how many
    lines += [f"refused\tsome emails\t{reason}\t{TODO[Trouble.REFUSED]}" for reason in refused]
    status = changed(status, bounces=tuple(bounce for bounce in status.bounces if not bounce.is_refused))
    lines += [f"failed\t{job.id}\t{job.error}" for job in status.failed]
    lines += [f"impact\t{bounce.role}\tanswered {bounce.sent} of {bounce.asked}" for bounce in impact]
    say(args, {"status": status, "impact": impact, "account": account, "refused": refused}, lines)
    return 1 if status.failed or account else 0


def _answered(line: Any) -> str:
    return f"answered {line.answered} or more" if line.answered else "few or no answers counted"


def close_cohort(args: Namespace) -> int:
    from chalicelib.admin import close_or_extend
    from chalicelib.admin import cohort_status as status

    lines = status.load_cohort_status(args.cohort).lines
    chosen = (
        [args.delegate]
        if args.delegate
        else [line.email for line in lines if line.stage == "collecting" and not line.withdrawn]
    )
    for email in chosen:
        if args.extend:
            close_or_extend.extend(args.cohort, email, args.extend, clock.now())
        elif args.publish:
            close_or_extend.publish_with_few_answers(args.cohort, email, clock.now())
        else:
            close_or_extend.close_now(args.cohort, email, clock.now())
    outcome = (
        f"extended to {args.extend}"
        if args.extend
        else "closing, to publish what may be"
        if args.publish
        else "closing"
    )
    say(
        args,
        {"delegates": chosen, "did": outcome},
        [f"{email}: {outcome}" for email in chosen] or ["Nothing to close."],
    )
    return 0


def enter_costs(args: Namespace) -> int:
    from chalicelib.programme.read_costs import read_costs
    from chalicelib.sponsor.prepare import enter_costs as costs

    given = read_costs(Path(args.file).read_bytes(), args.file)
    total = costs.enter_costs(args.cohort, given, "command line", clock.now(), dry_run=args.dry_run)
    would = "would cost" if args.dry_run else "costs"
    say(args, {"costs": given, "total": total}, [f"Cohort {args.cohort} {would} {total}."])
    return 0


def pack_evidence(args: Namespace) -> int:
    from chalicelib.sponsor.evidence_pack import pack_evidence as pack
    from chalicelib.store import audit_events
    from chalicelib.store.table import transact

    packed = pack(args.cohort)
    Path(args.out).write_bytes(packed)
    event, now = audit_events.AuditEvent.OPENED_SUMMARY, clock.now()
    transact([audit_events.add(args.cohort, event, "command line", args.cohort, now, name="evidence")])
    say(args, {"file": args.out, "bytes": len(packed)}, [f"The evidence of cohort {args.cohort} is in {args.out}."])
    return 0


def plan_followup(args: Namespace) -> int:
    from chalicelib.admin import schedule_followup

    planned = schedule_followup.plan(args.cohort, args.opens, args.closes, clock.now())
    when = f"{args.opens} to {args.closes}"
    outcome = f"is planned from {when}" if planned.changed else f"was planned before from {when}: nothing changed"
    say(args, planned, [f"The follow-up of cohort {args.cohort} {outcome}."])
    return 0


# --- report -----------------------------------------------------------------------------------------


def report_offline(args: Namespace) -> int:
    from chalicelib.report.offline import Source
    from chalicelib.report.offline import report_offline as report

    programme = _read_programme(args.programme)
    folders = report(
        programme,
        Source(args.responses, Path(args.responses).read_bytes(), _print_note),
        Path(args.out),
        before=Source(args.before, Path(args.before).read_bytes(), _print_note) if args.before else None,
        only_facts=args.only == "facts",
        issued=args.issued or clock.now().date(),
        progress=_progress,
    )
    say(args, {"reports": folders}, [f"{Path(args.out) / folder}" for folder in folders])
    return 0


def _print_note(note: FileError) -> None:
    print(note, file=sys.stderr)


def _progress(done: int, total: int) -> None:
    """Show a progress bar on a terminal; nothing if the output is piped."""
    if sys.stderr.isatty():
        filled = 30 * done // total
        end = "\n" if done == total else ""
        print(
            f"\r[{'█' * filled}{'·' * (30 - filled)}] {done} of {total} reports", end=end, file=sys.stderr, flush=True
        )


def register_attendance(args: Namespace) -> int:
    from chalicelib.workshops.record_file import record_file

    path = Path(args.file)
    done = record_file(
        args.cohort,
        args.session,
        path.read_bytes(),
        path.name,
        args.why,
        clock.now(),
        dry_run=args.dry_run,
        note=_print_note,
    )
    would = "would be recorded" if args.dry_run else "recorded"
    counted = ", ".join(f"{count} {words}" for words, count in done.marks.items())
    lines = [f"{done.title}: {counted}. {done.changed} {would}."]
    lines += [f"{done.left} on the register are not in the file: nothing was changed for them."] if done.left else []
    say(args, {"recorded": done, "dry_run": args.dry_run}, lines)
    return 0


# --- jobs -------------------------------------------------------------------------------------------


def due_jobs(args: Namespace) -> int:
    from chalicelib.store import jobs

    failed, waiting = jobs.failed(), jobs.waiting(args.by or clock.now())
    rows = [
        (job.state.value, job.id, clock.stamp(job.due_at), str(job.attempts), job.error) for job in failed + waiting
    ]
    say(args, {"failed": failed, "waiting": waiting}, ["\t".join(row) for row in rows])
    return 1 if failed else 0


def retry_jobs(args: Namespace) -> int:
    from chalicelib.jobs.commit import commit
    from chalicelib.store import jobs

    failed = {job.id: job for job in jobs.failed()}
    if unknown := [job_id for job_id in args.job if job_id not in failed]:
        raise UsageRefused(f"Not a failed job: {', '.join(unknown)}. `jobs due` lists them.")
    chosen = args.job or list(failed)
    for job_id in chosen:
        commit([jobs.retry(failed[job_id], clock.now())], clock.now())
    say(args, {"retried": chosen}, [f"{job_id}: scheduled again" for job_id in chosen] or ["No job has failed."])
    return 0


# --- mails ------------------------------------------------------------------------------------------


def retry_emails(args: Namespace) -> int:
    from chalicelib.admin.retry_emails import find, retry

    refused, unknown = find(args.mail, clock.now())
    if unknown:
        raise UsageRefused(
            f"Not an email that SES rejected, or no longer of use: {', '.join(unknown)}. "
            "`mails retry --dry-run` lists those that can be sent again."
        )
    outcomes = retry(refused, clock.now(), dry_run=args.dry_run)
    would = "would be: " if args.dry_run else ""
    lines = [f"{outcome.mail_id}: {would}{outcome.words}" for outcome in outcomes]
    say(args, {"mails": outcomes, "dry_run": args.dry_run}, lines or ["SES has rejected no email."])
    return 0


# --- person -----------------------------------------------------------------------------------------


def export_person(args: Namespace) -> int:
    from chalicelib.admin import person_export

    found = person_export.find(args.email) if args.dry_run else person_export.export(args.email, clock.now())
    review = sum(person_export.REVIEW in row for row in found)
    if args.out and not args.dry_run:
        Path(args.out).write_bytes(person_export.pack(found))
    if not args.out and not args.dry_run:
        print(person_export.as_text(found))
        return 0
    result = {"file": args.out, "rows": len(found), "for_review": review, "dry_run": args.dry_run}
    would = "would hold " if args.dry_run else ""
    first = f" Read the folder “for review” ({review} rows) before you hand it over." if review else ""
    say(args, result, [f"{args.out or 'The export'}: {would}{len(found)} rows.{first}"])
    return 0


def erase_person(args: Namespace) -> int:
    from chalicelib.ownership import erase_person

    if args.dry_run:
        kinds = erase_person.preview(args.email)
        rows = sum(kinds.values())
        lines = [f"{args.email}: would be removed from {rows} rows", *(f"  {kind}: {n}" for kind, n in kinds.items())]
        say(args, {"rows": rows, "kinds": kinds, "dry_run": True}, lines)
        return 0
    count = erase_person.erase(args.email, clock.now())
    say(args, {"rows": count, "dry_run": False}, [f"{args.email}: removed from {count} rows"])
    return 0


def finish_restore(args: Namespace) -> int:
    from msgspec.structs import asdict

    from chalicelib.ownership.restore import describe, finish_restore

    found = finish_restore(_read_moment("--since", args.since), clock.now(), dry_run=args.dry_run)
    say(args, {**asdict(found), "dry_run": args.dry_run}, list(describe(found, dry_run=args.dry_run)))
    return 1 if found.refused or found.to_do or found.unopened else 0


def check_restore(args: Namespace) -> int:
    from chalicelib.ownership.check_restore import check_restored, describe

    found = check_restored()
    say(args, found, describe(found))
    return 1 if found.faults else 0


def _read_moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageRefused(f"{option}: give day, time and zone, such as 2026-10-01T12:00Z.")
    return moment


def reset_second_factor(args: Namespace) -> int:
    from chalicelib.web import second_factor

    second_factor.reset(args.email, clock.now(), dry_run=args.dry_run)
    done = "would be reset" if args.dry_run else "is reset"
    rule = " They must set up a new one when they sign in." if second_factor.is_required() else ""
    say(args, {"email": args.email, "dry_run": args.dry_run}, [f"{args.email}: the second factor {done}.{rule}"])
    return 0


def limit_administrator(args: Namespace) -> int:
    from chalicelib.admin import rights

    given = rights.limit_administrator(args.email, args.programme or (), clock.now(), everything=args.all)
    programmes = ", ".join(given) or "every programme"
    say(args, {"email": args.email, "programmes": given or None}, [f"{args.email} sees {programmes} from now on."])
    return 0


def list_administrators(args: Namespace) -> int:
    from chalicelib.admin import rights

    found = rights.list_rights()
    lines = [
        f"{email}\t{', '.join(given) if given is not None else 'every programme'}" for email, given in found.items()
    ]
    say(args, found, lines)
    return 0


def replace_address(args: Namespace) -> int:
    from chalicelib.admin import address_change

    address_change.change_address(args.cohort, args.old, args.new, clock.now(), name=args.name)
    effect = "old links stop working; raters get another invitation unless they declined; the old address gets an email"
    say(args, {"cohort": args.cohort, "old": args.old, "new": args.new}, [f"{args.old} becomes {args.new}: {effect}"])
    return 0


def void_answers(args: Namespace) -> int:
    from chalicelib.admin import void_answers as void

    void.void(args.cohort, args.address, clock.now(), delegate=args.delegate)
    effect = "saved and sent answers are destroyed, and the person is asked again"
    say(args, {"cohort": args.cohort, "address": args.address}, [f"{args.address}: {effect}"])
    return 0


def revoke_links(args: Namespace) -> int:
    from chalicelib.admin import revoke_links as revoke

    revoked = revoke.revoke_links(args.cohort, args.address, clock.now(), send=args.send, dry_run=args.dry_run)
    found = {"cohort": args.cohort, "address": args.address, "links": revoked, "dry_run": args.dry_run}
    done = "would be revoked" if args.dry_run else "is revoked"
    lines = [f"{target.words}: {done}" for target in revoked]
    lines += [] if args.dry_run else ["Their sessions are over. Emails that wait get the new links."]
    say(args, found, lines)
    return 0


# --- printing ---------------------------------------------------------------------------------------


def say(args: Namespace, result: Any, lines: Iterable[str]) -> None:
    """Print the result: lines for people, or JSON."""
    if args.json:
        print(json.dumps(_plain(result), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines))


def _plain(result: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(result)
