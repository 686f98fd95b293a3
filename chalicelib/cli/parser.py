"""Parse the command line: plain output, an exit status, and `--json` for programs.

Exit status: 0 done, 1 refused or action needed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from msgspec import MsgspecError

from chalicelib.cli import (
    administrators,
    arguments,
    cohort,
    failures,
    load_cohort,
    local_cloud,
    move_dates,
    people,
    person,
    programme,
    restore,
)
from chalicelib.core.aws import AWS_ERRORS, ReadOnly
from chalicelib.core.errors import FileInvalid, Refusal
from chalicelib.core.settings import ConfigError

LOCAL_PORT = 8000
INTERRUPTED = 130  # as shells say of a command that Ctrl-C ended
NO_STAGE = "Say which deployment: --stage prod, or --local for the cloud of make serve."
SET_FIRST = {  # by the name of botocore's error
    "NoRegionError": "No region is set: export AWS_DEFAULT_REGION=eu-west-2 (London).",
    "NoCredentialsError": "No credentials are set: export AWS_PROFILE with a profile of the account.",
}


def main(argv: Sequence[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        local_cloud.use_cloud("local" in args, getattr(args, "port", LOCAL_PORT), getattr(args, "stage", None))
        status = _run(args)
        sys.stdout.flush()
        return status
    except FileInvalid as refusal:
        print(refusal, file=sys.stderr)
        print(f"{_faults(len(refusal.faults))}. Nothing was changed.", file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(f"{refusal.title}: {refusal}", file=sys.stderr)
        return 1
    except ConfigError as error:
        print(f"Configuration error: {error}" if "FULLCIRCLE_STAGE" in os.environ else NO_STAGE, file=sys.stderr)
        return 1
    except (ReadOnly, MsgspecError, *AWS_ERRORS) as error:
        print(_explain(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to finish it.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"{error.filename or 'network'}: {error.strerror or error}", file=sys.stderr)
        return 1


def _explain(error: Exception) -> str:
    """Return what to do about a damaged record, or about an error of AWS, where the reason is known."""
    if isinstance(error, MsgspecError):
        place = ", ".join(getattr(error, "__notes__", ())) or "unknown"
        return f"This needs a damaged record: {place} ({error}). Repair it in the table, then run this command again."
    if isinstance(error, ReadOnly):
        return f"Nothing was changed. {error}."
    if getattr(error, "response", {}).get("Error", {}).get("Code") == "ParameterNotFound":
        name = os.environ.get("FULLCIRCLE_STAGE", "")
        return f"There is no deployment {name!r} in this account and region. Check --stage, profile and region."
    return SET_FIRST.get(type(error).__name__, f"AWS: {error}")


def _run(args: argparse.Namespace) -> int:
    """Run a command, and say which rows it left out because they cannot be read."""
    from chalicelib.store.unreadable import watch_rows

    with watch_rows() as unreadable:
        try:
            status = int(args.run(args))
        finally:
            for place, why in unreadable.items():
                print(f"A damaged record was left out: {place} ({why}). Repair it in the table.", file=sys.stderr)
    return status or int(bool(unreadable))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m chalicelib", description=__doc__.splitlines()[0])
    _where(top)
    names = "programme | cohort | delegate | rater | report | jobs | mails | administrator | person | restore"
    groups = top.add_subparsers(dest="group", required=True, metavar=names)
    _programme(groups.add_parser("programme", help="programme files"))
    _cohort(groups.add_parser("cohort", help="delegates who go through a programme together"))
    _delegate(groups.add_parser("delegate", help="one delegate: add, change, pause, bring back, leave"))
    _rater(groups.add_parser("rater", help="one rater: add, remove, regroup, correct"))
    _report(groups.add_parser("report", help="reports from feedback collected elsewhere"))
    _jobs(groups.add_parser("jobs", help="work that is due now or later"))
    _add_emails(groups.add_parser("mails", help="emails that were rejected"))
    _administrator(groups.add_parser("administrator", help="administrators of the console"))
    _person(groups.add_parser("person", help="what is stored about one person"))
    _restore(groups.add_parser("restore", help="after the table was restored from a backup"))
    return top


def _where(part: argparse.ArgumentParser) -> None:
    """Add the options for the cloud. They work before or after the command, so neither place sets a default."""
    local = "work on the local cloud of `make serve` instead of AWS"
    part.add_argument("--local", action="store_true", default=argparse.SUPPRESS, help=local)
    port = f"where `make serve` listens ({LOCAL_PORT})"
    part.add_argument("--port", type=int, default=argparse.SUPPRESS, help=port)
    stage = "which deployment; else the variable FULLCIRCLE_STAGE"
    part.add_argument("--stage", default=argparse.SUPPRESS, help=stage)


def _programme(group: argparse.ArgumentParser) -> None:
    check = _command(group, "check", programme.check_programme, "check a programme file; changes nothing")
    check.add_argument("file")


def _cohort(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    load = _verb(verbs, "load", load_cohort.load_cohort, "load a programme and its people")
    load.add_argument("cohort", help="the cohort's id, for example autumn-2026")
    load.add_argument("--programme", required=True, metavar="FILE.yaml")
    load.add_argument("--delegates", required=True, metavar="FILE.csv")
    load.add_argument("--raters", metavar="FILE.csv", help="raters chosen by the administrator")
    load.add_argument("--title", help="the name people see; default: the id")
    dates = "dates, facilitators and sessions; see docs/cohort-file.md"
    load.add_argument("--cohort", dest="cohort_file", metavar="FILE.yaml", help=dates)
    for name, description in (
        ("opens", "first day"),
        ("closes", "last day of the questionnaire"),
        ("ends", "last day, while there are no sessions"),
    ):
        load.add_argument(f"--{name}", type=arguments.day, metavar="YYYY-MM-DD", help=description)
    load.add_argument("--anyway", action="store_true", help="load it even if SES would not send its emails yet")
    load.add_argument("--dry-run", action="store_true", help="show what would change, and store nothing")
    load.add_argument("--by", default="", metavar="ADDRESS", help=arguments.BY_HELP)
    load.add_argument("--sponsor", metavar="NAME <ADDRESS>", help="who gets the cohort summary")

    status = _verb(verbs, "status", cohort.cohort_status, "show the status of a cohort; changes nothing")
    status.add_argument("cohort")
    status.add_argument("--impact", action="store_true", help="include how many answered the six-month survey")

    reminded = _verb(verbs, "remind", cohort.remind_cohort, "remind everyone who has not answered")
    reminded.add_argument("cohort")
    reminded.add_argument("--delegate", metavar="ADDRESS", help="only about this one; default: everyone who is asked")
    reminded.add_argument("--survey", action="store_true", help="of the six-month survey, not of the questionnaire")

    close = _verb(verbs, "close", cohort.close_cohort, "close questionnaires, or give more time")
    close.add_argument("cohort")
    close.add_argument(
        "--delegate", metavar="ADDRESS", help="only this one; default: everyone whose questionnaire is open"
    )
    how = close.add_mutually_exclusive_group()
    how.add_argument("--extend", type=arguments.day, metavar="YYYY-MM-DD", help="the new last day")
    how.add_argument("--publish", action="store_true", help="close even with too few answers")
    close.add_argument("--survey", action="store_true", help="with --extend: more time for the six-month survey")
    close.add_argument("--why", default="", metavar="TEXT", help="the reason, for the audit trail")
    close.add_argument("--dry-run", action="store_true", help="show what would close or move, and change nothing")

    move = _verb(verbs, "move", move_dates.move_dates, "move something that has not happened yet")
    move.add_argument("cohort")
    moved = move.add_mutually_exclusive_group(required=True)
    moved.add_argument("--session", metavar="MILESTONE/N", help="a session, for example leading_self/1")
    for name, description in (
        ("opens", "the opening of the questionnaire"),
        ("closes", "its last day"),
        ("survey", "the opening of the impact survey"),
    ):
        moved.add_argument(f"--{name}", action="store_const", dest="date", const=name, help=description)
    move.add_argument(
        "--to", required=True, metavar="YYYY-MM-DD[THH:MM]", help="the new day, and the new start of a session"
    )
    move.add_argument("--why", default="", metavar="TEXT", help="the reason, for the audit trail")
    move.add_argument("--dry-run", action="store_true", help="show who would be sent what, and change nothing")

    again = _verb(verbs, "followup", cohort.plan_followup, "ask about all delegates again, as a second wave")
    again.add_argument("cohort")
    for name, description in (("opens", "first day"), ("closes", "last day")):
        again.add_argument(f"--{name}", required=True, type=arguments.day, metavar="YYYY-MM-DD", help=description)
    again.add_argument("--dry-run", action="store_true", help="check the days, and plan nothing")

    register = _verb(verbs, "register", cohort.register_attendance, "record who attended a session, from a file")
    register.add_argument("cohort")
    register.add_argument("session", metavar="MILESTONE/N", help="for example leading_self/1: its first session")
    register.add_argument("file", metavar="FILE.csv", help="a column for attendance, and one for the name or the email")
    register.add_argument("--why", default="", help="for the audit trail; default: the name of the file")
    register.add_argument("--dry-run", action="store_true", help="show what would be recorded, and record nothing")

    spent = _verb(verbs, "costs", cohort.enter_costs, "replace what the cohort cost, from a file")
    spent.add_argument("cohort")
    spent.add_argument("file", metavar="FILE.yaml", help="each kind of cost with its source: docs/costs-file.md")
    spent.add_argument("--dry-run", action="store_true", help="show the total, and change nothing")

    evidence = _verb(verbs, "evidence", cohort.pack_evidence, "pack the newest edition with its evidence")
    evidence.add_argument("cohort")
    evidence.add_argument("--out", required=True, metavar="FILE.zip")
    people.add_cohort_commands(lambda name, run, description: _verb(verbs, name, run, description))

    replace = _verb(verbs, "replace", person.replace_address, "replace an address that bounced or was mistyped")
    replace.add_argument("cohort")
    replace.add_argument("old", metavar="ADDRESS", help="a rater's, line manager's, delegate's, coach's or sponsor's")
    replace.add_argument("new", metavar="NEW_ADDRESS")
    replace.add_argument("--name", default="", help="the person's name from now on; default: unchanged")
    people.add_act_options(replace)

    void = _verb(verbs, "void", person.void_answers, "destroy a person's sealed answers, and ask again")
    void.add_argument("cohort")
    void.add_argument(
        "address", metavar="ADDRESS", help="of the person whose answers are destroyed, where they are emailed now"
    )
    void.add_argument("--dry-run", action="store_true", help="count the open questionnaires, and change nothing")
    void.add_argument("--delegate", metavar="ADDRESS", default="", help="only about this delegate; default: all")
    void.add_argument("--why", default="", metavar="TEXT", help="the reason, for the audit trail")

    what = "revoke every link of a person: use it if someone else may have a link"
    revoke = _verb(verbs, "revoke-links", person.revoke_links, what)
    revoke.add_argument("cohort")
    revoke.add_argument("address", metavar="ADDRESS", help="of the person, where they are emailed now")
    revoke.add_argument("--send", action="store_true", help="email the new link to the person at once")
    revoke.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")


def _delegate(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    people.add_delegate_commands(lambda name, run, description: _verb(verbs, name, run, description))


def _rater(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    people.add_rater_commands(lambda name, run, description: _verb(verbs, name, run, description))


def _report(group: argparse.ArgumentParser) -> None:
    offline = _command(group, "offline", programme.report_offline, "reports from a CSV of answers; needs no cloud")
    offline.add_argument("--programme", required=True, metavar="FILE.yaml")
    offline.add_argument("--responses", required=True, metavar="FILE.csv")
    offline.add_argument("--before", metavar="FILE.csv", help="answers of an earlier wave, to show what has changed")
    offline.add_argument("--out", required=True, metavar="DIR")
    offline.add_argument("--only", choices=["facts"], help="facts.json alone")
    offline.add_argument("--issued", type=arguments.day, metavar="YYYY-MM-DD", help="date on the cover; default: today")


def _jobs(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    due = _verb(verbs, "due", failures.due_jobs, "jobs that are due or failed; changes nothing; status 1 if any failed")
    due.add_argument("--by", type=arguments.moment, metavar="ISO8601", help="due by then; default: now")
    retry = _verb(verbs, "retry", failures.retry_jobs, "restart failed jobs")
    retry.add_argument("job", nargs="*", help="ids as `jobs due` prints them; default: every failed job")


def _add_emails(group: argparse.ArgumentParser) -> None:
    retry = _verb(
        _verbs(group), "retry", failures.retry_emails, "send emails again that SES rejected, once the cause is fixed"
    )
    retry.add_argument("email_id", nargs="*", metavar="ID", help="ids of emails; default: all that SES rejected")
    retry.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")


def _person(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    export = _verb(
        verbs,
        "export",
        person.export_person,
        "what is stored about a person, and no one else",
    )
    export.add_argument("email")
    export.add_argument("--out", metavar="FILE.zip", help="write an archive instead, with a folder to review first")
    export.add_argument("--dry-run", action="store_true", help="count what would be exported, and write nothing")
    erase = _verb(
        verbs, "erase", person.erase_person, "remove a rater, coach, manager or withdrawn delegate from every row"
    )
    erase.add_argument("email")
    erase.add_argument("--dry-run", action="store_true", help="count the rows of each kind, and change nothing")
    erase.add_argument(
        "--wait",
        type=int,
        default=person.MAX_RUN_SECONDS,
        metavar="SECONDS",
        help="until it looks again for what pages and jobs under way wrote meanwhile (%(default)s)",
    )


def _restore(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    what = "count rows by kind, and check every document that they name; changes nothing"
    _verb(verbs, "check", restore.check_restore, what)
    what = "repeat erasures and withdrawals, and ask everyone again whose answers were open"
    finish = _verb(verbs, "finish", restore.finish_restore, what)
    moment = "the moment to which the table was restored, such as 2026-10-01T12:00Z"
    finish.add_argument("--since", metavar="MOMENT", required=True, help=moment)
    finish.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
    people.add_restore_commands(lambda name, run, description: _verb(verbs, name, run, description))


def _administrator(group: argparse.ArgumentParser) -> None:
    verbs = _verbs(group)
    description = "let an administrator who has lost their phone and recovery codes sign in by email alone"
    reset = _verb(verbs, "reset-second-factor", administrators.reset_second_factor, description)
    reset.add_argument("email", metavar="ADDRESS")
    reset.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
    rights = _verb(verbs, "limit", administrators.limit_administrator, "choose what an administrator sees")
    rights.add_argument("email", metavar="ADDRESS")
    which = rights.add_mutually_exclusive_group(required=True)
    which.add_argument("--programme", action="append", metavar="ID", help="a programme; may be repeated")
    which.add_argument("--all", action="store_true", help="every programme, as before the first limit")
    _verb(verbs, "list", administrators.list_administrators, "list administrators and what they see; changes nothing")


def _verbs(group: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return group.add_subparsers(dest="verb", required=True, metavar="COMMAND")


def _command(
    group: argparse.ArgumentParser, name: str, run: arguments.Command, description: str
) -> argparse.ArgumentParser:
    return _verb(_verbs(group), name, run, description)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: arguments.Command, description: str
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=description, description=description)
    verb.add_argument("--json", action="store_true", help="print JSON")
    _where(verb)
    verb.set_defaults(run=run)
    return verb


def _faults(count: int) -> str:
    return f"{count} error{'s' if count != 1 else ''}"
