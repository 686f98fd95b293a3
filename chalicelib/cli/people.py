"""Commands that change people. Each shows what it does and who is emailed; `--dry-run` does nothing more."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from chalicelib.cli import arguments, output
from chalicelib.core import clock
from chalicelib.links.kinds import FACILITATOR, SPONSOR

Verb = Callable[[str, arguments.Command, str], argparse.ArgumentParser]


def add_delegate_commands(verb: Verb) -> None:
    """Add the commands of `delegate`."""
    add = verb("add", add_delegate, "add a delegate; after the opening with a questionnaire of their own dates")
    add.add_argument("cohort")
    for name, what in NEW_DELEGATE.items():
        add.add_argument(f"--{name.replace('_', '-')}", required=True, metavar="TEXT", help=what)
    add_act_options(add)
    change = _on_delegate(verb, "change", change_delegate, "change a delegate’s details, line manager or coach")
    for name in ("name", "job-title", "service"):
        change.add_argument(f"--{name}", metavar="TEXT")
    change.add_argument("--address", metavar="ADDRESS", help="a new address: their links move there")
    for name in ("manager", "coach"):
        change.add_argument(f"--{name}", metavar="NAME <ADDRESS>", help="another person")
    pause = _on_delegate(verb, "pause", pause_delegate, "stop everything about a delegate for a time")
    pause.add_argument("--until", required=True, type=arguments.day, metavar="YYYY-MM-DD", help="day of the return")
    reasons = "leave, secondment, workload or other; never anything about health"
    pause.add_argument("--reason", default="other", metavar="WORD", help=reasons)
    _on_delegate(verb, "return", return_delegate, "bring a delegate back from a pause")
    transfer = _on_delegate(
        verb, "transfer", transfer_delegate, "move a delegate to another cohort, with all their data"
    )
    transfer.add_argument("--to", required=True, metavar="COHORT", help="the id of the other cohort")
    transfer.add_argument("--coach", metavar="NAME <ADDRESS>", help="the coach there; default: the same")
    _on_delegate(verb, "leave", leave_programme, "record that a delegate has left; this cannot be undone")
    hold = _on_delegate(verb, "hold", hold_data, "keep a delegate’s data past its deletion date; needs --why")
    hold.add_argument("--end", action="store_true", help="end the hold: what is due is deleted in the next run")


def add_rater_commands(verb: Verb) -> None:
    """Add the commands of `rater`."""
    add = _on_rater(verb, "add", add_rater, "ask one more person about a delegate")
    add.add_argument("name", metavar="NAME")
    add.add_argument("group", metavar="GROUP", help="the id or title of the group")
    _on_rater(verb, "remove", remove_rater, "take a rater off the list and destroy what they saved or sent")
    regroup = _on_rater(verb, "regroup", regroup_rater, "move a rater to another group")
    regroup.add_argument("group", metavar="GROUP", help="the id or title of the group")
    correct = _on_rater(verb, "correct", correct_rater, "correct a rater’s name or address")
    correct.add_argument("--name", default="", metavar="TEXT")
    correct.add_argument("--address", default="", metavar="ADDRESS")


def add_restore_commands(verb: Verb) -> None:
    """Add the command of `restore` that settles one questionnaire."""
    what = "settle a questionnaire whose key is gone since a restore; administrators are emailed"
    made = _on_delegate(verb, "settle", settle_answers, what)
    outcome = made.add_mutually_exclusive_group(required=True)
    outcome.add_argument("--published", action="store_true", help="the report that the bucket has counts")
    outcome.add_argument("--lost", action="store_true", help="the answers are lost, and there is no report")


def add_cohort_commands(verb: Verb) -> None:
    """Add the commands of `cohort` that change people or the cohort itself."""
    for name, run, description in (
        ("rename", rename_cohort, "give a cohort another name; its id stays"),
        ("discard", discard_cohort, "delete a cohort before its first email"),
        (SPONSOR.verb, change_sponsor, "name another sponsor"),
        (FACILITATOR.verb, name_facilitator, "add a facilitator, or replace one"),
    ):
        made = verb(name, run, description)
        made.add_argument("cohort")
        if name == "rename":
            made.add_argument("title", metavar="TITLE")
        if name in ("sponsor", "facilitator"):
            made.add_argument("person", metavar="NAME <ADDRESS>")
        if name == "facilitator":
            made.add_argument("--instead-of", default="", metavar="ADDRESS", help="the facilitator who is replaced")
        add_act_options(made)


def _on_rater(verb: Verb, name: str, run: arguments.Command, description: str) -> argparse.ArgumentParser:
    made = _on_delegate(verb, name, run, description)
    made.add_argument("rater", metavar="RATER_ADDRESS", help="the rater’s address, as it is on the list")
    return made


def _on_delegate(verb: Verb, name: str, run: arguments.Command, description: str) -> argparse.ArgumentParser:
    made = verb(name, run, description)
    made.add_argument("cohort")
    made.add_argument("delegate", metavar="ADDRESS", help="the delegate's address")
    add_act_options(made)
    return made


def add_act_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--why", default="", metavar="TEXT", help="the reason, for the audit trail")
    made.add_argument("--by", default="", metavar="ADDRESS", help=arguments.BY_HELP)
    made.add_argument("--dry-run", action="store_true", help="show what happens and who is emailed, and change nothing")


NEW_DELEGATE = {
    "name": "the delegate’s name",
    "email": "the delegate’s address",
    "job_title": "the delegate’s job title",
    "service": "the delegate’s service",
    "manager_name": "the line manager’s name",
    "manager_email": "the line manager’s address",
    "coach_name": "the coach’s name",
    "coach_email": "the coach’s address",
}


# --- join and change ----------------------------------------------------------------------------------


def add_delegate(args: Namespace) -> int:
    from chalicelib.people.join import plan_join, read_entry

    entry = read_entry({name: getattr(args, name) for name in NEW_DELEGATE})
    return run_act(args, lambda asking: plan_join(args.cohort, entry, asking))


def change_delegate(args: Namespace) -> int:
    """Change one thing at a time: each is an act of its own, with emails of its own."""
    asked = [name for name, given in _changes(args).items() if given]
    if len(asked) != 1:
        raise arguments.UsageRefused(
            "Give one of --coach, --manager, --address, or any of --name, --job-title and --service: "
            "each is a change of its own."
        )
    return _run_on_delegate(args, CHANGES[asked[0]](args))


def _changes(args: Namespace) -> dict[str, bool]:
    details = (args.name, args.job_title, args.service)
    return {
        "coach": bool(args.coach),
        "manager": bool(args.manager),
        "address": bool(args.address),
        "details": any(text is not None for text in details),
    }


def _plan_coach(args: Namespace) -> Callable[..., Any]:
    from chalicelib.people.change import plan_coach

    coach = arguments.read_person("--coach", args.coach)
    return lambda loaded, asking: plan_coach(loaded, coach, asking)


def _plan_manager(args: Namespace) -> Callable[..., Any]:
    from chalicelib.people.change import plan_manager

    manager = arguments.read_person("--manager", args.manager)
    return lambda loaded, asking: plan_manager(loaded, manager, asking)


def _plan_address(args: Namespace) -> Callable[..., Any]:
    from chalicelib.people.change import plan_address

    return lambda loaded, asking: plan_address(loaded, args.address, asking)


def _plan_details(args: Namespace) -> Callable[..., Any]:
    from chalicelib.people.acts import find_act

    given = {"name": args.name, "job_title": args.job_title, "service": args.service}
    act = find_act("details")

    def plan(loaded: Any, asking: Any) -> Any:
        now = {field.name: field.value for field in act.fields(loaded)}
        return act.plan(loaded, now | {name: text for name, text in given.items() if text is not None}, asking)

    return plan


CHANGES = {"coach": _plan_coach, "manager": _plan_manager, "address": _plan_address, "details": _plan_details}


# --- raters -------------------------------------------------------------------------------------------


def add_rater(args: Namespace) -> int:
    typed = {"name": args.name, "email": args.rater, "group": args.group}
    return _on_raters_form(args, "rater-add", typed)


def remove_rater(args: Namespace) -> int:
    return _on_raters_form(args, "rater-remove", {})


def regroup_rater(args: Namespace) -> int:
    return _on_raters_form(args, "rater-group", {"group": args.group})


def correct_rater(args: Namespace) -> int:
    if not (args.name or args.address):
        raise arguments.UsageRefused("Give --name, --address or both.")
    return _on_raters_form(args, "rater-correct", {"name": args.name, "email": args.address})


def _on_raters_form(args: Namespace, act_id: str, typed: dict[str, str]) -> int:
    """Do what the console's form does with the same fields."""
    from chalicelib.people.acts import find_act

    act = find_act(act_id)
    return _run_on_delegate(args, lambda loaded, asking: act.plan(loaded, {"rater": args.rater, **typed}, asking))


