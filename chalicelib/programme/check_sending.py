"""Refuse to load a cohort whose emails SES would not send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from chalicelib.core.aws import client
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import plural
from chalicelib.core.model import DelegateEntry, Programme, RaterEntry
from chalicelib.core.settings import settings
from chalicelib.store.sending_limits import SendingLimits, list_unverified, read_limits

SHARE = 0.8  # of the account's rate, as emails/rate_limit.py
MAX_HOURS = 8  # for the emails of one day: those of the morning must arrive within the working day
SHOWN = 3  # addresses that a message names

Raters = Mapping[str, Sequence[RaterEntry]]


class SendingRefused(Refusal):
    title = "Nothing was loaded"


def check_sending(programme: Programme, delegates: Sequence[DelegateEntry], raters: Raters) -> None:
    """Raise SendingRefused that names everything that keeps this cohort's emails from going out."""
    ses = client("sesv2")
    limits = read_limits(ses, settings().sender)
    unverified = list_unverified(ses, _readers(delegates, raters)) if limits.is_sandbox else []
    obstacles = list(list_obstacles(limits, count_busiest_day(programme, delegates, raters), unverified))
    if obstacles:
        words = "\n".join(f"- {obstacle}" for obstacle in obstacles)
        raise SendingRefused(
            f"SES would not send this cohort's emails:\n{words}\n"
            "See docs/operations.md, Email. To load it all the same, repeat the command with --anyway: emails then "
            "wait until SES takes them."
        )


def count_busiest_day(programme: Programme, delegates: Sequence[DelegateEntry], raters: Raters) -> int:
    """Return the most emails that this cohort can send on one day.

    That is a day on which everyone is invited or reminded: each rater (the delegate and the line manager are two of
    them) for each delegate, each coach, and a sign-in code for each delegate and coach.
    """
    most = sum(group.max for group in programme.rater_groups)
    # The file names neither the delegate nor the line manager.
    asked = sum(len(raters[each.person.email]) + 2 if each.person.email in raters else most for each in delegates)
    return asked + 3 * len(delegates)


def list_obstacles(limits: SendingLimits, emails: int, unverified: Sequence[str]) -> Iterator[str]:
    if not limits.is_known:
        yield f"the sender is not verified: SES does not know {limits.identity}."
    elif not limits.is_verified:
        yield f"the sender is not verified: {limits.identity} waits for its DNS records, or for its link to be opened."
    if limits.is_sandbox and unverified:
        yield (
            "the account is in SES's sandbox, which sends to verified addresses only. Not verified: "
            f"{_named(unverified)}. Ask AWS for production access."
        )
    if 0 <= limits.per_day < emails:
        yield (
            f"on its busiest day this cohort sends up to {plural(emails, 'email', 'emails')}, and SES allows "
            f"{limits.per_day:,.0f} in 24 hours. Ask AWS for a higher quota."
        )
    hours = emails / (limits.per_second * SHARE * 3600) if limits.per_second else float("inf")
    if hours > MAX_HOURS:
        yield (
            f"the {emails:,} emails of its busiest day take more than {MAX_HOURS} hours at SES's rate of "
            f"{limits.per_second:g} a second. Ask AWS for a higher rate."
        )


def _named(addresses: Sequence[str]) -> str:
    more = len(addresses) - SHOWN
    return ", ".join(addresses[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _readers(delegates: Iterable[DelegateEntry], raters: Raters) -> Iterator[str]:
    for each in delegates:
        yield from (each.person.email, each.manager.email, each.coach.email)
    for chosen in raters.values():
        yield from (rater.person.email for rater in chosen)
