"""How many runs each queue may have at once, so that pages keep a share of what Lambda allows the account.

A new account has ten runs at once. None of them can be reserved for a function, so the queues are held back instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra.deploy import declared as app
from infra.deploy.stage import Deployment

SMALLEST = 2  # that an event source may be limited to
FOR_PAGES = 0.4  # of the account's limit: pages, sign-in, delivery events, the sweep


def account_limit(stage: Deployment) -> int:
    """Return how many runs Lambda allows at once in this account and region, for everything in it."""
    return int(stage.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"])


def declared(stage: Deployment) -> dict[str, int]:
    """Return the share that app.py declares for each function with a queue."""
    return {each.name: each.maximum_concurrency or SMALLEST for each in app.queues(stage)}


def share_out(wanted: Mapping[str, int], limit: int) -> dict[str, int]:
    """Return a share for each queue: what is wanted, or less if pages would not keep theirs."""
    left = max(0, int(limit * (1 - FOR_PAGES)) - SMALLEST * len(wanted))
    over = sum(wanted.values()) - SMALLEST * len(wanted)
    part = min(1.0, left / over) if over > 0 else 1.0
    return {name: SMALLEST + int((share - SMALLEST) * part) for name, share in wanted.items()}


def describe_limit(stage: Deployment) -> tuple[str, bool]:
    """Return a line about the account's limit, and whether it needs action."""
    wanted, limit = declared(stage), account_limit(stage)
    shares = share_out(wanted, limit)
    said = f"Lambda allows {limit} runs at once in this account"
    if shares == wanted:
        return said, False
    smaller = ((name, shares[name], share) for name, share in wanted.items() if shares[name] < share)
    scaled = ", ".join(f"{name} {share_now} instead of {share}" for name, share_now, share in smaller)
    return (
        f"{said}, so queues are held back for the pages: {scaled}. Ask AWS for more under Service Quotas, Lambda, "
        f"Concurrent executions (1,000 is usual), then run make deploy STAGE={stage.name}",
        True,
    )