# --- after a restore -----------------------------------------------------------------------------------


def settle_answers(args: Namespace) -> int:
    from chalicelib.people.settle import plan_settle
    from chalicelib.waves.emails.without_key import Outcome

    outcome = Outcome.PUBLISHED if args.published else Outcome.LOST
    return _run_on_delegate(args, lambda loaded, asking: plan_settle(loaded, outcome, asking))


# --- the cohort ---------------------------------------------------------------------------------------


def rename_cohort(args: Namespace) -> int:
    return _on_cohort(args, "rename", {"title": args.title})


def discard_cohort(args: Namespace) -> int:
    return _on_cohort(args, "discard", {})


def change_sponsor(args: Namespace) -> int:
    person = arguments.read_person("sponsor", args.person)
    return _on_cohort(args, "sponsor", {"name": person.name, "email": person.email})


def name_facilitator(args: Namespace) -> int:
    person = arguments.read_person("facilitator", args.person)
    typed = {"name": person.name, "email": person.email, "former": args.instead_of}
    return _on_cohort(args, "facilitator", typed)


def _on_cohort(args: Namespace, act_id: str, typed: dict[str, str]) -> int:
    """Do what the console's form does with the same fields."""
    from chalicelib.people.cohort import find_cohort
    from chalicelib.people.cohort_acts import find_cohort_act

    loaded, act = find_cohort(args.cohort), find_cohort_act(act_id)
    return run_act(args, lambda asking: act.plan(loaded, typed, asking))


