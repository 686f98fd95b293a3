"""List what is due, and start failed jobs and rejected emails again."""

from __future__ import annotations

from argparse import Namespace

from chalicelib.cli.arguments import UsageRefused
from chalicelib.cli.output import say
from chalicelib.core import clock


def due_jobs(args: Namespace) -> int:
    from chalicelib.store import jobs

    failed, waiting = jobs.failed(), jobs.waiting(args.by or clock.now())
    rows = [
        (job.state.value, job.id, clock.stamp(job.due_at), str(job.attempts), job.error) for job in failed + waiting
    ]
    lines = ["\t".join(row) for row in rows] or ["No job is due, and none has failed."]
    say(args, {"failed": failed, "waiting": waiting}, lines)
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


def retry_emails(args: Namespace) -> int:
    from chalicelib.admin.retry_emails import find, retry

    refused, unknown = find(args.email_id, clock.now())
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
