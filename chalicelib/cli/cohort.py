"""Show a cohort, close it, and enter what belongs to it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.cli.output import print_note, say
from chalicelib.core import clock

if TYPE_CHECKING:
    from chalicelib.admin.cohort_status import CohortStatus
    from chalicelib.store.cohorts import DelegateLine

T = TypeVar("T")


def cohort_status(args: Namespace) -> int:
    from msgspec.structs import replace as changed

    from chalicelib.admin import cohort_status as statuses
    from chalicelib.admin.failures import account_trouble

    status, account = statuses.load_cohort_status(args.cohort), account_trouble(clock.now())
    impact = list(statuses.impact(args.cohort)) if args.impact else []
    refused = sorted({bounce.reason for bounce in status.bounces if bounce.is_refused})  # never whose, nor how many
    status = changed(status, bounces=tuple(bounce for bounce in status.bounces if not bounce.is_refused))
    lines = _status_lines(status, account, refused)
    lines += [f"impact\t{count.role}\tanswered {count.words}" for count in impact]
    say(args, {"status": status, "impact": impact, "account": account, "refused": refused}, lines)
    return 1 if status.failed or account else 0


def _status_lines(status: CohortStatus, account: str, refused: Sequence[str]) -> list[str]:
    from chalicelib.emails.refusals import TODO
    from chalicelib.store.emails import Trouble

    lines = [f"{status.cohort.title}: closes {status.cohort.dates.closes}, ends {status.cohort.dates.ends}"]
    lines += [f"{line.name}\t{line.stage}\tinvited {line.invited}\t{_answered(line)}" for line in status.lines]
    lines += [f"email\t{account}"] if account else []
    for bounce in status.bounces:
        what = "bounced" if bounce.is_lost else bounce.trouble.value
        lines.append("\t".join((what, bounce.name, bounce.email, bounce.reason, TODO[bounce.trouble])))
    lines += [f"refused\tsome emails\t{reason}\t{TODO[Trouble.REFUSED]}" for reason in refused]
    return lines + [f"failed\t{job.id}\t{job.error}" for job in status.failed]


def _answered(line: Any) -> str:
    return f"answered {line.answered} or more" if line.answered else "few or no answers counted"


def remind_cohort(args: Namespace) -> int:
    """Remind who has not answered; the output does not say who or how many that is."""
    from chalicelib.admin import remind, survey_acts
    from chalicelib.admin.close_or_extend import BY

    act = survey_acts.remind_surveyed if args.survey else remind.remind_delegate
    can_remind = _SURVEYED if args.survey else remind.can_remind
    chosen_by_email = {line.email: line.delegate_id for line in _chosen_lines(args, can_remind)}
    what = "the six-month survey" if args.survey else "the questionnaire"
    done, refused = _each(chosen_by_email, lambda email: act(chosen_by_email[email], clock.now(), BY))
    words = {True: f"reminders of {what} are being sent", False: f"reminders of {what} went out today already"}
    lines = [f"{email}: {words[is_now]}" for email, is_now in done.items()]
    already = [email for email, is_now in done.items() if not is_now]
    said = {"delegates": list(done), "already": already, "refused": refused, "did": f"reminded of {what}"}
    say(args, said, [*lines, *_refusals(refused)] or [f"No one is asked about {what} now."])
    return 1 if refused else 0


def _each(emails: Iterable[str], act: Callable[[str], T]) -> tuple[dict[str, T], dict[str, str]]:
    """Act on each delegate, and return what was done and why others were refused: one stops no other.

    Raises the first refusal if nothing was done.
    """
    from chalicelib.admin.close_or_extend import CloseRefused
    from chalicelib.admin.remind import ChaseRefused

    done: dict[str, T] = {}
    refused: dict[str, CloseRefused | ChaseRefused] = {}
    for email in emails:
        try:
            done[email] = act(email)
        except (CloseRefused, ChaseRefused) as refusal:
            refused[email] = refusal
    if refused and not done:
        raise next(iter(refused.values()))
    return done, {email: str(refusal) for email, refusal in refused.items()}


def _refusals(refused: Mapping[str, str]) -> list[str]:
    return [f"{email}: {why}" for email, why in refused.items()]


_SURVEYED = attrgetter("is_surveyed")


def _chosen_lines(args: Namespace, fits: Callable[[DelegateLine], bool]) -> list[DelegateLine]:
    """Return the delegate that the command names, or everyone who fits. Raises CohortUnknown or CloseRefused."""
    from chalicelib.admin import cohort_status
    from chalicelib.admin.close_or_extend import CloseRefused
    from chalicelib.core.addresses import clean_address
    from chalicelib.store import cohorts

    cohort_status.load_cohort_status(args.cohort)
    lines = cohorts.list_lines(args.cohort)
    if not args.delegate:
        return [line for line in lines if fits(line)]
    named = [line for line in lines if line.email == clean_address(args.delegate)]
    if not named:
        raise CloseRefused(f"Cohort {args.cohort} has no delegate {args.delegate}.")
    return named


def close_cohort(args: Namespace) -> int:
    from chalicelib.admin import cohort_status as status

    if args.survey:
        return _extend_survey(args)
    lines = status.load_cohort_status(args.cohort).lines
    chosen = (
        [args.delegate]
        if args.delegate
        else [line.email for line in lines if line.stage == "collecting" and not line.withdrawn]
    )
    done, refused = _each(chosen, partial(_close, args))
    said = {"delegates": list(done), "refused": refused, "did": _closing_words(args), "dry_run": args.dry_run}
    say(
        args,
        said,
        [f"{email}: {outcome}" for email, outcome in [*done.items(), *refused.items()]] or ["Nothing to close."],
    )
    return 1 if refused else 0


def _close(args: Namespace, email: str) -> str:
    """Close, extend or publish one questionnaire, and say what it did."""
    from chalicelib.admin import close_or_extend

    given: dict[str, Any] = {"why": args.why, "dry_run": args.dry_run}
    if args.extend:
        before = close_or_extend.extend(args.cohort, email, args.extend, clock.now(), **given)
        return f"{_closing_words(args)} from {before}, {(args.extend - before).days} days more"
    act = close_or_extend.publish_with_few_answers if args.publish else close_or_extend.close_now
    act(args.cohort, email, clock.now(), **given)
    return _closing_words(args)


def _closing_words(args: Namespace) -> str:
    would = "would be " if args.dry_run else ""
    if args.extend:
        return f"{would}extended to {args.extend}"
    return f"{would}closing, to publish what may be" if args.publish else f"{would}closing"


def _extend_survey(args: Namespace) -> int:
    """Give more time for the six-month survey. It closes by itself: no one closes it early."""
    from chalicelib.admin import survey_acts
    from chalicelib.admin.close_or_extend import BY, CloseRefused

    if not args.extend:
        raise CloseRefused("Give the new last day of the six-month survey: --survey --extend YYYY-MM-DD.")
    chosen_by_email = {line.email: line.delegate_id for line in _chosen_lines(args, _SURVEYED)}
    given: dict[str, Any] = {"why": args.why, "dry_run": args.dry_run}
    done, refused = _each(
        chosen_by_email,
        lambda email: survey_acts.extend_survey(chosen_by_email[email], args.extend, clock.now(), BY, **given),
    )
    outcome = f"survey {_closing_words(args)}"
    lines = [
        f"{email}: {outcome} from {before}, {(args.extend - before).days} days more" for email, before in done.items()
    ]
    said = {"delegates": [*done], "refused": refused, "did": outcome, "dry_run": args.dry_run}
    say(args, said, [*lines, *_refusals(refused)] or ["No six-month survey of this cohort is open."])
    return 1 if refused else 0


def enter_costs(args: Namespace) -> int:
    from chalicelib.programme.read_costs import read_costs
    from chalicelib.sponsor.prepare import enter_costs as costs

    given = read_costs(Path(args.file).read_bytes(), args.file, costs.currency_of(args.cohort))
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
    transact([audit_events.add(args.cohort, event, "command line", args.cohort, now, name="the evidence pack")])
    say(args, {"file": args.out, "bytes": len(packed)}, [f"The evidence of cohort {args.cohort} is in {args.out}."])
    return 0


def plan_followup(args: Namespace) -> int:
    from chalicelib.admin import schedule_followup

    planned = schedule_followup.plan(args.cohort, args.opens, args.closes, clock.now(), dry_run=args.dry_run)
    when = f"{args.opens} to {args.closes}"
    would = "would be" if args.dry_run else "is"
    outcome = f"{would} planned from {when}" if planned.changed else f"was planned before from {when}: nothing changed"
    say(args, planned, [f"The follow-up of cohort {args.cohort} {outcome}.", *planned.questions])
    return 0


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
        note=print_note,
    )
    would = "would be recorded" if args.dry_run else "recorded"
    counted = ", ".join(f"{count} {words}" for words, count in done.marks.items())
    lines = [f"{done.title}: {counted}. {done.changed} {would}."]
    lines += [f"{done.left} on the register are not in the file: nothing was changed for them."] if done.left else []
    say(args, {"recorded": done, "dry_run": args.dry_run}, lines)
    return 0