# --- standing -----------------------------------------------------------------------------------------


def pause_delegate(args: Namespace) -> int:
    from chalicelib.people.pause import Reason, plan_pause

    if args.reason not in set(Reason):
        raise arguments.UsageRefused(f"--reason: {args.reason} is none of {', '.join(Reason)}.")
    return _run_on_delegate(args, lambda loaded, asking: plan_pause(loaded, args.until, Reason(args.reason), asking))


def return_delegate(args: Namespace) -> int:
    from chalicelib.people.pause import plan_return

    return _run_on_delegate(args, plan_return)


def transfer_delegate(args: Namespace) -> int:
    from chalicelib.people.transfer import plan_transfer

    coach = arguments.read_person("--coach", args.coach) if args.coach else None
    return _run_on_delegate(args, lambda loaded, asking: plan_transfer(loaded, args.to, coach, asking))


def leave_programme(args: Namespace) -> int:
    from chalicelib.people.leave import plan_leave

    return _run_on_delegate(args, plan_leave)


def hold_data(args: Namespace) -> int:
    from chalicelib.people.hold import plan_end_of_hold, plan_hold

    return _run_on_delegate(args, plan_end_of_hold if args.end else plan_hold)


def _run_on_delegate(args: Namespace, plan: Callable[..., Any]) -> int:
    from chalicelib.people.loaded import find_by_address

    loaded = find_by_address(args.cohort, args.delegate)
    return run_act(args, lambda asking: plan(loaded, asking))


def run_act(args: Namespace, plan: Callable[..., Any]) -> int:
    """Plan an act, do it unless this is a dry run, and say what it does."""
    from chalicelib.people.planned import Asking, check_why, perform

    check_why(args.why)
    asking = Asking(arguments.read_by(args.by), clock.now(), args.why)
    planned = plan(asking)
    if not args.dry_run:
        perform(planned, asking.now)
    result = {
        "act": planned.title,
        "effects": planned.effects,
        "emails": planned.emails,
        "questions": planned.questions,
        "changed": not (args.dry_run or planned.changes_nothing),
        "dry_run": args.dry_run,
    }
    output.say(args, result, [*planned.lines, *(["Nothing was changed yet: --dry-run."] if args.dry_run else [])])
    return 0
